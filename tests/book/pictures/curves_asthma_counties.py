"""What the still pictures of the chapter `asthma-counties` draw, computed a second time."""

from functools import cache

import numpy as np
import references_asthma as asthma
from scipy import special
from still_pictures import panels

DRAWS = 40_000  # independent draws of the posterior
HIDDEN_DEATHS = 66  # in 2017-19, as the state says
ROUNDED = 0.1  # pixels, beside four standard errors


def people():
    return asthma.california()[0] / 3e-6


def hidden():
    _, least, greatest = asthma.california()
    return least < greatest


def level(value):
    return lambda x: np.full_like(x, value)


def funnel():
    """The state's rate, the band of 95% around it, what hidden counts allow, and the raw rates that are shown."""
    [panel] = panels("asthma-counties", "fig-counties-funnel")
    exposure, least, greatest = asthma.california()
    rate = (least[~hidden()].sum() + HIDDEN_DEATHS) / exposure.sum()

    def quantile(probability):
        """Least count that is not exceeded with this chance, from Poisson's law as an incomplete gamma function."""

        def raw(size):
            below = special.gammaincc(np.arange(1, 700), 3e-6 * rate * size[:, np.newaxis])
            return (below < probability).sum(axis=1) / (3e-6 * size)

        return raw

    area, *bars = panel.shapes
    # The outline starts with the upper end on the left, runs to the right at the bottom and comes back at the top.
    half = len(area) // 2
    assert len(bars) == hidden().sum()
    ends = np.concatenate([np.stack([people(), count / exposure], axis=1)[hidden()] for count in (least, greatest)])
    found = np.concatenate(bars)
    return [
        (panel, panel.curves[0], level(rate)),
        (panel, area[1:half], quantile(0.025)),
        (panel, area[half:], quantile(0.975)),
        (panel, area[:1], quantile(0.975)),
        # Some bars leave the figure at 50.
        (panel, found[found[:, 1] < 50], ends[ends[:, 1] < 50]),
        (panel, panel.markers[0], np.stack([people(), least / exposure], axis=1)[~hidden()]),
    ]


def treatments():
    """The three estimates. The draws are an image without places, and are left out."""
    [panel] = panels("asthma-counties", "fig-counties-treatments")
    rows = []
    for drawn, treatment in zip(panel.markers, ("modelled", "dropped", "zeroed"), strict=True):
        shape, mean = asthma.california_best(treatment)
        rows.append((panel, drawn, [[mean, mean / np.sqrt(shape)]]))
    return rows


@cache
def posterior_means():
    """Each county's posterior mean, and the standard error of an average of means given shape and mean."""
    shape, mean, mass = asthma.california_posterior()
    likely, prior = asthma.california_chances(), asthma.gamma_masses(shape, mean).T
    given = (likely * np.exp(asthma.LOG_RATES)) @ prior / (likely @ prior)
    average = given @ mass
    return average, np.sqrt((given - average[:, np.newaxis]) ** 2 @ mass / DRAWS)


def shrinkage():
    """The population's mean, and for each county the way from its raw rate to its posterior mean."""
    [panel] = panels("asthma-counties", "fig-counties-shrinkage")
    exposure, least, _ = asthma.california()
    shown = ~hidden()
    raw = np.stack([people(), least / exposure], axis=1)
    estimate, error = posterior_means()
    posterior = np.stack([people(), estimate], axis=1)
    _, mean, mass = asthma.california_posterior()
    error_of_mean = np.sqrt((mass @ mean**2 - (mass @ mean) ** 2) / DRAWS)

    def near(errors):
        """Four standard errors of a mean of draws."""
        return ROUNDED + 4 * np.max(errors) / panel.pixel[1]

    raws, shown_means, hidden_means = panel.markers
    starts, ends = np.array(panel.shapes).transpose(1, 0, 2)
    return [
        (panel, panel.curves[0], level(mass @ mean), near(error_of_mean)),
        (panel, starts, raw[shown]),
        (panel, ends, posterior[shown], near(error[shown])),
        (panel, raws, raw[shown]),
        (panel, shown_means, posterior[shown], near(error[shown])),
        (panel, hidden_means, posterior[~shown], near(error[~shown])),
    ]


def gain():
    """How far the log score of each county is ahead of that of one rate, and of raw rates with half a death added."""
    [panel] = panels("asthma-counties", "fig-counties-gain")
    full, later = asthma.california_scores("full"), asthma.california_chances("2020_2022")
    # A score is the logarithm of an average over draws: its error is that of the average, relative to it.
    relative = later / np.exp(full)[:, np.newaxis]
    error = np.sqrt(((relative - 1) ** 2 * asthma.california_rates()).sum(axis=1) / DRAWS)
    near = ROUNDED + 4 * error / panel.pixel[1]
    rows = [(panel, panel.curves[0], level(0.0))]
    for drawn, method in zip(panel.markers, ("common", "half"), strict=True):
        lead = np.stack([people(), full - asthma.california_scores(method)], axis=1)
        # Counties are drawn in the order of the file; some scores are simulated less well than others.
        rows += [(panel, drawn[[j]], lead[[j]], near[j]) for j in range(len(lead))]
    return rows


FIGURES = {
    "fig-counties-funnel": funnel,
    "fig-counties-treatments": treatments,
    "fig-counties-shrinkage": shrinkage,
    "fig-counties-gain": gain,
}
