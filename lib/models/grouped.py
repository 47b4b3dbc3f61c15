"""What every model of groups has: labels, data, hyperparameters, and a look at what may go wrong."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal, Self, get_origin

import numpy as np
from numpy.typing import ArrayLike

from lib.models.base import State
from lib.priors.distributions import Normal
from lib.priors.hyperparameter import Hyperparameter
from lib.priors.proposed import Priors, words
from lib.priors.specification import hyperparameter
from lib.validation import FloatArray, freeze, group_labels, positive_vector

_ROUNDING = 1e-6  # in a power that is read off a prior's density


@dataclass(frozen=True)
class End:
    """An end of a parameter's range, where the posterior may fail to be proper."""

    what: str
    to: Literal["zero", "one", "infinity"]
    power: float  # with which prior times likelihood go there
    why: str
    logarithms: bool = False  # whether powers of a logarithm make the power -1 converge
    sentence: str = ""  # said in place of the usual one
    least: float = -1.0  # above -1 where floating point ends too soon for a power that is hardly more

    def __post_init__(self) -> None:
        """Refuse an end that there is not: it would be taken for another."""
        if self.to not in ("zero", "one", "infinity"):
            raise ValueError(f"to must be 'zero', 'one' or 'infinity', not {self.to!r}")

    @property
    def diverges(self) -> bool:
        """Whether the integral has no value."""
        beyond = self.power + 1 if self.to == "infinity" else self.least - self.power
        return beyond > (_ROUNDING if self.logarithms else -_ROUNDING)

    @property
    def proper(self) -> bool:
        """Whether it has one all the same, of which floating point loses a part."""
        return self.to != "infinity" and self.power > -1 + _ROUNDING

    def __str__(self) -> str:
        """Say why it has none."""
        moves, side = ("grows", "below") if self.to == "infinity" else (f"goes to {self.to}", "above")
        name = f"(1 - {self.what})" if self.to == "one" else self.what
        rule = (
            f"so much of the posterior lies where {self.what} cannot be told from {self.to}; the power must be above "
            f"{self.least:g}"
            if self.proper
            else f"so the integral diverges; the power must be {side} -1"
        )
        return self.sentence or (
            f"as {self.what} {moves}, {self.why}, and prior times likelihood goes as {name}**{self.power:.3g}, {rule}"
        )


