"""Records simulated for an estimation: under which values, and what they show, in the measures of either stage."""

from typing import NamedTuple

import numpy as np

from experiments.records.cases import HALF_LIFE, USUAL_DEPRIVATION, cases_of
from experiments.records.histories import highest_of_year
from experiments.records.history import History
from experiments.records.process import simulated_once
from experiments.records.record_moments import moments_of
from experiments.records.stage_one import TERMS, coefficients
from experiments.records.stage_two import OPEN
from model.world import Floats

COLUMNS = (*TERMS, *OPEN)
"""Values under which a record is simulated: quarterly terms, named as the yearly ones are, and what is open."""

_LOADINGS = {
    "onset deprivation": "onset_deprivation",
    "onset population": "onset_population",
    "onset recency": "onset_memory",
    "onset neighbour": "onset_neighbours",
    "ending population": "termination_population",
    "ending exclusion": "termination_exclusion",
    "ending duration": "termination_duration",
}


class Batch(NamedTuple):
    """Records to simulate.

    ``name`` of the batch in a study; ``history`` where they start; ``values`` (records, 15) in the order of
    `COLUMNS`; ``seed`` of their chance; ``near`` (9,) yearly coefficients to look near, None for stage two's moments.
    """

    name: str
    history: History
    values: Floats
    seed: int
    near: Floats | None


def parameters_of(values: Floats) -> dict[str, float]:
    """Name the model's parameters from values in the order of `COLUMNS`."""
    of = dict(zip(COLUMNS, values.tolist(), strict=True))
    return {
        "onset_base": of["onset constant"] - USUAL_DEPRIVATION * of["onset deprivation"] + of["onset correction"],
        **{name: of[term] for term, name in _LOADINGS.items()},
        "onset_return": of["onset_return"],
        "memory_half_life": HALF_LIFE,
        "escalation_base": of["escalation_base"],
        "deescalation_base": of["deescalation_base"],
        "termination_base": of["ending constant"] + of["ending correction"],
        "termination_war": of["termination_war"],
    }


def shown(batch: Batch, first: int, last: int) -> Floats:
    """Simulate records first, …, last - 1 of a batch, and give what they show (records, shows)."""
    sets = batch.values[first:last]
    statuses = [simulated_once(batch.history, parameters_of(v), batch.seed, first + k) for k, v in enumerate(sets)]
    if batch.near is None:
        return moments_of(batch.history, np.stack(statuses))
    begun = batch.history.level[:1]
    levels = [np.concatenate([begun, highest_of_year(each)]) for each in statuses]
    return np.array([coefficients(cases_of(batch.history, level), batch.near) for level in levels])


def in_process(batch: Batch) -> Floats:
    """Simulate a batch here and now."""
    return shown(batch, 0, len(batch.values))
