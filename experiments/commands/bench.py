"""``concord bench``: how fast the model is on this machine."""

import json
import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application
from experiments.settings.text import aligned

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.benchmarks.measured import Bench


def bench(*overrides: str, **options: object) -> "Bench":
    """Do in a notebook what the command does, without printing the table.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"world=stylised"``.
    **options : object
        The same by keyword: ``seconds=2, institutions=["siloed", "uk_pools"]``.

    Returns
    -------
    Bench
        One attribute per key of ``output=json``; progress goes to standard error.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.benchmarks.measured import conduct
    from experiments.settings.configuration import composed

    return conduct(composed("bench", overrides, options))


def _command(cfg: "DictConfig") -> None:
    """Measure, and print what came out."""
    from experiments.benchmarks.measured import conduct

    found = conduct(cfg)
    print(json.dumps(found.record(), allow_nan=False) if cfg.output == "json" else table(found))


def table(found: "Bench") -> str:
    """Lay the figures out for reading.

    Parameters
    ----------
    found : Bench
        What was measured.

    Returns
    -------
    str
    """
    of, on, ensemble, growth = found.measured, found.machine, found.ensemble_runs_per_second, found.growth
    names = of["institutions"]
    assert isinstance(names, list)
    rows = [
        ("Mesa, one process", f"{found.mesa_runs_per_second:.2f}", "runs a second"),
        ("Mesa's batch_run, two processes", f"{found.mesa_batch_run_runs_per_second:.2f}", "runs a second"),
        ("ensemble, one core, stored", f"{ensemble['one_core']:,.0f}", "runs a second"),
        (f"ensemble, {on['workers']} threads, stored", f"{ensemble['all_cores']:,.0f}", "runs a second"),
        ("  against batch_run", f"{found.ratio_to_mesa:,.0f}", "times"),
        ("sweep, written and read back", f"{found.sweep_rows_per_second:,.0f}", "rows a second"),
        ("a run on one core, draws included", f"{found.seconds_per_run_core * 1e3:.3f}", "ms"),
        ("NumPy drawing a run's numbers", f"{found.random_numbers_seconds_per_run * 1e3:.3f}", "ms"),
        ("  a run against that", f"{found.limit_ratio:.2f}", "times"),
        ("memory at most, Mesa's not included", f"{found.peak_memory_mb:,.0f}", "MB"),
        *((f"time grows with {name} to the power", f"{exponent:.2f}", "") for name, exponent in growth.items()),
    ]
    return (
        f"world {of['world']}: {of['states']} states, {of['quarters']} quarters, institutions {', '.join(names)}\n"
        f"{on['cores']} cores, Python {on['python']}, NumPy {on['numpy']}, Numba {on['numba']}, Mesa {on['mesa']}\n\n"
        f"{aligned([('figure', 'value', 'unit'), *rows], right=(1,))}"
    )


main = application("bench", _command)

if __name__ == "__main__":
    sys.exit(main())
