"""Sentences of the page on the lecture whose deciding words are computed."""

import csv

import numpy as np
import references
import references_three_point as three_point
from paths import DATA
from scipy import stats
from sentences_asthma_nested import total


def limits_of_tau():
    """Spread of the eight posterior means as the spread of the effects grows, and as it vanishes."""
    spread = {tau: np.ptp(references.given_tau(tau)[0][:8]) for tau in (1e-3, 1e5)}
    words = {0: "complete", 31: "no"}
    return words[round(spread[1e5])], words[round(spread[1e-3])]


def less_than_noise():
    """Also that the estimated variance of the effects is zero since Q is small."""
    q = references.pooled()[2]
    noise = (references.SIGMA**2).mean()
    assert references.best_tau(references.restricted_log_likelihood) == 0
    return "below" if references.Y.var(ddof=1) < noise else "above", "below" if q < references.J - 1 else "above"


def what_matches_tau_squared():
    """From draws of effects and estimates: variance of posterior means, and of the effects given the estimates."""
    rng, tau, sigma = np.random.default_rng(1), 3.0, 4.0
    theta = rng.normal(0, tau, 200_000)
    y = rng.normal(theta, sigma)
    slope = np.cov(theta, y)[0, 1] / y.var()
    means, left = (slope * y).var(), (theta - slope * y).var()
    sign = {"plus": means + left, "minus": means - left}
    return "less" if means < tau**2 else "more", min(sign, key=lambda word: abs(sign[word] - tau**2))


def order_of_schools():
    """A pair of schools whose posterior means are not in the order of their estimates."""
    means = references.given_tau(5.0)[0][:8]
    changed = [
        (i, j) for i in range(8) for j in range(8) if (references.Y[i] - references.Y[j]) * (means[i] - means[j]) < 0
    ]
    return ("can" if changed else "cannot",)


def what_the_slide_prints():
    """Which posterior mean, under which prior, the printed 6.4633808 is near: within a twentieth."""
    found = {
        (what, prior): references.tau_moment(power, key)
        for what, power in ((r"$\tau$", 1), (r"$\tau^2$", 2))
        for prior, key in (("flat", references.FLAT), ("half-Cauchy", "half-Cauchy 25"))
    }
    assert abs(found[r"$\tau$", "flat"] - 6.4633808) < 0.2
    return min(found, key=lambda name: abs(found[name] - 6.4633808))


def trumpet():
    sd = [references.posterior_sd("A", tau) for tau in (1.0, 5.0, 20.0)]
    assert sd[2] > 1.5 * sd[0]
    return ("freer" if sd[0] < sd[1] < sd[2] else "less free",)


def stein_factors():
    """What makes (.) / S unbiased for the shrinkage: S has k - 1 degrees of freedom around the mean, else k."""
    k = 18
    words = {3: "$k - 3$", 2: "$k - 2$", 1: "$k - 1$"}
    factors = []
    for degrees in (k - 1, k):
        inverse = stats.chi2(degrees).expect(lambda s: 1 / s)
        factors.append(words[round(k - 1 / inverse)])
    return tuple(factors)


def league_of_alvis():
    with (DATA / "batting_1970.csv").open(encoding="utf-8") as file:
        [league] = [row["league"] for row in csv.DictReader(file) if row["player"].endswith("Alvis")]
    return ({"AL": "American", "NL": "National"}[league],)


def lowest_of_five():
    """Correlation of two of five flips with two heads, and the least for which the matrix has no negative root."""
    flips = np.array([[(i in pair) for i in range(5)] for pair in [(a, b) for a in range(5) for b in range(a)]], float)
    own = np.corrcoef(flips.T)[0, 1]
    roots = [np.linalg.eigvalsh(np.eye(5) * (1 - r) + r)[0] for r in (own, own - 0.01)]
    return ("lowest" if roots[0] > -1e-9 > roots[1] else "highest",)


def correlation_of_a_mixture():
    """Two coins with one chance of heads, drawn from Beta laws: the variance of the chance over that of a flip."""
    least = min(stats.beta(a, b).var() / (stats.beta(a, b).mean() * (1 - stats.beta(a, b).mean())) for a, b in BETAS)
    return ("negative" if least > 0 else "positive",)


BETAS = ((1, 1), (20, 3), (500, 500))


def pooling_in_basketball():
    errors = {kind: three_point.root_error(kind) for kind in ("partial", "pooled")}
    return ("does not beat" if errors["partial"] > errors["pooled"] else "beats",)


def nested_predicts():
    return ("better" if total("nested") > total("one population") else "worse",)


SENTENCES = [
    (r"As $\tau \to \infty$ there is {} pooling, as $\tau \to 0$ {} pooling;", limits_of_tau),
    (
        "ours have a variance of {{glue:text}}`sample_variance:.2f`, {} their mean sampling variance of "
        "{{glue:text}}`mean_noise_variance:.0f`. The moment estimate of $\\tau^2$ is {{glue:text}}`tau2_moments:.0f`, "
        "because $Q$ is {} $J - 1$;",
        less_than_noise,
    ),
    (
        r"which is {}. What matches $\tau^2$ is their variance *{}* the mean posterior variance.",
        what_matches_tau_squared,
    ),
    ("With unequal weights the order of the schools {} change.", order_of_schools),
    ("It is most likely the posterior mean of **{}**, under a **{}** prior,", what_the_slide_prints),
    ("since a larger spread leaves school A {}.", trumpet),
    (
        "Its factor has {}, because the grand average is estimated from the same data; {} is for a point chosen "
        "beforehand.",
        stein_factors,
    ),
    ("and Alvis played in the {} League.", league_of_alvis),
    ("which is $-1/(n-1)$, the {} that five exchangeable variables can have.", lowest_of_five),
    ("In a mixture the correlation is never {},", correlation_of_a_mixture),
    ("Partial pooling {} complete pooling here;", pooling_in_basketball),
    (
        "On deaths from cancer of the kidney the nested model predicts the next five years {} than one population of "
        "all counties.",
        nested_predicts,
    ),
]
