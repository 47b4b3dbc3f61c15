"""Gibbs sampling: one parameter at a time, each from its full conditional distribution."""

import numpy as np
import xarray as xr

from lib.models.base import ExactStep, SliceStep, State, Sweepable
from lib.samplers.chain import arguments, asks_by_name, run
from lib.samplers.convergence import checked
from lib.samplers.draws import to_datatree
from lib.validation import FloatArray

_MOST_STEPS = 200  # in stepping out
_AHEAD = 4  # points looked at in one call
_POOL = 8  # values to choose from, the present one among them


@asks_by_name
def gibbs(model: Sweepable, *, draws: int, warmup: int, chains: int = 4, rng: np.random.Generator) -> xr.DataTree:
    """Draw from a posterior by its full conditionals: exactly where they have a name, by slices or by choice elsewhere.

    Parameters
    ----------
    model : Sweepable
        Any model that knows its full conditionals.
    draws, warmup, chains : int
        Draws kept and draws thrown away in each chain, and chains. All chains move in one step.
    rng : numpy.random.Generator
        The same state gives the same draws.

    Returns
    -------
    xarray.DataTree
        With groups ``posterior``, ``observed_data`` and ``constant_data``.

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, or the draws would take more than 4 GiB.

    Warns
    -----
    ConvergenceWarning
        If the draws cannot be trusted; see `lib.samplers.convergence`.

    Notes
    -----
    Where the likelihood alone has a name, draws from it are candidates, and the prior decides between them and the
    present value. Warm-up finds out whether that mostly moves; if not, the parameter moves by slices.

    A slice may cross a gap in a prior only if the gap is narrower than the slice's first interval, which warm-up makes
    about three moves wide. A density in distant pieces needs another sampler, such as `exact`.

    References
    ----------
    Gelfand and Smith (1990), "Sampling-based approaches to calculating marginal densities", *Journal of the American
    Statistical Association* 85:398-409.
    """
    draws, chains, warmup, rng = arguments(
        "gibbs", model, rng, asks=(Sweepable,), draws=draws, chains=chains, warmup=warmup
    )
    posterior = run(Sweep(model), draws=draws, warmup=warmup, chains=chains, rng=rng)
    return checked("gibbs", model, to_datatree(model, posterior))


class Sweep:
    """One sweep over a model's parameters: each of its steps in turn."""

    def __init__(self, model: Sweepable) -> None:
        self.model, self.kept = model, model.sampled

    def init(self, rng: np.random.Generator, chains: int) -> State:
        """Start where the model says."""
        state = self.model.start_state(rng, chains)
        self.moves = [_move(step, state) for step in self.model.steps]
        return state

    def step(self, state: State, rng: np.random.Generator) -> State:
        """Move each parameter given the present values of all others."""
        for move in self.moves:
            state = move.step(state, rng)
        return state

    def warm_up(self, state: State, iteration: int, rng: np.random.Generator) -> State:
        """Do the same, and let each move learn from it."""
        for move in self.moves:
            state = move.warm_up(state, iteration, rng)
        return state


class _Exact:
    """A draw from a full conditional that has a name: nothing to learn."""

    def __init__(self, step: ExactStep) -> None:
        self.draw = step.draw

    def step(self, state: State, rng: np.random.Generator) -> State:
        return state | self.draw(state, rng)

    def warm_up(self, state: State, iteration: int, rng: np.random.Generator) -> State:
        return self.step(state, rng)


class _Slice:
    """A move along a full conditional. It learns a width: about three typical moves, which needs few evaluations."""

    def __init__(self, step: SliceStep, state: State) -> None:
        self.slice = step
        # One, or where that would be lost in rounding, so much more that tuning can find its way.
        self.width = max(1.0, 1e-6 * float(np.abs(step.parameter.free(state[step.parameter.name])).max()))

    def step(self, state: State, rng: np.random.Generator) -> State:
        return slice_move(self.slice, state, self.width, rng)[0]

    def warm_up(self, state: State, iteration: int, rng: np.random.Generator) -> State:
        state, distance = slice_move(self.slice, state, self.width, rng)
        self.width += (3 * distance - self.width) / (iteration + 2) ** 0.6
        return state


