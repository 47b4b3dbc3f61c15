"""A fifth model and a sixth, added as a reader would add them: every sampler that can, draws from them."""

import arviz as az
import numpy as np
import pytest
from beta_negative_binomial import BetaNegativeBinomial
from model_checks import fits_together
from paths import ROOT
from poisson_lognormal import PoissonLognormal
from scipy import integrate, stats

from lib import BetaBinomial, GammaPoisson, NormalNormal, exact, gibbs, metropolis
from lib.calibration import simulation_based_calibration
from lib.models.grouped import End
from lib.models.two_level import TwoLevel
from lib.priors.distributions import Normal

SUPPORT = ROOT / "tests" / "support"
FIFTH = dict(
    misses=[7, 2, 12, 4, 30, 0], hits=[3, 5, 2, 4, 6, 2], mean=stats.beta(2, 2), concentration=stats.gamma(2, scale=20)
)
SIXTH = dict(
    counts=[0, 3, 9, 40, 5, 1],
    exposure=[0.5, 1, 2.5, 9, 0.2, 3],
    mu=stats.norm(1, 2),
    tau=stats.halfnorm(scale=1),
)
RUNS = {exact: {"draws": 3000}, gibbs: {"draws": 3000, "warmup": 500}, metropolis: {"draws": 40_000, "warmup": 2000}}
PAIRS = [(BetaNegativeBinomial, sampler) for sampler in RUNS] + [
    (PoissonLognormal, gibbs),
    (PoissonLognormal, metropolis),
]
GIVEN = {BetaNegativeBinomial: FIFTH, PoissonLognormal: SIXTH}


def test_they_are_as_short_as_promised():
    assert len((SUPPORT / "beta_negative_binomial.py").read_text().splitlines()) <= 60
    assert len((SUPPORT / "poisson_lognormal.py").read_text().splitlines()) <= 60


def posterior_of_the_hyperparameters(kind):
    """Means and standard deviations of both, on a grid, every group summed over by SciPy."""
    if kind is BetaNegativeBinomial:
        first, second = np.linspace(0.01, 0.99, 150)[:, np.newaxis], np.exp(np.linspace(-3, 6.5, 200))
        a, b = first * second, (1 - first) * second
        groups = zip(FIFTH["misses"], FIFTH["hits"], strict=True)
        each = [stats.betanbinom.logpmf(y, r, a, b) for y, r in groups]
        density = sum(each) + FIFTH["mean"].logpdf(first) + FIFTH["concentration"].logpdf(second) + np.log(second)
    else:
        first, second = np.linspace(-3, 5, 120)[:, np.newaxis], np.exp(np.linspace(-6, 2, 160))
        z, w = np.polynomial.legendre.leggauss(200)
        z, w = 9 * z, 9 * w * stats.norm.pdf(9 * z)
        density = SIXTH["mu"].logpdf(first) + SIXTH["tau"].logpdf(second) + np.log(second)
        for y, x in zip(SIXTH["counts"], SIXTH["exposure"], strict=True):
            rate = x * np.exp(first[..., np.newaxis] + second[:, np.newaxis] * z)
            density = density + np.log(np.maximum(stats.poisson.pmf(y, rate) @ w, 1e-300))
    weight = np.exp(density - density.max())
    weight /= weight.sum()
    means = [(weight * value).sum() for value in (first, second)]
    return means, [
        np.sqrt((weight * (value - mean) ** 2).sum()) for value, mean in zip((first, second), means, strict=True)
    ]


@pytest.mark.parametrize(("kind", "sampler"), PAIRS, ids=lambda x: x.__name__)
def test_every_sampler_agrees_with_a_grid(kind, sampler):
    model = kind(**GIVEN[kind])
    posterior = sampler(model, **RUNS[sampler], rng=np.random.default_rng(1)).posterior
    assert posterior["theta"].dims == ("chain", "draw", "group")
    for name, mean, sd in zip(model.hyper, *posterior_of_the_hyperparameters(kind), strict=True):
        drawn = posterior[name].values
        size = float(az.ess(drawn))
        assert size > 400, (name, size)
        assert abs(drawn.mean() - mean) < 5 * sd / np.sqrt(size), name
        assert abs(drawn.std() / sd - 1) < 0.1, name


