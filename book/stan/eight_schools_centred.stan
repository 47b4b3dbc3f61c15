// The same posterior as eight_schools.stan, centred: a specimen of a sampler that gets stuck.
data {
  int<lower=3> J;                // number of schools; a flat prior on tau needs three
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
