"""What is expected under siloed: sums by hand, a fixed point, and a level that does not hang on effects."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from experiments.records.centring import EXPECTED, Deviations, expected
from experiments.records.histories import highest_of_year, in_memory, statuses_of
from experiments.runs.executors import Pool, Stop, started, stopped_gently
from experiments.runs.plan import Blocks, Plan
from experiments.runs.recorders import Statuses
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from model.parameters import PARAMETERS
from model.rules import table


@pytest.fixture(scope="module")
def work() -> Iterator[tuple[Pool, Stop]]:
    with stopped_gently("") as stop, started(asked("forecast", ["workers=2"]).runner) as pool:
        yield pool, stop


def setting() -> Setting:
    return asked("forecast", ["calibration=none"]).setting(["siloed"])


def test_sums_by_hand() -> None:
    states, quarters = 2, 3
    rows = np.zeros((quarters, table.ROWS, states))
    by_row = {
        table.STATUS: [[0, 2], [1, 2], [0, 0]],
        table.DRIVER: [[9, 9], [0.5, 0.6], [0.7, 0.8]],
        table.ORIGIN: [[0.4, 0.4]] * 3,
        table.MISSION: [[0.1, 0.9], [0.2, 0.8], [9, 9]],
        table.VOLUNTARY: [[9, 9], [0.05, 0.0], [0.05, 0.4]],
        table.EFFORT + 2: [[9, 9], [0.3, 0.1], [0.6, 0.7]],
    }
    for row, values in by_row.items():
        rows[:, row] = np.array(values)
    trajectory = np.column_stack([rows.reshape(quarters, -1), np.full((quarters, 5), 7.0)])
    loadings = {"expected_deprivation_peace": 0.0, "expected_mission_minor": 0.5, "expected_mission_war": 2.0}
    given = tuple(loadings.get(name, 0.0 if "mission" in name or "diplomacy" in name else None) for name in EXPECTED)
    found = dict(zip(EXPECTED, Deviations(given).take(trajectory, states).tolist(), strict=True))
    # The first state begins a conflict in the second quarter and ends it in the third; the second's war ends then.
    assert found["expected_insecurity_peace"] == pytest.approx([0.1, 1])
    assert found["expected_insecurity_conflict"] == pytest.approx([0.2 + 0.3 + 0.4, 3])
    assert found["expected_deprivation_peace"] == pytest.approx([0.0, 1])
    assert found["expected_mission_peace"] == pytest.approx([0.1 + 0.05, 1])
    assert found["expected_mission_minor"] == pytest.approx([np.exp(-0.5 * 0.25), 1])
    assert found["expected_mission_war"] == pytest.approx([np.exp(-2.0 * 1.0), 1])
    assert found["expected_diplomacy_minor"] == pytest.approx([0.6, 1])
    assert found["expected_diplomacy_war"] == pytest.approx([0.7, 1])


def test_what_is_expected_is_a_fixed_point_and_every_part_of_it_in_range(work: tuple[Pool, Stop]) -> None:
    once, again = (expected(setting(), {}, 1, *work, passes=passes) for passes in (2, 3))
    assert list(once) == list(EXPECTED)
    for name, value in once.items():
        assert PARAMETERS[name].low < value < PARAMETERS[name].high
        assert again[name] == pytest.approx(value, abs=0.004), name


@pytest.fixture(scope="module")
def share(work: tuple[Pool, Stop]) -> Callable[[dict[str, float]], float]:
    """The share of years in conflict under siloed, what is expected without effects being told; by effects."""
    centred = replace(setting(), shared=expected(setting(), {}, 1, *work))

    @cache
    def under(**effects: float) -> float:
        of = replace(centred, command_line=effects)
        rows = in_memory([Plan(of, ("siloed",), 2, Blocks(0, 150), recorder=Statuses()).task(0, 150)], *work)
        levels = [highest_of_year(statuses_of(each.extra["statuses"], of)) for each in rows]
        return float(np.mean(levels[0] > 0))

    return lambda effects: under(**effects)


@pytest.mark.parametrize(
    "effect",
    [{"onset_peacekeeping": -2.0}, {"onset_peacekeeping": 0.0}, {"termination_peacekeeping": 0.0},
     {"termination_peacekeeping": 1.0}, {"termination_diplomacy": 0.0}, {"termination_diplomacy": 1.0}],
)  # fmt: skip
def test_the_level_of_conflict_under_siloed_does_not_hang_on_effects(
    share: Callable[[dict[str, float]], float], effect: dict[str, float]
) -> None:
    assert share(effect) == pytest.approx(share({}), abs=0.01)
