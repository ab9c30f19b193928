"""Rows without runs: what tests of questions hand them in place of a store, so that the truth is known."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.reporting.render import template
from experiments.reporting.result import Result
from experiments.runs.plan import Plan
from experiments.studies.question import Question
from model.outcomes import OUTCOMES

Outcome = Callable[[str, Mapping[str, float], int], float]
"""Of an institution, with the factors' values, in a replication."""


class Made:
    """Stands in for a store and for the work on it: every outcome of every run is one function's value.

    Attributes
    ----------
    plans : dict of str to Plan
        What was run, by table.
    decisions : dict
        What was decided, as JSON keeps it.
    """

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.plans: dict[str, Plan] = {}
        self.decisions: dict[str, Any] = {}
        self.some: dict[tuple[str, int], list[int]] = {}

    @property
    def store(self) -> "Made":
        return self

    def run(self, table: str, title: str, plan: Plan, blocks: Sequence[int] | None = None, points: Any = None) -> None:
        self.plans[table] = plan
        # Which points live through a block, where not all do.
        if blocks is not None and points is not None:
            self.some |= {(table, block): np.flatnonzero(points).tolist() for block in blocks}

    def done(self, question: Question) -> None:
        """Run everything that a question wants."""
        for table in question.plans():
            self.run(*table)
        question.go_on(self)  # type: ignore[arg-type]

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        plan = self.plans[table]
        assert plan.design is not None
        points = [dict(zip(plan.design.names, row, strict=True)) for row in plan.design.values.tolist()]
        runs = [
            (who, point, replication)
            for block, (first, last) in enumerate(plan.blocks)
            for point in self.some.get((table, block), range(plan.points))
            for replication in range(first, last)
            for who in plan.institutions
        ]
        value = np.array([self.outcome(who, points[point], replication) for who, point, replication in runs])
        institution, point, replication = zip(*runs, strict=True)
        found = pa.table({"institution": institution, "point": point, "replication": replication}
                         | dict.fromkeys(OUTCOMES, value))  # fmt: skip
        # What failed leaves no row.
        return found.filter(pa.array(np.isfinite(value)))

    def decided(self, name: str, decide: Callable[[], Any]) -> Any:
        if name not in self.decisions:
            self.decisions[name] = json.loads(json.dumps(decide()))
        return self.decisions[name]


def terminal(result: Result) -> str:
    """What the terminal shows of a result."""
    return template(f"{result.template}.txt").render(result.told())


def readme(result: Result) -> str:
    """What the README of a result's study says."""
    return template(f"{result.template}.md").render(result.told())
