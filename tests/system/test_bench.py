"""``concord bench`` as a user types it, at a size at which it takes seconds."""

import json
import math
from typing import Any

import pytest

from experiments.benchmarks.measured import Bench
from experiments.cli import main
from experiments.commands.bench import table
from experiments.settings.manual import manual

TINY = ("world=stylised", "world.size=4", "quarters=4", "institutions=[siloed]", "seconds=0.02", "cold=false")
KEYS = {
    "mesa_runs_per_second": None,
    "mesa_batch_run_runs_per_second": None,
    "ensemble_runs_per_second": ["one_core", "all_cores"],
    "ratio_to_mesa": None,
    "random_numbers_seconds_per_run": None,
    "seconds_per_run_core": None,
    "seconds_by_institution": ["none", "siloed", "full_information"],
    "limit_ratio": None,
    "own_draw_ratio": None,
    "peak_memory_mb": None,
    "sweep_rows_per_second": None,
    "growth": ["states", "quarters", "replications"],
    "small_world_thread_gain": None,
    "cold_start_seconds": None,
    "cluster": None,
    "measured": ["world", "states", "quarters", "institutions"],
    "machine": ["cores", "workers", "python", "numpy", "numba", "mesa"],
}


@pytest.mark.slow
def test_every_documented_figure_is_there_and_a_positive_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *TINY, "output=json"]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("\n") == 1
    assert "measuring: " in printed.err
    found: dict[str, Any] = json.loads(printed.out)
    assert {name: list(value) if isinstance(value, dict) else None for name, value in found.items()} == KEYS
    numbers = [value for value in found.values() if isinstance(value, float)]
    for key in ("ensemble_runs_per_second", "seconds_by_institution", "growth"):
        numbers += found[key].values()
    assert len(numbers) == 18
    assert all(math.isfinite(number) and number > 0.0 for number in numbers)
    assert found["ratio_to_mesa"] == pytest.approx(
        found["ensemble_runs_per_second"]["all_cores"] / found["mesa_batch_run_runs_per_second"]
    )
    assert found["limit_ratio"] == pytest.approx(
        found["seconds_per_run_core"] / found["random_numbers_seconds_per_run"]
    )
    assert found["measured"]["institutions"] == ["none", "siloed", "full_information"]
    assert "ensemble, one core" in table(Bench(**found))


def test_help_documents_every_key() -> None:
    text = manual("bench")
    for name, parts in KEYS.items():
        line = next(line for line in text.splitlines() if line.startswith(f"  {name} "))
        assert all(part in line for part in parts or [])


def test_a_time_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "seconds=0"]) == 2
    assert capsys.readouterr().err == ("concord bench: seconds=0: must be a number above 0, up to 3600\n")
