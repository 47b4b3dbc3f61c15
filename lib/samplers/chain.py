"""The loop that every Markov chain sampler runs in. A sampler owes how it begins and one step."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lib.models.base import Collapsed, Integrable, Model, State, Sweepable, Walkable
from lib.validation import generator, positive_integer, refuse_what_does_not_fit, whole_number

_ABLE = {"exact": (Integrable, Collapsed), "gibbs": (Sweepable,), "metropolis": (Walkable,)}
_BESIDES = 8  # numbers a draw, at most, besides the parameters that are vectors: hyperparameters, statistics
_EXAMPLES = {"replicates": "200", "draws": "1000", "warmup": "500", "rng": "numpy.random.default_rng(1)"}


def asks_by_name[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that lacks keywords say which, and show a whole call: Python's own message shows none."""
    parameters = inspect.signature(function).parameters.values()
    needed = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    first = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    call = ", ".join(first + [f"{name}={_EXAMPLES[name]}" for name in needed])

    @wraps(function)
    def asking(*args: P.args, **kwargs: P.kwargs) -> R:
        if lacking := [name for name in needed if name not in kwargs]:
            names = f"{', '.join(lacking[:-1])} and {lacking[-1]}" if lacking[1:] else lacking[0]
            raise TypeError(
                f"{function.__name__} needs {names}, which {'are' if lacking[1:] else 'is'} not given: "
                f"for instance {function.__name__}({call})"
            )
        return function(*args, **kwargs)

    return asking


class Kernel(Protocol):
    """A sampler's two halves. A state holds arrays by name, chains first."""

    @property
    def kept(self) -> tuple[str, ...]:
        """What to keep of every state."""

    def init(self, rng: np.random.Generator, chains: int) -> State:
        """Scatter the chains."""

    def step(self, state: State, rng: np.random.Generator) -> State:
        """Move every chain once, and leave the posterior as it is."""

    def warm_up(self, state: State, iteration: int, rng: np.random.Generator) -> State:
        """Move every chain once, and learn from it how to move."""


def arguments(
    sampler: str,
    model: object,
    rng: np.random.Generator,
    *,
    asks: tuple[type, ...],
    draws: int,
    chains: int,
    warmup: int = 0,
) -> tuple[int, int, int, np.random.Generator]:
    """Return draws, chains, warm-up and generator, or refuse by name what the sampler cannot use, before any work.

    `asks` are the protocols of which the model must have one.

    Raises
    ------
    TypeError, ValueError
        If the model is none, or lacks what the sampler asks for; if a number is none, or more than memory can hold. A
        warm-up may be as long as the draws may be: a longer one is a slip of the pen. (Metropolis keeps it, to learn.)
    """
    if isinstance(model, type) or not isinstance(model, Model):
        kind = f"the class {model.__name__}" if isinstance(model, type) else f"a {type(model).__name__}"
        raise TypeError(f"model must be a model with its data, such as NormalNormal(y, sigma), not {kind}")
    if not isinstance(model, asks):
        able = " and ".join(name for name, protocols in _ABLE.items() if isinstance(model, protocols))
        lacking = " or ".join(protocol.__name__ for protocol in asks)
        raise TypeError(
            f"model: {sampler} asks for a model that is {lacking} (see lib.models.base), and {type(model).__name__} is "
            f"not; {able} can draw from it"
        )
    draws, chains = positive_integer("draws", draws), positive_integer("chains", chains)
    warmup = whole_number("warmup", warmup)
    each = 8 * (_BESIDES + sum(len(labels) for _, labels in model.vectors.values()))
    refuse_what_does_not_fit("chains", chains, each=each, more=" with this model")
    for what, length in (("draws", draws), ("warmup", warmup)):
        refuse_what_does_not_fit(what, length, each=each * chains, more=f" with chains={chains} and this model")
    return draws, chains, warmup, generator(rng)


def run(kernel: Kernel, *, draws: int, warmup: int, chains: int, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Warm up, then keep draws.

    Returns
    -------
    dict of ndarray
        What the kernel keeps, by name: shapes (chains, draws, ...).
    """
    state = kernel.init(rng, chains)
    for iteration in range(warmup):
        state = kernel.warm_up(state, iteration, rng)
    kept: dict[str, NDArray[Any]] = {}
    for draw in range(draws):
        state = kernel.step(state, rng)
        for name in kernel.kept:
            value = state[name]
            if draw == 0:
                kept[name] = np.empty((chains, draws, *value.shape[1:]), dtype=value.dtype)
            kept[name][:, draw] = value
    return kept
