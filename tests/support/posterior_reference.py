"""Posteriors of the three two-level models by quadrature in two dimensions, found without `lib`.

``reference("beta", {"y": y, "n": n}, {"mean": log_density, "concentration": 30.0}, groups=[0, 4])``

The outer coordinate is log tau, log concentration or log shape, the inner one mu, logit mean or log mean; the groups'
parameters are integrated out in closed form. Each integral is a sum of Gauss's rules on panels, halved where the
density bends; panels start and end where a prior jumps. All is done twice, by different rules on different panels, and
the difference is the error that is reported.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev, legendre
from scipy import special

LOW, HIGH = -690.0, 345.0  # of a log: the square of the number at the upper end is still a number, as priors need
FLOOR = -1e300  # stands for the log of zero, so that differences are numbers
CHUNK = 2_000_000  # numbers in an array that has a column a group
PROBABILITIES = np.array([0.01, 0.1, 0.5, 0.9, 0.99])
INNER = np.array([1, 3, 9, 27, 81, 243, 700.0])
OUTER = np.array([*range(-20, 41, 3), *(-690, -400, -230, -130, -80, -50, -33), *(55, 80, 130, 230, 340)], dtype=float)
SDS = np.array([1, 3, 10, 30, 100, 1e3, 1e4, 1e6, 1e9, 1e12])
HYPER = {"normal": ("tau", "mu"), "beta": ("concentration", "mean"), "gamma": ("shape", "mean")}  # outer, inner


def log_rising(log_x, n):
    """Log of the product of 1 + i / x for i below n: of the rising factorial of x over the power of x."""
    x = np.exp(log_x)
    low, high = np.minimum(x, 20), np.maximum(x, 20)
    below = special.gammaln(low + n) - special.gammaln(low + 1) - (n - 1) * np.minimum(log_x, np.log(20))
    # Stirling's series at x + n and at x. What grows with x in it cancels on paper, and not in floating point.
    t = n / high
    bend = np.where(t < 0.01, t * t * np.polyval([1 / 7, -1 / 6, 1 / 5, -1 / 4, 1 / 3, -1 / 2], t), np.log1p(t) - t)
    above = high * bend + (n - 0.5) * np.log1p(t) + stirling(high + n) - stirling(high)
    return np.where(np.equal(n, 0), 0, np.where(x < 20, below, above))


def stirling(z):
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / z**2) / z**2) / z**2) / z


def in_chunks(function, size, *arrays):
    """Apply a function of vectors that makes arrays with `size` columns, piece by piece."""
    pieces = np.array_split(np.arange(len(arrays[0])), 1 + len(arrays[0]) * size // CHUNK)
    return np.concatenate([function(*(array[piece] for array in arrays)) for piece in pieces])


def fewer(log_x):
    """Give points and weights: a sum over them of a smooth function is its sum over log_x.

    In each cell of width a half, many points become sixteen, each weighted by its share in the interpolation at them.
    """
    nodes = np.cos(np.pi * (np.arange(16) + 0.5) / 16)
    cell, points, weights = np.floor(2 * log_x), [], []
    for number in np.unique(cell):
        inside, times = np.unique(log_x[cell == number], return_counts=True)
        if inside.size > 16:
            at = 2 * (2 * inside - number) - 1
            times = times @ chebyshev.chebvander(at, 15) @ np.linalg.inv(chebyshev.chebvander(nodes, 15))
            inside = (number + (nodes + 1) / 2) / 2
        points.append(inside)
        weights.append(times)
    return np.concatenate(points), np.concatenate(weights)


class Table:
    """A sum over groups that depends on one log alone, as Chebyshev series on cells of width one.

    The sums have singularities a distance of pi off the real line: sixteen terms are as good as the sum. A cell is
    filled when it is first asked for.
    """

    def __init__(self, function, size):
        self.function, self.size = function, size
        self.coefficients, self.filled = np.zeros((16, 3000)), np.zeros(3000, bool)
        self.nodes = np.cos(np.pi * (np.arange(16) + 0.5) / 16)
        self.to_coefficients = np.linalg.inv(chebyshev.chebvander(self.nodes, 15))

    def __call__(self, log_x):
        floor = np.floor(log_x)
        cell, t = floor.astype(int) + 1500, 2 * (log_x - floor) - 1
        if not self.filled[cell].all():
            new = np.unique(cell[~self.filled[cell]])
            at = (new - 1500 + (self.nodes[:, np.newaxis] + 1) / 2).ravel()
            self.coefficients[:, new] = self.to_coefficients @ in_chunks(self.function, self.size, at).reshape(16, -1)
            self.filled[new] = True
        last = before = 0.0
        for row in self.coefficients[:0:-1]:  # Clenshaw's recurrence
            last, before = row[cell] + 2 * t * last - before, last
        return self.coefficients[0][cell] + t * last - before


def rising_table(counts):
    """Tabulate the sum of log_rising over counts, as a function of log x."""
    n, times = np.unique(counts, return_counts=True)
    return Table(lambda log_x: log_rising(log_x[:, np.newaxis], n) @ times, n.size)


class Normal:
    """y ~ N(theta, sigma^2), theta ~ N(mu, tau^2)."""

    inner = "identity"

    def __init__(self, y, sigma):
        self.y, self.variance = np.asarray(y, float), np.square(np.broadcast_to(sigma, np.shape(y)).astype(float))
        self.middle = np.log(np.median(self.variance)) / 2
        spread = np.sqrt(self.variance.min()) * np.sinh(np.linspace(-40, 40, 40001))
        self.scan = np.average(self.y, weights=1 / self.variance) + spread

    def rows(self, u):
        def sums(u):
            weight = 1 / (self.variance + np.exp(2 * u[:, np.newaxis]))
            total = weight.sum(axis=1)
            centre = weight @ self.y / total
            square = (weight * np.square(self.y - centre[:, np.newaxis])).sum(axis=1)
            return np.stack([(np.log(weight).sum(axis=1) - square) / 2, centre, total], axis=1)

        return in_chunks(sums, self.y.size, u)

    def starts(self, u, rows, scale):
        sd = 1 / np.sqrt(rows[:, 2:])
        # Where tau is huge, a prior of mu is a needle beside the likelihood: look on all scales in between.
        steps = np.minimum(1e4 ** np.arange(40) * np.sqrt(self.variance.min()), SDS[-1] * sd)
        return rows[:, 1:2] + scale * np.hstack([SDS * sd, -SDS * sd, steps, -steps])

    def log_likelihood(self, u, rows, v):
        return rows[..., 0] - rows[..., 2] * np.square(v - rows[..., 1]) / 2

    def given(self, u, v, j):
        pooled = self.variance[j] / (self.variance[j] + np.exp(2 * u))
        return self.y[j] + pooled * (v - self.y[j]), self.variance[j] * (1 - pooled)


class Counts:
    """What the two models of counts share: a centre about which the search for the mean starts."""

    middle = 0.0

    def starts(self, u, rows, scale):
        return np.broadcast_to(self.centre + np.append(INNER, -INNER) * scale, (len(u), 2 * INNER.size))


class Beta(Counts):
    """y ~ Binomial(n, theta), theta ~ Beta(m k, (1 - m) k), in u = log k and v = logit m."""

    inner = "logit"

    def __init__(self, y, n):
        self.y, self.n = np.asarray(y, float), np.broadcast_to(n, np.shape(y)).astype(float)
        self.tables = [rising_table(counts) for counts in (self.y, self.n - self.y, self.n)]
        self.hits, self.misses = self.y.sum(), (self.n - self.y).sum()
        self.centre = np.log((self.hits + 0.5) / (self.misses + 0.5))

    def rows(self, u):
        return self.tables[2](u)[:, np.newaxis]

    def log_likelihood(self, u, rows, v):
        log_m, log_rest = -np.logaddexp(0, -v), -np.logaddexp(0, v)
        binomial = self.hits * log_m + self.misses * log_rest
        return binomial + self.tables[0](u + log_m) + self.tables[1](u + log_rest) - rows[..., 0]

    def given(self, u, v, j):
        k, total = np.exp(u), np.exp(u) + self.n[j]
        mean = (special.expit(v) * k + self.y[j]) / total
        return mean, mean * (special.expit(-v) * k + self.n[j] - self.y[j]) / total / (total + 1)


class Gamma(Counts):
    """y ~ Poisson(x lam), lam ~ Gamma(shape a, mean m), in u = log a and v = log m; y is nan if only lo to hi is known.

    A count has the negative binomial distribution with log probability y log(m x) - (a + y) log(1 + m x / a)
    + log_rising(log a, y) - log y!. Of what is summed over groups, all but the suppressed counts depends on u or on
    v - u alone.
    """

    inner = "log"

    def __init__(self, y, x, lo=0, hi=0):
        self.y, self.log_x = np.asarray(y, float), np.log(np.broadcast_to(x, np.shape(y)).astype(float))
        seen = ~np.isnan(self.y)
        y, log_x = self.y[seen], self.log_x[seen]
        self.total, self.rising = y.sum(), rising_table(y)
        self.tables = [
            Table(lambda s, times=times: np.logaddexp(0, s[:, np.newaxis] + log_x) @ times, y.size)
            for times in (np.ones(y.size), y)
        ]
        ends = np.stack([np.broadcast_to(end, seen.shape)[~seen].astype(float) for end in (lo, hi)])
        self.hidden = []  # lo, hi, and the logs of exposures with their weights
        for lo, hi in np.unique(ends, axis=1).T.astype(int):
            unseen = self.log_x[~seen][(ends == [[lo], [hi]]).all(axis=0)]
            # With many terms, the sum of probabilities has complex zeros near the real line, and interpolation is poor.
            self.hidden.append((lo, hi, *(fewer(unseen) if hi < 30 else (unseen, np.ones(unseen.size)))))
        self.most = int(ends[1].max(initial=-1))
        events, exposure = self.total + ends.mean(axis=0).sum(), np.exp(self.log_x).sum()
        self.centre = np.log((events + 0.5) / exposure)

    def rows(self, u):
        counts = np.arange(self.most + 1.0)
        return np.hstack(
            [self.rising(u)[:, np.newaxis], log_rising(u[:, np.newaxis], counts) - special.gammaln(counts + 1)]
        )

    def log_likelihood(self, u, rows, v):
        u = np.broadcast_to(u, v.shape)
        log_f = self.total * v + rows[..., 0] - np.exp(u) * self.tables[0](v - u) - self.tables[1](v - u)
        if self.hidden:
            size = 8 * sum(log_x.size for _, _, log_x, _ in self.hidden)
            terms = np.broadcast_to(rows[..., 1:], (*v.shape, self.most + 1)).reshape(v.size, -1)
            log_f += in_chunks(self.suppressed, size, u.ravel(), v.ravel(), terms).reshape(v.shape)
        return log_f

    def suppressed(self, u, v, terms):
        """Log of the sums of the probabilities from lo to hi, together."""
        u, result = u[:, np.newaxis], 0.0
        for lo, hi, log_x, weights in self.hidden:
            log_mean = v[:, np.newaxis] + log_x
            thinned = np.maximum(log_mean - u, np.log1p(np.exp(np.minimum(log_mean - u, 30))))
            log_step = log_mean - thinned
            powers = [y * log_step + terms[:, y, np.newaxis] for y in (lo, hi)]
            # A term in between can be larger, but not by so much that it overflows, for hi up to a thousand.
            top = np.maximum(*powers)
            total = sum(np.exp(y * log_step + terms[:, y, np.newaxis] - top) for y in range(lo, hi + 1))
            result = result + (np.log(total) + top - np.exp(u) * thinned) @ weights
        return result

    def given(self, u, v, j):
        with np.errstate(divide="ignore"):
            log_y = np.log(self.y[j])
        log_rate = np.logaddexp(u - v, self.log_x[j])
        mean = np.exp(np.logaddexp(u, log_y) - log_rate)
        return mean, mean * np.exp(-log_rate)


MODELS = {"normal": Normal, "beta": Beta, "gamma": Gamma}


class Prior:
    """A log density of a hyperparameter, on its free scale, and where panels should start and end."""

    def __init__(self, log_density, scale, scan=None):
        self.natural, self.scale = getattr(log_density, "logpdf", log_density), scale
        ends = {"log": (LOW, HIGH), "logit": (LOW, -LOW)}
        at = np.linspace(*ends[scale], 100_001) if scan is None else scan
        value = self(at)
        peaks = 1 + np.flatnonzero((value[1:-1] > value[:-2]) & (value[1:-1] >= value[2:]))
        peaks = peaks[np.argsort(value[peaks])[-8:]]
        # Where the density leaps between neighbours, halving the gap tells a jump from a slope. Near
        # one, each float is a step of a logit's own.
        leap = np.flatnonzero((np.abs(np.diff(value)) > 0.1) & ((scale != "logit") | (at[1:] < 25)))
        left, right = at[leap], at[leap + 1]
        for _ in range(60):
            middle = (left + right) / 2
            here = self(middle)
            first = np.abs(here - self(left)) > np.abs(self(right) - here)
            left, right = np.where(first, left, middle), np.where(first, middle, right)
        below, above = self(left), self(right)
        jumps = left[np.abs(above - below) > 1e-3 + 1e-9 * np.minimum(np.abs(below), np.abs(above))]
        self.breaks = np.unique(np.concatenate([jumps, at[peaks - 1], at[peaks], at[peaks + 1]]))

    def __call__(self, free):
        jacobian = 0.0
        natural = free
        if self.scale == "log":
            natural, jacobian = np.exp(np.clip(free, -700, 700)), free
        elif self.scale == "logit":
            natural = np.minimum(special.expit(free), 1 - 2.0**-53)  # at one, a Beta's density may be infinite
            jacobian = -np.logaddexp(0, free) - np.logaddexp(0, -free)
        value = np.reshape(self.natural(np.ravel(natural)), np.shape(natural)) + jacobian
        if not np.all(value < np.inf):
            raise ValueError("a prior's log density is infinite or not a number")
        return np.maximum(value, FLOOR)


class Rule:
    """Gauss's rule on -1 to 1, with the polynomial through its nodes."""

    def __init__(self, size):
        self.node, self.weight = legendre.leggauss(size)
        self.with_ends = np.hstack([1e-4 - 1, 3e-4 - 1, self.node, 1 - 3e-4, 1 - 1e-4])
        degree = np.arange(size)
        self.to_series = (degree[:, np.newaxis] + 0.5) * legendre.legvander(self.node, size - 1).T * self.weight
        self.to_integral = legendre.legint(self.to_series, lbnd=-1)

    def up_to(self, end, values):
        """Integrate each row's polynomial from -1 to its own end."""
        return np.sum(legendre.legvander(end, len(self.node)) * (values @ self.to_integral.T), axis=1)


