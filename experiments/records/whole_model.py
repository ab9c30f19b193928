"""What the whole model does at a calibration's means under ``siloed``: what missions avert, what is assumed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.records import association
from experiments.records.histories import highest_of_year, in_memory, statuses_of, tasks_of, with_values
from experiments.records.observed import observed_quarters
from experiments.records.pattern_counts import Levels
from experiments.reporting.wording import as_json
from experiments.runs.plan import Plan
from experiments.runs.recorders import Statuses
from experiments.runs.simulate import Rows
from experiments.runs.work import Work
from model.parameters import PARAMETERS

ASSUMED = ("onset_insecurity",)
"""What no record tells and the process alone does not see: it acts on what programmes and damage make of a driver."""


def missions(plan: Plan, work: Work) -> dict[str, Any]:
    """See what missions do, and what they seem to do, in runs without draws."""
    plan, ends = replace(plan, recorder=association.Ends()), []
    for each in (plan, association.blind(plan)):
        ends.append([row.extra[association.Ends.table] for row in _rows(each, work)])
    told_of, years, years_without = (
        np.concatenate([row[name] for row in rows])
        for rows, name in ((ends[0], "told"), (ends[0], "conflict_years"), (ends[1], "conflict_years"))
    )
    found: dict[str, Any] = as_json(association.association(told_of, years, years_without)._asdict())
    return found


def assumed(plan: Plan, work: Work) -> list[dict[str, Any]]:
    """Show how much conflict there would be at the ends of what is assumed, all else held: a row per end."""
    rows: list[dict[str, Any]] = [{"parameter": "", "value": None, **_level(plan, work)}]
    for name in ASSUMED:
        for end in (PARAMETERS[name].low, PARAMETERS[name].high):
            other = replace(plan, setting=with_values(plan.setting, {name: end}))
            rows.append({"parameter": name, "value": end, **_level(other, work)})
    return rows


def _level(plan: Plan, work: Work) -> dict[str, float]:
    """Give the shares of state-years and of state-quarters in conflict."""
    plan = replace(plan, recorder=Statuses())
    statuses: Levels = np.concatenate(
        [statuses_of(row.extra[Statuses.table], plan.setting) for row in _rows(plan, work)]
    )
    before = np.array([state.level > 0 for state in plan.setting.world.states])
    return {
        "share_of_years": float((highest_of_year(statuses) > 0).mean()),
        "share_of_quarters": float(observed_quarters(statuses, before).mean()),
    }


def _rows(plan: Plan, work: Work) -> Sequence[Rows]:
    """Run a plan without storing it."""
    pool = work.start()
    return list(in_memory(tasks_of(plan, pool.room()), pool, work.stop))
