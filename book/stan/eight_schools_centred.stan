// The posterior of eight_schools.stan, centred: here a sampler gets stuck.
data {
  int<lower=3> J;                // schools; a flat prior on tau needs three
  vector[J] y;                   // estimated treatment effects
  vector<lower=0>[J] sigma;      // their standard errors
}
parameters {
  real mu;                       // population treatment effect
  real<lower=0> tau;             // standard deviation of the effects
  vector[J] theta;               // treatment effect by school
}
model {
  target += normal_lpdf(theta | mu, tau);
  target += normal_lpdf(y | theta, sigma);
}