@dataclass
class Panels:
    """Panels of several integrals: which integral each is of, its ends, and the log integrand at its nodes."""

    row: np.ndarray
    left: np.ndarray
    right: np.ndarray
    log_f: np.ndarray
    log_total: np.ndarray  # one an integral

    def share(self, rule):
        """Give each node's share of its integral."""
        height = np.exp(self.log_f - self.log_total[self.row, np.newaxis])
        return (self.right - self.left)[:, np.newaxis] / 2 * rule.weight * height


def adapt(log_density, edges, rule, tolerance, hopeless=1e13):
    """Integrate exp(log_density(row, x)) over x for each row of edges.

    On a log scale, a density whose log is lower than the best by more than `hopeless` is at a cliff, all rounding.
    """
    edges = np.sort(edges, axis=1)
    row = np.repeat(np.arange(len(edges)), edges.shape[1] - 1)
    left, right = edges[:, :-1].ravel(), edges[:, 1:].ravel()
    row, left, right = (array[right > left] for array in (row, left, right))
    best, total, kept = np.full(len(edges), 2 * FLOOR), np.zeros(len(edges)), []
    while row.size:
        half = (right - left) / 2
        at = left[:, np.newaxis] + half[:, np.newaxis] * (1 + rule.with_ends)
        all_f = np.maximum(log_density(row, at), FLOOR)
        log_f = all_f[:, 2:-2]
        if np.isnan(all_f).any():
            raise ValueError("the log density is not a number")
        before, top = best.copy(), log_f.max(axis=1)
        np.maximum.at(best, row, top)
        total *= np.exp(before - best)
        f = np.exp(log_f - best[row, np.newaxis])
        mass = half * (f @ rule.weight)
        seen = (total + np.bincount(row, mass, len(edges)))[row]
        # Between two nodes, a concave log density lies below the lines through its neighbours on either side. What they
        # leave room for is looked at: a peak narrower than the gaps between nodes is found by its slopes.
        step = np.diff(rule.with_ends)
        slope = 1.5 * np.diff(all_f, axis=1) / step  # not all are quite concave
        from_left = all_f[:, 1:] + np.maximum(slope, 0) * np.append(step[1:], 0)
        from_right = all_f[:, :-1] + np.maximum(-slope, 0) * np.append(0, step[:-1])
        room = np.hstack([from_right[:, 1:2], np.minimum(from_left[:, :-2], from_right[:, 2:]), from_left[:, -2:-1]])
        room = np.maximum(room.max(axis=1), all_f.max(axis=1))
        room = np.where(top < best[row] - hopeless, top, room)
        matters = room - best[row] + np.log(half / seen) > np.log(tolerance) - 10
        rough = np.abs(f @ rule.to_series[-2:].T).sum(axis=1) * half > tolerance * seen
        # Where the density is all but level, what looks rough is rounding.
        wide = half > 1e-11 * (np.abs(left) + np.abs(right))
        wide &= np.ptp(all_f, axis=1) > 0.05 + 1e-13 * np.abs(top)
        split = matters & (rough | (room - top > 3)) & wide
        kept.append([array[~split] for array in (row, left, right, log_f)])
        total += np.bincount(row[~split], mass[~split], len(edges))
        row, left, right = row[split], left[split], right[split]
        middle = (left + right) / 2
        row, left, right = np.tile(row, 2), np.append(left, middle), np.append(middle, right)
    return Panels(*map(np.concatenate, zip(*kept, strict=True)), best + np.log(total))


