"""Sentences of the chapter `learning-tau` whose deciding words are computed."""

import answers_learning_tau as answers
import numpy as np
import references
import references_learning_tau as simulated
import tables_learning_tau as tables
from references import SIGMA, Y
from scipy import special, stats
from wording import NUMBERS, SCHOOLS

GRID = np.geomspace(1e-4, 1e4, 4001)  # steps of equal ratio, so that a step has the mass of its density times tau
PARTS = {2: "half", 3: "third", 4: "quarter"}


def mass(prior, likelihood=tables.likelihood):
    """Probabilities of the values in the grid."""
    found = GRID * prior(GRID) * likelihood(GRID)
    return found / found.sum()


def half_cauchy(scale):
    return lambda tau: 1 / (1 + (tau / scale) ** 2)


def given(tau):
    """Posterior means and standard deviations of the effects and of mu."""
    mean, covariance = references.given_tau(tau)
    return mean, np.diag(covariance) ** 0.5


def top_and_bottom():
    """The density of tau, and how standard deviations change with it."""
    density = tables.likelihood(np.linspace(0, 30, 301))
    sds = np.array([given(tau)[1][:-1] for tau in np.linspace(0.01, 30, 61)])
    assert np.ptp(sds[0]) < 0.01 and density[250] < density[0] / 40
    assert (np.diff(sds[-1][np.argsort(SIGMA, kind="stable")]) > -1e-9).all()
    return (
        "falls" if (np.diff(density) < 0).all() else "rises",
        "maximum" if density.argmax() == 0 else "minimum",
        "rise" if (np.diff(sds, axis=0) > 0).all() else "fall",
        round(sds[0].mean()),
    )


def at_the_median():
    density = tables.likelihood(np.linspace(0, 30, 301))
    median = references.tau_quantile(0.5)
    return (
        "highest" if density[0] == density.max() else "lowest",
        "falls" if density[0] > density[-1] else "rises",
        round(median),
        {4: "four", 4.5: "four and a half", 5: "five"}[np.ceil(2 * np.ptp(given(median)[0][:-1])) / 2],
    )


def the_least_positive():
    """The school whose effect is the least certain to be positive, and the sign of its estimate."""
    school = references.chances_above_zero()[:-1].argmin()
    return SCHOOLS[school], "negative" if Y[school] < 0 else "positive"


def what_the_prior_matters_for():
    """How far six priors move tau's mean in its own standard deviations, and school A's in those of A."""
    flat = references.FLAT
    six = [prior for prior in references.PRIORS if not prior.startswith("inverse")]
    taus = {prior: references.tau_moment(1, prior) for prior in six}
    sd = (references.tau_moment(2) - references.tau_moment(1) ** 2) ** 0.5
    in_a = {prior: references.moments(prior)[0][0] for prior in six}
    moved = {
        "$\\tau$": np.ptp(list(taus.values())) / sd,
        "where the schools are": np.ptp(list(in_a.values())) / references.moments(flat)[1][0, 0] ** 0.5,
    }
    return sorted(moved, key=moved.get, reverse=True)


def cautious_and_bold():
    """School A among six priors: its lowest and its highest mean are those of the least and the largest spread."""
    six = [prior for prior in references.PRIORS if not prior.startswith("inverse")]
    in_a = {prior: references.moments(prior)[0][0] for prior in six}
    order = {min: "the most cautious prior", max: "the boldest"}
    words = {end(six, key=lambda prior: references.tau_moment(1, prior)): name for end, name in order.items()}
    assert min(in_a, key=in_a.get) == "half-normal 5" and max(in_a, key=in_a.get) == "flat on tau squared"
    return words[min(in_a, key=in_a.get)], words[max(in_a, key=in_a.get)]


def nearer_to_the_mean():
    """School A under each of eight priors, against the mean of the schools under the same prior."""
    near = []
    for prior in references.PRIORS:
        mean = references.moments(prior)[0]
        near.append(abs(mean[0] - mean[-1]) < abs(mean[0] - Y[0]))
    assert all(near) or not any(near)
    words = "the mean of the schools", "its own 28"
    return words if all(near) else words[::-1]


