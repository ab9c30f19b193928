"""What an answer rests on is found where it is planted, and told no further than it is known."""

import numpy as np
import pytest

from experiments.runs.cube import Cube
from experiments.runs.plan import FIRST_DRAW
from experiments.statistics.intervals import Interval, mean_interval
from experiments.studies.switched_off import Switch, gaps_without, switches
from model.parameters import PARAMETERS

DRAWS, FUTURES = 150, 4
NAMES = ("siloed", "siloed_best", "pools")
OFF = [Switch("nothing", "", {"veto": 0.0}), Switch("all_of_it", "", {"aid_on_onset": 0.0})]


def planted(gap: float, without: float) -> tuple[Cube, Cube]:
    """Pools differ from silos by a gap, and by another without the second thing; single futures scatter widely."""
    generator = np.random.default_rng(3)
    luck = 4.0 * generator.normal(size=(DRAWS, FUTURES))
    years = np.zeros((3, DRAWS, FUTURES))
    years[2] = gap + luck
    off = np.zeros((3, 2, DRAWS))
    off[2] = luck[:, 0] + np.array([[gap], [without]]) + 0.1 * generator.normal(size=(2, DRAWS))
    draws = np.arange(DRAWS)
    whole = Cube(NAMES, draws, np.arange(FUTURES), {"conflict_years": years})
    return whole, Cube(NAMES, np.arange(2), FIRST_DRAW + draws, {"conflict_years": off})


def test_a_sign_that_turns_is_told_and_luck_of_the_first_future_cancels() -> None:
    whole, off = planted(-2.0, 2.0)
    own = mean_interval((whole["conflict_years", "pools"] - whole["conflict_years", "siloed"]).mean(axis=1))
    nothing, decisive = gaps_without(whole, off, OFF, "pools", {"siloed": own, "siloed_best": Interval(0, -1, 1)}, 1)
    assert nothing.turned == () and decisive.turned == ("siloed",)
    assert nothing.gaps["siloed"].mean == pytest.approx(own.mean, abs=0.03)
    assert decisive.gaps["siloed"].mean == pytest.approx(own.mean + 4.0, abs=0.03)
    # As narrow as four futures make it, not as wide as one.
    assert decisive.gaps["siloed"].high - decisive.gaps["siloed"].low < 1.3 * (own.high - own.low)
    assert decisive.plain()["turns"] == "siloed" and decisive.plain()["vs_siloed"] == decisive.gaps["siloed"].mean


def test_a_draw_with_a_failed_run_is_left_out_and_nothing_is_said_of_none() -> None:
    whole, off = planted(-2.0, -2.0)
    off.outcomes["conflict_years"][2, 1, 7] = np.nan
    given = ("pools", {"siloed": Interval(-2.0, -3.0, -1.0)}, 1)
    found = gaps_without(whole, off, OFF, *given)
    kept = np.delete(np.arange(DRAWS), 7)
    gap = (whole["conflict_years", "pools"] - whole["conflict_years", "siloed"])[kept]
    switched = off["conflict_years", "pools"][0, kept]
    assert found[0].gaps["siloed"].mean == pytest.approx((gap.mean(axis=1) + switched - gap[:, 0]).mean())
    off.outcomes["conflict_years"][2, 1] = np.nan
    assert gaps_without(whole, off, OFF, *given) == []


def test_each_sides_frictions_and_each_direct_effect_are_switched_off_unless_fixed() -> None:
    sides, effects = switches({})[:2], switches({})[2:]
    assert [each.name for each in sides] == ["silo_frictions", "pool_frictions"]
    assert not set(sides[0].values) & set(sides[1].values)
    assert {"diplomacy_on_ending", "missions_on_recurrence", "aid_on_onset"} <= {each.name for each in effects}
    assert all(each.label == PARAMETERS[each.name].meaning and each.values == {each.name: 0.0} for each in effects)
    left = {each.name: each.values for each in switches({"remit_gap": 0.1, "aid_on_onset": 0.2})}
    assert "remit_gap" not in left["silo_frictions"] and left["pool_frictions"] == sides[1].values
    assert "aid_on_onset" not in left and "aid_on_ending" in left
