"""What is to be seen, as plain data: from the models to numbers and words, tested without a browser."""

import math

from experiments.accounts.witness import Plain
from experiments.browser.selection import SIDES
from experiments.browser.style import STATUS_NAMES
from experiments.browser.two_runs import Moment
from experiments.reporting.drawing import colours
from model.rules import table
from model.trajectory import DRIVERS, INSTRUMENTS
from model.world import World

CAVEAT = "A made-up future, to see how institutions work: no forecast for any country named."
_COLUMNS_WITH_ALL, _STATES_WITH_CODES = 12, 400
_STRIP = 2
"""Times as high as wide."""
_LEAST_FULL_BAR = 0.5
"""£m a quarter."""


def signed(value: float, digits: int = 2, before: str = "", after: str = "") -> str:
    """Write a difference with its sign, and a unit before or after the number."""
    text = f"{abs(value):,.{digits}f}"
    sign = "" if float(text.replace(",", "")) == 0.0 else "−" if value < 0.0 else "+"
    return f"{sign}{before}{text}{after}"


def answer(now: Moment) -> Plain:
    """What the eye shall find first: conflict-years and cost so far, and how far B differs from A."""
    institutions = now.ready.selection.institutions
    fewer, less = (now.sides[1].last(name) - now.sides[0].last(name) for name in ("conflict_years", "spent"))
    told: Plain = {
        "quarter": now.quarter,
        "when": when(now),
        "difference": fewer,
        "difference_text": signed(fewer),
        "cost_difference": less,
        "cost_difference_text": signed(less, 1, "£", "m"),
        "verdict": _verdict(now, fewer),
        "sides": [
            {"side": name, "id": name.lower(), "institution": institution, "colour": colours(institutions)[institution]}
            | {
                "conflict_years": side.last("conflict_years"),
                "conflict_years_text": f"{side.last('conflict_years'):,.2f}",
                "spent": side.last("spent"),
                "spent_text": f"{side.last('spent'):,.1f}",
            }
            for name, institution, side in zip(SIDES, institutions, now.sides, strict=True)
        ],
    }
    return told | {"spoken": _spoken(now, told)}


def when(now: Moment) -> str:
    """How far the run has come."""
    if now.quarter == 0:
        return f"Before the first of {now.quarters} quarters"
    end = ", the end" if now.quarter == now.quarters else ""
    return f"Year {(now.quarter + 3) // 4}, quarter {now.quarter} of {now.quarters}{end}"


def _verdict(now: Moment, fewer: float) -> str:
    """Say who has had less conflict so far, in this one future."""
    if now.quarter == 0:
        return "press Play, or Space, to begin"
    if fewer == 0.0:
        return "one future: as many conflict-years so far"
    return f"one future: so far fewer under {now.sides[fewer < 0.0].institution.label}"


def _spoken(now: Moment, told: Plain) -> str:
    """What a screen reader says without being asked, at a year's end and where quarters stand still."""
    sides = "; ".join(
        f"{one['side']}, {side.institution.label}: {one['conflict_years_text']} conflict-years, "
        f"£{one['spent_text']} million"
        for one, side in zip(told["sides"], now.sides, strict=True)
    )
    return f"{told['when']}. {sides}. B minus A: {told['difference_text']} conflict-years."


def places(world: World) -> list[tuple[int, int]]:
    """Row and column of every state's tile, from 0; a block where the world gives not all of them, or a long strip."""
    tiles = [state.tile for state in world.states if state.tile is not None]
    if len(set(tiles)) == world.size:
        top, left = (min(tile[axis] for tile in tiles) for axis in (0, 1))
        bottom, right = (max(tile[axis] for tile in tiles) for axis in (0, 1))
        if bottom - top < _STRIP * (right - left + 1):
            return [(row - top, column - left) for row, column in tiles]
    width = math.ceil(math.sqrt(1.2 * world.size))
    return [divmod(position, width) for position in range(world.size)]


def full_bar(now: Moment) -> float:
    """How many £m a quarter fill a tile's bar: as many for A as for B, and in every quarter."""
    return max(_LEAST_FULL_BAR, *(run.most for run in now.pair.runs))


def tile_map(now: Moment, index: int) -> Plain:
    """One institution's map.

    Parameters
    ----------
    now : Moment
        Both runs.
    index : int
        0 for A, 1 for B.

    Returns
    -------
    dict
        ``tiles`` with place, status, drivers, money as a part of a full bar, advice, and a description in words;
        ``rows`` and ``columns``; ``detail``, see `detail`.
    """
    side, other = now.sides[index], now.sides[1 - index]
    full = full_bar(now)
    states, differs, money = side.states, side.states[table.STATUS] != other.states[table.STATUS], side.money()
    tiles: list[Plain] = [
        {
            "code": record.iso3,
            "row": row,
            "column": column,
            "status": int(states[table.STATUS, i]),
            "drivers": [round(level, 3) for level in states[table.DRIVER : table.DRIVER + 3, i].tolist()],
            "money": [round(spent / full, 4) for spent in money[:, i].tolist()],
            "advised": bool(states[table.ADVISED, i] > 0.0),
            "differs": bool(differs[i]),
            "text": _described(record.name, states[:, i].tolist(), money[:, i].tolist()),
        }
        for i, (record, (row, column)) in enumerate(zip(side.world.states, places(side.world), strict=True))
    ]
    fighting, at_war = (sum(tile["status"] >= level for tile in tiles) for level in (1, 2))
    said = f"{fighting} of {len(tiles)} states in conflict, {at_war} of them at war"
    return {
        "side": SIDES[index].lower(),
        "title": f"{SIDES[index]}: {side.institution.label}, {said}",
        "caption": f"{SIDES[index]}: {said}",
        "tiles": tiles,
        "rows": 1 + max(tile["row"] for tile in tiles),
        "columns": 1 + max(tile["column"] for tile in tiles),
        "detail": detail(side.world),
    }


def detail(world: World) -> str:
    """How much a tile can show: ``all``; its ``code`` and status where there are many; or a ``mark`` of its status."""
    columns = 1 + max(column for _, column in places(world))
    return "all" if columns <= _COLUMNS_WITH_ALL else "code" if world.size <= _STATES_WITH_CODES else "mark"


def _described(name: str, state: list[float], money: list[float]) -> str:
    """Say what a tile shows."""
    drivers = zip(DRIVERS, state[table.DRIVER : table.DRIVER + 3], strict=True)
    levels = ", ".join(f"{driver} {level:.2f}" for driver, level in drivers)
    paid = ", ".join(f"{name} £{spent:.2f}m" for name, spent in zip(INSTRUMENTS, money, strict=True) if spent > 0.0)
    advised = "; advisory team" if state[table.ADVISED] > 0.0 else ""
    status = STATUS_NAMES[int(state[table.STATUS])]
    return f"{name}: {status}; {levels}; {f'this quarter {paid}' if paid else 'no money'}{advised}"