class _Choice(_Slice):
    """A choice among draws from the likelihood, which costs less than a slice. It learns whether that mostly moves."""

    def __init__(self, step: SliceStep, state: State) -> None:
        super().__init__(step, state)
        self.moving = 0.0

    def step(self, state: State, rng: np.random.Generator) -> State:
        return pool_move(self.slice, state, rng)[0] if self.moving > 0.5 else super().step(state, rng)

    def warm_up(self, state: State, iteration: int, rng: np.random.Generator) -> State:
        comparing = iteration < 100 or iteration % 20 < 2  # slices cost more: not in every iteration
        if not (iteration % 2 == 1 if comparing else self.moving > 0.5):
            return super().warm_up(state, iteration, rng)
        state, share = pool_move(self.slice, state, rng)
        self.moving += (share - self.moving) / (min(iteration, 100) // 2 + 1)
        return state


def _move(step: ExactStep | SliceStep, state: State) -> _Exact | _Slice:
    if isinstance(step, ExactStep):
        return _Exact(step)
    return _Choice(step, state) if _can_choose(step) else _Slice(step, state)


def _can_choose(step: SliceStep) -> bool:
    """Say if the likelihood can be drawn from and the prior is bounded: beside a peak, all else would weigh nothing."""
    return step.candidates is not None and step.parameter.power_at_zero() > -1e-9


def pool_move(step: SliceStep, state: State, rng: np.random.Generator) -> tuple[State, float]:
    """Choose between the present value and draws from the likelihood alone, each with its prior as weight.

    Parameters
    ----------
    step : SliceStep
        With `candidates`.
    state : dict of ndarray, chains first
    rng : numpy.random.Generator

    Returns
    -------
    state : dict
        With the parameter, and what hangs on it, moved.
    share : float
        The share of the chains that moved.

    Notes
    -----
    The values are equally likely in any order, given which they are, but for the weights: that is why choosing by
    weight leaves the full conditional as it is.

    References
    ----------
    Tjelmeland (2004), "Using all Metropolis-Hastings proposals to estimate mean values", Norwegian University of
    Science and Technology, preprint Statistics 4/2004, for the choice among many proposals.
    """
    assert step.candidates is not None
    parameter = step.parameter
    pool = np.concatenate([state[parameter.name][np.newaxis], step.candidates(state, rng, _POOL - 1)])
    with np.errstate(all="ignore"):  # a value whose square is beyond floating point gets no weight
        usable = np.isfinite(pool**2) & np.isfinite(pool**-2)
        log_weight = np.where(usable, parameter.log_density(pool), -np.inf)
    chosen = (log_weight + rng.gumbel(size=pool.shape)).argmax(axis=0)  # with probability proportional to the weight
    value = pool[chosen, np.arange(chosen.size)]
    return step.moved(value, state), np.count_nonzero(chosen) / chosen.size


def slice_move(step: SliceStep, state: State, width: float, rng: np.random.Generator) -> tuple[State, float]:
    """Move one parameter of every chain along its full conditional.

    Parameters
    ----------
    step : SliceStep
    state : dict of ndarray, chains first
    width : float
        Of the first interval, on the free scale. Any width is right; some need more evaluations.
    rng : numpy.random.Generator

    Returns
    -------
    state : dict
        With the parameter, and what hangs on it, moved.
    distance : float
        The mean distance moved on the free scale.

    References
    ----------
    Neal (2003), "Slice sampling", *Annals of Statistics* 31:705-767, figures 3 (stepping out) and 5 (shrinkage).
    """
    parameter = step.parameter

    def log_density(free: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):  # far out, where numbers overflow, there is no density worth having
            within = parameter.within(free)
            value = parameter.natural(within)
            density = parameter.log_density(value) + parameter.log_jacobian(within) + step.log_rest(value, state)
        return np.where((within == free) & ~np.isnan(density), density, -np.inf)

    start = parameter.free(state[parameter.name])
    left = start - width * rng.random(start.shape)
    # Step out. At most so many steps, shared between the sides by chance before looking, or the move would not be
    # reversible. A call costs about as much for many points as for one: look at several steps, and the start, together.
    steps_left = np.floor(_MOST_STEPS * rng.random(start.shape))
    limits = np.array([steps_left, _MOST_STEPS - 1 - steps_left])
    ends = np.array([left, left + width])
    outward = width * np.array([-1.0, 1.0]).reshape(2, *[1] * start.ndim)
    ahead = np.arange(_AHEAD).reshape(_AHEAD, *[1] * ends.ndim) * outward
    points = np.empty((1 + _AHEAD, *ends.shape))
    points[0], points[1:] = start, ends + ahead
    density = log_density(points)
    level = density[0, 0] - rng.standard_exponential(start.shape)
    inside = density[1:] > level
    while True:
        steps = np.minimum(np.logical_and.accumulate(inside).sum(axis=0), limits)
        ends, limits = ends + steps * outward, limits - steps
        if not (steps == _AHEAD).any():
            break
        inside = log_density(ends + ahead) > level
    left, right = ends
    # Shrink: a proposal outside the slice becomes the interval's new end, on its own side of the start. Where the next
    # proposal falls if this one fails is known beforehand, so that several can be looked at together.
    at, undecided = start, np.ones(start.shape, dtype=bool)
    proposals = np.empty((_AHEAD, *start.shape))
    while undecided.any():
        for proposal, share in zip(proposals, np.asarray(rng.random(proposals.shape)), strict=True):
            proposal[:] = left + (right - left) * share
            below = proposal < start
            left, right = np.where(below, proposal, left), np.where(below, right, proposal)
        inside = log_density(proposals) > level
        found = inside.any(axis=0)
        first = np.take_along_axis(proposals, inside.argmax(axis=0)[np.newaxis], axis=0)[0]
        at = np.where(undecided & found, first, at)
        undecided &= ~found & (right - left > 1e-14 * np.abs(start))  # rounding: it stays where it was
    return step.moved(parameter.natural(at), state), float(np.abs(at - start).mean())
