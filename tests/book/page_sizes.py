"""Where the whole numbers in the book's prose come from.

`SIZES` are sizes of the data sets, which any page may state. `COUNTS` are numbers of a unit that one page states, and
`NUMBERS` its other numbers above twelve that are not in its code; what a claim binds needs no row. What the data give
is computed here from the data.
"""

from lib import datasets

SCHOOLS, BATTING, SHOTS = datasets.eight_schools(), datasets.batting_1970(), datasets.three_point_2018()
CALIFORNIA, KIDNEY = datasets.asthma_california(), datasets.kidney_cancer_us()
PEOPLE = CALIFORNIA.set_index("county")["population_2017"]
KESSINGER, PETROCELLI = (BATTING.set_index("player").loc[name] for name in ("Don Kessinger", "Rico Petrocelli"))
COVINGTON = SHOTS.set_index("player").loc["Robert Covington"]
REGULARS = int((SHOTS["rest_attempts"] >= 100).sum())
EARLIER = 1340  # Covington's attempts in three seasons before, by the book that the chapter cites
WASHINGTON = KIDNEY[KIDNEY["state"] == "District Of Columbia"]
HITS = int(BATTING["first_hits"].sum())

SIZES: dict[str, set[int]] = {
    "school": {len(SCHOOLS)},
    "player": {len(BATTING), len(SHOTS), REGULARS},
    "at bat": {int(BATTING["first_at_bats"].iloc[0])},
    "attempt": {int(SHOTS["first_attempts"].min())},
    "county": {len(CALIFORNIA), len(KIDNEY)},
    "state": {KIDNEY["state"].nunique()},
    "period": {len([name for name in CALIFORNIA if name.startswith("deaths")])},
}
THE_OTHERS = {len(SCHOOLS) - 1}

COUNTS: dict[tuple[str, str], set[int]] = {
    ("index", "death"): {3},  # the question of a chapter
    ("pooling", "school"): {2},  # an exercise has two
    ("pooling", "death"): {3},
    ("shrinkage", "school"): THE_OTHERS | {2, 100_000},
    ("learning-tau", "school"): {2, 3},
    ("batting", "player"): {len(BATTING) - 2},
    ("batting", "hit"): {
        HITS,
        int(PETROCELLI["rest_hits"]),
        int(KESSINGER["rest_hits"]) - 1,  # the misprint
        4,  # in ten
    },
    ("batting", "at bat"): {45 * len(BATTING), 450},
    ("three-point", "player"): {len(SHOTS) - 1},
    ("three-point", "attempt"): {
        int(COVINGTON["first_attempts"]),
        EARLIER,
        *(400, 700, 750, 3000),  # figures, published points and an exercise
    },
    ("exchangeability", "school"): {2},
    ("exchangeability", "county"): {2},
    ("asthma-county", "death"): {2, 3, 8},
    ("asthma-counties", "death"): {3},
    ("asthma-nested", "county"): {2},
    ("asthma-nested", "state"): {3},
    ("asthma-nested", "death"): {int(WASHINGTON["deaths_1980_84"].sum())},
    ("problem-sets/shrinkage-in-sport", "player"): {30},
    ("problem-sets/rates", "county"): {2, 48},
    ("problem-sets/rates", "hit"): {1},
    ("problem-sets/rates", "death"): {0},
    ("instructors", "county"): {2},
    ("instructors", "school"): {2},
    ("instructors", "death"): {3},
    ("lecture", "school"): {2},
}

FIRST = int(SCHOOLS["y"].max())
NUMBERS: dict[str, set[int]] = {
    "README": {FIRST},
    "index": {FIRST, int(SCHOOLS["sigma"].iloc[0])},
    # The test's scale, what a figure shows, the lecture
    "pooling": {30, 100, 200, 800, 1000, 15**2},
    "shrinkage": {5**2, 125, 16**2},
    "estimation": {18, 300, 9 * 10 // 2, 2 * 4 * 4},
    "learning-tau": {FIRST, 15, 20, 125, 16 * len(SCHOOLS)},
    "checking": {20, 2500, 100_000},
    "batting": {int(KESSINGER["rest_hits"]), int(KESSINGER["rest_at_bats"]), 45 + 1},
    "three-point": {
        len(SHOTS),
        90,
        450,
        373,  # figures, and an exercise
        *(44, 100 - 44),
    },
    "exchangeability": {25},
    "asthma-county": {95, len(CALIFORNIA), 200_000, 500_000},
    "asthma-counties": {
        14,
        19,
        20,
        30,
        1000,
        100_000,
        200_000,
    },
    "asthma-nested": {
        int(round(WASHINGTON["person_years_1980_84"].sum(), -2)),
        20_000,
        400_000,
        600_000,
        80_000,
        200_000,  # exercises
    },
    "problem-sets/pooling-and-shrinkage": {15, 20, 100, 200},  # minutes, points and words, as in each set
    "problem-sets/sampling": {15, 120, 150, 10_000},
    "problem-sets/shrinkage-in-sport": {110, 200},
    "problem-sets/exchangeability": {15, 20, 25, 100, 200},
    "problem-sets/rates": {
        25,
        40,
        100,
        15,
        135,
        200,
        500,
        1000,
    },
    "instructors": {15, 18, 20, 25, 30, 35, 40, 50, 55, 58, 70, 75, 80, 100, 110, 120, 135},  # minutes, mostly
    "lecture": {
        len(BATTING),
        14,
        95,
        1000,
        10_000,
        200_000,
    },
    "notation": {100_000},
}

# Fractions of a page that are not in its code: the value that each must have.
FRACTIONS: dict[str, dict[str, float]] = {
    "pooling": {
        "1/225": 1 / SCHOOLS["sigma"][0] ** 2,
        "1/100": 1 / SCHOOLS["sigma"][1] ** 2,
    },
    "learning-tau": {"9/5": 1 + (1 - 5**2 / (5**2 + 10**2))},  # 1 + phi at tau = 5 and errors of 10
    "checking": {"1/9": 1 / 9},  # the lowest rank above zero, over L
    "batting": {"4/11": 4 / sum(x**2 for x in (2, -1, 0, 1, -2, 1))},  # the variance over the sum of squares
    "three-point": {"44/100": 44 / (44 + 56)},  # successes of a Beta(44, 56) population
    "exchangeability": {"1/6": 1 / (7 - 1)},  # the lowest correlation of seven variables, without its sign
    "asthma-nested": {"1/7": 1 / (1 + 24 / 4)},  # exposure over exposure and a / m
    "asthma-county": {"6/8": 6 / (6 + 2)},  # rate of the posterior over rate and exposure of two quiet years
}
