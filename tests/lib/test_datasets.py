import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lib
from lib import datasets

CHECKSUMS = {
    "kidney_cancer_us.csv": "54f51bfc665d360e0e1f256ade8de74464e5d5d3ca01bc10e436ac285d4a98ad",
    "asthma_california.csv": "808651c0cedd3a2f7f4c1460286e3d6b7864ad370cda6af7e2204113a427a702",
    "batting_1970.csv": "b782f46bf3de251f79dbcf40a8451bc16c0b22f7f335b61fcec5e0ef546f840c",
    "eight_schools.csv": "a1c28881a82a652fba1d3afc6254761fa95fd7f16f2ccab1fc7a7075dc8a8a0e",
    "three_point_2018.csv": "2700a9abc760ecde9d60cc158ebf47a89e7a3f2dd465b82df466287c1c1a1209",
}
DATA = Path(lib.__file__).parent / "data"


@pytest.mark.parametrize("name", CHECKSUMS)
def test_checksum(name):
    # Line endings may change when git checks a file out; the content may not.
    content = (DATA / name).read_bytes().replace(b"\r\n", b"\n")
    assert hashlib.sha256(content).hexdigest() == CHECKSUMS[name]


def test_every_file_has_a_checksum_and_a_loader():
    assert {path.name for path in DATA.glob("*.csv")} == set(CHECKSUMS)
    assert all(callable(getattr(datasets, name.removesuffix(".csv"))) for name in CHECKSUMS)


def test_eight_schools():
    schools = datasets.eight_schools()
    assert list(schools.columns) == ["school", "y", "sigma"]
    assert list(schools["school"]) == list("ABCDEFGH")
    # Bayesian Data Analysis, 3rd edition, Table 5.2.
    np.testing.assert_array_equal(schools["y"], [28, 8, -3, 7, -1, 1, 18, 12])
    np.testing.assert_array_equal(schools["sigma"], [15, 10, 16, 11, 9, 11, 10, 18])


# The league's records for the whole season, as anyone can look them up: at bats and hits.
SEASONS = {"Roberto Clemente": (412, 145), "Walt Williams": (315, 79), "Don Kessinger": (631, 168)}


def test_batting_1970():
    batting = datasets.batting_1970()
    assert list(batting.columns) == [
        *("player", "team", "league", "first_at_bats", "first_hits", "rest_at_bats", "rest_hits"),
        *("season_at_bats", "season_hits"),
    ]
    assert len(batting) == batting["player"].nunique() == 18
    assert (batting["first_at_bats"] == 45).all()
    assert batting["first_hits"].is_monotonic_decreasing
    for what in ("at_bats", "hits"):
        assert (batting[f"first_{what}"] + batting[f"rest_{what}"] == batting[f"season_{what}"]).all()
    assert (batting["rest_hits"] <= batting["rest_at_bats"]).all()
    assert batting["first_hits"].sum() == 215  # Efron and Morris: the grand average is .265
    for player, season in SEASONS.items():
        row = batting.set_index("player").loc[player]
        assert (row["season_at_bats"], row["season_hits"]) == season
    assert set(batting["league"]) == {"AL", "NL"}


# Printed by Efron and Morris (1975), Table 1: the average over the rest of the season, in the order of the table.
PRINTED = [346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 285, 316, 200]


def test_batting_1970_rounds_to_the_printed_averages_but_for_kessinger():
    batting = datasets.batting_1970()
    difference = 1000 * batting["rest_hits"] / batting["rest_at_bats"] - PRINTED
    wrong = batting["player"][difference.abs() > 0.5]
    assert list(wrong) == ["Don Kessinger"]


def test_three_point_2018():
    shots = datasets.three_point_2018()
    assert list(shots.columns) == ["player", "team", "first_made", "first_attempts", "rest_made", "rest_attempts"]
    assert len(shots) == shots["player"].nunique() == 176
    assert shots["first_attempts"].between(100, 110).all()
    for part in ("first", "rest"):
        assert (shots[f"{part}_made"] <= shots[f"{part}_attempts"]).all()
        assert (shots[f"{part}_made"] >= 0).all()
        assert pd.api.types.is_integer_dtype(shots[f"{part}_made"])
    assert (shots["rest_attempts"] >= 100).sum() == 77
    covington = shots.set_index("player").loc["Robert Covington"]
    assert (covington["first_made"], covington["first_attempts"]) == (50, 101)


def test_asthma_california():
    asthma = datasets.asthma_california()
    assert len(asthma) == asthma["county"].nunique() == 58
    assert asthma.attrs["suppressed"] == (1, 5)
    for period, suppressed in {"2014_2016": 18, "2017_2019": 24, "2020_2022": 20}.items():
        deaths = asthma[f"deaths_{period}"]
        assert deaths.isna().sum() == suppressed
        assert not deaths.between(1, 5).any()
        assert (deaths.dropna() == deaths.dropna().round()).all()
    assert asthma["population_2010"].sum() == 37_253_956  # the census of 2010
    # What the state's totals leave for the suppressed counties lies within their bounds.
    for total, suppressed in ((36, 18), (66, 24), (55, 20)):
        assert suppressed <= total <= 5 * suppressed


