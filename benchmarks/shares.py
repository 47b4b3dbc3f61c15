"""Shares from a Beta population: batting averages of 18 players, as in the book's chapter on batting."""

import numpy as np

from benchmarks.engines import Draws, Problem
from lib import BetaBinomial, datasets


class Shares(Problem):
    """The prior is flat on the population's mean and on `spread`, one over the root of its concentration."""

    names = ("mean", "concentration", "theta")
    target = 0.95  # the spread may be next to nothing

    def __init__(self) -> None:
        batting = datasets.batting_1970()
        self.successes = batting["first_hits"].to_numpy()
        self.trials = batting["first_at_bats"].to_numpy()

    @property
    def model(self) -> BetaBinomial:
        """The course's model."""
        return BetaBinomial(self.successes, self.trials, concentration=lambda kappa: -1.5 * np.log(kappa))

    def judged(self, draws: Draws) -> Draws:
        """Judge the spread: the concentration, which may be as large as it likes, has no mean."""
        return {"mean": draws["mean"], "spread": draws["concentration"] ** -0.5, "theta": draws["theta"]}

    # The plain program, shares given mean and concentration, is a funnel in which NUTS sticks. So the peers get what
    # our own random walk gets: distances on the logistic scale, in units of about a share's standard deviation.

    def pymc(self):
        """Write distances with the density that makes each share Beta."""
        import pymc as pm

        with pm.Model() as model:
            # Differences of log gammas lose all digits, and chains stick, where a spread is nearly zero. A spread below
            # 1e-5 has a chance of about one in 10,000, and to leave it out changes no mean that anybody could see.
            mean, spread = pm.Uniform("mean"), 1e-5 + pm.HalfFlat("above")
            concentration = pm.Deterministic("concentration", spread**-2)
            alpha, beta = mean * concentration, (1 - mean) * concentration
            unit = (mean * (1 - mean) * (concentration + 1)) ** -0.5
            logit = pm.math.logit(mean) + unit * pm.Flat("distance", shape=self.trials.size)
            theta = pm.Deterministic("theta", pm.math.sigmoid(logit))
            success, failure = -pm.math.log1pexp(-logit), -pm.math.log1pexp(logit)
            log_beta = pm.math.gammaln(alpha) + pm.math.gammaln(beta) - pm.math.gammaln(concentration)
            pm.Potential("population", (alpha * success + beta * failure - log_beta + pm.math.log(unit)).sum())
            pm.Binomial("successes", self.trials, theta, observed=self.successes)
        return model

    def numpyro(self):
        """Write the same."""
        import jax
        import numpyro
        from jax.scipy.special import betaln
        from numpyro import distributions as dist

        numpyro.enable_x64()  # in single precision, the Beta function of a large concentration has no digits left

        def program():
            mean = numpyro.sample("mean", dist.Uniform())
            spread = numpyro.sample("spread", dist.ImproperUniform(dist.constraints.positive, (), ()))
            concentration = numpyro.deterministic("concentration", spread**-2)
            alpha, beta = mean * concentration, (1 - mean) * concentration
            unit = (mean * (1 - mean) * (concentration + 1)) ** -0.5
            flat = dist.ImproperUniform(dist.constraints.real, (), (self.trials.size,))
            logit = jax.scipy.special.logit(mean) + unit * numpyro.sample("distance", flat)
            numpyro.deterministic("theta", jax.nn.sigmoid(logit))
            terms = alpha * jax.nn.log_sigmoid(logit) + beta * jax.nn.log_sigmoid(-logit)
            numpyro.factor("population", (terms - betaln(alpha, beta) + jax.numpy.log(unit)).sum())
            numpyro.sample("successes", dist.Binomial(self.trials, logits=logit).to_event(1), obs=self.successes)

        return program
