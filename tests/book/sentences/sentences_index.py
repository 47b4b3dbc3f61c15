"""Sentences of the first page whose deciding words are computed."""

import csv

import numpy as np
import references
from nested_reference import counts
from paths import DATA
from wording import SCHOOLS


def gain_and_loss():
    y = references.Y
    words = ["gain" if value > 0 else "loss" for value in (y.max(), y.min())]
    return words[0], int(abs(y.max())), words[1], int(abs(y.min()))


def three_columns():
    """By what each answer spreads, from the left, where the lines meet, to the right."""
    answers = {
        "complete": np.full(8, references.pooled()[0]),
        "partial": references.moments()[0][:8],
        "no": references.Y,
    }
    order = sorted(answers, key=lambda name: np.ptp(answers[name]))
    low, high = answers[order[1]].min(), answers[order[1]].max()
    near = round(answers[order[0]].mean())
    return order[0], near, order[1], round(low), round(high), order[2]


def who_trusts_whom():
    """Weight of a school's own estimate at the spreads of the three columns."""
    means = {side: references.given_tau(tau)[0][0] for side, tau in (("left", 1e-3), ("middle", 8.0), ("right", 1e5))}
    own = {side: (mean - references.pooled()[0]) / (28 - references.pooled()[0]) for side, mean in means.items()}
    order = sorted(own, key=own.get)
    return order[0], order[2], order[1]


def ends_of_the_map():
    """Counties with the fifty lowest and the fifty highest rates, and the person-years of the median county."""
    data = counts()
    order = np.argsort(data.y / data.x, kind="stable")
    shares = [(data.x[part] < np.median(data.x)).mean() for part in (order[:50], order[-50:])]
    return ("small" if min(shares) > 0.8 else "large",)


def ends_of_california():
    """Counties without a death, and those that beat every shown rate with one death."""
    with (DATA / "asthma_california.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    people = {row["county"]: int(row["population_2017"]) for row in rows}
    shown = {row["county"]: int(row["deaths_2017_2019"]) for row in rows if row["deaths_2017_2019"]}
    highest = max(count / people[county] for county, count in shown.items())
    safest = [people[county] for county, count in shown.items() if count == 0]
    deadliest = [number for county, number in people.items() if county not in shown and 1 / number > highest]
    large = max(safest + deadliest) > np.median(list(people.values()))
    return ("large" if large else "small",)


def ends_of_eight(data=references.Y):
    return -data.min(), SCHOOLS[data.argmin()], data.max(), SCHOOLS[data.argmax()]


SENTENCES = [
    ("they reach from minus {:.0f} for school {} to {:.0f} for school {}.", ends_of_eight),
    ("One reports a {} of {} points, another a {} of {}.", gain_and_loss),
    (
        "On the left, {} pooling, they share one point near {}. In the middle, {} pooling, they reach from about {} to "
        "about {} points. On the right, {} pooling,",
        three_columns,
    ),
    (
        "On the {} all schools share one effect. On the {} each school trusts only its own data. In the {} each "
        "borrows strength from the others,",
        who_trusts_whom,
    ),
    ("a map on which the safest and the deadliest counties are mostly {} ones;", ends_of_the_map),
    ("why are the safest counties {}, and the deadliest too?", ends_of_california),
]
