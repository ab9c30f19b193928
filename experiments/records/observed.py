"""What a record would show of simulated quarters: the episodes that the Armed Conflict Dataset codes."""

import numpy as np
import numpy.typing as npt

from experiments.records.pattern_counts import Levels
from model.world import Floats


def observed_quarters(statuses: Levels, active_before: npt.NDArray[np.bool_], open_end: bool = False) -> Floats:
    """Give the part of each year's quarters that episodes cover.

    Parameters
    ----------
    statuses : ndarray (runs, quarters, states)
        Status of every quarter, whole years.
    active_before : ndarray of bool (states,)
        Whether the state was active in the year before the first.
    open_end : bool
        Whether nothing is known of the year after the last: an episode of the last year then lasts to its end, as in a
        record that is read as it stood.

    Returns
    -------
    ndarray (runs, years, states)
        A calendar year is active by any of its quarters. Active years in a row are one episode, which lasts without
        a gap from its first active quarter to its last: a lull that spans no calendar year is never coded.
    """
    runs, quarters, n = statuses.shape
    active = np.asarray(statuses > 0).reshape(runs, quarters // 4, 4, n)
    year = np.asarray(active.any(axis=2))
    before = np.concatenate([np.broadcast_to(active_before, (runs, 1, n)), year[:, :-1]], axis=1)
    goes_on = year[:, -1:] if open_end else np.zeros((runs, 1, n), bool)
    after = np.concatenate([year[:, 1:], goes_on], axis=1)
    first = np.where(before, 0, active.argmax(axis=2))
    last = np.where(after, 3, 3 - active[:, :, ::-1].argmax(axis=2))
    return np.where(year, (last - first + 1) / 4.0, 0.0)