def test_kidney_cancer_us():
    kidney = datasets.kidney_cancer_us()
    assert len(kidney) == 3110
    assert kidney["state"].nunique() == 50
    assert (kidney["deaths_1980_84"] == 0).sum() == 594
    for period in ("1980_84", "1985_89"):
        assert (kidney[f"person_years_{period}"] > 0).all()
        assert (kidney[f"deaths_{period}"] >= 0).all()
    growth = kidney["person_years_1985_89"] / kidney["person_years_1980_84"]
    assert growth.between(0.7, 1.7).all()
    twice = kidney[kidney["fips"].duplicated(keep=False)]
    assert list(twice["county"]) == ["Bedford County"] * 2  # the erratum in the docstring, and no other
    assert (kidney["fips"] // 1000).groupby(kidney["state"]).nunique().eq(1).all()


# Simulated asthma: the moments are those of the model, and what must stay real does.


def test_simulated_asthma_lies_in_the_real_counties():
    frame, kidney = datasets.simulate_asthma(np.random.default_rng(1)), datasets.kidney_cancer_us()
    assert frame.attrs["simulated"] is True
    assert set(frame.attrs["truth"]) == {"mu", "tau", "nu", "omega"}
    for column in ("state", "county", "fips"):
        assert (frame[column] == kidney[column]).all()
    assert (frame["person_years"] == kidney["person_years_1980_84"]).all()
    assert pd.api.types.is_integer_dtype(frame["deaths"]) and (frame["deaths"] >= 0).all()
    assert frame.groupby("state")[["state_mean", "state_shape"]].nunique().eq(1).all(axis=None)
    again = datasets.simulate_asthma(np.random.default_rng(1))
    pd.testing.assert_frame_equal(frame, again)
    assert not frame["deaths"].equals(datasets.simulate_asthma(np.random.default_rng(2))["deaths"])


def test_simulated_asthma_has_the_moments_of_its_model():
    truth = {"mu": np.log(2.0), "tau": 0.4, "nu": np.log(6.0), "omega": 0.5}
    frames = [datasets.simulate_asthma(np.random.default_rng(seed), **truth) for seed in range(40)]
    states = pd.concat([frame.groupby("state").first() for frame in frames])
    for column, centre, spread in (("state_mean", "mu", "tau"), ("state_shape", "nu", "omega")):
        logs = np.log(states[column])
        assert abs(logs.mean() - truth[centre]) < 5 * truth[spread] / np.sqrt(logs.size)
        assert abs(logs.std() / truth[spread] - 1) < 5 / np.sqrt(2 * logs.size)
    assert abs(np.corrcoef(np.log(states["state_mean"]), np.log(states["state_shape"]))[0, 1]) < 5 / np.sqrt(2000)
    every = pd.concat(frames)
    # Given its state, a rate has mean m and variance m^2 / a; a count has mean and variance x * rate.
    z = (every["rate"] / every["state_mean"] - 1) * np.sqrt(every["state_shape"])
    assert abs(z.mean()) < 5 / np.sqrt(z.size)
    assert abs(z.var() - 1) < 5 * np.sqrt((z**4).mean() - 1) / np.sqrt(z.size)
    expected = every["rate"] * every["person_years"] / 1e5
    square = (every["deaths"] - expected) ** 2 - expected
    error = np.sqrt((expected + 2 * expected**2).sum())  # of the sum of squares: a Poisson's fourth moment
    assert abs((every["deaths"] - expected).sum()) < 5 * np.sqrt(expected.sum())
    assert abs(square.sum()) < 5 * error


def test_simulated_asthma_without_spread_between_states():
    frame = datasets.simulate_asthma(np.random.default_rng(1), tau=0, omega=0)
    assert frame["state_mean"].nunique() == frame["state_shape"].nunique() == 1
    assert frame["state_mean"].iloc[0] == pytest.approx(1.5) and frame["state_shape"].iloc[0] == pytest.approx(8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tau": -0.1}, "tau is a standard deviation"),
        ({"omega": -1}, "omega is a standard deviation"),
        ({"mu": np.nan}, "mu must be finite"),
        ({"nu": np.inf}, "nu must be finite"),
    ],
)
def test_simulated_asthma_refuses_bad_parameters(arguments, message):
    with pytest.raises(ValueError, match=message):
        datasets.simulate_asthma(np.random.default_rng(1), **arguments)


def test_simulated_asthma_needs_a_generator():
    with pytest.raises(TypeError, match="rng"):
        datasets.simulate_asthma(1)


def test_each_call_gives_a_frame_of_its_own():
    schools = datasets.eight_schools()
    schools.loc[0, "y"] = 99
    assert datasets.eight_schools().loc[0, "y"] == 28