def half_normal_of_ten():
    """The chance that two effects differ by more than 40, the variance of their difference being twice tau squared."""
    tau = np.linspace(1e-3, 80, 8001)
    weight = stats.halfnorm(scale=10).pdf(tau)
    chance = weight @ (2 * stats.norm.sf(40, scale=2**0.5 * tau)) / weight.sum()
    return ("rarely" if chance < 0.05 else "often",)


def flat_on_another_scale():
    """Draws of tau squared that are flat up to 400: where their roots lie."""
    roots = np.random.default_rng(1).uniform(0, 400, 20_000) ** 0.5
    return ("large" if np.median(roots) > 10.5 else "small",)


def ends_of_the_scale():
    """The slider from 1 to 40: the spread of posterior means, and how far the prior falls where the likelihood is."""
    spread, fall = {}, {}
    for side, scale in {"left": 1, "right": 40}.items():
        weight = mass(half_cauchy(scale))
        known = np.array([given(tau)[0][:-1] for tau in GRID[::20]])
        spread[side] = np.ptp(weight[::20] @ known / weight[::20].sum())
        fall[side] = 1 - half_cauchy(scale)(10.0)
    assert fall["right"] < 0.1 < 0.9 < fall["left"]
    return min(spread, key=spread.get), min(fall, key=fall.get)


def half_cauchy_of_five():
    """Means under a half-Cauchy prior with scale 5, and how the three curves fall from one."""
    means = references.moments("half-Cauchy 5")[0][:-1]
    tau = np.linspace(0.1, 30, 300)
    prior, likelihood = half_cauchy(5)(tau), tables.likelihood(tau) / tables.likelihood(0.0)
    faster = (prior * likelihood < np.minimum(prior, likelihood)).all()
    return (
        int(np.floor(means.min())),
        int(np.ceil(means.max())),
        "faster" if faster else "slower",
        round(references.tau_moment(1, "half-Cauchy 5")),
    )


def towards_zero():
    """Medians of tau under inverse-gamma priors with ever smaller parameters."""
    medians = []
    for small in (1, 1e-3, 1e-5):
        weight = mass(lambda tau, small=small: tau ** (-1 - 2 * small) * np.exp(-small / tau**2))
        medians.append(GRID[np.searchsorted(weight.cumsum(), 0.5)])
    return ("zero" if medians[0] > medians[1] > medians[2] else "infinity",)


def integrals_from_epsilon():
    """Without an end: how fast tau to the minus one and to the minus two grow, and where half of the mass is."""
    growth = {power: tables.integral_from(1e-6, power) / tables.integral_from(1e-4, power) for power in (0, 1, 2)}
    assert np.isclose(growth[0], 1, rtol=1e-2) and growth[1] > 1.2
    return ("slowly" if growth[1] < growth[2] else "quickly",)


def near_the_cut():
    shares = [references.cut_off(2, epsilon)[1] for epsilon in (0.01, 0.001)]
    return (PARTS[round(1 / shares[1])],) if abs(shares[1] - shares[0]) < 0.01 else ("none",)


def likelihood_of(schools, tau):
    """Density of the first so many estimates at each tau, mu integrated out, up to a constant."""
    precision = 1 / (SIGMA[:schools] ** 2 + tau[:, np.newaxis] ** 2)
    total = precision.sum(axis=1)
    centre = precision @ Y[:schools] / total
    squares = (precision * (Y[:schools] - centre[:, np.newaxis]) ** 2).sum(axis=1)
    return np.exp(-squares / 2) * (precision.prod(axis=1) / total) ** 0.5


def least_schools():
    """Powers of tau that are integrable at zero and, by the tail of the likelihood, at infinity."""
    falls = {size: np.diff(np.log10(likelihood_of(size, np.array([1e4, 1e5]))))[0] for size in range(2, 9)}
    assert all(np.isclose(power, 1 - size, atol=1e-3) for size, power in falls.items())
    fewest = [next(size for size, fall in falls.items() if fall + power < -1.01) for power in (0, 1)]
    tau = np.geomspace(1e-12, 1, 2001)
    rest = {power: (tau ** (1 + power))[tau < 1e-6].sum() / (tau ** (1 + power)).sum() for power in (-0.5, -1.5)}
    return "above" if rest[-0.5] < rest[-1.5] else "below", *fewest


