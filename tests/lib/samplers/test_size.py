"""What memory cannot hold is refused before any work, by name, on every machine alike."""

import numpy as np
import pytest
from scipy import stats

from lib import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal, exact, gibbs, metropolis
from lib import exchangeability as ex
from lib.calibration import simulation_based_calibration
from lib.validation import MOST_BYTES, refuse_what_does_not_fit

HUGE = 10**12


def idle(*args, **options):
    raise AssertionError("work was done")


def lazy(kind, *args, **options):
    """A model that refuses to work."""
    model = kind(*args, **options)
    for name in ("start", "start_state", "starting_nodes", "log_integrand", "log_free_density", "replicate"):
        setattr(model, name, idle)
    return model


NORMAL = lazy(NormalNormal, [28, 8, -3], [15, 10, 16], tau=stats.halfnorm(scale=9))
SHARES = lazy(BetaBinomial, [3, 5], [9, 10], concentration=stats.gamma(2))
COUNTS = lazy(GammaPoisson, [3, 5], [9, 10], shape=stats.gamma(2), mean=stats.gamma(2))
NESTED = lazy(
    NestedGammaPoisson,
    *([3, 5], [9, 10], ["a", "b"]),
    **dict(mu=stats.norm(), tau=stats.halfnorm(), nu=stats.norm(), omega=stats.halfnorm()),
)
PAIRS = [(sampler, model) for sampler in (exact, gibbs, metropolis) for model in (NORMAL, SHARES, COUNTS)]
PAIRS.append((gibbs, NESTED))
IDS = [f"{sampler.__name__}, {type(model).__name__}" for sampler, model in PAIRS]


def run(sampler, model, **options):
    usual = dict(draws=10, rng=np.random.default_rng(1)) | ({} if sampler is exact else dict(warmup=10))
    return sampler(model, **(usual | options))


@pytest.mark.parametrize(("sampler", "model"), PAIRS, ids=IDS)
def test_draws_that_do_not_fit_are_refused(sampler, model):
    message = r"draws must be at most [\d,]+ with chains=4 and this model: to hold 1,000,000,000,000 would take about "
    with pytest.raises(ValueError, match=message + r"[\d,.e+]+ GiB of memory, and the limit is 4 GiB"):
        run(sampler, model, draws=HUGE)


@pytest.mark.parametrize(("sampler", "model"), PAIRS, ids=IDS)
def test_chains_that_do_not_fit_are_refused(sampler, model):
    with pytest.raises(ValueError, match="chains must be at most"):
        run(sampler, model, chains=HUGE)
    with pytest.raises(
        ValueError, match=r"draws must be at most \d,\d{3} with chains=10000"
    ):  # each argument alone would fit
        run(sampler, model, chains=10**4, draws=10**5)


@pytest.mark.parametrize(("sampler", "model"), [pair for pair in PAIRS if pair[0] is not exact])
def test_a_warm_up_longer_than_any_run_is_refused(sampler, model):
    with pytest.raises(ValueError, match="warmup must be at most"):
        run(sampler, model, warmup=HUGE)


@pytest.mark.parametrize(("sampler", "model"), PAIRS, ids=IDS)
@pytest.mark.parametrize("over", [0, 1])
def test_the_limit_is_where_the_message_says(sampler, model, over):
    with pytest.raises(ValueError) as refused:
        run(sampler, model, draws=HUGE)
    most = int(str(refused.value).split("at most ")[1].split(" ")[0].replace(",", ""))
    groups = sum(len(labels) for _, labels in model.vectors.values())
    assert 4 * 8 * groups * most < MOST_BYTES < 4 * 8 * (groups + 9) * (most + 1)
    with pytest.raises(ValueError if over else AssertionError, match="draws must" if over else "work was done"):
        run(sampler, model, draws=most + over)


def test_a_run_that_is_long_and_fits_is_not_refused():
    model = NormalNormal(np.zeros(3000), np.ones(3000), mu=0.0, tau=1.0)
    tree = exact(model, draws=250, rng=np.random.default_rng(1))
    assert tree.posterior["theta"].shape == (4, 250, 3000)


def test_nothing_is_rounded_at_the_limit():
    refuse_what_does_not_fit("n", MOST_BYTES // 8, each=8)
    with pytest.raises(ValueError, match="n must be at most 536,870,912: to hold 536,870,913 would take about 4 GiB"):
        refuse_what_does_not_fit("n", MOST_BYTES // 8 + 1, each=8)


def test_replicates_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="replicates must be at most"):
        simulation_based_calibration(NORMAL, idle, replicates=HUGE, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="replicates must be at most .* with n=3"):
        ex.urn_draws(3, 2, 3, 1, replicates=HUGE, rng=np.random.default_rng(1))


def test_too_many_sequences_are_refused():
    with pytest.raises(ValueError, match="counts: the number of sequences must be at most"):
        ex.joint_law(np.eye(41)[20])
