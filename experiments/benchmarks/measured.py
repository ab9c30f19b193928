"""Everything that ``concord bench`` measures, in one go."""

import importlib.metadata
import platform
import resource
import sys
from dataclasses import asdict, dataclass

from experiments.benchmarks import ensemble_runs, growth, mesa_runs, stored_runs
from experiments.runs.executors import usable_cores
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
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
    limit_ratio: float
    peak_memory_mb: float
    sweep_rows_per_second: float
    growth: dict[str, float]
    measured: dict[str, str | int | list[str]]
    machine: dict[str, str | int]

    def record(self) -> dict[str, object]:
        """Write it as plain data."""
        return asdict(self)


def conduct(cfg: Asked) -> Bench:
    """Measure what a configuration asks for.

    Parameters
    ----------
    cfg : Asked
        A configuration of ``concord bench`` that went through `finished`.

    Returns
    -------
    Bench
    """
    names = cfg.institution_names
    setting = cfg.setting(names)
    workers = cfg.workers or usable_cores()
    _say("compiling the engine, unless it is already")
    compile_engine()
    _say("the engine on one core, and NumPy's random numbers")
    per_draw = ensemble_runs.seconds_per_draw(setting, cfg.seconds)
    per_run = ensemble_runs.seconds_per_run(setting, cfg.seconds)
    _say("stored runs, on one core and on all")
    one_core = stored_runs.runs_per_second(setting, 1, 1.0 / per_run, cfg.seconds)
    all_cores = stored_runs.runs_per_second(setting, workers, workers * one_core, cfg.seconds)
    _say("a sweep")
    rows = stored_runs.rows_per_second(setting, workers, all_cores, cfg.seconds)
    memory = _peak_memory()
    _say("growth with states, quarters and replications")
    exponents = growth.exponents(2.0 * cfg.seconds)
    _say("Mesa: one process, then batch_run")
    mesa = mesa_runs.in_one_process(setting, cfg.seconds)
    batch = mesa_runs.by_batch_run(setting, mesa, cfg.seconds)
    return Bench(
        mesa, batch, {"one_core": one_core, "all_cores": all_cores}, all_cores / batch, per_draw, per_run,
        per_run / per_draw, memory, rows, exponents, _what(setting), _machine(workers),
    )  # fmt: skip


def _say(what: str) -> None:
    """Say on standard error what is being measured."""
    print(f"measuring: {what}", file=sys.stderr, flush=True)


def _peak_memory() -> float:
    """Largest memory this process has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, kilobytes on Linux.
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _what(setting: Setting) -> dict[str, str | int | list[str]]:
    """Say what was run."""
    return {
        "world": setting.world.name,
        "states": setting.world.size,
        "quarters": setting.quarters,
        "institutions": list(setting.institutions),
    }


def _machine(workers: int) -> dict[str, str | int]:
    """Say on what."""
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "numba", "mesa")}
    return {"cores": usable_cores(), "workers": workers, "python": platform.python_version(), **versions}