def quantiles(panels, values, rule):
    """Give quantiles of a density that is a sum over panels; `values` are its shares at the nodes."""
    mass = values.sum(axis=1)
    large = mass > 1e-15
    left, half, mass = panels.left[large], (panels.right - panels.left)[large] / 2, mass[large]
    height = values[large] / rule.weight

    def below(t):
        end = np.clip((t - left) / half - 1, -1, 1)
        cut = np.abs(end) < 1
        return mass[end >= 1].sum() + rule.up_to(end[cut], height[cut]).sum()

    result = []
    for probability in PROBABILITIES * mass.sum():
        low, high = left.min(), (left + 2 * half).max()
        while high - low > 1e-9 * (abs(low) + abs(high)) / 2 + 1e-300:
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle) < probability else (low, middle)
        result.append((low + high) / 2)
    return np.array(result)


@dataclass
class Reference:
    """Posterior summaries on the free scales; error is the larger of the two rules' differences, in posterior sds."""

    mean: dict
    sd: dict
    quantiles: dict  # at PROBABILITIES
    group_mean: np.ndarray
    group_sd: np.ndarray
    error: float


class Posterior:
    """A model, its data and its hyperparameters' priors, ready to be integrated."""

    def __init__(self, model, data, priors):
        self.model = MODELS[model](**data)
        self.outer, self.inner = HYPER[model]
        self.is_rate = "rate" in priors
        if self.is_rate:
            self.inner = "rate"
        scales = {self.outer: "log", self.inner: self.model.inner}
        if set(priors) != set(scales):
            raise ValueError(f"priors of {sorted(scales)}, not of {sorted(priors)}")
        self.prior, self.known = {}, {}
        for name, scale in scales.items():
            if np.isscalar(priors[name]):
                to_free = {"log": np.log, "logit": special.logit, "identity": float}[scale]
                self.known[name] = to_free(priors[name])
            else:
                self.prior[name] = Prior(priors[name], scale, self.model.scan if scale == "identity" else None)

    def stated(self, u, v):
        """Turn the inner coordinate into the hyperparameter with a prior, or back."""
        return u - v if self.is_rate else v

    def rows(self, u, rule, scale, tolerance):
        """Integrate over the inner coordinate at each u."""
        rows = self.model.rows(u)

        def log_f(row, v):
            u_row = u[row, np.newaxis]
            log_prior = 0 if self.inner in self.known else self.prior[self.inner](self.stated(u_row, v))
            return self.model.log_likelihood(u_row, rows[row][:, np.newaxis], v) + log_prior

        if self.inner in self.known:
            v = self.stated(u, np.full(u.size, self.known[self.inner]))
            value = log_f(np.arange(u.size), v[:, np.newaxis])
            return Panels(np.arange(u.size), v, v, value, value[:, 0])
        starts = self.model.starts(u, rows, scale)
        breaks = self.stated(u[:, np.newaxis], self.prior[self.inner].breaks[np.newaxis])
        edges = np.hstack([starts, np.broadcast_to(breaks, (u.size, breaks.shape[1]))])
        if self.model.inner != "identity":
            edges = np.clip(edges, LOW, HIGH if self.model.inner == "log" else -LOW)
            return adapt(log_f, edges, rule, tolerance / 10)
        return adapt(log_f, edges, rule, tolerance / 10, hopeless=np.inf)

    def summaries(self, groups, size, scale, shift, tolerance):
        rule = Rule(size)
        mean, sd, quantile, beyond = {}, {}, {}, 0.0
        if self.outer in self.known:
            u, share = np.array([self.known[self.outer]]), np.ones(1)
        else:
            prior = self.prior[self.outer]

            def log_f(_, u):
                return self.rows(u.ravel(), rule, scale, tolerance).log_total.reshape(u.shape) + prior(u)

            edges = np.hstack([LOW, HIGH, np.clip(self.model.middle + OUTER * scale + shift, LOW, HIGH), prior.breaks])
            outer = adapt(log_f, edges[np.newaxis], rule, tolerance)
            u, share = self.nodes(outer, rule)
            quantile[self.outer] = quantiles(outer, share, rule)
            u, share = u.ravel(), share.ravel()
            u, share = u[share > 1e-16], share[share > 1e-16]
            mean[self.outer], sd[self.outer] = moments(u, share)
            beyond = share[(u < LOW + 20) | (u > HIGH - 20)].sum() * np.square((HIGH - LOW) / sd[self.outer])
        panels = self.rows(u, rule, scale, tolerance)
        if self.inner in self.known:
            v, weights = panels.left[:, np.newaxis], share[:, np.newaxis]
        else:
            v, weights = self.nodes(panels, rule)
            weights = weights * share[panels.row, np.newaxis]
        u = np.broadcast_to(u[panels.row, np.newaxis], v.shape)
        if self.inner not in self.known:
            mean[self.inner], sd[self.inner] = moments(self.stated(u, v), weights)
            if not self.is_rate:
                quantile[self.inner] = quantiles(panels, weights, rule)
            elif self.outer in self.known:
                ends = [u[:, 0] - end for end in (panels.right, panels.left)]
                stated = Panels(panels.row, *ends, panels.log_f, panels.log_total)
                quantile[self.inner] = quantiles(stated, weights[:, ::-1], rule)
            else:
                outer = self.over_rate(rule, scale, shift, tolerance)
                quantile[self.inner] = quantiles(outer, outer.share(rule), rule)
            if self.model.inner != "identity":
                far = weights[(v < LOW + 20) | (v > (HIGH if self.model.inner == "log" else -LOW) - 20)].sum()
                beyond += far * np.square((HIGH - LOW) / sd[self.inner])
        group_mean, group_sd = [], []
        for j in groups:
            given_mean, variance = self.model.given(u, v, j)
            centre, between = moments(given_mean, weights)
            group_mean.append(centre)
            group_sd.append(np.sqrt(between**2 + np.average(variance, weights=weights)))
        return Reference(mean, sd, quantile, np.array(group_mean), np.array(group_sd), beyond)

    def over_rate(self, rule, scale, shift, tolerance):
        """Integrate with the log rate outermost, and the log mean inside it.

        Given the shape, the rate may be known so much better than it is over all that the distribution functions at
        the nodes of the shape are steps, of which no rule makes a smooth sum.
        """

        def inside(w):
            edges = [self.model.starts(w, None, scale), self.prior[self.outer].breaks - w[:, np.newaxis]]
            ends = np.array([LOW, HIGH]) - w[:, np.newaxis]

            def log_f(row, v):
                u = w[row, np.newaxis] + v
                at = np.clip(u, LOW, HIGH)
                rows = self.model.rows(at.ravel()).reshape(*at.shape, -1)
                value = self.model.log_likelihood(at, rows, v) + self.prior[self.outer](at)
                return np.where(at == u, value, FLOOR)

            return adapt(log_f, np.clip(np.hstack([*edges, ends]), LOW, HIGH), rule, tolerance / 10).log_total

        def log_f(_, w):
            return inside(w.ravel()).reshape(w.shape) + self.prior[self.inner](w)

        ends = np.array([LOW - HIGH, HIGH - LOW])
        edges = np.clip(OUTER * scale + shift - self.model.centre, *ends)
        return adapt(log_f, np.hstack([ends, edges, self.prior[self.inner].breaks])[np.newaxis], rule, tolerance)

    def nodes(self, panels, rule):
        half = (panels.right - panels.left)[:, np.newaxis] / 2
        return panels.left[:, np.newaxis] + half * (1 + rule.node), panels.share(rule)


