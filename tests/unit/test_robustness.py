"""Regret, satisficing, ranks and the value of information: by hand, and with effects planted or absent."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from experiments.reporting.render import sentences
from experiments.runs.plan import FIRST_DRAW
from experiments.settings.compose import asked
from experiments.statistics.evppi import Information, Preferred, Worth, value_of_information
from experiments.statistics.regret import (
    BETTER,
    DIFFERENCE,
    GOOD_ENOUGH,
    RANKED,
    REGRET,
    REGRET_P90,
    REGRET_WORST,
    WORSE,
    rankings,
    regrets,
    robustness,
    worst_tenth,
)
from experiments.statistics.sensitivity import between_worlds
from experiments.studies.robustness import Found, Robustness
from model.errors import InvalidInput
from model.parameters import PARAMETERS

Array = npt.NDArray[np.float64]
NAMES = ("siloed", "pools", "fund")
WORLDS = [[10.0, 8.0, 9.0], [10.0, 12.0, 9.5], [10.0, 9.0, 12.0], [10.0, 9.0, 9.0]]


def test_regret_is_what_is_lost_against_the_best_of_the_same_world() -> None:
    np.testing.assert_array_equal(regrets(WORLDS), [[2, 0, 1], [0.5, 2.5, 0], [1, 0, 3], [1, 0, 0]])


def test_criteria_by_hand() -> None:
    found = robustness(WORLDS, NAMES, "siloed", margin=1.0, seed=0)
    means = {name: {criterion: interval.mean for criterion, interval in each.items()} for name, each in found.items()}
    assert means["pools"] == {
        DIFFERENCE: -0.5, REGRET: 0.625, REGRET_P90: pytest.approx(0.7 * 2.5), REGRET_WORST: 2.5, GOOD_ENOUGH: 0.75,
        BETTER: 0.75, WORSE: 0.25,
    }  # fmt: skip
    # A regret of exactly the margin counts, and so does a difference.
    assert means["siloed"] == {
        DIFFERENCE: 0.0, REGRET: 1.125, REGRET_P90: pytest.approx(1.7), REGRET_WORST: 2.0, GOOD_ENOUGH: 0.25,
        BETTER: 0.0, WORSE: 0.0,
    }  # fmt: skip
    assert found["siloed"][DIFFERENCE] == (0.0, 0.0, 0.0)
    assert found["fund"][DIFFERENCE].low < -0.125 < found["fund"][DIFFERENCE].high


def test_the_worst_tenth_is_at_least_one_world() -> None:
    assert worst_tenth([3.0, 1.0, 2.0]) == 3.0
    assert worst_tenth(np.arange(20.0)) == 18.5
    np.testing.assert_array_equal(worst_tenth([[1.0, 5.0], [2.0, 4.0]], axis=0), [2.0, 5.0])


def test_ranks_and_ties() -> None:
    found = rankings(WORLDS, margin=1.0, seed=0)
    assert tuple(found) == RANKED
    assert found[DIFFERENCE].rank.tolist() == [3, 1, 2]
    assert found[REGRET_WORST].rank.tolist() == [1, 2, 3] == found[REGRET_P90].rank.tolist()
    assert found[GOOD_ENOUGH].rank.tolist() == [3, 1, 2]
    same = rankings(np.array(WORLDS)[:, [1, 1, 0]], margin=1.0, seed=0)[DIFFERENCE]
    assert same.rank.tolist() == [1, 1, 3] and same.probability[0].tolist() == same.probability[1].tolist()


def test_a_sure_ranking_is_called_sure_and_an_open_one_open() -> None:
    rng = np.random.default_rng(1)
    sure = rankings(rng.normal([0.0, 5.0, 10.0], 1.0, (100, 3)), 1.0, seed=0)[DIFFERENCE]
    np.testing.assert_array_equal(sure.probability, np.eye(3))
    open_ = rankings(rng.permuted(np.tile([0.0, 1.0], (400, 1)), axis=1), 0.5, seed=0)[DIFFERENCE]
    assert 0.02 < open_.probability[0, 0] < 0.98


def test_luck_and_worlds_are_told_apart() -> None:
    rng = np.random.default_rng(2)
    between, luck = between_worlds(rng.normal(0, 2, (2000, 1)) + rng.normal(0, 4, (2000, 8)))
    assert between == pytest.approx(2.0, abs=0.15) and luck == pytest.approx(4.0, abs=0.1)
    assert between_worlds([[1.0, -1.0], [-1.0, 1.0]]) == pytest.approx((0.0, math.sqrt(2)))
    assert math.isnan(between_worlds([[1.0], [2.0]])[0])


class Rows:
    """A study's rows, and nothing else of it."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        order = np.random.default_rng(0).permutation(len(rows))
        self.table = pa.Table.from_pylist([rows[place] for place in order])

    def read(self, table: str, columns: list[str]) -> pa.Table:
        return self.table.select(columns)


