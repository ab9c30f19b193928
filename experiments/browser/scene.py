"""What is to be seen, as plain data: from the models to numbers and words, tested without a browser."""

import math

from experiments.accounts.witness import Plain
from experiments.browser.selection import SIDES
from experiments.browser.style import STATUS_NAMES
from experiments.browser.two_runs import Side, TwoRuns
from experiments.reporting.drawing import colours
from model.trajectory import DRIVERS, INSTRUMENTS
from model.world import World

CAVEAT = "A made-up future, to see how institutions work: no forecast for any country named."
_LEAST_FULL_BAR = 0.5
"""£m a quarter."""


def signed(value: float, digits: int = 2, before: str = "", after: str = "") -> str:
    """Write a difference with its sign, and a unit before or after the number."""
    text = f"{abs(value):,.{digits}f}"
    sign = "" if float(text.replace(",", "")) == 0.0 else "−" if value < 0.0 else "+"
    return f"{sign}{before}{text}{after}"


def answer(pair: TwoRuns) -> Plain:
    """What the eye shall find first: conflict-years and cost so far, and how far B differs from A."""
    institutions = pair.ready.selection.institutions
    fewer, less = (pair.sides[1].last(name) - pair.sides[0].last(name) for name in ("conflict_years", "spent"))
    told: Plain = {
        "quarter": pair.quarter,
        "when": _when(pair),
        "difference": fewer,
        "difference_text": signed(fewer),
        "cost_difference": less,
        "cost_difference_text": signed(less, 1, "£", "m"),
        "verdict": _verdict(pair, fewer),
        "sides": [
            {"side": name, "id": name.lower(), "institution": institution, "colour": colours(institutions)[institution]}
            | {
                "conflict_years": side.last("conflict_years"),
                "conflict_years_text": f"{side.last('conflict_years'):,.2f}",
                "spent": side.last("spent"),
                "spent_text": f"{side.last('spent'):,.1f}",
            }
            for name, institution, side in zip(SIDES, institutions, pair.sides, strict=True)
        ],
    }
    return told | {"spoken": _spoken(pair, told)}


def _when(pair: TwoRuns) -> str:
    """How far the run has come."""
    if pair.quarter == 0:
        return f"Before the first of {pair.quarters} quarters"
    end = ", the end" if pair.quarter == pair.quarters else ""
    return f"Year {(pair.quarter + 3) // 4}, quarter {pair.quarter} of {pair.quarters}{end}"


def _verdict(pair: TwoRuns, fewer: float) -> str:
    """Say who has had less conflict so far, in this one future."""
    if pair.quarter == 0:
        return "press ▶ or Step to begin"
    if fewer == 0.0:
        return "no difference in conflict-years so far"
    return f"fewer conflict-years so far under {pair.sides[fewer < 0.0].institution.label}"


def _spoken(pair: TwoRuns, told: Plain) -> str:
    """What a screen reader says without being asked: at the end of a year, so that Play can be followed."""
    if pair.quarter % 4 > 0:
        return ""
    sides = "; ".join(
        f"{one['side']}, {side.institution.label}: {one['conflict_years_text']} conflict-years, "
        f"£{one['spent_text']} million"
        for one, side in zip(told["sides"], pair.sides, strict=True)
    )
    return f"{told['when']}. {sides}. B minus A: {told['difference_text']} conflict-years."


def places(world: World) -> list[tuple[int, int]]:
    """Row and column of every state's tile, from 0; a compact block where the world does not give all of them."""
    tiles = [state.tile for state in world.states if state.tile is not None]
    if len(set(tiles)) == world.size:
        top, left = (min(tile[axis] for tile in tiles) for axis in (0, 1))
        return [(row - top, column - left) for row, column in tiles]
    width = math.ceil(math.sqrt(1.2 * world.size))
    return [divmod(position, width) for position in range(world.size)]


def tile_map(pair: TwoRuns, index: int) -> Plain:
    """One institution's map.

    Parameters
    ----------
    pair : TwoRuns
        Both runs.
    index : int
        0 for A, 1 for B.

    Returns
    -------
    dict
        ``tiles`` with place, status, drivers, money as a part of a full bar, advice, and a description in words;
        ``rows`` and ``columns``; ``full``, £m a quarter of a full bar, the same for A and B.
    """
    side, other = pair.sides[index], pair.sides[1 - index]
    full = max(_LEAST_FULL_BAR, *(run.most for run in pair.sides))
    money = side.money().T.tolist()
    tiles: list[Plain] = [
        {
            "code": state.record.iso3,
            "row": row,
            "column": column,
            "status": int(state.status),
            "drivers": [round(level, 3) for level in state.driver],
            "money": [round(spent / full, 4) for spent in money[i]],
            "advised": state.advised > 0.0,
            "differs": state.status != other.states[i].status,
            "text": _described(side, i, money[i]),
        }
        for i, (state, (row, column)) in enumerate(zip(side.states, places(side.world), strict=True))
    ]
    said = f"{sum(tile['status'] > 0 for tile in tiles)} of {len(tiles)} states in conflict"
    return {
        "side": SIDES[index].lower(),
        "title": f"{SIDES[index]}: {side.institution.label}, {said}",
        "caption": f"{SIDES[index]}: {said}",
        "tiles": tiles,
        "rows": 1 + max(tile["row"] for tile in tiles),
        "columns": 1 + max(tile["column"] for tile in tiles),
        "full": full,
    }


def _described(side: Side, position: int, money: list[float]) -> str:
    """Say what a tile shows."""
    state = side.states[position]
    levels = ", ".join(f"{name} {level:.2f}" for name, level in zip(DRIVERS, state.driver, strict=True))
    paid = ", ".join(f"{name} £{spent:.2f}m" for name, spent in zip(INSTRUMENTS, money, strict=True) if spent > 0.0)
    advised = "; advisory team" if state.advised > 0.0 else ""
    status = STATUS_NAMES[int(state.status)]
    return f"{state.record.name}: {status}; {levels}; {f'this quarter {paid}' if paid else 'no money'}{advised}"
