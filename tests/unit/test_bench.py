"""What ``concord bench`` measures, at sizes at which it takes no time."""

import math
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from experiments.benchmarks import cluster_runs, compiled_runs, mesa_runs, stored_runs
from experiments.runs.store import Store
from experiments.settings.configuration import Setting
from model.institution import Institution
from model.parameters import Parameters
from model.randomness import Chance
from model.world import Floats, Layout, Terrain, stylised

INSTITUTIONS = {"plain": Institution("plain"), "joint": Institution("joint", values={"pooling": 1.0})}


def setting() -> Setting:
    return Setting(world=stylised(4), quarters=8, institutions=INSTITUTIONS)


def test_the_fastest_of_several_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    lasting, now = iter([9.0, 3.0, 0.5, 4.0]), [0.0]
    monkeypatch.setattr(time, "thread_time", lambda: now[0])

    def task() -> None:
        now[0] += next(lasting)

    assert compiled_runs.fastest(task, 0.0) == 0.5
    assert next(lasting, None) is None  # once to warm up, then three times


def test_a_straight_line_through_logarithms_gives_the_exponent() -> None:
    assert compiled_runs.slope([10, 20, 40], [3.0 * n**1.5 for n in (10, 20, 40)]) == pytest.approx(1.5)


def test_growth_is_of_what_is_varied(monkeypatch: pytest.MonkeyPatch) -> None:
    lived = [0]

    def simulated(p: Parameters, layout: Layout, terrain: Terrain, chance: Chance, trace: Floats) -> None:
        lived[0] += chance.transition.size**2

    def cost(task: Callable[[], None], seconds: float) -> float:
        lived[0] = 0
        task()
        return float(lived[0])

    monkeypatch.setattr(compiled_runs, "simulate", simulated)
    monkeypatch.setattr(compiled_runs, "fastest", cost)
    found = compiled_runs.exponents(1.0)
    assert found == pytest.approx({"states": 2.0, "quarters": 2.0, "replications": 1.0})


def test_each_institution_lives_through_every_future(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, int, list[str], list[int]]] = []
    write = Store.write

    def noted(self: Store, table: str, first: int, last: int, columns: dict[str, Any]) -> None:
        written.append((table, last - first, list(columns["institution"]), list(columns["replication"])))
        write(self, table, first, last, columns)

    monkeypatch.setattr(Store, "write", noted)
    assert math.isfinite(stored_runs.per_second(setting(), 2, 60.0, 0.1))
    runs = [run for _, _, names, replications in written for run in zip(names, replications, strict=True)]
    assert sorted(runs) == [(name, replication) for name in ("joint", "plain") for replication in range(3)]


def test_a_sweep_varies_a_parameter_and_reads_every_row_back(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = []
    read = Store.read

    def noted(self: Store, table: str) -> pa.Table:
        tables.append(read(self, table))
        return tables[-1]

    monkeypatch.setattr(Store, "read", noted)
    assert stored_runs.per_second(setting(), 1, 160.0, 0.2, points=8) > 0.0
    (found,) = tables
    assert found.num_rows == 32  # 8 points, 2 institutions, 2 futures
    assert len(set(found["effect"].to_pylist())) == 8


def test_a_run_by_batch_run_is_a_whole_run() -> None:
    model = mesa_runs.Collected((INSTITUTIONS["plain"], setting().parameters("plain")), stylised(4), 8, 0)
    while model.running:
        model.step()
    told = model.datacollector.model_vars
    assert model.quarter == 8
    assert len(told["ended"]) == 8
    assert len(set(told["began"])) == 1
    assert told["began"][0] < told["ended"][0] < told["ended"][-1] <= time.monotonic()
    assert set(model.outcomes()) >= {"conflict_years"}


def test_everyone_has_its_own_parameters() -> None:
    (_, plain), (_, joint) = mesa_runs.everyone(setting())
    assert (plain.degrees.pooling, joint.degrees.pooling) == (0.0, 1.0)


@pytest.mark.slow
def test_what_a_chunk_costs_on_a_cluster_is_told_by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, small in (("WORKERS", (1,)), ("_CHUNKS", 4), ("_PARTS", 2)):
        monkeypatch.setattr(cluster_runs, name, small)
    found = cluster_runs.overheads(setting())
    assert list(found) == ["1"]
    assert list(found["1"]) == ["start_seconds", "hand_out", "take_back", "store"]
    assert found["1"]["start_seconds"] > 0.0
    assert found["1"]["hand_out"] > 0.0
    assert found["1"]["store"] > 0.0