def test_what_its_mathematics_does_not_allow_is_refused_with_what_does():
    with pytest.raises(
        TypeError,
        match=r"^model: exact asks for a model that is Integrable or Collapsed \(see lib.models.base\), and "
        "PoissonLognormal is not; gibbs and metropolis can draw from it$",
    ):
        exact(PoissonLognormal(**SIXTH), draws=5, rng=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("kind", "sampler"), [(BetaNegativeBinomial, exact), (BetaNegativeBinomial, gibbs), (PoissonLognormal, gibbs)]
)
def test_they_are_calibrated(kind, sampler):
    options = {} if sampler is exact else {"warmup": 100}
    found = simulation_based_calibration(
        kind(**GIVEN[kind]), sampler, replicates=80, draws=49, rng=np.random.default_rng(1), **options
    )
    assert found.p_value > 1e-3
    assert {"log_likelihood", "log_prior", "product"} <= set(found.ranks)


class Shrunk(PoissonLognormal):
    """Its population is narrower than its prior says, by all that a sampler asks."""

    def population(self, mu, tau):
        return super().population(mu, 0.5 * tau)

    def replicate(self, rng):
        truth, model = PoissonLognormal.replicate(self.right, rng)
        return truth, Shrunk(**SIXTH | {"counts": model.counts})

    @property
    def right(self):
        return PoissonLognormal(**SIXTH)


def test_a_wrong_population_is_caught():
    found = simulation_based_calibration(
        Shrunk(**SIXTH), gibbs, replicates=40, draws=49, warmup=100, rng=np.random.default_rng(1)
    )
    assert found.p_value < 1e-3


def test_the_general_walk_and_the_general_sweep_are_the_joint():
    """Both visit the same density: differences of the log joint along a line, Jacobian included."""
    model, rng = PoissonLognormal(**SIXTH), np.random.default_rng(1)
    position = np.concatenate([rng.normal(0, 1, (20, 6)), rng.normal(0, 0.5, (20, 2))], axis=1)
    values = model.parameters(position, rng)
    np.testing.assert_allclose(values["theta"], values["mu"][:, None] + values["tau"][:, None] * position[:, :6])
    jacobian = 7 * np.log(values["tau"])  # six distances, and the logarithm of tau
    joint = model.log_joint(values["theta"], values["mu"], values["tau"]) + jacobian
    found = model.log_free_density(position)
    np.testing.assert_allclose(found - found[0], joint - joint[0], atol=1e-9)


REFUSED = {
    "flat concentration": (BetaNegativeBinomial, dict(concentration=None), "as concentration grows, one rate for all"),
    "log-uniform mean": (BetaNegativeBinomial, dict(mean=lambda m: -8 * np.log(m)), "as mean goes to zero, all groups"),
    "flat mu, no event": (PoissonLognormal, dict(counts=[0] * 6, mu=None), "as mu grows, there is no event"),
    "flat tau, one event": (PoissonLognormal, dict(counts=[0] * 5 + [2], tau=None), "as tau grows, 1 groups have"),
    "no hit": (BetaNegativeBinomial, dict(hits=[0] * 6), "hits must be above zero in every group"),
    "tau of zero": (PoissonLognormal, dict(tau=0), "tau must be above zero"),
}


