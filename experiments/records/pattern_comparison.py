"""The model held against a stored record, pattern by pattern."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from experiments.records.histories import highest_of_year, statuses_of
from experiments.records.pattern_counts import Levels
from experiments.records.pattern_labels import labelled, meaning_of
from experiments.records.patterns import ends_of, patterns_by_run, pooled_patterns
from experiments.records.record_tables import cells, whose
from experiments.records.stored_record import Record, stored_record
from experiments.records.validation import compared, counted
from experiments.reporting.drawing import Drawing
from experiments.reporting.figures.patterns import record_and_model
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json
from experiments.runs.identity import digest
from experiments.runs.plan import DEFAULTS, level_plan
from experiments.runs.recorders import Statuses
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.world import World


class PatternStudy(Question):
    """The model beside a stored record of the same years."""

    def __init__(self, asked: Asked) -> None:
        self.record = record = stored_record(asked.region, asked.first, asked.last)
        quarters = 4 * (record.last - record.first + 1)
        if asked.quarters != quarters:
            raise InvalidInput(
                f"quarters={asked.quarters}: must be {quarters}, as long as {record.first} to {record.last}"
            )
        super().__init__(asked, [asked.chosen["institution"]])
        self.plan = level_plan(
            self.setting, self.institutions, asked.seed, DEFAULTS, asked.replications, recorder=Statuses()
        )

    def plans(self) -> Sequence[Table]:
        """One institution in all replications."""
        return [Table("runs", "histories", self.plan)]

    def further(self) -> Mapping[str, Any]:
        """Say which record."""
        return {"record": digest(as_json(self.record.patterns))}

    def analyse(self, rows: Store) -> pd.DataFrame:
        """Hold the runs against the record."""
        return beside(self.record, statuses_of(rows.read(Statuses.table), self.setting), self.setting.world)

    def tell(self, found: pd.DataFrame, facts: Facts) -> Result:
        """Say which patterns are reproduced."""
        (inside, of), record = counted(found), self.record
        asked = {**self.asked.chosen, "seed": self.asked.seed, "replications": self.asked.replications}
        asked.pop("runner")
        where = f"{record.region.replace('_', '-').capitalize()}, {record.first}–{record.last}"
        sample = f"{self.asked.replications} runs from world {asked['world']}, calibration {asked['calibration']}"
        rows = found.reset_index().to_dict("records")
        return Result(
            template="record",
            question="Does conflict in the model behave as it does on record?",
            facts=facts,
            answer=[f"The model lies in the record's interval for {inside} of {of} patterns."],
            data={**record.whose(), **asked, "inside": inside, "compared": of}
            | {"patterns": as_json({row["pattern"]: _nested(row) for row in rows})}
            | {"meanings": {row["pattern"]: meaning_of(row["pattern"])._asdict() for row in rows}},
            tables={"patterns": found.reset_index()},
            figures={
                "record_and_model": Drawing(
                    record_and_model, labelled(found), f"Conflict: {where}", {"where": where, "sample": sample}
                )
            },
            context={
                "title": f"{whose(record)}; model: {', '.join(f'{key} {value}' for key, value in asked.items())}",
                "parts": [(cells(found), (1, 3))],
                "reading": [
                    "interval: bootstrap over states; model: all runs together; runs: each by itself",
                    f"inside: the model lies in the record's interval, {inside} of {of} patterns",
                ],
                "files": "`statuses/`: Parquet, the status of every state in every quarter of every run.",
            },
        )


def beside(record: Record, statuses: Levels, world: World) -> pd.DataFrame:
    """Hold simulated conflict against a record.

    Parameters
    ----------
    record : Record
    statuses : ndarray (runs, quarters, states)
        From `experiments.records.histories`.
    world : World
        Their start.

    Returns
    -------
    DataFrame
        As `experiments.records.validation.compared`: all runs together; ``model_low`` and ``model_high`` hold 95% of
        single runs.
    """
    levels = highest_of_year(statuses)
    table = compared(record, pooled_patterns(levels, world, record.first, statuses=statuses))
    ends = ends_of(patterns_by_run(levels, world, record.first, statuses=statuses))
    table.insert(4, "model_low", [ends[name][0] for name in table.index])
    table.insert(5, "model_high", [ends[name][1] for name in table.index])
    return table


def _nested(row: dict[Any, Any]) -> dict[str, Any]:
    """Give a row as JSON shows it."""
    sides = {
        side: {"estimate": row[side], "low": row[f"{side}_low"], "high": row[f"{side}_high"]}
        for side in ("record", "model")
    }
    return {**sides, "inside": row["inside"]}
