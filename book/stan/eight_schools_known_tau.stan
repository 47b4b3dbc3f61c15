// Eight schools with the spread between schools known:
// the lecture's first program, corrected.
data {
  int<lower=1> J;                // number of schools
  vector[J] y;                   // estimated treatment effects
  vector<lower=0>[J] sigma;      // their standard errors
  real<lower=0> tau;             // standard deviation of the effects
}
parameters {
  real mu;                       // population treatment effect
  vector[J] eta;                 // deviation from mu, in units of tau
}
transformed parameters {
  vector[J] theta = mu + tau * eta;
}
model {
  target += normal_lpdf(eta | 0, 1);
  target += normal_lpdf(y | theta, sigma);
}
