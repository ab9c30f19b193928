"""What stage two looks at in a record: quarters, blocks of years, how long conflicts last, and wars."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from experiments.records.files.panel import Panel
from experiments.records.histories import highest_of_year
from experiments.records.history import History
from experiments.records.observed import observed_quarters
from experiments.records.pattern_counts import Counts, Levels, count
from experiments.records.pattern_values import BLOCK, BLOCKS, MATRIX, totals_of, values_of
from experiments.records.patterns import block_name
from experiments.statistics.estimators import survival
from model.world import Floats

Number = TypeVar("Number", np.float64, np.int64)

_SURVIVED = (1, 3)
"""Years of conflict that are asked for how many outlive them."""
_LONG = 10
"""Years of a window from which the longer of these is asked for."""


def moment_names(history: History) -> tuple[str, ...]:
    """Name the moments of a record that begins with its panel, by how many years it has."""
    years = len(history.years) - 1
    blocks = [block_name(block) for block in range(years // BLOCK)]
    survived = [f"spells_beyond_{age}" for age in _SURVIVED if age == 1 or years >= _LONG]
    return ("share_of_quarters", *blocks, *survived, "war_share", "war_to_minor", "war_to_peace")


def moments_of_record(history: History) -> Floats:
    """Compute a record's moments, in the order of `moment_names`; NaN where it does not define one."""
    return np.asarray(_moments(history, history.level[None, 1:], history.quarters[None, 1:])[0])


def moments_of(history: History, statuses: Levels) -> Floats:
    """Compute the moments of records that were simulated from a history's first year on.

    Parameters
    ----------
    history : History
    statuses : ndarray of int8 (records, quarters, states)

    Returns
    -------
    ndarray (records, moments)
    """
    quarters = observed_quarters(statuses, history.level[0] > 0, open_end=True)
    return _moments(history, highest_of_year(statuses), quarters)


def _moments(history: History, levels: Levels, quarters: Floats) -> Floats:
    """Compute moments by record, of levels and quarters (records, years, states)."""
    panel = panel_of_records(history, levels, quarters)
    records = len(levels)

    def by_record(of_states: Floats) -> Floats:
        return np.asarray(of_states.reshape(records, -1, *of_states.shape[1:]).sum(axis=1))

    counts: Counts = totals_of(count(panel), by_record)
    keys = ("share_of_quarters", BLOCKS, "war_share", MATRIX)
    found = values_of(counts, keys, lambda *_: np.empty(0), lambda _: np.empty(0))
    beyond = survival(counts.spells[..., 1], counts.spells[..., 0])
    years = levels.shape[1]
    return np.column_stack(
        [
            found["share_of_quarters"],
            found[BLOCKS][:, : years // BLOCK],
            *(beyond[:, age - 1] for age in _SURVIVED if age == 1 or years >= _LONG),
            found["war_share"],
            found[MATRIX][:, 2, 1],
            found[MATRIX][:, 2, 0],
        ]
    )


def panel_of_records(history: History, levels: Levels, quarters: Floats) -> Panel:
    """Lay records of one history's states out as one panel, each adding the states anew.

    Parameters
    ----------
    history : History
    levels : ndarray of int8 (records, years, states)
        From the history's second year on.
    quarters : ndarray (records, years, states)
        Part of each year's quarters in conflict.

    Returns
    -------
    Panel
        Of records times states; income is NaN.
    """
    records, years, states = levels.shape

    def rows(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        return values.transpose(0, 2, 1).reshape(records * states, years)

    def own(values: Floats) -> Floats:
        return rows(np.broadcast_to(values, levels.shape))

    there = np.broadcast_to(history.there[1:], levels.shape)
    unknown = np.full((records * states, years), np.nan)
    return Panel(
        codes=tuple(map(str, history.states.tolist())) * records,
        years=history.years[1:],
        level=rows(np.where(there, levels, -1).astype(np.int64)),
        level_before=np.tile(np.where(history.there[0], history.level[0], -1).astype(np.int64), records),
        last_active=np.tile(np.where(history.quiet < 0, 0, history.years[0] - history.quiet).astype(np.int64), records),
        log_income=unknown,
        log_population=own(history.log_population[1:]),
        neighbour_active=unknown,
        excluded=own(history.exclusion[1:]),
        years_active=np.full(records * states, np.nan),
        quarters=rows(quarters),
    )
