"""A state's card: what is true there, what each department believes, its consent, trust, history and money."""

from experiments.accounts.account import account
from experiments.accounts.witness import Plain
from experiments.accounts.wording import sections, written
from experiments.browser.selection import SIDES
from experiments.browser.style import filled
from experiments.browser.two_runs import TwoRuns
from model.institution import DEPARTMENTS
from model.rules.table import STATUS
from model.trajectory import DRIVERS


def card(pair: TwoRuns, index: int, position: int) -> str:
    """Tell how a state fares under one institution.

    Parameters
    ----------
    pair : TwoRuns
        Both runs.
    index : int
        0 for A, 1 for B.
    position : int
        The state's place in the world.

    Returns
    -------
    str
        HTML.
    """
    side = pair.sides[index]
    shown = {"name": SIDES[index], "side": side, "state": side.states[position]}
    if side.quarter == 0:
        return filled("card.html.jinja", **shown)
    told = account(side, position)
    _, in_short, *others = sections(told)
    return filled(
        "card.html.jinja",
        told=told,
        in_short=in_short[1:],
        others=written(others),
        joint={driver: joint(told, driver) for driver in DRIVERS},
        history=[int(level) for level in side.trajectory()[:, STATUS * side.world.size + position]],
        **shown,
    )


def joint(told: Plain, driver: str) -> float | None:
    """Find what the shared analysis believed; none where nothing is shared.

    What a department decided on is its own picture moved towards the joint one: this undoes the move.
    """
    degree = told["pictures"]["shared_analysis"]
    if degree == 0.0:
        return None
    seen = told["pictures"]["drivers"][driver][DEPARTMENTS[0]]
    return float((seen["decided_on"] - (1.0 - degree) * seen["seen"]) / degree)