def moments(x, weights):
    mean = np.average(x, weights=weights)
    return mean, np.sqrt(np.average(np.square(x - mean), weights=weights))


def reference(model, data, priors, groups=()):
    """Give the posterior's summaries, from the finer of two rules.

    Parameters
    ----------
    model : {"normal", "beta", "gamma"}
    data : dict
        y and sigma; y and n; or y (nan where suppressed), x and, for what is suppressed, lo and hi.
    priors : dict
        Of tau and mu; of concentration and mean; of shape and mean or rate: a known number, or a log density on the
        natural scale (or what has one as its logpdf).
    groups : sequence of int
        Groups, not suppressed, whose own parameters are wanted.
    """
    # At the ends of the scales, numbers overflow to infinities that have the right limits.
    with np.errstate(all="ignore"):
        posterior = Posterior(model, data, priors)
        rough = posterior.summaries(groups, 7, 1.0, 0.0, 1e-5)
        fine = posterior.summaries(groups, 10, 0.83, 0.7, 1e-7)
    differences = [rough.error, fine.error]
    for name, sd in fine.sd.items():
        pairs = [(rough.mean, fine.mean), (rough.sd, fine.sd), (rough.quantiles, fine.quantiles)]
        differences += [np.abs(old[name] - new[name]).max() / sd for old, new in pairs]
    if len(groups):
        sd = np.maximum(fine.group_sd, 1e-300)
        pairs = [(rough.group_mean, fine.group_mean), (rough.group_sd, fine.group_sd)]
        differences += [(np.abs(old - new) / sd).max() for old, new in pairs]
    fine.error = float(max(differences))
    return fine
