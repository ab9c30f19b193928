"""Everything that ``concord bench`` measures, in one go."""

import importlib.metadata
import platform
import resource
import sys
from dataclasses import dataclass
from typing import Any

from experiments.benchmarks import cluster_runs, cold_start, compiled_runs, mesa_runs, stored_runs
from experiments.runs.executors import usable_cores
from experiments.settings.asked import Asked
from model.ensemble import compile_engine


@dataclass(frozen=True)
class Bench:
    """What was measured; its fields are the keys of ``output=json``, see ``concord bench --help``."""

    mesa_runs_per_second: float
    mesa_batch_run_runs_per_second: float
    ensemble_runs_per_second: dict[str, float]
    ratio_to_mesa: float
    random_numbers_seconds_per_run: float
    seconds_per_run_core: float
    seconds_by_institution: dict[str, float]
    limit_ratio: float
    own_draw_ratio: float
    peak_memory_mb: float
    sweep_rows_per_second: float
    growth: dict[str, float]
    small_world_thread_gain: float
    cold_start_seconds: dict[str, float] | None
    cluster: dict[str, dict[str, float]] | None
    measured: dict[str, Any]
    machine: dict[str, Any]


def conduct(cfg: Asked) -> Bench:
    """Measure what a configuration asks for.

    Parameters
    ----------
    cfg : Asked
        What ``concord bench`` was asked.

    Returns
    -------
    Bench
    """
    setting, workers = cfg.setting(cfg.institution_names), cfg.workers or usable_cores()
    _say("compiling the engine, unless it is already")
    compile_engine()
    _say("the engine on one core, and NumPy's random numbers")
    per_draw = compiled_runs.seconds_per_draw(setting, cfg.seconds)
    per_chance = compiled_runs.seconds_per_chance(setting, cfg.seconds)
    per_run = compiled_runs.fastest(compiled_runs.lives(setting), cfg.seconds) / len(setting.institutions)
    by_institution = compiled_runs.seconds_by_institution(setting, cfg.seconds)
    _say("stored runs, on one core and on all")
    one_core = stored_runs.per_second(setting, 1, 1.0 / per_run, cfg.seconds)
    all_cores = stored_runs.per_second(setting, workers, workers * one_core, cfg.seconds)
    _say("a sweep")
    rows = stored_runs.per_second(setting, workers, all_cores, cfg.seconds, points=8)
    memory = _peak_memory()
    _say("growth with states, quarters and replications")
    exponents = compiled_runs.exponents(2.0 * cfg.seconds)
    _say("a tiny world, by one worker and by two")
    gain = stored_runs.small_world_gain(2.0 * cfg.seconds)
    _say("Mesa: one process, then batch_run")
    mesa = mesa_runs.in_one_process(setting, cfg.seconds)
    batch = mesa_runs.by_batch_run(setting, mesa, cfg.seconds)
    if cfg.cold:
        _say("a fresh clone, until its first verdict")
    cold = cold_start.seconds() if cfg.cold else None
    if cfg.cluster:
        _say("chunks on a cluster")
    chunks = cluster_runs.overheads(setting) if cfg.cluster else None
    world, names = setting.world, list(setting.institutions)
    what = {"world": world.name, "states": world.size, "quarters": setting.quarters, "institutions": names}
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "numba", "mesa")}
    machine = {"cores": usable_cores(), "workers": workers, "python": platform.python_version(), **versions}
    return Bench(
        mesa, batch, {"one_core": one_core, "all_cores": all_cores}, all_cores / batch, per_draw, per_run,
        by_institution, per_run / per_draw, per_chance / per_draw, memory, rows, exponents, gain, cold, chunks, what,
        machine,
    )  # fmt: skip


def _say(what: str) -> None:
    """Say on standard error what is being measured."""
    print(f"measuring: {what}", file=sys.stderr, flush=True)


def _peak_memory() -> float:
    """Largest memory this process has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, kilobytes on Linux.
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
