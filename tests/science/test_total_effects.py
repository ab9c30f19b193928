"""A declared effect is total: full effort held for three years in the reference state brings just that.

By the rules to rounding, whatever goes through drivers; and by runs of many states within their Monte Carlo error.
"""

import math

import numpy as np
import pytest

from model.parameters import PARAMETERS, Parameters, build_parameters
from model.rules import conflict, delivery, drivers, effects
from model.rules.compiled import kernel_with_memory
from model.rules.effects import HORIZON, LATE, REFERENCE, Reach
from model.world import Floats

INSTRUMENTS = ("security", "aid", "diplomacy")
TRANSITIONS = ("onset", "recurrence", "escalation", "ending")
# The reference state: all security work trains, nothing hinders, no shocks.
UNHINDERED = {"complementarity": 0.0, "confidence_building": 0.0, "defence_ties": 0.0, "shock_size": 0.0}
# Much goes through drivers, and exclusion moves all that it may move.
THROUGH_DRIVERS = {
    "effect": 0.05, "lasting": 0.7, "causal_insecurity": 0.9, "causal_deprivation": 0.8, "causal_exclusion": 1.0,
    "onset_insecurity": 2.0, "onset_exclusion": 0.6, "escalation_exclusion": 2.0, "termination_exclusion": -2.0,
}  # fmt: skip


def parameters(**values: float) -> Parameters:
    return build_parameters(UNHINDERED | THROUGH_DRIVERS | values)


def moved_in_reference(p: Parameters, k: int, effort: float, status: float) -> tuple[float, float, float]:
    """How far drivers are off the path after three years of one instrument's effort."""
    found = []
    for driver, level in enumerate(REFERENCE):
        x, structural = level, level
        for _ in range(HORIZON):
            structural = drivers.healed(structural, level, p.drivers.healing)
            x = drivers.next_driver(x, structural, status, 0.0, 0.0, p.drivers)
            fall = delivery.fall(effort if driver == k else 0.0, x, p.delivery)
            x, structural = delivery.worked_driver(x, fall), delivery.reformed(structural, fall, p.delivery.lasting)
        found.append(x - level)
    return found[0], found[1], found[2]


def log_hazard(p: Parameters, k: int, effort: float, transition: str) -> float:
    """What is above the record's log-hazard after three years."""
    status = 0.0 if transition in ("onset", "recurrence") else 1.0
    moved, r = moved_in_reference(p, k, effort, status), effects.reach(p)
    work = (effort if k == 0 else 0.0, effort if k == 1 else 0.0, effort if k == 2 else 0.0)
    memory = 0.0 if transition == "onset" else 1.0
    above = effects.on_hazards(status, moved, memory, 4.0, 0.0, work, 0.0, 0.0, 0.0, 0.0, r)
    return above[("onset", "escalation", "ending").index(transition.replace("recurrence", "onset"))]


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("transition", TRANSITIONS)
@pytest.mark.parametrize("k", range(3))
def test_full_effort_gives_the_declared_effect_back(k: int, transition: str, share: float) -> None:
    name = f"{INSTRUMENTS[k]}_on_{transition}"
    declared = PARAMETERS[name].at(share)
    p = parameters(**{name: declared})
    assert log_hazard(p, k, 1.0, transition) - log_hazard(p, k, 0.0, transition) == pytest.approx(declared, abs=1e-12)


@pytest.mark.parametrize("k", range(3))
def test_a_causal_share_moves_the_way_and_not_the_total(k: int) -> None:
    driver = ("insecurity", "deprivation", "exclusion")[k]
    little, much = parameters(**{f"causal_{driver}": 0.1}), parameters(**{f"causal_{driver}": 0.9})
    assert effects.reach(little).first[k] != effects.reach(much).first[k]
    for p in (little, much):
        total = getattr(p.effects, f"{INSTRUMENTS[k]}_on_onset")
        assert log_hazard(p, k, 1.0, "onset") - log_hazard(p, k, 0.0, "onset") == pytest.approx(total, abs=1e-12)


def test_the_literature_moves_all_effects_but_those_that_are_nothing() -> None:
    strong = parameters(literature=1.0, diplomacy_on_ending=0.1, aid_on_ending=0.0)
    # Twice the table's mean on the whole: one mean more than what was drawn.
    assert log_hazard(strong, 2, 1.0, "ending") - log_hazard(strong, 2, 0.0, "ending") == pytest.approx(0.1 + 0.35)
    assert log_hazard(strong, 1, 1.0, "ending") == pytest.approx(log_hazard(strong, 1, 0.0, "ending"), abs=1e-12)
    weak = parameters(literature=0.0)
    assert log_hazard(weak, 2, 1.0, "ending") == pytest.approx(log_hazard(weak, 2, 0.0, "ending"), abs=1e-12)


