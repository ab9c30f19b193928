"""Why B differs from A in the future being watched, as the page tells it; the reckoning is `accounts.difference`."""

from collections.abc import Sequence

from experiments.accounts.difference import Lived, decided_there, difference, lived, other_decisions, paid_before
from experiments.accounts.witness import Plain, Witness
from experiments.accounts.wording import decided_in_words
from experiments.browser.scene import signed
from experiments.browser.selection import SIDES
from experiments.browser.whole_run import Side

_TOLD = 3
"""States whose decisions are told."""
_LISTED = 10
"""States listed one by one; the others are summed, and stand in a table that can be opened."""
_LOSSES = {
    "overhead": ("overhead", "£m", 2),
    "lapsed": ("lapsed", "£m", 2),
    "waiting": ("wait of endangered states for first money", "years", 2),
    "gaps": ("endangered states without money", "share", 3),
    "duplication": ("money in a state beyond its largest mission", "share", 3),
}
"""By what is kept of every quarter: name, unit and decimals."""


def why(sides: Sequence[Side], agents: Sequence[Witness]) -> Plain:
    """Take B − A apart.

    Parameters
    ----------
    sides : sequence of Side
        A and B, after at least one quarter.
    agents : sequence of Witness
        Those who decided in them, at the same quarter; none while they are on their way there: then nothing is told of
        decisions.

    Returns
    -------
    dict
        What ``why.html.jinja`` shows: ``told``, from `experiments.accounts.difference.difference`, each state with its
        ``name``; ``listed`` and ``others``, the first states and the sum of the rest; ``states`` with their decisions;
        ``losses`` in their own units.
    """
    world = sides[0].world
    runs = [lived(side.trajectory(), world.size) for side in sides]
    told = difference(*runs)
    for one in told["by_state"]:
        one["name"] = world.states[one["position"]].name
    listed, rest = told["by_state"][:_LISTED], told["by_state"][_LISTED:]
    moved = [one for one in told["by_state"] if one["quarters"] != 0]
    return {
        "told": told,
        "listed": listed,
        "others": {key: sum(one[key] for one in rest) for key in ("a", "b", "quarters")} if rest else None,
        "same": world.size - len(told["by_state"]),
        "evened": len(told["by_state"]) - len(moved),
        "most": max(told["by_year"], key=lambda year: abs(year["quarters"])),
        "widest": max(abs(one["quarters"]) for one in [*moved, *told["by_year"]]) or 1,
        "labels": dict(zip(SIDES, (side.institution.label for side in sides), strict=True)),
        "states": [one | _before(agents, runs, one["parted"], one["position"]) for one in moved[:_TOLD]],
        "losses": [_lost(sides, *one) for one in _LOSSES.items()],
    }


def _before(agents: Sequence[Witness], runs: Sequence[Lived], quarter: int, position: int) -> Plain:
    """What had been done for a state when the runs parted there.

    Decided: in the last year in which that differed, or else in the one in which they parted.
    """
    told: Plain = {
        "paid": {name: paid_before(run, quarter, position) for name, run in zip(SIDES, runs, strict=True)},
        "a_fights": bool(runs[0].fought[quarter - 1, position]),
        "decided": {},
    }
    if not agents:
        return told
    a, b = agents
    differed = other_decisions(a, b, quarter, position)
    place = differed[-1] if differed else (quarter - 1) // 4
    return told | {
        "differed": len(differed),
        "year": place + 1,
        "decided": {
            name: decided_in_words(decided_there(model, place, position), model.institution.actors())
            for name, model in zip(SIDES, agents, strict=True)
        },
    }


def _lost(sides: Sequence[Side], key: str, told: tuple[str, str, int]) -> tuple[str, list[str]]:
    """Name, and unit, A, B and B − A as written."""
    name, unit, digits = told
    a, b = (side.last(key) for side in sides)
    return name, [unit, f"{a:,.{digits}f}", f"{b:,.{digits}f}", signed(b - a, digits)]