@pytest.mark.parametrize(("kind", "changes", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_by_name(kind, changes, message):
    with pytest.raises(ValueError, match=message):
        kind(**GIVEN[kind] | changes)


def test_the_marginal_likelihood_is_scipys():
    model = BetaNegativeBinomial(**FIFTH)
    mean, concentration = np.array([0.1, 0.4, 0.8]), np.array([2.0, 15.0, 300.0])
    a, b = mean * concentration, (1 - mean) * concentration
    expected = sum(stats.betanbinom.logpmf(y, r, a, b) for y, r in zip(FIFTH["misses"], FIFTH["hits"], strict=True))
    np.testing.assert_allclose(model.log_marginal_likelihood(mean, concentration), expected, rtol=1e-9)
    theta = np.linspace(0.001, 0.999, 2001)[:, np.newaxis]
    whole = [
        integrate.simpson(
            np.exp(model.pointwise_log_likelihood(theta) + stats.beta.logpdf(theta, a[1], b[1])), x=theta[:, 0], axis=0
        )
    ]
    np.testing.assert_allclose(np.log(whole[0]).sum(), expected[1], rtol=1e-4)


COURSE = {
    NormalNormal: dict(y=[28.0, 8, -3, 7], sigma=[15.0, 10, 16, 11], mu=stats.norm(5, 8), tau=stats.gamma(2, scale=6)),
    BetaBinomial: dict(
        successes=[3, 0, 9, 12], trials=[9, 4, 20, 12], mean=stats.beta(2, 3), concentration=stats.gamma(3, scale=5)
    ),
    GammaPoisson: dict(
        counts=[4, 0, 7, 1], exposure=[2, 0.5, 3, 1], shape=stats.gamma(3), mean=stats.lognorm(0.6, scale=2)
    ),
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", [*GIVEN, *COURSE])
def test_the_formulas_fit_together(kind, seed):
    fits_together(kind, (GIVEN | COURSE)[kind], seed)


def test_the_formulas_of_shape_and_rate_fit_together():
    given = COURSE[GammaPoisson]
    fits_together(
        GammaPoisson, {name: value for name, value in given.items() if name != "mean"} | dict(rate=stats.gamma(2))
    )


def off_by_a_hundredth(self, mean, concentration):
    return BetaNegativeBinomial.groups_given(self, mean, 1.01 * np.asarray(concentration))


SLIPS = {
    "another posterior": (
        dict(groups_given=off_by_a_hundredth),
        "groups_given and the marginal",
    ),
    "a sum over all": (
        dict(pointwise_log_likelihood=lambda self, t: BetaNegativeBinomial.pointwise_log_likelihood(self, t).sum(-1)),
        "pointwise_log_likelihood: shape",
    ),
    "a marginal of each group": (
        dict(log_marginal_likelihood=lambda self, mean, concentration: np.zeros((7, self.size))),
        "log_marginal_likelihood: shape",
    ),
    "a coordinate that does not lead back": (
        dict(inner_at=lambda self, outer, other: other * outer, other_at=lambda self, outer, inner: inner),
        "inner_at and other_at",
    ),
    "a derivative forgotten": (
        dict(inner_at=lambda self, outer, other: other * outer, other_at=lambda self, outer, inner: inner / outer),
        "log_jacobian",
    ),
    "a table of the first data": (
        dict(_tabulate=lambda self: getattr(self, "_log_ways", None) is None and BetaNegativeBinomial._tabulate(self)),
        "_tabulate: what is computed once",
    ),
    "a walk without its Jacobian": (
        dict(log_free_density=lambda self, x: BetaNegativeBinomial.log_free_density(self, x) - x[..., -1]),
        "the density that is walked",
    ),
    "one hyperparameter scattered": (dict(scatter=lambda self, rng, n: {"mean": rng.random(n)}), "scatter: the names"),
    "the same for all chains": (
        dict(scatter=lambda self, rng, n: {"mean": 0.5, "concentration": rng.random(n)}),
        "scatter: mean has the shape",
    ),
    "on the free scale": (
        dict(scatter=lambda self, rng, n: {"mean": rng.random(n), "concentration": -rng.random(n)}),
        "scatter: concentration outside 0 to inf",
    ),
    "estimates on the free scale": (
        dict(own_estimates=lambda self: Normal(np.log(self.hits / 9), self.hits)),
        "own_estimates: outside 0 to 1",
    ),
    "estimates without an error": (
        dict(own_estimates=lambda self: Normal(0.5 + 0 * self.hits, 0 * self.hits)),
        "own_estimates: a standard error",
    ),
    "the other order": (dict(hyper=("concentration", "mean")), "takes mean and concentration, but hyper is"),
    "an end elsewhere": (
        dict(ends=lambda self: [End("concentration", "infinity", -9.0, ""), End("mean", "infinity", -9.0, "")]),
        "ends: mean does not go to infinity, but from 0 to 1",
    ),
}


@pytest.mark.parametrize(("formulas", "message"), SLIPS.values(), ids=SLIPS)
def test_formulas_that_do_not_fit_are_told(formulas, message):
    with pytest.raises(AssertionError, match=message):
        fits_together(type("Slipped", (BetaNegativeBinomial,), formulas), FIFTH)


NAMES = {
    "data of one name": (dict(data="hits"), "data must be a tuple of names, not 'hits'"),
    "data of three": (dict(data=("a", "b", "c")), "data must be two names, of what is observed"),
    "hyper in a list": (dict(hyper=["mean", "concentration"]), "hyper must be a tuple of names"),
    "three": (dict(hyper=("mean", "concentration", "third")), "hyper must be two names"),
    "the same twice": (dict(hyper=("mean", "mean")), "different names; mean comes twice"),
    "a group that is a hyperparameter": (dict(group="mean"), "different names; mean comes twice"),
    "a scale by its name": (dict(scale="LOG"), "scale must be REAL, LOG or LOGIT of lib.priors.scales, not 'LOG'"),
    "another outer one": (dict(outer="kappa"), "outer must be one of mean and concentration, not 'kappa'"),
}


@pytest.mark.parametrize(("attributes", "message"), NAMES.values(), ids=NAMES)
def test_a_class_whose_names_do_not_fit_is_refused_when_it_is_written(attributes, message):
    with pytest.raises(TypeError, match=f"^Slipped: .*{message}"):
        type("Slipped", (BetaNegativeBinomial,), attributes)


def test_a_hyperparameter_that_is_none_is_refused():
    class Slipped(PoissonLognormal):
        hyper = ("mu", "sd")

    with pytest.raises(TypeError, match="^Slipped: sd must come from lib.priors.specification.hyperparameter"):
        Slipped(**SIXTH)


def test_an_attribute_that_is_owed_is_asked_for():
    class Slipped(TwoLevel):
        group, data, hyper = "theta", ("counts", "exposure"), ("mu", "tau")
        population = pointwise_log_likelihood = simulate = own_estimates = scatter = ends = None

    Slipped.__init__ = lambda self: TwoLevel.__init__(self, None, False)
    with pytest.raises(TypeError, match="^Slipped must say what its scale is, as an attribute of the class"):
        Slipped()


def test_the_check_asks_for_unknown_hyperparameters():
    with pytest.raises(ValueError, match="given: both hyperparameters must be unknown"):
        fits_together(PoissonLognormal, SIXTH | {"mu": 1.0})


def test_an_end_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="^to must be 'zero', 'one' or 'infinity', not 'inf'"):
        End("tau", "inf", 0.0, "the likelihood does not vanish")


def test_calibration_refuses_what_is_no_model_or_no_sampler():
    rng = np.random.default_rng(1)
    for model in (FIFTH, PoissonLognormal):
        with pytest.raises(TypeError, match="^model must be a model that can make up data, such as NormalNormal"):
            simulation_based_calibration(model, gibbs, replicates=5, rng=rng)
    with pytest.raises(TypeError, match="^sampler must be a sampler itself, such as lib.gibbs, not 'gibbs'"):
        simulation_based_calibration(PoissonLognormal(**SIXTH), "gibbs", replicates=5, rng=rng)