def test_further_terms_give_their_declared_effects_back() -> None:
    p, r, none = parameters(), effects.reach(parameters()), (0.0, 0.0, 0.0)

    def onset(unaccountable: float, withdrawn: float, mediated: float, quiet: float, memory: float) -> float:
        return effects.on_onset(none, memory, quiet, 0.0, none, unaccountable, withdrawn, mediated, r)

    memory = conflict.first_memory(LATE, p.conflict)
    usual = onset(0.0, 0.0, 0.0, LATE, memory)
    assert onset(1.0, 0.0, 0.0, LATE, memory) - usual == pytest.approx(p.effects.unaccountable_security_on_onset)
    assert onset(0.0, 1.0, 0.0, LATE, memory) - usual == pytest.approx(p.effects.withdrawn_aid_on_onset)
    assert onset(0.0, 0.0, 1.0, LATE, memory) - usual == pytest.approx(p.effects.mediated_peace_on_recurrence)
    # Not before the third year of peace, and fading as the conflict is forgotten.
    assert onset(0.0, 0.0, 1.0, LATE - 1.0, 0.6) == onset(0.0, 0.0, 0.0, LATE - 1.0, 0.6)
    later = onset(0.0, 0.0, 1.0, 40.0, 0.5 * memory) - onset(0.0, 0.0, 0.0, 40.0, 0.5 * memory)
    assert later == pytest.approx(0.5 * p.effects.mediated_peace_on_recurrence)
    safe = effects.on_escalation(0.0, 0.0, (0.0, 1.0, 0.0), 0.0, r)
    contested = effects.on_escalation(0.0, 0.0, (0.0, 1.0, 0.0), 1.0, r)
    assert contested - safe == pytest.approx(p.effects.contested_aid_on_escalation - p.effects.aid_on_escalation)


def test_missions_give_their_declared_effects_back() -> None:
    p, r, none = parameters(), effects.reach(parameters()), (0.0, 0.0, 0.0)

    def above(status: float, memory: float, mission: float) -> tuple[float, float, float]:
        return effects.on_hazards(status, none, memory, 4.0, mission, none, 0.0, 0.0, 0.0, 0.0, r)

    for status, memory, which, name in (
        (0.0, 0.0, 0, "onset"), (0.0, 1.0, 0, "recurrence"), (1.0, 1.0, 1, "escalation"), (1.0, 1.0, 2, "ending"),
        (2.0, 1.0, 2, "ending"),
    ):  # fmt: skip
        found = above(status, memory, 1.0)[which] - above(status, memory, 0.0)[which]
        assert found == pytest.approx(getattr(p.effects, f"missions_on_{name}"))
    rest = (p.conflict.onset_neighbours, r.missions[4], r.usual_mission_next_door)
    doors = [effects.contagion(1.0, mission, *rest) for mission in (0.0, 1.0)]
    assert doors[1] - doors[0] == pytest.approx(p.effects.missions_on_contagion)
    # Where missions are as usual, what spills over is the record's.
    assert effects.contagion(0.5, r.usual_mission_next_door, *rest) == 0.5 * p.conflict.onset_neighbours


@kernel_with_memory
def _share_moved(
    k: int, effort: float, status: float, memory: float, normals: Floats, uniforms: Floats, p: Parameters, r: Reach
) -> float:
    """Share of states like the reference one whose status changes after three years of one instrument's effort."""
    changed, n = 0.0, uniforms.shape[0]
    for i in range(n):
        x, structural = np.array(REFERENCE), np.array(REFERENCE)
        for quarter in range(HORIZON):
            for d in range(3):
                structural[d] = drivers.healed(structural[d], REFERENCE[d], p.drivers.healing)
                x[d] = drivers.next_driver(x[d], structural[d], status, normals[quarter, d, i], 0.0, p.drivers)
            fall = delivery.fall(effort, x[k], p.delivery)
            x[k] = delivery.worked_driver(x[k], fall)
            structural[k] = delivery.reformed(structural[k], fall, p.delivery.lasting)
        moved = (x[0] - REFERENCE[0], x[1] - REFERENCE[1], x[2] - REFERENCE[2])
        work = (effort if k == 0 else 0.0, effort if k == 1 else 0.0, effort if k == 2 else 0.0)
        above = effects.on_hazards(status, moved, memory, 4.0, 0.0, work, 0.0, 0.0, 0.0, 0.0, r)
        after = conflict.transition(
            status, uniforms[i], REFERENCE[1], REFERENCE[2], 0.0, memory, 4.0, 0.0, 8.0, above, p.conflict
        )
        changed += 1.0 if after != status else 0.0
    return changed / n


@pytest.mark.parametrize("transition", TRANSITIONS)
@pytest.mark.parametrize("k", range(3))
def test_a_run_of_many_states_gives_the_declared_effect_back(k: int, transition: str) -> None:
    name = f"{INSTRUMENTS[k]}_on_{transition}"
    declared = PARAMETERS[name].at(0.95)
    # Only the one transition, and often.
    others = {"onset": {}, "recurrence": {}, "escalation": {"termination_base": -60.0}, "ending": {}}[transition]
    p = parameters(**{name: declared, "volatility": 0.01})
    p = p._replace(conflict=p.conflict._replace(
        **{"onset_base": -4.5, "onset_memory": 0.0, "escalation_base": -60.0, "deescalation_base": -60.0}
        | ({"escalation_base": -2.5} if transition == "escalation" else {}) | others
    ))  # fmt: skip
    n, rng = 60_000, np.random.default_rng([k, TRANSITIONS.index(transition)])
    normals, uniforms = rng.standard_normal((HORIZON, 3, n)), rng.random(n)
    status, memory = float(transition in ("escalation", "ending")), float(transition == "recurrence")
    r = effects.reach(p)
    hazards, errors = [], []
    for effort in (0.0, 1.0):
        share = _share_moved(k, effort, status, memory, normals, uniforms, p, r)
        hazards.append(-math.log1p(-share))
        errors.append(1.0 / math.sqrt(n * share))
    # The same draws decide in both arms: the error of the ratio is less than that of two samples.
    assert math.log(hazards[1] / hazards[0]) == pytest.approx(declared, abs=3.0 * math.hypot(*errors))
