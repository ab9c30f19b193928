"""The model held against a stored record, pattern by pattern."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml

from experiments.records.histories import Levels, yearly_levels
from experiments.records.patterns import flattened, patterns_by_run, percentile, pooled_patterns
from experiments.records.stored_record import Record, stored_record
from experiments.runs.executors import said_if_slow
from experiments.runs.provenance import digest, facts
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.places import RESULTS
from experiments.settings.text import aligned, readable
from experiments.studies.comparison import as_json
from model.ensemble import compile_engine
from model.errors import InvalidInput
from model.rules.compiled import source_digest
from model.world import World

_NO_NUMBERS_OF = ("study", "results", "workers", "output", "to", "acd", "panel", "borders")
"""Options that change no number of a study."""


class Row(NamedTuple):
    """One pattern: the record with its 95% interval, all runs together with 95% of single runs, how they agree."""

    pattern: str
    record: float
    record_low: float
    record_high: float
    model: float
    model_low: float
    model_high: float
    inside: bool | None
    """Whether the model lies in the record's interval; None where either is not defined."""


@dataclass(frozen=True)
class PatternStudy:
    """The model beside a record.

    Attributes
    ----------
    folder : Path
        Where the figure lies.
    record : Record
        What was compared with.
    rows : list of Row
        One per pattern, the matrix of transitions cell by cell.
    asked : dict
        Institution, world, calibration, seed, replications.
    """

    folder: Path
    record: Record
    rows: list[Row]
    asked: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """Lay the rows out, one per pattern."""
        return pd.DataFrame(self.rows).set_index("pattern")

    def counted(self) -> tuple[int, int]:
        """Count how many patterns of the model lie inside, and how many could be compared."""
        judged = [row.inside for row in self.rows if row.inside is not None]
        return sum(judged), len(judged)

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        inside, of = self.counted()
        record = self.record
        found: dict[str, Any] = {
            **{"region": record.region, "first": record.first, "last": record.last, "states": record.states},
            **self.asked,
            **{"inside": inside, "compared": of, "study": str(self.folder)},
            "patterns": {
                row.pattern: {
                    "record": {"estimate": row.record, "low": row.record_low, "high": row.record_high},
                    "model": {"estimate": row.model, "low": row.model_low, "high": row.model_high},
                    "inside": row.inside,
                }
                for row in self.rows
            },
        }
        plain: dict[str, Any] = as_json(found)
        return plain

    def terminal(self) -> str:
        """Everything for reading."""
        yes = {True: "yes", False: "no", None: "–"}
        rows = [
            (row.pattern, readable(row.record), _between(row.record_low, row.record_high), readable(row.model),
             _between(row.model_low, row.model_high), yes[row.inside])
            for row in self.rows
        ]  # fmt: skip
        head = ("pattern", "record", "95% interval", "model", "95% of runs", "inside")
        inside, of = self.counted()
        record, asked = self.record, ", ".join(f"{key} {value}" for key, value in self.asked.items())
        return (
            f"record: {record.region}, {record.first} to {record.last}, {record.states} states; model: {asked}\n\n"
            f"{aligned([head, *rows], right=(1, 3))}\n\n"
            "interval: bootstrap over states; model: all runs together; runs: each by itself\n"
            f"inside: the model lies in the record's interval, {inside} of {of} patterns\n"
            f"figure: {self.folder / 'figures'}"
        )


def conduct(cfg: Asked) -> PatternStudy:
    """Run the model, and compare it with the stored record of the window.

    Parameters
    ----------
    cfg : Asked
        Of ``patterns``.

    Returns
    -------
    PatternStudy

    Raises
    ------
    InvalidInput
        When no record is stored for the window, or runs are not as long.
    """
    record = stored_record(cfg.region, cfg.first, cfg.last)
    quarters = 4 * (record.last - record.first + 1)
    if cfg.quarters != quarters:
        raise InvalidInput(f"quarters={cfg.quarters}: must be {quarters}, as long as {record.first} to {record.last}")
    name = cfg.chosen["institution"]
    setting = cfg.setting([name])
    with said_if_slow("compiling the model, once: about half a minute"):
        compile_engine()
    levels = yearly_levels(
        setting.institutions[name], setting.world, setting.parameters(name), cfg.seed, cfg.replications,
        setting.quarters, cfg.workers,
    )  # fmt: skip
    rows = compared(record, levels, setting.world)
    asked = cfg.plain(setting)
    design = {key: value for key, value in asked.items() if key not in _NO_NUMBERS_OF}
    design |= {"record": digest(as_json(record.patterns)), "model_sources": source_digest()}
    study = cfg.study if cfg.study is not None else f"{setting.world.name}-{digest(design)[:8]}"
    results = RESULTS if cfg.results is None else Path(cfg.results).expanduser().absolute()
    store = Store(results / "patterns" / str(study))
    begun = facts("patterns", str(study), list(cfg.words), design)
    with store.opened(design, begun, yaml.safe_dump(asked, sort_keys=False, allow_unicode=True)):
        from experiments.reporting.figures.patterns import draw

        found = PatternStudy(
            store.folder, record, rows, {**cfg.chosen, "seed": cfg.seed, "replications": cfg.replications}
        )
        draw(found, store)
        store.note({"status": "finished"})
    return found


def compared(record: Record, levels: Levels, world: World) -> list[Row]:
    """Hold simulated levels against a record.

    Parameters
    ----------
    record : Record
    levels : ndarray (runs, years, states)
        From `experiments.records.histories`.
    world : World
        Their start.

    Returns
    -------
    list of Row
    """
    ends = {end: flattened({key: found[end] for key, found in record.patterns.items()}) for end in _ENDS}
    model = flattened(pooled_patterns(levels, world, record.first))
    each = flattened(patterns_by_run(levels, world, record.first))
    rows = []
    for name in ends["estimate"]:
        estimate, low, high, here = (float(values[name]) for values in (*ends.values(), model))
        known = not np.isnan([low, high, here]).any()
        least, most = (float(percentile(each[name], share)) for share in (0.025, 0.975))
        rows.append(Row(name, estimate, low, high, here, least, most, low <= here <= high if known else None))
    return rows


_ENDS = ("estimate", "low", "high")


def record_result(record: Record) -> dict[str, Any]:
    """Give a record by itself in plain data, as ``output=json`` prints it."""
    found: dict[str, Any] = as_json(
        {"region": record.region, "first": record.first, "last": record.last, "states": record.states,
         "patterns": record.patterns}
    )  # fmt: skip
    return found


def record_table(record: Record) -> str:
    """Lay a record out for reading."""
    ends = [flattened({key: found[end] for key, found in record.patterns.items()}) for end in _ENDS]
    rows = [
        (name, readable(float(ends[0][name])), _between(*(float(end[name]) for end in ends[1:]))) for name in ends[0]
    ]
    left_out = ", ".join(f"{name} in {count}" for name, count in record.undefined_resamples.items())
    return (
        f"record: {record.region}, {record.first} to {record.last}, {record.states} states\n\n"
        f"{aligned([('pattern', 'record', '95% interval'), *rows], right=(1,))}\n\n"
        f"interval: bootstrap over states, {record.resamples:,} resamples"
        + (f"; not defined, and left out: {left_out}" if left_out else "")
    )


def _between(low: float, high: float) -> str:
    """Write an interval; open where the data do not bound it."""
    return f"[{readable(low)}, {readable(high) if high != np.inf else '∞'}]" if not np.isnan(low) else "–"
