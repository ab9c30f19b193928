import math
import pickle
from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiments.runs import simulate as futures
from experiments.runs.simulate import (
    ACROSS_RANGES,
    DEFAULTS,
    FIRST_DRAW,
    SWEPT,
    Chunk,
    Plan,
    draw_parameters,
    level_plan,
    run_chunk,
)
from experiments.settings.configuration import Setting
from model.errors import InvalidInput
from model.institution import Institution
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS, Parameters
from model.randomness import Chance
from model.world import Floats, Layout, Terrain, stylised

NAMES = ("plain", "pinning")
PINNED = {"crowding": 0.9, "desks": 7.0}


def setting() -> Setting:
    institutions = {"plain": Institution("plain"), "pinning": Institution("pinning", values=PINNED)}
    return Setting(world=stylised(4), quarters=8, institutions=institutions)


def plan(level: str = ACROSS_RANGES, count: int = 6, names: tuple[str, ...] = NAMES) -> Plan:
    return level_plan(setting(), names, 3, level, count)


def whole(chosen: Plan) -> Chunk:
    return Chunk(chosen, chosen.first, chosen.first + chosen.count)


def simulated(p: Parameters, layout: Layout, terrain: Terrain, chance: Chance, trace: Floats) -> Floats:
    """Stand in for the engine: every outcome depends on the chance and on the parameters."""
    scale = chance.tie[0] + p.delivery.crowding + p.priorities.desks
    outcomes: Floats = scale * np.arange(1.0, 1.0 + len(OUTCOMES))
    return outcomes


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(futures, "simulate", simulated)


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
    drawn = [draw_parameters(1, FIRST_DRAW + draw, ("crowding", "absorption", "desks")) for draw in range(400)]
    for name in ("crowding", "absorption"):
        declared = PARAMETERS[name]
        shares = [(row[name] - declared.low) / (declared.high - declared.low) for row in drawn]
        assert stats.kstest(shares, "uniform").pvalue > 1e-3
    desks = {row["desks"] for row in drawn}
    assert desks == set(range(4, 25))
    assert abs(np.corrcoef([(row["crowding"], row["absorption"]) for row in drawn], rowvar=False)[0, 1]) < 0.15


@pytest.mark.usefixtures("engine")
def test_rows_name_run_outcomes_and_the_values_really_used() -> None:
    columns = run_chunk(whole(plan())).columns
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
    columns = run_chunk(whole(plan(DEFAULTS))).columns
    assert list(columns) == ["institution", "seed", "replication", *OUTCOMES]
    assert sorted(set(columns["replication"].tolist())) == [0, 1, 2, 3, 4, 5]


@pytest.mark.usefixtures("engine")
def test_chunks_and_institutions_change_no_row() -> None:
    all_at_once = by_run(run_chunk(whole(plan())).columns)
    one_by_one: dict[tuple[str, int], tuple[float, ...]] = {}
    for replication in range(FIRST_DRAW, FIRST_DRAW + 6):
        one_by_one |= by_run(run_chunk(Chunk(plan(), replication, replication + 1)).columns)
    assert one_by_one == all_at_once
    reordered = by_run(run_chunk(whole(plan(names=("pinning", "plain")))).columns)
    assert reordered == all_at_once
    alone = by_run(run_chunk(whole(plan(names=("pinning",)))).columns)
    assert alone == {run: row for run, row in all_at_once.items() if run[0] == "pinning"}


@pytest.mark.usefixtures("engine")
def test_a_chunk_travels_to_a_worker_and_back() -> None:
    chunk = pickle.loads(pickle.dumps(whole(plan())))
    there = pickle.loads(pickle.dumps(run_chunk(chunk)))
    assert by_run(there.columns) == by_run(run_chunk(whole(plan())).columns)


def test_a_run_that_fails_is_recorded_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fragile(p: Parameters, layout: Layout, terrain: Terrain, chance: Chance, trace: Floats) -> Floats:
        outcomes = simulated(p, layout, terrain, chance, trace)
        if p.delivery.crowding == 0.9:
            outcomes[1] = math.nan
        elif p.priorities.desks > 12:
            raise RuntimeError("too many desks")
        return outcomes

    monkeypatch.setattr(futures, "simulate", fragile)
    rows = run_chunk(whole(plan()))
    pinning = [failed for failed in rows.failures if failed["institution"] == "pinning"]
    assert len(pinning) == 6 and len(rows.failures) > 6
    assert pinning[0]["error"] == "ArithmeticError: not a finite number: war_years"
    assert pinning[0]["parameters"]["crowding"] == 0.9 and set(pinning[0]["parameters"]) == set(PARAMETERS)
    assert (pinning[0]["seed"], pinning[0]["replication"]) == (3, FIRST_DRAW)
    plain = [failed for failed in rows.failures if failed["institution"] == "plain"]
    assert {failed["error"] for failed in plain} == {"RuntimeError: too many desks"}
    assert len(rows.columns["institution"]) + len(rows.failures) == plan().runs


def test_a_chunk_without_a_single_good_run_has_empty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(futures, "simulate", lambda *_: np.full(len(OUTCOMES), math.inf))
    rows = run_chunk(whole(plan()))
    assert len(rows.failures) == 12
    assert all(len(column) == 0 for column in rows.columns.values())


@pytest.mark.parametrize("count", [1, 20, 400, 200_000])
def test_chunks_suit_the_size_of_the_study(count: int) -> None:
    chosen = plan(DEFAULTS, count)
    length = chosen.chunk_length()
    chunks = math.ceil(count / length)
    assert length >= 1 and chunks >= min(count, 8)
    assert chunks <= 16 or length * len(NAMES) >= 5_000


def test_replications_never_run_into_the_draws() -> None:
    assert plan(DEFAULTS, FIRST_DRAW).count == FIRST_DRAW
    with pytest.raises(InvalidInput, match="replications=1000001"):
        plan(DEFAULTS, FIRST_DRAW + 1)
