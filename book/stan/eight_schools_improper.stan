// A specimen, not a model: the lecture's prior on tau leaves no posterior.
data {
  int<lower=1> J;                // number of schools
  vector[J] y;                   // estimated treatment effects
  vector<lower=0>[J] sigma;      // their standard errors
}
parameters {
  real mu;                       // population treatment effect
  real<lower=0> tau;             // standard deviation of the effects
  vector[J] eta;                 // deviation from mu, in units of tau
}
transformed parameters {
  vector[J] theta = mu + tau * eta;
}
model {
  target += -2 * log(tau);       // tau^-2: not integrable at zero
  target += normal_lpdf(eta | 0, 1);
  target += normal_lpdf(y | theta, sigma);
}