def found_in(rows: list[dict[str, Any]], futures: int = 2) -> Found:
    words = ["world=stylised", "world.size=4", "institutions=[uk_pools]", "draws=4", f"futures={futures}"]
    return Robustness(asked("robustness", words)).analyse(Rows(rows))  # type: ignore[arg-type]


def test_a_world_in_which_a_run_failed_is_left_out_for_all() -> None:
    drawn = dict.fromkeys(Robustness(asked("robustness", [])).plan.drawn, 0.3)
    rows = [
        {"institution": who, "replication": FIRST_DRAW * (1 + future) + draw, "draw": draw,
         "conflict_years": 10.0 * draw + future + 5.0 * (who == "uk_pools")}
        | drawn | {"effect": 0.1 * draw + (who == "uk_pools")}
        for draw in range(4)
        for future in range(2)
        for who in ("siloed", "uk_pools")
    ]  # fmt: skip
    whole = found_in(rows)
    assert whole.left_out == 0
    np.testing.assert_array_equal(whole.means, [[0.5, 5.5], [10.5, 15.5], [20.5, 25.5], [30.5, 35.5]])
    # What an institution sets for itself is not the world's; what is the same in all worlds is nothing to be known.
    assert list(whole.parameters) == ["effect"]
    np.testing.assert_allclose(whole.parameters["effect"], [0.0, 0.1, 0.2, 0.3])
    some = found_in([row for place, row in enumerate(rows) if place != 9])
    assert some.left_out == 1
    np.testing.assert_array_equal(some.means[:, 0], [0.5, 10.5, 30.5])
    np.testing.assert_allclose(some.parameters["effect"], [0.0, 0.1, 0.3])
    assert found_in(rows[:8]).left_out == 2
    # Of every world the second future is missing.
    with pytest.raises(InvalidInput, match="no world"):
        found_in([row for row in rows if int(row["replication"]) < 2 * FIRST_DRAW])


def planted(worlds: int = 600, nulls: int = 20, noise: float = 2.0, seed: int = 0) -> tuple[Array, dict[str, Array]]:
    """Pools are better by 1 where `flips` is below 0.6 and worse by 2 above; `shifts` moves both alike."""
    rng = np.random.default_rng(seed)
    flips, shifts = rng.random(worlds), rng.random(worlds)
    advantage = np.where(flips < 0.6, -1.0, 2.0)
    level = 20.0 + 10.0 * shifts
    outcomes = np.stack([level, level + advantage], axis=1) + rng.normal(0.0, noise / math.sqrt(2), (worlds, 2))
    rest = {f"null_{i}": rng.random(worlds) for i in range(nulls)}
    return outcomes, {"shifts": shifts, **rest, "flips": flips}


def test_a_parameter_that_turns_the_choice_is_found_and_others_are_not() -> None:
    outcomes, parameters = planted()
    found = value_of_information(outcomes, parameters, seed=1)
    assert found.found == ["flips"] == list(found.worth)[:1]
    flips = found.worth["flips"]
    # Siloed is better on average (0.6·(-1) + 0.4·2 = 0.2); knowing gains 1 in 60% of worlds.
    assert found.best == 0
    assert flips.evppi == pytest.approx(0.6, abs=0.2)
    assert flips.changed == pytest.approx(0.6, abs=0.1) and flips.changed > 2.0 * flips.changed_by_noise
    assert [choice.institution for choice in flips.choices] == [1, 0]
    assert flips.choices[0].end == pytest.approx(0.6, abs=0.1)
    assert flips.evppi > found.floor > found.worth["shifts"].evppi
    assert found.everything >= flips.evppi


def test_where_nothing_tells_the_choice_something_stands_out_as_rarely_as_it_says() -> None:
    wrong = 0
    for trial in range(200):
        rng = np.random.default_rng(trial)
        outcomes = rng.normal(0.0, 1.0, (60, 3))
        wrong += bool(value_of_information(outcomes, {f"p{i}": rng.random(60) for i in range(4)}, trial, 39).found)
    assert wrong / 200 <= 0.09  # 5% in the long run; the 99th percentile of 200 trials


