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
        table.DRIVER + 2: [[9, 9], [0.0, 0.0], [0.3, 0.5]],
        table.ORIGIN: [[0.4, 0.4]] * 3,
        table.MEMORY: [[0.25, 1], [1, 1], [1, 1]],
        table.MISSION: [[0.1, 0.9], [0.2, 0.8], [9, 9]],
        table.VOLUNTARY: [[9, 9], [0.05, 0.0], [0.05, 0.4]],
        table.WORK + 1: [[9, 9], [0.2, 0.1], [0.4, 0.5]],
        table.WORK + 2: [[9, 9], [0.3, 0.1], [0.6, 0.7]],
        table.HABIT: [[0.5, 9], [9, 9], [9, 9]],
        table.MEDIATED: [[0.35, 9], [9, 9], [9, 9]],
        table.QUARTERS_AT_PEACE: [[8, 0], [0, 0], [1, 1]],
    }
    for row, values in by_row.items():
        rows[:, row] = np.array(values)
    trajectory = np.column_stack([rows.reshape(quarters, -1), np.full((quarters, 5), 7.0)])
    loadings = {"expected_deprivation_peace": 0.0, "expected_exclusion_conflict": -0.5}
    given = tuple(map(loadings.get, EXPECTED))
    found = dict(zip(EXPECTED, Deviations(given).take(trajectory, states).tolist(), strict=True))
    # The first state begins a conflict in the second quarter and ends it in the third; the second's war ends then.
    assert found["expected_insecurity_peace"] == pytest.approx([0.1, 1, 0])
    assert found["expected_insecurity_conflict"] == pytest.approx([0.2 + 0.3 + 0.4, 3, 0])
    assert found["expected_deprivation_peace"] == pytest.approx([0.0, 1, 0])
    assert found["expected_exclusion_conflict"] == pytest.approx([np.exp(0.5 * 0.3) + np.exp(0.5 * 0.5), 2, 0])
    # At the onset a quarter of the last conflict was remembered.
    assert found["expected_mission_quiet"] == pytest.approx([0.75 * 0.15, 0.75**2, 0.25 * 0.75])
    assert found["expected_mission_recent"] == pytest.approx([0.25 * 0.15, 0.25**2, 0.25 * 0.75])
    assert found["expected_withdrawn_peace"] == pytest.approx([0.3, 1, 0])
    assert found["expected_mediated_peace"] == pytest.approx([0.25 * 0.35, 0.25, 0])
    assert found["expected_mission_minor"] == pytest.approx([0.25, 1, 0])
    assert found["expected_mission_conflict"] == pytest.approx([0.9 + 0.25 + 1.0, 3, 0])
    assert found["expected_mission_war"] == pytest.approx([1.0, 1, 0])
    assert found["expected_diplomacy_minor"] == pytest.approx([0.6, 1, 0])
    assert found["expected_aid_war"] == pytest.approx([0.5, 1, 0])


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
    [{"missions_on_recurrence": -1.5}, {"missions_on_recurrence": 0.8}, {"missions_on_ending": 0.8},
     {"diplomacy_on_ending": 0.0}, {"diplomacy_on_ending": 1.5}, {"aid_on_onset": 0.7}],
)  # fmt: skip
def test_the_level_of_conflict_under_siloed_does_not_hang_on_effects(
    share: Callable[[dict[str, float]], float], effect: dict[str, float]
) -> None:
    assert share(effect) == pytest.approx(share({}), abs=0.01)
