"""The loop over replications: rows name runs, what was drawn and what came out, however runs are cut into tasks."""

import math
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiments.runs import simulate
from experiments.runs.designs import one_at_a_time
from experiments.runs.factors import declared
from experiments.runs.plan import (
    ACROSS_RANGES,
    DEFAULTS,
    FIRST_DRAW,
    SWEPT,
    Blocks,
    Plan,
    Task,
    draw_parameters,
)
from experiments.runs.simulate import lost, run_task
from model.errors import InvalidInput
from model.institution import Institution
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS, Parameters
from model.priors import StudentT
from model.randomness import Chance, draw_chance
from model.world import Floats, Layout, Terrain
from tests.plans import NAMES, PINNED, plan, simulated


def whole(chosen: Plan) -> Task:
    return chosen.task(0, chosen.units)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "simulate", simulated)


def by_run(columns: Any) -> dict[tuple[str, int], tuple[float, ...]]:
    numbers = [name for name in columns if name != "institution"]
    return {
        (name, int(columns["replication"][row])): tuple(float(columns[number][row]) for number in numbers)
        for row, name in enumerate(columns["institution"])
    }


def test_what_is_drawn_is_what_nobody_has_measured() -> None:
    assert set(SWEPT) == {name for name, declared in PARAMETERS.items() if declared.swept}
    assert "complementarity" in SWEPT and "onset_base" not in SWEPT


def test_a_draw_depends_on_no_other_parameter() -> None:
    together = draw_parameters(3, FIRST_DRAW, SWEPT)
    for name in ("crowding", "desks", "veto"):
        assert draw_parameters(3, FIRST_DRAW, (name,)) == {name: together[name]}
    assert draw_parameters(3, FIRST_DRAW + 1, SWEPT) != together
    assert draw_parameters(4, FIRST_DRAW, SWEPT) != together


def test_draws_are_even_over_the_declared_range() -> None:
    drawn = [draw_parameters(1, FIRST_DRAW + draw, ("crowding", "lasting", "desks")) for draw in range(400)]
    for name in ("crowding", "lasting"):
        declared = PARAMETERS[name]
        shares = [(row[name] - declared.low) / (declared.high - declared.low) for row in drawn]
        assert stats.kstest(shares, "uniform").pvalue > 1e-3
    desks = {row["desks"] for row in drawn}
    assert desks == set(range(4, 25))
    assert abs(np.corrcoef([(row["crowding"], row["lasting"]) for row in drawn], rowvar=False)[0, 1]) < 0.15


def test_draws_follow_a_declared_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    even = [draw_parameters(1, FIRST_DRAW + draw, ("crowding", "veto")) for draw in range(1000)]
    prior = StudentT(0.35, 0.40, nothing=0.2)
    declared = replace(PARAMETERS["crowding"], low=-0.85, high=1.55, prior=prior)
    monkeypatch.setitem(PARAMETERS, "crowding", declared)
    drawn = [draw_parameters(1, FIRST_DRAW + draw, ("crowding", "veto")) for draw in range(1000)]
    # The same shares as before, which were values between 0 and 1; what has no prior stays as it was.
    assert [row["crowding"] for row in drawn] == [declared.at(row["crowding"]) for row in even]
    assert [row["veto"] for row in drawn] == [row["veto"] for row in even]
    values = np.array([row["crowding"] for row in drawn])
    # Three binomial standard errors.
    assert np.mean(values == 0.0) == pytest.approx(0.2, abs=0.04)
    t, left = stats.t(5), stats.t(5).cdf(-3.0)
    scaled = (values[values != 0.0] - 0.35) / 0.40
    assert stats.kstest(scaled, lambda at: (t.cdf(at) - left) / (1.0 - 2.0 * left)).pvalue > 1e-3


@pytest.mark.usefixtures("engine")
def test_rows_name_run_outcomes_and_the_values_really_used() -> None:
    columns = run_task(whole(plan())).columns
    assert list(columns) == ["institution", "seed", "replication", *OUTCOMES, *SWEPT]
    assert columns["institution"] == list(NAMES) * 6
    assert columns["replication"].tolist() == [FIRST_DRAW + draw for draw in range(6) for _ in NAMES]
    for row, name in enumerate(columns["institution"]):
        drawn = draw_parameters(3, int(columns["replication"][row]), SWEPT)
        for parameter in SWEPT:
            own = PINNED.get(parameter, drawn[parameter]) if name == "pinning" else drawn[parameter]
            assert columns[parameter][row] == own