class Grouped(ABC):
    """A model of groups (lib.models.base.Model)."""

    group: ClassVar[str]
    """A group's own parameter."""
    data: ClassVar[tuple[str, str]]
    """The attributes that hold what is observed in each group, and what is known of it."""
    hyper: ClassVar[tuple[str, ...]]
    """The attributes that hold the hyperparameters, in the order of the signature."""

    def __init_subclass__(cls) -> None:
        """Refuse a class whose names do not fit together, when it is written."""
        super().__init_subclass__()
        names = {name: getattr(cls, name, ()) for name in ("data", "hyper")}
        for name, value in names.items():
            if not (isinstance(value, tuple) and all(isinstance(part, str) for part in value)):
                raise TypeError(f"{cls.__name__}: {name} must be a tuple of names, not {value!r}")
        if len(names["data"]) not in (0, 2):
            raise TypeError(f"{cls.__name__}: data must be two names, of what is observed and of what is known of it")
        every = [*names["data"], *names["hyper"], getattr(cls, "group", "")]
        if twice := {name for name in every if every.count(name) > 1}:
            raise TypeError(f"{cls.__name__}: data, group and hyper need different names; {min(twice)} comes twice")

    def __init__(self, labels: Sequence[object] | None, allow_improper: bool) -> None:
        owed = [vars(base).get("__annotations__", {}) for base in type(self).__mro__]
        owed = [name for base in owed for name, kind in base.items() if get_origin(kind) is ClassVar]
        if missing := [name for name in owed if not hasattr(self, name)]:
            raise TypeError(f"{type(self).__name__} must say what its {missing[0]} is, as an attribute of the class")
        for name in self.hyper:
            if not isinstance(getattr(self, name, None), Hyperparameter):
                raise TypeError(f"{type(self).__name__}: {name} must come from lib.priors.specification.hyperparameter")
        self.size = getattr(self, self.data[0]).size
        self._labels = group_labels(labels, length=self.size)
        self._tabulate()
        failing = self._failing()
        self.improper = f"{failing[0]}{self._remedy(failing)}" if failing else ""
        if failing and failing[0].proper:  # a chain, or a grid, would end too soon, and nobody would see it
            raise ValueError(f"the posterior is proper, but floating point does not hold it: {self.improper}")
        if self.improper and not allow_improper:
            raise ValueError(f"the posterior is improper: {self.improper}")
        freeze(self)

    @abstractmethod
    def ends(self) -> Iterator[End]:
        """Every end of a hyperparameter's range at which the posterior may fail to be proper, if it is not known."""

    @abstractmethod
    def own_estimates(self) -> Normal:
        """Each group's parameter as its own data alone would have it, and the standard error of that."""

    @abstractmethod
    def scatter(self, rng: np.random.Generator, chains: int) -> State:
        """Scatter the hyperparameters where the data put them, by name."""

    def proper_priors(self) -> Priors:
        """Propose a proper prior for every hyperparameter, about where the data are, for a refusal to name.

        By the names of the arguments, in the order of `hyper`. A model that has none to propose says nothing of them.
        """
        return {}

    def _failing(self) -> list[End]:
        """Return the ends at which the posterior fails to be proper."""
        known = {p.name for p in self.hyperparameters if p.value is not None}
        return [end for end in self.ends() if end.diverges and end.what not in known]

    def _remedy(self, failing: list[End]) -> str:
        """Say which proper priors would give a posterior: as few as possible, of what fails rather than of others."""
        blamed = {end.what for end in failing}
        proposed = dict(zip(self.hyper, self.proper_priors().items(), strict=False))
        unknown = [name for name in proposed if getattr(self, name).value is None]
        unknown.sort(key=lambda name: getattr(self, name).name not in blamed)
        for size in range(1, len(unknown) + 1):
            for some in combinations(unknown, size):
                cured = copy(self)
                for name in some:
                    argument, prior = proposed[name]
                    setattr(cured, name, hyperparameter(argument, prior, getattr(self, name).scale))
                if not cured._failing():
                    told = ", ".join(f"{proposed[n][0]}={words(proposed[n][1])}" for n in proposed if n in some)
                    return f"; give {'a proper prior' if size == 1 else 'proper priors'}, for instance {told}"
        return ""

    def _moments(self) -> tuple[float, float]:
        """Mean and variance of the groups' own estimates, their errors included, weighted by what is known of them."""
        estimate, error = self.own_estimates()
        weight = getattr(self, self.data[1]) / getattr(self, self.data[1]).sum()
        mean = float(weight @ estimate)
        return mean, float(weight @ ((estimate - mean) ** 2 + error**2))

    def _tabulate(self) -> None:  # noqa: B027
        """Keep what the formulas need of the data again and again."""

    def known_of_new(self, values: ArrayLike) -> FloatArray:
        """Check what is known of new groups, as of those of the model, or refuse it by the name `new`."""
        return positive_vector("new", values)

    @property
    def labels(self) -> list[object]:
        """One label a group; the list is a copy."""
        return list(self._labels)

    @property
    def vectors(self) -> dict[str, tuple[str, list[object]]]:
        """One parameter a group."""
        return {self.group: ("group", self.labels)}

    @property
    def observed(self) -> dict[str, FloatArray]:
        """What the model explains."""
        return {self.data[0]: getattr(self, self.data[0])}

    @property
    def constants(self) -> dict[str, FloatArray | float]:
        """What the model takes as known: of the data, and of the hyperparameters."""
        known = {p.name: p.value for p in self.hyperparameters if p.value is not None}
        return {self.data[1]: getattr(self, self.data[1]), **known}

    @property
    def hyperparameters(self) -> tuple[Hyperparameter, ...]:
        """All of them, in the order of the signature."""
        return tuple(getattr(self, name) for name in self.hyper)

    @property
    def unknown(self) -> list[Hyperparameter]:
        """Those of which no value is given."""
        return [p for p in self.hyperparameters if p.value is None]

    def elsewhere(self, parameter: Hyperparameter) -> FloatArray:
        """Values all over a hyperparameter's range: where to look for a log density that says nothing of its mass."""
        return parameter.natural(np.linspace(-30, 30, 4001))

    def start_hyperparameters(self, rng: np.random.Generator, chains: int) -> State:
        """Scatter the hyperparameters where the data put them, but inside their priors; known ones where they are."""
        start = self.scatter(rng, chains)
        return {p.name: p.starting_values(start[p.name], self.elsewhere(p), rng) for p in self.hyperparameters}

    def free_hyperparameters(self, state: State) -> FloatArray:
        """Return the unknown ones on their free scales, a column each: shape (chains, unknown ones)."""
        free = [p.free(state[p.name])[:, np.newaxis] for p in self.unknown]
        return np.concatenate([np.empty((len(state[self.hyperparameters[0].name]), 0)), *free], axis=1)

    def with_data(self, observed: FloatArray) -> Self:
        """Return a copy of the model that has observed something else."""
        model = copy(self)
        setattr(model, self.data[0], observed)
        model._tabulate()
        freeze(model)
        return model

    def named(self, hyper: Sequence[FloatArray]) -> State:
        """Return the unknown ones among values of all hyperparameters, by name."""
        pairs = zip(self.hyperparameters, hyper, strict=True)
        return {p.name: value for p, value in pairs if p.value is None}

    def __repr__(self) -> str:
        """Tell the groups, how their estimates spread beside their errors, and the priors: so that a slip shows."""
        estimate, error = (x[np.isfinite(x)] for x in self.own_estimates())
        first, last = (str(self._labels[place]) for place in (0, -1))
        names = f" ({first})" if self.size == 1 else f" ({first} to {last})"
        return (
            f"{type(self).__name__} of {self.size} group{'s' * (self.size > 1)}{names}\n"
            f"  own estimates of {self.group}: {estimate.min():.3g} to {estimate.max():.3g}, "
            f"standard deviation {estimate.std():.3g}\n"
            f"  their standard errors: {error.min():.3g} to {error.max():.3g}, typically {np.median(error):.3g}\n"
            f"  {'; '.join(str(p) for p in self.hyperparameters)}"
        )
