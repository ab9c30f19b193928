"""Where two runs of one future part, and what each had done there before: B minus A, taken apart.

Conflict is counted in quarters of states, which are whole numbers: by state and by year they add up to B minus A, to
the last one. Money, waits and shares are no parts of that difference and stay in their own units. Nothing here says
how much of it one decision makes: that would take a run in which it is undone.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.accounts.programmes import decided, spenders_of
from experiments.accounts.witness import Plain, Witness, Year
from model.rules import table
from model.trajectory import INSTRUMENTS
from model.world import Floats


class Lived(NamedTuple):
    """What a run has lived through: ``fought`` (quarters, n), ``money`` £m (quarters, 3, n) by instrument."""

    fought: npt.NDArray[np.bool_]
    money: Floats


def lived(trajectory: Floats, n: int) -> Lived:
    """Read what is needed of a trajectory (quarters, columns) of n states."""
    quarters = len(trajectory)
    books = trajectory[:, table.ROWS * n : -table.ACCOUNT].reshape(quarters, -1, table.BOOK_ROWS, n)
    status = trajectory[:, table.STATUS * n : (table.STATUS + 1) * n]
    return Lived(status > 0.0, books[:, :, table.MONEY : table.MONEY + 3].sum(axis=1))


def difference(a: Lived, b: Lived) -> Plain:
    """Take the difference in quarters of conflict apart.

    Parameters
    ----------
    a, b : Lived
        As many quarters of the same future.

    Returns
    -------
    dict
        ``quarters``, B minus A in all; ``by_state`` those of every state that differs in any quarter, the largest
        first, each with ``position``, ``a``, ``b``, ``quarters`` and ``parted``, the first quarter (from 1) in which
        one fights and the other does not; ``by_year`` the same for every fiscal year begun, with ``year`` from 1;
        ``less`` and ``more``, how many ``states`` have fewer and more under B and the ``quarters`` of them together;
        ``parted``, the first quarter in which any state differs, or None.
    """
    apart = a.fought != b.fought
    fought = [one.fought.sum(axis=0).tolist() for one in (a, b)]
    by_state = [
        {
            "position": i,
            "a": fought[0][i],
            "b": fought[1][i],
            "quarters": fought[1][i] - fought[0][i],
            "parted": int(apart[:, i].argmax()) + 1,
        }
        for i in np.flatnonzero(apart.any(axis=0)).tolist()
    ]
    by_state.sort(key=lambda one: (-abs(one["quarters"]), one["position"]))
    by_quarter = [one.fought.sum(axis=1) for one in (a, b)]
    by_year = []
    for start in range(0, len(apart), 4):
        of_a, of_b = (int(one[start : start + 4].sum()) for one in by_quarter)
        by_year.append({"year": start // 4 + 1, "a": of_a, "b": of_b, "quarters": of_b - of_a})
    signs = {"less": [-one["quarters"] for one in by_state], "more": [one["quarters"] for one in by_state]}
    return {
        "quarters": sum(fought[1]) - sum(fought[0]),
        "by_state": by_state,
        "by_year": by_year,
        **{
            side: {"states": sum(x > 0 for x in found), "quarters": sum(x for x in found if x > 0)}
            for side, found in signs.items()
        },
        "parted": min((one["parted"] for one in by_state), default=None),
    }


def paid_before(run: Lived, quarter: int, position: int) -> dict[str, float]:
    """£m that a state had got by instrument before a quarter (from 1)."""
    return dict(zip(INSTRUMENTS, run.money[: quarter - 1, :, position].sum(axis=0).tolist(), strict=True))


def other_decisions(a: Witness, b: Witness, quarter: int, position: int) -> list[int]:
    """Find the years, as places among ``years``, in which other work was decided for a state.

    Parameters
    ----------
    a, b : Witness
        Both runs, at or after that quarter.
    quarter : int
        From 1; years that begin later are not asked about.
    position : int
        The state's.

    Returns
    -------
    list of int
        Those in which an instrument ran under one and not under the other, whoever ran it.
    """
    years = list(zip(a.years, b.years, strict=True))[: (quarter + 3) // 4]
    return [place for place, (one, other) in enumerate(years) if _running(one, position) != _running(other, position)]


def _running(year: Year, position: int) -> list[bool]:
    """Which instruments anybody runs in a state in a year."""
    sizes = year.after[:, table.PROGRAMME : table.PROGRAMME + 3, position]
    return [bool(row.any()) for row in (sizes > 0.0).T]


def decided_there(model: Witness, place: int, position: int) -> list[Plain]:
    """What those who had anything to decide on decided for a state in a year, by spender.

    Parameters
    ----------
    model : Witness
        A run after that year began.
    place : int
        The year's, among ``years``.
    position : int
        The state's.

    Returns
    -------
    list of dict
        From `experiments.accounts.programmes.decided`; a department whose desks are all in pools is left out.
    """
    found = [decided(model, model.years[place], index, position) for index in spenders_of(model, position)]
    return [
        one
        for one in found
        if (one["desks"] is None or one["desks"]["had"] > 0.0)
        or any(programme["size"] > 0.0 for programme in one["programmes"].values())
    ]