@pytest.mark.usefixtures("engine")
def test_at_the_defaults_nothing_is_drawn() -> None:
    columns = run_task(whole(plan(DEFAULTS))).columns
    assert list(columns) == ["institution", "seed", "replication", *OUTCOMES]
    assert sorted(set(columns["replication"].tolist())) == [0, 1, 2, 3, 4, 5]


@pytest.mark.usefixtures("engine")
def test_tasks_and_institutions_change_no_row() -> None:
    all_at_once = by_run(run_task(whole(plan())).columns)
    one_by_one: dict[tuple[str, int], tuple[float, ...]] = {}
    for unit in range(6):
        one_by_one |= by_run(run_task(plan().task(unit, unit + 1)).columns)
    assert one_by_one == all_at_once
    reordered = by_run(run_task(whole(plan(names=("pinning", "plain")))).columns)
    assert reordered == all_at_once
    alone = by_run(run_task(whole(plan(names=("pinning",)))).columns)
    assert alone == {run: row for run, row in all_at_once.items() if run[0] == "pinning"}


@pytest.mark.usefixtures("engine")
def test_a_task_travels_to_a_worker_and_back() -> None:
    task = pickle.loads(pickle.dumps(whole(plan())))
    there = pickle.loads(pickle.dumps(run_task(task)))
    assert by_run(there.columns) == by_run(run_task(whole(plan())).columns)


def test_a_run_that_fails_is_recorded_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fragile(p: Parameters, layout: Layout, terrain: Terrain, chance: Chance, trace: Floats) -> Floats:
        outcomes = simulated(p, layout, terrain, chance, trace)
        if p.delivery.crowding == 0.9:
            outcomes[1] = math.nan
        elif p.priorities.desks > 12:
            raise RuntimeError("too many desks")
        return outcomes

    monkeypatch.setattr(simulate, "simulate", fragile)
    rows = run_task(whole(plan()))
    pinning = [failed for failed in rows.failures if failed["institution"] == "pinning"]
    assert len(pinning) == 6 and len(rows.failures) > 6
    assert pinning[0]["error"] == "ArithmeticError: not a finite number: war_years"
    assert pinning[0]["parameters"]["crowding"] == 0.9 and set(pinning[0]["parameters"]) == set(PARAMETERS)
    assert (pinning[0]["seed"], pinning[0]["replication"]) == (3, FIRST_DRAW)
    plain = [failed for failed in rows.failures if failed["institution"] == "plain"]
    assert {failed["error"] for failed in plain} == {"RuntimeError: too many desks"}
    assert len(rows.columns["institution"]) + len(rows.failures) == plan().runs


def test_a_task_without_a_single_good_run_has_empty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "simulate", lambda *_: np.full(len(OUTCOMES), math.inf))
    rows = run_task(whole(plan()))
    assert len(rows.failures) == 12
    assert all(len(column) == 0 for column in rows.columns.values())


@pytest.mark.parametrize("count", [1, 20, 400, 200_000])
def test_tasks_suit_the_size_of_the_study(count: int) -> None:
    chosen = plan(DEFAULTS, count)
    length = chosen.length()
    tasks = math.ceil(count / length)
    assert length >= 1 and tasks >= min(count, 8)
    assert tasks <= 16 or length * len(NAMES) >= 5_000


def test_replications_never_run_into_the_draws() -> None:
    assert plan(DEFAULTS, FIRST_DRAW).units == FIRST_DRAW
    with pytest.raises(InvalidInput, match="replications=1000001"):
        plan(DEFAULTS, FIRST_DRAW + 1)


DESIGN = one_at_a_time([declared("crowding"), declared("desks")], [[0.1, 0.2], [5.0]])


@pytest.mark.usefixtures("engine")
def test_rows_of_a_design_name_the_point_and_its_values() -> None:
    """An institution's own values give way to the point's; what the point leaves alone is no number."""
    columns = run_task(whole(plan(DEFAULTS, 2, design=DESIGN))).columns
    assert columns["point"].tolist() == [0, 0, 1, 1, 2, 2] * 2
    assert columns["replication"].tolist() == [0] * 6 + [1] * 6
    np.testing.assert_array_equal(columns["crowding"][:6], [0.1, 0.1, 0.2, 0.2, np.nan, np.nan])
    first = OUTCOMES.__iter__().__next__()
    chance = [draw_chance(3, replication, 4, 8).tie[0] for replication in (0, 1)]
    at = {"plain": (0.1, PARAMETERS["desks"].default), "pinning": (0.1, PINNED["desks"])}
    for place, name in enumerate(NAMES):
        assert columns[first][place] == chance[0] + at[name][0] + at[name][1]