def three_schools():
    """The mass of tau and its mean up to ever larger ends, for the first three schools under a flat prior."""
    tau = np.geomspace(1e-3, 1e8, 6001)
    step = tau * likelihood_of(3, tau)
    ends = tau < 1e4
    settled = [np.isclose((step * tau**k)[ends].sum(), (step * tau**k).sum(), rtol=1e-2) for k in (0, 1)]
    return "proper" if settled[0] else "improper", "a" if settled[1] else "no"


def forms():
    """Autocorrelations of Gibbs sampling with a spread of 10, for errors of a fifth of it, equal and five times."""
    found = {
        form: [answers.sweeps(form, 10.0, np.full(8, error), chains=500) for error in (2.0, 10.0, 50.0)]
        for form in ("centred", "non-centred")
    }
    assert abs(found["centred"][1] - found["non-centred"][1]) < 0.05
    strong, _, weak = (min(found, key=lambda form: found[form][k]) for k in range(3))
    return weak, strong


def goes_along_with_both():
    """Correlations of school A's effect, and what its mean given tau keeps of the others as tau grows."""
    both = references.correlation_with_mu("A") > 0.2 and references.correlation_with_tau("A") > 0.2
    others = [1 - references.given_tau(tau)[1][0, 0] / SIGMA[0] ** 2 for tau in (1.0, 5.0, 20.0)]
    return "both" if both else "neither", "less" if others == sorted(others, reverse=True) else "more"


def why_a_rises():
    """The school with the highest estimate, and its posterior mean as tau grows."""
    along = [given(tau)[0][0] for tau in np.linspace(0.1, 40, 40)]
    rank = {0: "highest", 7: "lowest"}[int(np.argsort(-Y).tolist().index(0))]
    return rank, "rise" if (np.diff(along) > 0).all() else "fall"


def shapes_of_the_clouds():
    """The sign of a slope, and school A's standard deviation near no spread and at one of 20."""
    small, large = given(0.5), given(20.0)
    return (
        "upwards" if references.correlation_with_mu("A") > 0 else "downwards",
        "opens" if small[1][0] < large[1][0] / 2 else "closes",
    )


def a_and_c():
    words = ("better", "lower") if simulated.better("A", "C") > 0.5 else ("worse", "higher")
    return words[0], int(Y[0] - Y[2]), words[1]


def break_even_at():
    """The two autocorrelations of Gibbs sampling with a spread that is the root of the harmonic mean."""
    tau = float(stats.hmean(SIGMA**2)) ** 0.5
    centred, other = (answers.sweeps(form, tau, chains=3000) for form in ("centred", "non-centred"))
    return ("=" if abs(centred - other) < 0.01 else "\\ne",)


def spread_of_eta():
    """Its standard deviation given mu, at three large spreads, in units of the error over the spread."""
    at = np.array([30.0, 100.0, 300.0])
    sds = (1 / (1 + (at / 10) ** 2)) ** 0.5  # an error of 10: precision 1 of the prior and (tau / 10)**2 of the data
    return ("falls" if (np.diff(sds) < 0).all() and np.isclose(sds[-1], 10 / 300, rtol=0.01) else "rises",)


def shape_of_the_funnel():
    """The standard deviation of school A's effect less mu at a log tau of 3 and of -4, and where the neck is."""
    (top, across), (neck, thin) = (references.given_tau(np.exp(at)) for at in (3.0, -4.0))
    across, thin = (c[0, 0] + c[-1, -1] - 2 * c[0, -1] for c in (across, thin))
    wide = across > 100 * thin
    where = round(neck[0] - neck[-1])
    return "wide" if wide else "narrow", "narrowing" if wide else "widening", {0: "zero", 8: "8 points"}[where]


def likeliest_places():
    chance = tables.rank_chances()
    assert chance.max() < 0.3
    return SCHOOLS[chance[:, 0].argmax()], SCHOOLS[chance[:, -1].argmax()]


def g_is_more_precise():
    """The second likeliest to be the best, by the estimate and the error that it has beside A's."""
    second = np.argsort(-references.best_chances())[1]
    return SCHOOLS[second], int(Y[second]), "more" if SIGMA[second] < SIGMA[0] else "less"


