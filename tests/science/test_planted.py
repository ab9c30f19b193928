"""Where much is planted to be known, knowing is worth much of it, and more ignorance never makes it worth less."""

import functools

import numpy as np
import pytest

from experiments.settings.compose import asked
from experiments.studies.knowledge import ITEMS
from model import ensemble
from model.randomness import draw_chance
from model.world import Floats

REPLICATIONS = 40
KNOWN = dict.fromkeys(ITEMS["all"], 0.0)


@functools.cache
def conflict_years(institution: str, **values: float) -> Floats:
    """State-years in conflict in the same futures (replications,)."""
    setting = asked("compare", ["world=planted", *(f"{name}={value}" for name, value in values.items())])
    made = setting.setting([institution])
    layout, terrain = made.institutions[institution].layout(made.world), made.world.terrain()
    p = made.parameters(institution)
    futures = (draw_chance(5, r, made.world.size, 80) for r in range(REPLICATIONS))
    return np.array([ensemble.simulate(p, layout, terrain, chance, ensemble.NO_TRACE)[0] for chance in futures])


def less(first: Floats, second: Floats) -> tuple[float, float]:
    """Mean difference, and its standard error."""
    difference = first - second
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(difference)))


@pytest.mark.parametrize("institution", ["siloed", "stability_fund"])
def test_perfect_knowledge_is_worth_at_least_half_of_what_is_planted(institution: str) -> None:
    # Who decides by interests alone sends money anywhere; the reference knows all and plans.
    anywhere = conflict_years(institution, national_interest=1)
    planted = float((anywhere - conflict_years("full_information")).mean())
    worth, error = less(anywhere, conflict_years(institution, **KNOWN))
    assert planted > 50.0
    assert worth - 2.0 * error >= 0.5 * planted


def test_more_ignorance_never_lowers_the_value_of_knowing() -> None:
    known, before = conflict_years("siloed", **KNOWN), 0.0
    for part in (0.25, 0.5, 0.75, 1.0):
        of = {name: round(4.0 * part) if name == "unknown_status" else part for name in KNOWN}
        worth, error = less(conflict_years("siloed", **of), known)
        assert worth > before - 2.0 * error
        before = worth
    assert before > 20.0


def test_shared_analysis_recovers_a_part() -> None:
    alone = conflict_years("siloed", shared_analysis=0)
    value, _ = less(alone, conflict_years("siloed", **KNOWN))
    recovered, error = less(alone, conflict_years("siloed", shared_analysis=1))
    assert recovered > 2.0 * error
    assert 0.1 * value < recovered < 0.7 * value
