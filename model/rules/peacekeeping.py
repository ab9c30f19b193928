"""Peacekeeping missions: deployed alike for alike conflict, whatever the institution (ODD, steps 2, 5 and 7)."""

from model.parameters import Peacekeeping
from model.rules.compiled import rule


@rule
def aim(status: float, p: Peacekeeping) -> float:
    """Strength towards which a mission grows or shrinks."""
    return p.mission_war if status > 1.5 else (p.mission_minor if status > 0.5 else 0.0)


@rule
def mission_before(status: float, p: Peacekeeping) -> float:
    """Strength of the mission at the start: where the conflict is, it is already deployed."""
    return aim(status, p)


@rule
def next_mission(mission: float, status: float, p: Peacekeeping) -> float:
    """Strength of the mission next quarter; missions come late and leave later, which is how they guard the peace."""
    gap = aim(status, p) - mission
    return mission + (p.mission_speed if gap > 0.0 else p.mission_exit) * gap


@rule
def assessed(missions: float, p: Peacekeeping) -> float:
    """The donor's assessed contribution this quarter, £m, for a total strength of missions."""
    return 0.25 * p.mission_cost * missions


@rule
def guarded(mission: float, voluntary: float) -> float:
    """Strength of the assessed and voluntary missions together, at most one full mission."""
    both = mission + voluntary
    return 1.0 if both > 1.0 else both


@rule
def strength(money: float, p: Peacekeeping) -> float:
    """Strength that £m a quarter of voluntary peacekeeping buys."""
    return money / (0.25 * p.mission_cost) if p.mission_cost > 0.0 else 0.0