def places_of_lines():
    """Where the observed value stands among replicates of the same schools: its share below."""
    below = {
        "largest": 1 - references.some_replicate(28, 1, False),
        "smallest": references.some_replicate(-3, -1, False),
        "standard deviation": 1 - references.replicates_vary_more(False),
    }
    [middle] = [name for name, share in below.items() if abs(share - 0.5) < 0.1]
    places = {name: "right" if share > 0.5 else "left" for name, share in below.items()}
    return middle, places["smallest"], places["standard deviation"]


def towards_one_half():
    """p-values of the largest of eight normal values, with the mean fitted to them and with draws from its prior."""
    rng = np.random.default_rng(5)
    truth = rng.normal(0, 3, (4000, 1))
    data = truth + rng.standard_normal((4000, 8))
    fitted = data.mean(axis=1, keepdims=True) + rng.normal(0, 8**-0.5, (4000, 200))
    below = {"posterior": special.ndtr(data.max(axis=1, keepdims=True) - fitted) ** 8}
    own = rng.normal(0, 3, (1, 200))
    below["prior"] = special.ndtr(data.max(axis=1, keepdims=True) - own) ** 8
    away = {name: np.abs(shares.mean(axis=1) - 0.5).mean() for name, shares in below.items()}
    return ("one half" if away["posterior"] < away["prior"] else "the ends",)


def a_new_school():
    """Its standard deviation and its chance to gain, against those of the mean."""
    sd, above = references.new_school()
    times = sd / references.moments()[1][-1, -1] ** 0.5
    assert above < references.chances_above_zero()[-1] - 0.05
    return ("nearly twice" if 1.9 < times < 2 else "twice" if times < 2.1 else "more than twice",)


def promised_and_delivered():
    """Where the plug-in intervals hold 95%, where least, and the averaged ones, by a simulation of its own."""
    truths = (0, 2, 5, 10, 20)
    shares = np.array([tables.coverage(tau)[0] for tau in truths])
    keeps = dict(zip(truths, shares[:, 0] > 0.94, strict=True))
    assert keeps == {0: True, 2: True, 5: False, 10: False, 20: False}
    wider = [sets.averaged_sd.mean() / sets.plugged_sd.mean() for sets in map(simulated.study, (0, 2))]
    return (
        "all but keep" if keeps[0] and keeps[2] else "break",
        "too often" if (shares[:2, 1] > 0.97).all() else "too rarely",
        "half" if np.allclose(wider, 1.47, atol=0.05) else "a quarter",
        "less" if (shares[2:, 0] < 0.92).all() else "more",
        "least" if truths[shares[:, 0].argmin()] == 10 else "most",
        "never" if (shares[:, 1] > 0.935).all() else "sometimes",
    )


def where_misses_are():
    """At 5, sets whose estimate of tau is zero, and where it is not; at 10, what these hold."""
    zero = simulated.study(5).zero.mean() > 0.3 and simulated.held(5, True) < 0.9 < 0.94 < simulated.held(5, False)
    assert simulated.held(10, True) < simulated.held(10, False)
    return ("zero" if zero else "large", "zero" if simulated.held(10, False) < 0.93 else "large")


def one_exceptional_school():
    """With 58 in school A: tau's mean, and what the other schools keep of their own estimates."""
    tau, weight = answers.of_58()
    grows = weight @ tau > references.tau_moment(1)
    node, old = references.tau_rule()
    own = [1 / (1 + (SIGMA[1:, np.newaxis] / spread) ** 2) for spread in (node, tau)]
    kept = own[0] @ old, own[1] @ weight
    less = (kept[1] > kept[0]).all()
    more = answers.school_a_with_58(tau, weight)[0] > 5 + answers.school_a_with_58(*references.tau_rule())[0]
    words = ("inflates", "grows") if grows else ("lowers", "falls")
    return words, "less" if less else "more", "more" if more else "less"


def ranking_under_a_cautious_prior():
    """Means of tau and chances of A to be the best, half-Cauchy with scale 5 against flat."""
    differ = references.tau_moment(1, "half-Cauchy 5") < references.tau_moment(1)
    certain = answers.ahead(by=0.0) < references.best_chances()[0] - 0.02
    return "less" if differ else "more", "more" if certain else "less"


