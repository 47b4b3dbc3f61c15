"""The posteriors that are measured, by part, and the engines that take part in each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from benchmarks.counts import Counts
from benchmarks.engines import Problem
from benchmarks.nested import Nested, NestedInFull
from benchmarks.normal import schools, simulated
from benchmarks.shares import Shares

__all__ = ["PARTS", "POSTERIORS", "Posterior", "simulated"]

SMALL = ["exact", "exact, 4 x 25,000", "gibbs, 4 chains", "gibbs, 64 chains"]
SMALL += ["metropolis, 4 chains", "metropolis, 64 chains", "PyMC", "PyMC with nutpie", "NumPyro"]


@dataclass(frozen=True)
class Posterior:
    """A problem under the title that the report gives it, the engines for it, and settings other than theirs."""

    part: str
    title: str
    problem: Callable[[], Problem]
    engines: list[str]
    settings: dict[str, dict[str, int]] = field(default_factory=dict)
    patience: float = 150  # seconds for a run, at least


SCHOOLS_ENGINES = [*SMALL, "emcee, 64 walkers", "Stan"]
# In steps of 100 draws, about the fewest with which every hyperparameter has over 1,000 effective draws.
KIDNEY_SETTINGS = {
    "exact": {"draws": 400},
    "gibbs, 4 chains": {"warmup": 100, "draws": 1300},
    "PyMC": {"warmup": 500, "draws": 800},
    "PyMC with nutpie": {"warmup": 300, "draws": 1300},
    "NumPyro, parallel": {"warmup": 300, "draws": 1100},
}
FEW_STATES_SETTINGS = {
    "exact": {"draws": 600},
    "gibbs, 4 chains": {"warmup": 200, "draws": 3500},
    "PyMC": {"warmup": 500, "draws": 3000},
    "PyMC with nutpie": {"warmup": 500, "draws": 3000},
    "NumPyro, parallel": {"warmup": 500, "draws": 2000},
}
# The general engines would need a quarter of an hour and more for a thousand: they draw fewer.
MANY_STATES_SETTINGS = {
    "exact": {"draws": 300},
    "gibbs, 4 chains": {"warmup": 100, "draws": 900},
    "PyMC with nutpie": {"warmup": 300, "draws": 1000},
    "NumPyro, parallel": {"warmup": 300, "draws": 300},
}
POSTERIORS = {
    "schools, flat": Posterior("normal", "Eight schools, flat prior on tau", partial(schools, "flat"), SCHOOLS_ENGINES),
    "schools, half-Cauchy(5)": Posterior(
        "normal", "Eight schools, half-Cauchy(5) prior on tau", partial(schools, "half-Cauchy(5)"), SCHOOLS_ENGINES
    ),
    "batting": Posterior("shares", "Batting averages of 18 players", Shares, SMALL),
    "asthma": Posterior("counts", "Asthma in 58 counties, 24 counts suppressed", Counts, SMALL),
    "kidney": Posterior(
        "nested", "Kidney cancer in 3,110 counties", Nested.kidney, list(KIDNEY_SETTINGS), KIDNEY_SETTINGS
    ),
    "kidney, in full": Posterior(
        "nested",
        "Kidney cancer in 3,110 counties, no rate integrated out",
        NestedInFull.kidney,
        ["PyMC with nutpie"],
        {"PyMC with nutpie": {"warmup": 500, "draws": 1300}},
    ),
    "5 states": Posterior(
        "nested",
        "Simulated: 176 counties in 5 states",
        partial(Nested.simulated, 5),
        list(FEW_STATES_SETTINGS),
        FEW_STATES_SETTINGS,
    ),
    "500 states": Posterior(
        "nested",
        "Simulated: 17,600 counties in 500 states",
        partial(Nested.simulated, 500),
        list(MANY_STATES_SETTINGS),
        MANY_STATES_SETTINGS,
        patience=900,
    ),
}
PARTS = list(dict.fromkeys(posterior.part for posterior in POSTERIORS.values()))
