"""What is fitted: a record's patterns as a target, and the model with its chances drawn."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from experiments.records.given import say
from experiments.records.histories import with_values
from experiments.records.pattern_counts import Levels
from experiments.records.patterns import numbers, patterns_by_run, pooled_patterns
from experiments.records.stored_record import Record
from experiments.records.validation import FITTED
from experiments.runs.plan import Blocks, Plan, Task
from experiments.runs.recorders import Statuses
from experiments.statistics.moments import Target
from model.parameters import PARAMETERS
from model.world import Floats

LOGARITHM = "excess_risk_half_life"
"""Fitted by its logarithm: the likelihood of some resamples has no end, and their variance no meaning."""

_INTERVALS_WIDE = 2.0 * 1.959964


def target_of(record: Record) -> Target:
    """Get what is fitted of a record; what it leaves undefined, or what never varies, is left out, and said.

    The half-life enters by its logarithm, with the standard error that its interval has, and as if it were
    independent of the rest.
    """
    table = record.table().loc[list(FITTED)]
    table["variance"] = np.diag(record.covariance_of(FITTED))
    known = np.isfinite(table["estimate"]) & (table["variance"] > 0.0)
    for name in table.index[~known]:
        say(f"{name}: the record does not define it or its error, not fitted")
    kept = tuple(table.index[known])
    values, covariance = table["estimate"][known].to_numpy().copy(), record.covariance_of(kept)
    if LOGARITHM in kept:
        place = kept.index(LOGARITHM)
        low, high = (float(table[end][LOGARITHM]) for end in ("low", "high"))
        values[place] = math.log(values[place])
        covariance[place, :] = covariance[:, place] = 0.0
        covariance[place, place] = (math.log(high / low) / _INTERVALS_WIDE) ** 2
    return Target(kept, values, covariance)


class Model:
    """The model beside a record: values of parameters by name give statuses, and levels give the fitted patterns.

    Parameters
    ----------
    plan : Plan
        Replications 0, 1, …, as many as are ever wanted.
    record : Record
        What is fitted.
    """

    def __init__(self, plan: Plan, record: Record) -> None:
        self.plan, self.record, self.target = (
            replace(plan, recorder=Statuses(), repeated=True),
            record,
            target_of(record),
        )
        self.world, self.first = plan.setting.world, record.first

    def at(self, values: Mapping[str, float], replications: int) -> Plan:
        """Plan the first so many replications, at some values."""
        setting = with_values(self.plan.setting, values)
        return replace(self.plan, setting=setting, blocks=Blocks(0, replications))

    def one_each(self, sets: Sequence[Mapping[str, float]]) -> list[Task]:
        """Plan a replication of its own under each set of values."""
        return [self.at(values, number + 1).task(number, number + 1) for number, values in enumerate(sets)]

    def value(self, name: str) -> float:
        """Look up the value of a parameter that is not free."""
        used = self.plan.setting.parameters(self.plan.institutions[0])
        return float(getattr(getattr(used, PARAMETERS[name].group), name))

    def moments(self, levels: Levels) -> Floats:
        """Compute the fitted patterns of all runs together."""
        found = numbers(pooled_patterns(levels, self.world, self.first, self.target.patterns))
        return np.array([math.log(value) if key == LOGARITHM else value for key, value in found.items()])

    def moments_by_run(self, levels: Levels) -> Floats:
        """Compute the fitted patterns of each run by itself (runs, patterns)."""
        found = patterns_by_run(levels, self.world, self.first, self.target.patterns)
        return np.stack([np.log(x) if key == LOGARITHM else x for key, x in found.items()], axis=1)