def more_pupils_and_more_schools():
    """The factor of the errors squared, less one, and the two autocorrelations with every school sixteen times."""
    more = answers.break_even() ** 2 - 1
    factor = answers.break_even()
    many = np.tile(SIGMA, 16) / factor
    twins = [answers.sweeps(form, 10.0, many, chains=200) for form in ("centred", "non-centred")]
    return PARTS[round(1 / more)], "nothing" if abs(twins[0] - twins[1]) < 0.05 else "something"


def effective_in_a_hundred():
    share = (1 - answers.CENTRED) / (1 + answers.CENTRED)
    other = answers.sweeps("non-centred", 5.0, np.full(8, 10.0), chains=1000)
    return NUMBERS[round(100 * share)], NUMBERS[round(3 * (1 - other) / (1 + other))]


def darkest_and_palest_cells():
    chance = tables.rank_chances()
    order = [divmod(int(cell), 8) for cell in np.argsort(-chance, axis=None)]
    darkest, palest = order[:3], order[:-4:-1]
    words = [f"rank {rank + 1} for school {SCHOOLS[school]}" for school, rank in darkest]
    shares = [NUMBERS[round(1 / chance[cell])] for cell in darkest]
    assert shares[1] == shares[2]
    assert [rank for _, rank in palest] == [0, 7, 7] and all(0.045 < chance[cell] < 0.065 for cell in palest)
    assert np.mean(np.abs(chance - 1 / 8) < 0.035) > 0.6
    return words[0], shares[0], words[1], words[2], shares[1], *(SCHOOLS[school] for school, _ in palest)


def schools_with_one_error():
    pairs = [SCHOOLS[error == references.SIGMA] for error in np.unique(references.SIGMA)]
    return tuple(school for pair in pairs if len(pair) == 2 for school in pair)


