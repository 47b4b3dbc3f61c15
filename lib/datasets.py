"""The data sets, one loader each, as tidy pandas frames."""

from importlib.resources import files

import numpy as np
import pandas as pd

from lib.validation import finite_number, generator


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

    Efron and Morris took them from a newspaper: by their account of 1977, all the players who had exactly 45 at bats
    on one day.

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


def simulate_asthma(
    rng: np.random.Generator,
    *,
    mu: float = float(np.log(1.5)),
    tau: float = 0.3,
    nu: float = float(np.log(8.0)),
    omega: float = 0.6,
) -> pd.DataFrame:
    r"""Make up deaths from asthma in the real counties of the United States, from known rates.

    The states, counties and person-years are those of `kidney_cancer_us` for 1980-84. The deaths are not data: they
    follow the nested model

    .. math:: y_{ij} \sim \operatorname{Poisson}(x_{ij} \lambda_{ij}), \quad
              \lambda_{ij} \sim \operatorname{Gamma}(a_i, a_i / m_i), \quad
              \log m_i \sim N(\mu, \tau^2), \quad \log a_i \sim N(\nu, \omega^2)

    Parameters
    ----------
    rng : numpy.random.Generator
        The same state gives the same deaths.
    mu : float
        Log of the median state's mean rate, in deaths per 100,000 person-years.
    tau : float
        Standard deviation of the states' log means; zero makes all means equal.
    nu : float
        Log of the median state's shape. The rates of a state's counties have coefficient of variation 1 / sqrt(shape).
    omega : float
        Standard deviation of the states' log shapes; zero makes all shapes equal.

    Returns
    -------
    pandas.DataFrame
        One row a county, with columns ``state``, ``county``, ``fips``, ``person_years``, ``deaths`` and the truth:
        ``rate`` of the county, ``state_mean`` (both in deaths per 100,000 person-years) and ``state_shape``.
        ``frame.attrs["simulated"]`` is True, and ``frame.attrs["truth"]`` holds mu, tau, nu and omega.

    Raises
    ------
    TypeError, ValueError
        If `rng` is no generator, a parameter is not finite, or tau or omega is negative.
    """
    rng = generator(rng)
    truth = {"mu": mu, "tau": tau, "nu": nu, "omega": omega}
    truth = {name: finite_number(name, value) for name, value in truth.items()}
    for name in ("tau", "omega"):
        if truth[name] < 0:
            raise ValueError(f"{name} is a standard deviation and must not be negative; it is {truth[name]}")
    kidney = kidney_cancer_us()
    frame = kidney[["state", "county", "fips"]].assign(person_years=kidney["person_years_1980_84"])
    states, state = np.unique(frame["state"].to_numpy(str), return_inverse=True)
    mean = np.exp(mu + tau * rng.standard_normal(states.size))[state]
    shape = np.exp(nu + omega * rng.standard_normal(states.size))[state]
    rate = rng.standard_gamma(shape) * mean / shape
    frame["deaths"] = rng.poisson(rate * frame["person_years"].to_numpy() / 1e5)
    frame["rate"], frame["state_mean"], frame["state_shape"] = rate, mean, shape
    frame.attrs.update(simulated=True, truth=truth)
    return frame


def _read(name: str) -> pd.DataFrame:
    with (files("lib") / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
