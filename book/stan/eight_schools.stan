// Eight schools, flat priors on mu and tau, non-centred:
// the lecture's second program, corrected.
data {
  int<lower=3> J;                // schools; a flat prior on tau needs three
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
  target += normal_lpdf(eta | 0, 1);
  target += normal_lpdf(y | theta, sigma);
}