SENTENCES = [
    (
        "The darkest cell is {}, one in {}; then come {} and {}, one in {} each. The palest are rank 1 for school {} "
        "and rank 8 for schools {} and {}, about one in twenty.",
        darkest_and_palest_cells,
    ),
    ("{} and {} share a line, and so do {} and {}.", schools_with_one_error),
    (
        "Top: the posterior density of the spread {} steadily from its {} at zero, close to zero by 25.",
        lambda: top_and_bottom()[:2],
    ),
    ("Bottom: posterior standard deviations {} from {} for every school,", lambda: top_and_bottom()[2:]),
    (
        "The density is {} at zero and {} slowly. At its median, near {}, the posterior means still lie within "
        "{} points of one another.",
        at_the_median,
    ),
    (
        "Even for school {}, whose own estimate is {}, that probability is",
        the_least_positive,
    ),
    (
        "school A moves from {{glue:text}}`a_hn5:.1f` points under {} to {{glue:text}}`a_flat2:.1f` under {}.",
        cautious_and_bold,
    ),
    ("under every prior in the table A stays nearer to {} than to {}.", nearer_to_the_mean),
    ("So the prior matters a great deal for {}, and less for {}.", what_the_prior_matters_for),
    ("the effects of two schools {} differ by more than about 40 points,", half_normal_of_ten),
    ("What is flat on one scale prefers {} values on another,", flat_on_another_scale),
    ("with a thousandth it is {{glue:text}}`median_ig001:.2f`, and it goes on towards {}.", towards_zero),
    ("At the {} end it insists that schools are alike; at the {} end it is nearly flat.", ends_of_the_scale),
    (
        'all dots lie between {} and {}. " "Below: prior and likelihood of the spread fall from one, and their " '
        '"product, the posterior, falls {} than either; its mean is near {}.',
        half_cauchy_of_five,
    ),
    (
        "With $\\tau^{{-1}}$ the integral grows like $\\log(1/\\epsilon)$, more {} and just as surely.",
        integrals_from_epsilon,
    ),
    ("However small $\\epsilon$ gets, about {} of all mass sits between $\\epsilon$ and $2\\epsilon$,", near_the_cut),
    (
        "A power {} $-1$ is integrable at zero, and $-1$ itself is not. At infinity each of the $J$ factors of "
        "{{eq}}`eq-tau-posterior` falls like $1/\\tau$ and $V_\\mu(\\tau)^{{1/2}}$ grows like $\\tau$: the likelihood "
        "falls like $\\tau^{{-(J-1)}}$ when $\\mu$ has a flat prior, so a flat prior on $\\tau$ needs "
        "$J \\ge {}$ schools, and one that is flat on $\\tau^2$ needs $J \\ge {}$.",
        least_schools,
    ),
    (
        "the points form a funnel, {} at the top and {} to a neck at {}, thin as a line,",
        shape_of_the_funnel,
    ),
    (
        "**Weak data want the {} form, strong data the {} one.**",
        forms,
    ),
    (
        "It goes along with {}; and the larger the spread, the {} the other schools can say about A.",
        goes_along_with_both,
    ),
    (
        "Against the population mean the cloud is tilted {} and wide. Against the spread it {} like a trumpet:",
        shapes_of_the_clouds,
    ),
    ("School A has the {} estimate, so whatever lets schools differ lets A {}.", why_a_rises),
    ("{} is the likeliest to be first and {} to be last,", likeliest_places),
    ("and {}, whose {} points are {} precise, with about {{glue:text}}`best_g:.1f`.", g_is_more_precise),
    (
        "in the middle for the {}, to the {} of the middle for the smallest, and to the {} of it for "
        "the standard deviation.",
        places_of_lines,
    ),
    ("which draws such p-values towards {}.", towards_one_half),
    ("It has a standard deviation of {{glue:text}}`new_sd:.1f` points, {} that of $\\mu$,", a_new_school),
    (
        "Where the schools are alike, or nearly, the plug-in intervals {} their promise of 95%. The averaged ones then "
        "hold the truth {}, and pay for it: their standard deviations are nearly {} as large again. Where the schools "
        "differ, the plug-in intervals deliver clearly {} than they promise, {} at a true $\\tau$ of 10. The averaged "
        "ones {} fall short of 95% by more than about a percentage point.",
        promised_and_delivered,
    ),
    (
        "Often the estimate of $\\tau$ is {} although the schools differ: at a true $\\tau$ of 5 it is zero in "
        "{{glue:text}}`zero_5:.0%` of such sets, where the intervals hold {{glue:text}}`held_zero_5:.0%`, and "
        "elsewhere {{glue:text}}`held_other_5:.0%`. And an estimate that is not {} still passes",
        where_misses_are,
    ),
    ("A is {} than C, whose estimate is {} points {}, with", a_and_c),
    ("So the two autocorrelations are equal exactly when $\\tau^2 {} h$.", break_even_at),
    ("When $\\tau^2 < h$ the {} form has the smaller one, and when $\\tau^2 > h$ the {} form.", forms),
    ("so that given $\\mu$ the spread of $\\eta_j$ {} like $\\sigma_j / \\tau$.", spread_of_eta),
    ("three schools give a {} posterior for $\\tau$ that has {} mean.", three_schools),
    (
        "One truly exceptional school {} $\\tau$ for all, and they shrink {}.",
        lambda: (one_exceptional_school()[0][0], one_exceptional_school()[1]),
    ),
    (
        "By {}: with the old posterior of $\\tau$ it would have risen by {{glue:text}}`old_rise:.0f` points, and it "
        "rises by {{glue:text}}`new_rise:.0f`. At 28 the other schools could explain A away; at 58 they cannot, so "
        "$\\tau$ {} and *every* school shrinks {},",
        lambda: (one_exceptional_school()[2], one_exceptional_school()[0][1], one_exceptional_school()[1]),
    ),
    ("A prior that lets schools differ {} leaves the ranking even {} open.", ranking_under_a_cautious_prior),
    ("In the centred form about {} draws in a hundred are effective.", lambda: effective_in_a_hundred()[:1]),
    ("The non-centred form has $\\varphi = w$, and {} draws in three count.", lambda: effective_in_a_hundred()[1:]),
    (
        "With $\\tau = 10$ a {} more pupils in each school are enough. Twins change {}:",
        more_pupils_and_more_schools,
    ),
]
