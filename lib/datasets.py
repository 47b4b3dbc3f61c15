"""The data sets, one loader each, as tidy pandas frames."""

from importlib.resources import files

import pandas as pd


def eight_schools() -> pd.DataFrame:
    """Load the estimated effects of coaching on test scores in eight schools.

    The Educational Testing Service ran a separate randomised experiment in each of eight high schools. A school's
    estimate compares the coached pupils' scores on the verbal part of the Scholastic Aptitude Test (SAT-V, scored from
    200 to 800) with those of pupils who were not coached, adjusted for earlier test scores.

    Returns
    -------
    pandas.DataFrame
        One row a school, with columns ``school`` ("A" to "H"), ``y`` (estimated effect, in points) and ``sigma`` (its
        standard error, in points).

    Notes
    -----
    The values are rounded to whole points, as in Gelman et al., *Bayesian Data Analysis*, 3rd ed. (2013), Table 5.2.
    The unrounded estimates in Rubin (1981), *Journal of Educational Statistics* 6:377-401, differ slightly. The
    standard errors are themselves estimates; each rests on more than 30 pupils in each arm, and every analysis takes
    them as known.
    """
    return _read("eight_schools")


def batting_1970() -> pd.DataFrame:
    """Load hits and at bats of 18 baseball players: their first 45 at bats of 1970, and the rest of the season.

    Efron and Morris picked the players who had batted exactly 45 times on the day when Roberto Clemente had: he led,
    and they wanted an extreme case. The others are all those whom the newspaper listed with the same number.

    Returns
    -------
    pandas.DataFrame
        One row a player, in the order of the first averages, with columns ``player``, ``team``, ``league`` ("AL" or
        "NL"), ``first_at_bats`` (45 for all), ``first_hits``, ``rest_at_bats``, ``rest_hits``, ``season_at_bats`` and
        ``season_hits``: whole numbers. The season is the first 45 and the rest together.

    Notes
    -----
    From Efron and Morris (1975), "Data analysis using Stein's estimator and its generalizations", *Journal of the
    American Statistical Association* 70:311-319, Table 1, as whole numbers from the league's records. Known errata:

    - The table prints .263 for the rest of Kessinger's season; by the records he had 155 hits in 586 at bats, .2645.
    - It puts Alvis in the National League; Milwaukee played in the American one.
    - Williams is Walt Williams of the White Sox (69 hits in 270 at bats). A file that many courses copy has the season
      of Billy Williams of the Cubs instead (195 hits in 591 at bats), but with Walt's season average, .251, which
      contradicts it.
    """
    return _read("batting_1970")


def three_point_2018() -> pd.DataFrame:
    """Load three-point shots of 176 basketball players in the season of 2017-18, up to 2 February 2018.

    Returns
    -------
    pandas.DataFrame
        One row a player with at least 100 attempts by that day, with columns ``player``, ``team``, ``first_made`` and
        ``first_attempts`` (up to the end of the game in which the 100th attempt fell: from 100 to 110 of them),
        ``rest_made`` and ``rest_attempts`` (all later games): whole numbers.

    Notes
    -----
    From the box scores of the National Basketball Association. Players with fewer than 100 attempts are missing: all
    here had been given the ball often, so they are not a sample of all players.
    """
    return _read("three_point_2018")


def asthma_california() -> pd.DataFrame:
    """Load deaths from asthma in the 58 counties of California, in three periods of three years.

    Returns
    -------
    pandas.DataFrame
        One row a county, with columns ``county``, ``population_2010``, ``population_2017``, ``deaths_2014_2016``,
        ``deaths_2017_2019`` and ``deaths_2020_2022``. A count from 1 to 5 is suppressed, to protect the dead: it is
        NaN. A zero is a zero. ``frame.attrs["suppressed"]`` holds the bounds.

    Notes
    -----
    Deaths with asthma (ICD-10 codes J45 and J46) as the underlying cause, from the California Department of Public
    Health; populations from the Census Bureau. By the state's totals the suppressed counts of the three periods sum to
    36, 66 and 55, in 18, 24 and 20 counties.
    """
    frame = _read("asthma_california")
    counts = frame.columns[frame.columns.str.startswith("deaths")]
    frame[counts] = frame[counts].astype(float)
    frame.attrs["suppressed"] = (1, 5)
    return frame


def kidney_cancer_us() -> pd.DataFrame:
    """Load deaths from cancer of the kidney in the counties of the United States, 1980-84 and 1985-89.

    Returns
    -------
    pandas.DataFrame
        One row a county, 3,110 of them in 49 states and the District of Columbia, with columns ``state``, ``county``,
        ``fips``, ``deaths_1980_84``, ``person_years_1980_84``, ``deaths_1985_89`` and ``person_years_1985_89``: whole
        numbers. Nothing is suppressed.

    Notes
    -----
    White men, as in Gelman et al., *Bayesian Data Analysis*, 3rd ed. (2013), section 2.7; federal data. Alaska is
    missing. Known erratum: Bedford County, Virginia, stands twice under one code. The smaller one, with about a tenth
    of the person-years, is probably the city of Bedford, which was then a county of its own.
    """
    return _read("kidney_cancer_us")


def _read(name: str) -> pd.DataFrame:
    with (files("lib") / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