def test_knowing_is_worth_nothing_where_one_is_always_best() -> None:
    rng = np.random.default_rng(0)
    x = rng.random(100)
    found = value_of_information(np.stack([x, x + 1.0], axis=1), {"x": x, "y": rng.random(100)}, seed=0)
    assert [worth.evppi for worth in found.worth.values()] == [pytest.approx(0.0, abs=1e-12)] * 2
    assert found.everything == 0.0 and found.worth["x"].changed == 0.0
    assert found.worth["x"].choices == (Preferred(0, x.min(), x.max()),)


def test_a_smooth_effect_is_worth_what_integration_says() -> None:
    # Pools differ by 2x - 1 with x even over (0, 1): E max(0, 1 - 2x) = 1/4, and nothing is lost by least squares.
    x = (np.arange(4000) + 0.5) / 4000
    outcomes = np.stack([np.zeros_like(x), 2.0 * x - 1.0], axis=1)
    worth = value_of_information(outcomes, {"x": x}, seed=0, shuffles=19).worth["x"]
    assert worth.evppi == pytest.approx(0.25, abs=1e-6) and worth.p == pytest.approx(1 / 20)
    assert worth.changed == pytest.approx(0.5, abs=1e-3)


def test_parameters_of_few_values_work() -> None:
    rng = np.random.default_rng(0)
    desks = rng.integers(1, 3, 200).astype(float)
    outcomes = np.stack([np.zeros(200), np.where(desks == 1, -1.0, 2.0)], axis=1)
    worth = value_of_information(outcomes, {"desks": desks}, seed=0).worth["desks"]
    assert worth.evppi == pytest.approx(float(np.mean(desks == 1)))
    assert [(choice.institution, choice.start, choice.end) for choice in worth.choices] == [(1, 1, 1), (0, 2, 2)]


@pytest.mark.parametrize(
    ("outcomes", "parameters"),
    [
        (np.zeros((50, 2)), {"x": np.ones(50)}),
        (np.zeros((50, 2)), {"x": np.arange(49.0)}),
        (np.full((50, 2), np.nan), {"x": np.arange(50.0)}),
        (np.zeros((10, 2)), {"x": np.arange(10.0)}),
        (np.zeros((50, 2)), {}),
    ],
)
def test_what_tells_nothing_is_refused(outcomes: Array, parameters: dict[str, Array]) -> None:
    with pytest.raises(ValueError, match=r"needed|too few"):
        value_of_information(outcomes, parameters, seed=0)


def answer(worth: Information | None) -> list[str]:
    """What is said of the value of information, the question left out."""
    return sentences(
        "robustness.answer", told=[], nowhere=False, worth=worth, names=["Silos", "Pools"], PARAMETERS=PARAMETERS
    )[1:]


def test_what_is_worth_knowing_is_said_with_its_floor_and_nothing_else_is() -> None:
    choices = (Preferred(0, 0.0, 0.4), Preferred(1, 0.4, 1.0))
    found = {"veto": Worth(1.5, 0.01, 0.4, 0.1, choices), "herding": Worth(0.6, 0.3, 0.2, 0.15, choices)}
    told, bound = answer(Information(1, found, 0.75, 3.0))
    assert told == (
        f"Worth knowing: veto ({PARAMETERS['veto'].meaning}): 1.50 conflict-years (floor 0.75, p = 0.010 over all 2). "
        "Not knowing, one would choose Pools; knowing it, another in 40% of worlds (10% if it told nothing): "
        "Silos from 0.00 to 0.40; Pools from 0.40 to 1.00."
    )
    assert "would be worth 3.00 conflict-years: a bound" in bound
    nothing, _ = answer(Information(0, {"herding": found["herding"]}, 0.75, 3.0))
    assert "none of 1 exceeds the floor of 0.75 conflict-years. Not knowing any, one would choose Silos." in nothing
    assert answer(None) == ["Too few worlds to say what would be worth knowing."]


def test_the_map_of_regret_marks_what_is_not_told_from_the_least_of_its_tenth() -> None:
    question = Robustness(asked("robustness", ["institutions=[uk_pools,military_first]"]))
    means = np.random.default_rng(3).normal([0.0, 0.0, 5.0], 1.0, (400, 3))
    worth = Information(0, {"effect": Worth(0.0, 1.0, 0.0, 0.0, ())}, 0.0, 0.0)
    found = Found(means, {"effect": np.linspace(0.0, 1.0, 400)}, 0, {}, {}, {}, worth)
    table = question._by_tenths(found, worth)
    marked = table.groupby("institution")["may_be_least"].sum()
    assert marked["siloed"] >= 9 and marked["uk_pools"] >= 9 and marked["military_first"] == 0
    least = table.loc[table.groupby("tenth")["regret"].idxmin()]
    assert least["may_be_least"].all()
