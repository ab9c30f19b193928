"""Conflict under ``siloed`` stays on the record's level, whatever its effects are drawn to be."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from experiments.records.histories import highest_of_year, statuses_of, with_values
from experiments.runs.plan import Blocks, Plan
from experiments.runs.recorders import Statuses
from experiments.runs.simulate import run_task
from experiments.settings.compose import asked
from model.parameters import PARAMETERS
from model.world import Floats

RUNS = 60
EFFECTS = (
    *(name for name, each in PARAMETERS.items() if each.group == "effects"),
    "onset_insecurity",
    "effect",
    "dose",
    "confidence_effect",
    "lasting",
)


@functools.cache
def shares(name: str, share: float) -> Floats:
    """Share of state-years in conflict (runs, years) over 20 years, one parameter at a part of its range."""
    setting = replace(asked("run", ["world=africa", "quarters=80"]).setting(["siloed"]), draws={})
    one = with_values(setting, {name: PARAMETERS[name].at(share)} if name else {})
    plan = Plan(one, ("siloed",), 1, Blocks(0, RUNS), recorder=Statuses())
    levels = highest_of_year(statuses_of(run_task(plan.task(0, RUNS)).extra["statuses"], one))
    return np.asarray((levels > 0).mean(axis=2))


@pytest.mark.parametrize("share", [0.05, 0.95])
@pytest.mark.parametrize("name", EFFECTS)
def test_no_effect_moves_the_share_in_conflict(name: str, share: float) -> None:
    moved = (shares(name, share) - shares("", 0.0)).mean()
    assert abs(moved) <= 0.01


def test_conflict_neither_grows_nor_fades() -> None:
    by_year = shares("", 0.0).mean(axis=0)
    # 12 of 48 states were in conflict in the year before; at worst one more or less after twenty years.
    assert abs(by_year[-1] - by_year[0]) < 1.5 / 48
    assert np.ptp(by_year) < 2.0 / 48
