"""``concord bench``: how fast is the model on this machine?

Some minutes in all (one with cold=false), and longer where the machine is busy: let it rest.
Times on one core are a thread's own, the shortest of several; rates are by the clock on the wall.

Notes
-----
output=json prints
  mesa_runs_per_second            by the agents, in one process, institutions in turn
  mesa_batch_run_runs_per_second  by mesa.batch_run in two processes, whose start is left out
  ensemble_runs_per_second        one_core, all_cores: compiled, futures drawn and runs stored as Parquet included
  ratio_to_mesa                   ensemble on all cores over batch_run
  random_numbers_seconds_per_run  NumPy drawing 58,000 normals and 23,440 uniforms, as many as a run of africa over 80
                                  quarters had in version 0.1 (other worlds in proportion), on one core
  seconds_per_run_core            a run on one core, with its part of drawing a future that all institutions share
  seconds_by_institution          none, siloed, … full_information: a run of each on one core, drawing left out
  limit_ratio                     seconds_per_run_core over random_numbers_seconds_per_run
  own_draw_ratio                  drawing all chance of one replication over random_numbers_seconds_per_run
  peak_memory_mb                  of this process while the ensemble ran
  sweep_rows_per_second           runs at several parameter points, stored and read back
  growth                          states, quarters, replications: exponents with which time grows, siloed, stylised
  small_world_thread_gain         runs of 2 states and 4 quarters by two workers over those by one; such go to processes
  cold_start_seconds              install, compile (what it takes longer than that), first_verdict (all): of a clone of
                                  what is committed, for which packages are fetched; null with cold=false
  cluster                         with cluster=true, by workers of Dask (2, 4, 8): start_seconds; and seconds of this
                                  process for a chunk: hand_out (nothing is done), take_back (a full part), store
  measured                        world, states, quarters, institutions
  machine                         cores, workers, python, numpy, numba, mesa

Examples
--------
concord bench seconds=10 cold=false
concord bench world=stylised world.size=200 'institutions=[siloed,uk_pools]' seconds=2 cold=false output=json
"""

from dataclasses import asdict
from typing import TYPE_CHECKING

from experiments.settings.application import as_json
from experiments.settings.kinds import Number, YesNo
from experiments.settings.options import CALIBRATION, CHANNELS, INSTITUTIONS, OUTPUT, QUARTERS, WORKERS, WORLD, Option
from experiments.settings.text import aligned

if TYPE_CHECKING:
    from experiments.benchmarks.measured import Bench
    from experiments.settings.asked import Asked

SECONDS = Option("seconds", Number(0.0, 3600.0, above=True), "how long each figure may take, in seconds")

COLD = Option(
    "cold", YesNo(), "whether to measure a fresh clone, too: it is installed, and asked the headline question"
)

CLUSTER = Option("cluster", YesNo(), "whether to measure what a chunk costs on a cluster, too, with runner=dask")

OPTIONS = (INSTITUTIONS, WORLD, CALIBRATION, CHANNELS, QUARTERS, SECONDS, COLD, CLUSTER, WORKERS, OUTPUT)


def conduct(asked: "Asked") -> "Bench":
    """Measure: one attribute per key of ``output=json``."""
    from experiments.benchmarks.measured import conduct

    return conduct(asked)


def told(found: "Bench", output: str) -> str:
    """Say what was measured."""
    return as_json(asdict(found)) if output == "json" else table(found)


def table(found: "Bench") -> str:
    """Lay the figures out for reading."""
    of, on, ensemble, growth = found.measured, found.machine, found.ensemble_runs_per_second, found.growth
    cold = found.cold_start_seconds or {}
    rows = [
        ("Mesa, one process", f"{found.mesa_runs_per_second:.2f}", "runs a second"),
        ("Mesa's batch_run, two processes", f"{found.mesa_batch_run_runs_per_second:.2f}", "runs a second"),
        ("ensemble, one core, stored", f"{ensemble['one_core']:,.0f}", "runs a second"),
        (f"ensemble, {on['workers']} threads, stored", f"{ensemble['all_cores']:,.0f}", "runs a second"),
        ("  against batch_run", f"{found.ratio_to_mesa:,.0f}", "times"),
        ("sweep, written and read back", f"{found.sweep_rows_per_second:,.0f}", "rows a second"),
        ("a run on one core, draws included", f"{found.seconds_per_run_core * 1e3:.3f}", "ms"),
        *((f"  {name}, drawing left out", f"{x * 1e3:.3f}", "ms") for name, x in found.seconds_by_institution.items()),
        ("NumPy drawing a run's numbers", f"{found.random_numbers_seconds_per_run * 1e3:.3f}", "ms"),
        ("  a run against that", f"{found.limit_ratio:.2f}", "times"),
        ("  a replication's chance against that", f"{found.own_draw_ratio:.2f}", "times"),
        ("memory at most, Mesa's not included", f"{found.peak_memory_mb:,.0f}", "MB"),
        ("a tiny world, two workers against one", f"{found.small_world_thread_gain:.2f}", "times"),
        *((f"from a clone: {name.replace('_', ' ')}", f"{x:.0f}", "s") for name, x in cold.items()),
        *(
            (f"{workers} workers of Dask, a chunk: {name.replace('_', ' ')}", f"{chunk[name] * 1e3:.1f}", "ms")
            for workers, chunk in (found.cluster or {}).items()
            for name in ("hand_out", "take_back", "store")
        ),
        *((f"time grows with {name} to the power", f"{exponent:.2f}", "") for name, exponent in growth.items()),
    ]
    return (
        f"world {of['world']}: {of['states']} states, {of['quarters']} quarters, "
        f"institutions {', '.join(of['institutions'])}\n"
        f"{on['cores']} cores, Python {on['python']}, NumPy {on['numpy']}, Numba {on['numba']}, Mesa {on['mesa']}\n\n"
        f"{aligned([('figure', 'value', 'unit'), *rows], right=(1,))}"
    )
