"""Whether the draws of a Markov chain can be trusted: each sampler asks, and says so where they cannot."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

import arviz as az
import numpy as np
import xarray as xr

from lib.models.base import Collapsed, Integrable, Model, Sweepable
from lib.validation import FloatArray

HIGHEST_RHAT = 1.01
LEAST_EFFECTIVE = 100  # draws a chain
_LEAST_DRAWS = 4  # a chain, from which ArviZ computes anything
_HOPELESS = 100.0  # times as many draws
_OF_A_VECTOR = 4  # entries looked at, evenly spaced: all of thousands would take longer than to draw them

_judged_elsewhere: ContextVar[bool] = ContextVar("judged_elsewhere", default=False)  # a thread has its own


class ConvergenceWarning(UserWarning):
    """The draws of a run cannot be trusted: its chains disagree, or are worth too few independent draws.

    To make it an error: ``warnings.simplefilter("error", ConvergenceWarning)``.
    """


class Judged(NamedTuple):
    """What was found of one number a draw."""

    name: str
    rhat: float
    effective: float


@contextmanager
def judged_elsewhere() -> Iterator[None]:
    """Have samplers say nothing of their draws, inside: for a caller that judges every run itself."""
    token = _judged_elsewhere.set(True)
    try:
        yield
    finally:
        _judged_elsewhere.reset(token)


def checked(sampler: str, model: Model, tree: xr.DataTree) -> xr.DataTree:
    """Return a Markov chain's draws as they are; warn if they cannot be trusted.

    Parameters
    ----------
    sampler : str
        Its name, for the message.
    model : Model
    tree : DataTree
        Every hyperparameter is looked at, and of each vector a few entries, always the same ones.

    Warns
    -----
    ConvergenceWarning
        Once, of the parameter that fares worst.

    References
    ----------
    Vehtari et al. (2021), "Rank-normalization, folding, and localization: an improved R for assessing convergence of
    MCMC", *Bayesian Analysis* 16:667-718: R-hat below 1.01, and an effective sample size of 400 from four chains.
    """
    if _judged_elsewhere.get():
        return tree
    chains, draws = tree.posterior.sizes["chain"], tree.posterior.sizes["draw"]
    least = LEAST_EFFECTIVE * chains

    def too_few_by(one: Judged) -> float:
        """By which factor there are too few draws; R-hat less one falls as their number grows."""
        return float(max(least / max(one.effective, 1e-9), (one.rhat - 1) / (HIGHEST_RHAT - 1)))

    worst = max(judge(tree), key=too_few_by, default=None)
    if worst is None or too_few_by(worst) <= 1:
        return tree
    if draws < _LEAST_DRAWS:
        what = f"from fewer than {_LEAST_DRAWS} in a chain nobody can tell whether it has settled"
    elif worst.effective == 0:
        what = f"in some chain {worst.name} has not moved once"
    else:
        what = (
            f"{chains * draws:,} of {worst.name} are worth {worst.effective:,.0f} independent ones, where {least:,} is "
            f"the least to ask for, and its R-hat is {worst.rhat:.3f}, where {HIGHEST_RHAT} is the most"
        )
    times = 3 * too_few_by(worst)
    remedies = [f"draws={float(f'{times * draws:.1g}'):.0f}" if times < _HOPELESS else "a longer warm-up"]
    if getattr(model, "improper", ""):
        remedies = ["a prior that is proper: this posterior does not exist"]
    elif sampler != "exact" and isinstance(model, Integrable | Collapsed):
        remedies.append("exact(model, draws=1000, rng=rng), whose draws are independent")
    elif sampler == "metropolis" and isinstance(model, Sweepable):
        remedies.append("gibbs, which takes larger steps")
    warnings.warn(
        f"{sampler}: do not trust these draws yet: {what}; give {', or take '.join(remedies)}",
        ConvergenceWarning,
        skip_file_prefixes=(str(Path(__file__).parents[1]),),
    )
    return tree


def judge(tree: xr.DataTree) -> list[Judged]:
    """Compute rank-normalised R-hat and bulk effective sample size, by ArviZ.

    An entry of a vector that is the same in every chain and draw is not judged: it is known. What has not moved within
    a chain otherwise has the R-hat infinity and the effective sample size zero; so has all of a run too short to tell.
    """
    unknown = {str(name) for name, values in tree.posterior.data_vars.items() if values.ndim == 2}
    columns = dict(_columns(tree))
    moving = {name: x for name, x in columns.items() if (x != x[:, :1]).any(axis=1).all()}
    stuck = [name for name, x in columns.items() if name not in moving and (name in unknown or (x != x[0, 0]).any())]
    found = [Judged(name, np.inf, 0.0) for name in stuck]
    if moving:
        draws = np.stack(list(moving.values()))
        several = draws if draws.shape[1] > 1 else draws[..., draws.shape[2] % 2 :].reshape(len(draws), 2, -1)
        with np.errstate(all="ignore"):  # of a handful of draws the variance can be zero
            # Of one chain ArviZ gives none, though it looks at the halves of several.
            rhat = np.asarray(az.rhat(several, chain_axis=1, draw_axis=2))
            effective = np.asarray(az.ess(draws, chain_axis=1, draw_axis=2))
        pairs = zip(moving, np.nan_to_num(rhat, nan=np.inf), np.nan_to_num(effective), strict=True)
        found += [Judged(name, float(r), float(n)) for name, r, n in pairs]
    return found


def _columns(tree: xr.DataTree) -> Iterator[tuple[str, FloatArray]]:
    """Yield what is looked at, by name, shape (chains, draws)."""
    for name, values in tree.posterior.data_vars.items():
        drawn = values.to_numpy()
        if drawn.ndim == 2:
            yield str(name), drawn
            continue
        labels = values.coords[values.dims[2]].to_numpy()
        for place in np.unique(np.linspace(0, len(labels) - 1, _OF_A_VECTOR).round().astype(int)):
            yield f"{name}[{labels[place]}]", drawn[..., place]
