"""Histories for tests of the estimation: made up of a text per state, or simulated on a ring of states."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.records.history import History

FIRST = 1980


def history_from(levels: Sequence[str], **given: Any) -> History:
    """A history from one text per state, a digit per year ('.' where there is no state); no borders unless given."""
    marks = np.array([list(text) for text in levels]).T
    there = marks != "."
    level = np.where(there, marks, "0").astype(np.int8)
    nothing = np.zeros(level.shape)
    return History(
        states=np.arange(1, len(levels) + 1),
        years=np.arange(FIRST, FIRST + len(level)),
        panel=FIRST + 1,
        there=there,
        level=level,
        **{
            "quarters": (level > 0).astype(np.float64),
            **dict.fromkeys(("deprivation", "exclusion", "log_population"), nothing),
            "around": np.full((*level.shape, 1), -1),
            "quiet": np.where(level[0] > 0, 0.0, -1.0),
            "spell": (level[0] > 0).astype(np.float64),
            **given,
        },
    )


def ring(states: int, years: int, active: int, seed: int = 1) -> History:
    """A history of states in a ring with drivers spread over them, all at peace but in the first year some."""
    rng = np.random.default_rng(seed)
    spread = {
        "deprivation": rng.uniform(0.2, 0.9, states),
        "exclusion": rng.uniform(0.0, 0.6, states),
        "log_population": rng.normal(0.0, 1.2, states),
    }
    places = np.arange(states)
    around = np.column_stack([(places - 1) % states, (places + 1) % states])
    return history_from(
        ["1" + "0" * (years - 1)] * active + ["0" * years] * (states - active),
        around=np.broadcast_to(around, (years, states, 2)).copy(),
        **{name: np.tile(of_state, (years, 1)) for name, of_state in spread.items()},
    )
