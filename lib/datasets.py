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


def _read(name: str) -> pd.DataFrame:
    with (files("lib") / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
