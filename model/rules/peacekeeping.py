"""Peacekeeping missions: deployed alike for alike conflict, whatever the institution (ODD, steps 2, 5 and 7)."""

from model.parameters import Peacekeeping
from model.rules.compiled import rule


@rule
def _aim(status: float, p: Peacekeeping) -> float:
    """Strength towards which a mission grows or shrinks."""
    return p.mission_war if status > 1.5 else (p.mission_minor if status > 0.5 else 0.0)


@rule
def mission_before(status: float, p: Peacekeeping) -> float:
    """Strength of the mission at the start: where the conflict is, it is already deployed."""
    return _aim(status, p)


@rule
def next_mission(mission: float, status: float, p: Peacekeeping) -> float:
    """Strength of the mission next quarter; missions come late and leave late, which is how they guard the peace."""
    return mission + p.mission_speed * (_aim(status, p) - mission)


@rule
def assessed(missions: float, p: Peacekeeping) -> float:
    """The donor's assessed contribution this quarter, £m, for a total strength of missions."""
    return 0.25 * p.mission_cost * missions
