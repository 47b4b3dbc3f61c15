"""What a caller says of a hyperparameter: a number, a prior, a log density, or nothing."""

import warnings

import numpy as np
from scipy import stats
from scipy.stats.distributions import rv_frozen

from lib.priors.hyperparameter import Hyperparameter, LogDensity
from lib.priors.scales import LOG, REAL, Scale
from lib.validation import FloatArray, within_reach

type Specification = float | rv_frozen | LogDensity | None

_TAIL = 1e-10  # a prior's quantiles are probed from here to one minus this
# Log densities of the usual priors, up to a constant. SciPy checks its arguments at length in every call, and Gibbs
# sampling calls in every step.
_STANDARD: tuple[tuple[stats.rv_continuous, LogDensity], ...] = (
    (stats.norm, lambda z: -(z**2) / 2),
    (stats.halfnorm, lambda z: -(z**2) / 2),
    (stats.cauchy, lambda z: -np.log1p(z**2)),
    (stats.halfcauchy, lambda z: -np.log1p(z**2)),
    (stats.expon, lambda z: -z),
    (stats.uniform, np.zeros_like),
)


def hyperparameter(
    name: str, specification: Specification, scale: Scale, *, edge: str = "", most: float = np.inf
) -> Hyperparameter:
    """Read what a caller says of a hyperparameter.

    Parameters
    ----------
    name : str
        The name that messages use.
    specification : float, frozen SciPy distribution, callable or None
        A known value; a prior; a log density up to a constant, vectorised over its argument; or None for a flat prior.
    scale : Scale
        The hyperparameter's whole range, and how it moves: `REAL`, `LOG` or `LOGIT` of `lib.priors.scales`.
    edge : str
        Why a known value must not lie at the edge of the range, if it must not.
    most : float
        A known value above it leaves groups that hardly differ, and densities that lose their digits.

    Returns
    -------
    Hyperparameter

    Raises
    ------
    TypeError
        If the specification is none of the four.
    ValueError
        If a known value or a prior lies outside the range.
    """
    lower, upper = scale.range
    if specification is None:
        return Hyperparameter(name, scale.range, scale, normal=(0.0, 0.0) if scale == REAL else None)
    if isinstance(specification, int | float | np.number) and not isinstance(specification, bool):
        value = float(specification)
        if not (np.isfinite(value) and lower <= value <= upper):
            raise ValueError(f"{name} must be a finite number from {lower:g} to {upper:g}, not {value:g}")
        if edge and value in (lower, upper):
            rule = "be above zero" if np.isinf(upper) else f"lie between {lower:g} and {upper:g}, ends excluded"
            raise ValueError(f"{name} must {rule}: {edge}")
        if value > most:
            raise ValueError(f"{name} must be at most {most:g}, not {value:g}: there the rates hardly differ any more")
        within_reach(name, np.asarray(value), positive=lower == 0 and value > 0)
        return Hyperparameter(name, scale.range, scale, value=value)
    if isinstance(specification, rv_frozen) and isinstance(specification.dist, stats.rv_continuous):
        return _prior(name, specification, scale)
    if callable(specification) and not isinstance(specification, type | stats.rv_continuous | stats.rv_discrete):
        parameter = Hyperparameter(name, scale.range, scale, _log_density=specification)
        inside = parameter.natural(np.array([-1.0, 0.25, 1.0]))
        one_by_one = np.concatenate([parameter.log_density(inside[[i]]) for i in range(inside.size)])
        if not np.allclose(parameter.log_density(inside), one_by_one):  # it sums or normalises over its argument
            raise ValueError(
                f"{name}: its log density must be vectorised: each value must depend on its own argument alone"
            )
        return parameter
    raise TypeError(
        f"{name} must be a number (known), a frozen continuous SciPy distribution (its prior, such as "
        f"scipy.stats.halfnorm(scale=5)), a callable that returns its log density, or None (flat); "
        f"not {type(specification).__name__}"
    )


def _prior(name: str, prior: rv_frozen, scale: Scale) -> Hyperparameter:
    lower, upper = scale.range
    if np.ndim(prior.support()[0]) != 0:
        raise ValueError(f"{name}: its prior must be one distribution, not an array of them")
    start, end = (float(bound) for bound in prior.support())
    if np.isnan([start, end]).any():
        raise ValueError(f"{name}: the parameters of its prior are not valid")
    if start < lower or end > upper:
        raise ValueError(
            f"{name}: its prior reaches from {start:g} to {end:g}, outside {lower:g} to {upper:g}"
            + ("; perhaps you want half of one, such as scipy.stats.halfnorm or halfcauchy" if scale == LOG else "")
        )
    if isinstance(prior.dist, type(stats.norm)):  # known by its mean and its precision
        with np.errstate(all="ignore"):  # what is infinite or zero is refused
            mean_and_sd = np.array([float(prior.mean()), float(prior.std())])
        within_reach(f"{name}: the mean of its prior", mean_and_sd[:1])
        within_reach(f"{name}: the standard deviation of its prior", mean_and_sd[1:], positive=True)
    log_density = _log_density(prior, start, end)
    tail = np.geomspace(_TAIL, 0.1, 10)
    probability = np.concatenate([tail, np.linspace(0.1, 0.9, 17)[1:-1], 1 - tail[::-1]])
    with np.errstate(all="ignore"):
        with warnings.catch_warnings():
            # SciPy is not sure of a quantile far out, of beta(0.5, 3) for one; any point there serves as a probe.
            warnings.simplefilter("ignore", RuntimeWarning)
            quantiles = np.asarray(prior.ppf(probability), dtype=float)
        at_start, at_end = log_density(np.array([start, end]))
    # Where a density rises without bound towards an end of its range, stop short of that end by a rounding error.
    # (Not where the whole range ends: on the free scale it never gets there.)
    if at_start == np.inf and start != lower:
        start = float(max(start + 1e-15 * (prior.median() - start), np.nextafter(start, end)))
    if at_end == np.inf and end != upper:
        end = float(min(end - 1e-15 * (end - prior.median()), np.nextafter(end, start)))
    squares = np.abs(quantiles) < 1e150  # and not NaN: a probe must have a square within floating point
    return Hyperparameter(
        name,
        (start, end),
        scale,
        normal=(float(prior.mean()), 1 / float(prior.var())) if isinstance(prior.dist, type(stats.norm)) else None,
        quantiles=quantiles[squares & (quantiles > lower) & (quantiles < upper)],
        _log_density=log_density,
        prior=prior,
    )


def _log_density(prior: rv_frozen, start: float, end: float) -> LogDensity:
    """Return the prior's log density: SciPy's, or for the families in `_STANDARD` a formula ten times as fast."""

    def checked(x: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):  # far out there is no density
            density: FloatArray = prior.logpdf(x)  # type: ignore[attr-defined]  # the stubs take it for discrete
        return density

    standard = next((formula for family, formula in _STANDARD if isinstance(prior.dist, type(family))), None)
    if standard is None or len(prior.args) > 2 or prior.kwds.keys() - {"loc", "scale"}:
        return checked
    given = dict(zip(("loc", "scale"), prior.args, strict=False)) | prior.kwds
    loc, scale = (np.asarray(given.get(name, value), dtype=float) for name, value in (("loc", 0), ("scale", 1)))

    def log_density(x: FloatArray) -> FloatArray:
        with np.errstate(over="ignore", invalid="ignore"):  # far out there is no density
            return np.where((x >= start) & (x <= end), standard((x - loc) / scale), -np.inf)

    return log_density