@pytest.mark.usefixtures("engine")
def test_a_task_of_some_points_has_the_rows_of_a_task_of_all() -> None:
    chosen = plan(DEFAULTS, 60, design=DESIGN)
    assert chosen.blocks == Blocks(0, 60, 50) and chosen.units == 6
    every = run_task(whole(chosen)).columns
    some = run_task(chosen.task(0, 6, np.array([True, False, True]))).columns
    kept = np.isin(every["point"], [0, 2])
    for name, column in every.items():
        np.testing.assert_array_equal(np.asarray(column)[kept], np.asarray(some[name]))
    assert str(chosen.task(1, 3)) == "points 1 to 2 in replications 0 to 49"
    assert (
        str(chosen.task(4, 5)) == "point 1 in replications 50 to 59"
        and str(plan(DEFAULTS).task(2, 3)) == "replication 2"
    )
    cut = [run_task(chosen.task(first, first + 1)).columns for first in range(6)]
    np.testing.assert_array_equal(np.concatenate([each["onsets"] for each in cut]).sum(), every["onsets"].sum())


@pytest.mark.usefixtures("engine")
def test_replications_of_a_draw_share_its_values_and_have_names_of_their_own() -> None:
    columns = run_task(whole(plan(ACROSS_RANGES, 3, per_draw=4))).columns
    assert columns["draw"].tolist() == [draw for draw in range(3) for _ in range(4) for _ in NAMES]
    assert sorted(set(columns["replication"].tolist())) == list(range(FIRST_DRAW, FIRST_DRAW + 12))
    for draw in range(3):
        assert set(columns["veto"][columns["draw"] == draw]) == {
            draw_parameters(3, FIRST_DRAW + draw, ("veto",))["veto"]
        }


@pytest.mark.usefixtures("engine")
def test_names_of_replications_that_lie_apart_do_not_go_by_their_number() -> None:
    one, four = (run_task(whole(plan(ACROSS_RANGES, 3, per_draw=n, apart=True))).columns for n in (1, 4))
    assert sorted(set(four["replication"].tolist())) == [
        FIRST_DRAW * (1 + future) + draw for future in range(4) for draw in range(3)
    ]
    assert (four["draw"] == four["replication"] % FIRST_DRAW).all()
    first = four["replication"] < 2 * FIRST_DRAW
    for name in one:
        np.testing.assert_array_equal(np.asarray(four[name])[first], np.asarray(one[name]))
    single = run_task(whole(plan(ACROSS_RANGES, 3))).columns
    for name in single:
        np.testing.assert_array_equal(np.asarray(one[name]), np.asarray(single[name]))


def test_a_point_that_cannot_be_is_recorded_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "simulate", simulated)
    impossible = one_at_a_time([declared("crowding")], [[0.1, 99.0]])
    rows = run_task(whole(plan(DEFAULTS, 1, design=impossible)))
    assert rows.columns["point"].tolist() == [0, 0]
    assert [(row["point"], row["parameters"]["crowding"]) for row in rows.failures] == [(1, 99.0)] * 2
    assert all("crowding" in row["error"] and "outside its range" in row["error"] for row in rows.failures)


def test_every_run_of_a_lost_task_is_accounted_for() -> None:
    task = whole(plan(DEFAULTS, 2, design=DESIGN))
    found = lost(task, "KilledWorker")
    assert len(found) == task.runs == 12 and {row["error"] for row in found} == {"KilledWorker"}
    assert {(row["point"], row["replication"], row["institution"]) for row in found} == {
        (point, replication, name) for point in range(3) for replication in range(2) for name in NAMES
    }


@pytest.mark.parametrize(
    "other",
    [
        plan(DEFAULTS, 7), plan(ACROSS_RANGES, 6), plan(DEFAULTS, 6, ("plain",)), plan(DEFAULTS, 6, design=DESIGN),
        plan(ACROSS_RANGES, 6, per_draw=2),
    ],
)  # fmt: skip
def test_another_plan_has_another_content(other: Plan) -> None:
    one = plan(DEFAULTS, 6)
    assert one.content() == plan(DEFAULTS, 6).content() != other.content()


def test_seed_and_values_of_institutions_are_part_of_a_plan() -> None:
    one = plan(DEFAULTS, 6)
    other = {**one.setting.institutions, "pinning": Institution("pinning", values=PINNED | {"crowding": 0.8})}
    for changed in (replace(one, seed=4), replace(one, setting=replace(one.setting, institutions=other))):
        assert changed.content() != one.content()
