"""The files of conf/channels, and results under several of them side by side."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from experiments.runs.cube import Cube, cube_of
from experiments.runs.plan import FIRST_DRAW
from experiments.settings.places import names_in
from experiments.statistics.intervals import Interval
from experiments.studies.channels import other_plans, read_channels, side_by_side
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS, parameter
from tests.support import setting

NAMES = ("siloed", "uk_pools")


def runs(difference: float, replications: list[int]) -> Cube:
    """Runs in which pools differ from silos by so much, give or take one."""
    wobble = np.where(np.arange(len(replications)) % 2 == 0, 1.0, -1.0)
    main = np.concatenate([np.full(len(replications), 50.0), 50.0 + difference + wobble])
    rows = {
        "institution": [name for name in NAMES for _ in replications],
        "replication": np.array(replications * 2),
        **dict.fromkeys(OUTCOMES, main),
    }
    return cube_of(pa.table(rows), NAMES).paired()


def test_all_channels_switch_nothing_and_the_others_only_what_the_ranges_admit() -> None:
    assert set(names_in("channels")) == {"all", "for_only", "against_only"}
    assert read_channels("all")[1] == {}
    for name in ("for_only", "against_only"):
        values = read_channels(name)[1]
        for parameter_name, value in values.items():
            declared = parameter(parameter_name)
            assert value != declared.default or declared.swept, f"{name}: {parameter_name} changes nothing"
            nothing = value == 0.0 and declared.group == "effects"
            assert nothing or value in (declared.low, declared.high, declared.off)
    assert not set(read_channels("for_only")[1]) & set(read_channels("against_only")[1])


def test_institutions_themselves_are_no_channels() -> None:
    for name in names_in("channels"):
        assert not {each for each in read_channels(name)[1] if PARAMETERS[each].group == "degrees"}


def test_the_first_draws_are_planned_again_under_every_other_set() -> None:
    plans = other_plans(setting(), "for_only", NAMES, 3, 20)
    assert set(plans) == {"all", "against_only"}
    for name, plan in plans.items():
        assert (plan.blocks[0][0], plan.replications, plan.seed) == (FIRST_DRAW, 20, 3)
        assert plan.setting.channels == read_channels(name)[1]
    assert other_plans(setting(), "all", NAMES, 3, 0) == {}


def test_channels_win_over_the_institution_and_lose_to_the_command_line() -> None:
    base = dataclasses.replace(setting(), channels={"top_up": 0.0, "veto": 0.0}, command_line={"veto": 0.7})
    used = base.parameters("uk_pools", {"veto": 0.2, "top_up": 0.9})
    assert used.degrees.top_up == 0.0  # which the institution sets
    assert used.priorities.veto == 0.7


def test_sets_are_compared_on_the_futures_that_all_of_them_have() -> None:
    own = {"uk_pools": Interval(-1.0, -2.0, 0.0)}
    cubes = {"against_only": runs(-3.0, [7, 8, 9, 10]), "for_only": runs(-5.0, [8, 9, 10, 11])}
    labels = {"all": "All", "against_only": "Only against", "for_only": "Only for"}
    found = side_by_side("all", own, cubes, NAMES, 1, labels)
    assert found.draws == 3
    assert list(found.differences) == list(labels) and found.differences["all"] == own
    # Replications 8, 9, 10 wobble by -1, 1, -1 in the first set and by 1, -1, 1 in the second.
    assert found.differences["against_only"]["uk_pools"].mean == pytest.approx(-3.0 - 1.0 / 3.0)
    assert found.differences["for_only"]["uk_pools"].mean == pytest.approx(-5.0 + 1.0 / 3.0)
    assert len(found.table()) == 3


def test_sets_without_a_common_future_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no draw"):
        side_by_side("own", {}, {"all": runs(0.0, [1, 2]), "for_only": runs(0.0, [3, 4])}, NAMES, 1, {})
