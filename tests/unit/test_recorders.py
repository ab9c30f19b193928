"""What is kept of runs beside their outcomes agrees with them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.runs.plan import DEFAULTS, Plan, level_plan
from experiments.runs.recorders import SERIES, Paths, Recorder, Statuses, Trajectories
from experiments.runs.simulate import run_task
from experiments.settings.compose import asked
from experiments.studies.over_time import over_time_table, shown_over_time

NAMES = ("siloed", "uk_pools")


@pytest.fixture(scope="module")
def chosen() -> Plan:
    found = asked("compare", ["world=stylised", "world.size=5", "quarters=8"])
    return level_plan(found.setting(NAMES), NAMES, 3, DEFAULTS, 2)


def recorded(chosen: Plan, recorder: Recorder, units: int = 2) -> tuple[pd.DataFrame, dict[str, Any]]:
    rows = run_task(replace(chosen, recorder=recorder).task(0, units))
    return pd.DataFrame(rows.columns), dict(rows.extra[recorder.table])


def test_series_agree_with_the_outcomes_of_the_same_runs(chosen: Plan) -> None:
    runs, kept = recorded(chosen, Paths(NAMES, 2))
    paths = pd.DataFrame(kept)
    assert list(paths) == ["institution", "seed", "replication", "quarter", *SERIES] and len(paths) == 2 * 2 * 8
    by_run = paths.groupby(["institution", "replication"])
    keyed = runs.set_index(["institution", "replication"]).sort_index()
    pd.testing.assert_series_equal(by_run["in_conflict"].sum() / 4, keyed["conflict_years"], check_names=False)
    pd.testing.assert_series_equal(by_run["at_war"].sum() / 4, keyed["war_years"], check_names=False)
    assert (paths.loc[paths["institution"] == "siloed", "participation"] == 0.0).all()
    assert paths.loc[paths["institution"] == "uk_pools", "participation"].between(0.5, 1.0).all()


def test_only_the_first_replications_of_some_institutions_are_followed(chosen: Plan) -> None:
    paths = pd.DataFrame(recorded(chosen, Paths(("uk_pools",), 1))[1])
    assert set(paths["institution"]) == {"uk_pools"} and set(paths["replication"]) == {0}


@pytest.mark.parametrize("recorder", [Statuses(), Trajectories()])
def test_statuses_agree_with_the_outcomes_of_the_same_runs(chosen: Plan, recorder: Recorder) -> None:
    runs, kept = recorded(chosen, recorder)
    status = np.stack(kept["status"].to_numpy(zero_copy_only=False)).reshape(-1, 8, 5)
    assert kept["institution"] == runs["institution"].tolist()
    np.testing.assert_allclose((status > 0).sum(axis=(1, 2)) / 4, runs["conflict_years"])
    np.testing.assert_allclose((status == 2).sum(axis=(1, 2)) / 4, runs["war_years"])


def test_money_of_trajectories_adds_up_to_that_of_the_runs(chosen: Plan) -> None:
    runs, kept = recorded(chosen, Trajectories())
    money = np.stack(kept["money"].to_numpy(zero_copy_only=False)).sum(axis=1)
    spent = runs["programme_money"] + runs["thematic_money"] + runs["top_up_money"]
    np.testing.assert_allclose(money, spent, rtol=1e-4)


@pytest.mark.parametrize("recorder", [Paths(NAMES, 2), Statuses(), Trajectories()])
def test_a_task_of_no_runs_has_every_column(chosen: Plan, recorder: Recorder) -> None:
    none, some = recorded(chosen, recorder, 0)[1], recorded(chosen, recorder)[1]
    assert list(some) == list(none) and all(len(x) == 0 for x in none.values())


def test_the_difference_so_far_is_paired_and_in_years() -> None:
    in_conflict = {("siloed", 0): [4, 4], ("siloed", 1): [8, 8], ("uk_pools", 0): [4, 0], ("uk_pools", 1): [4, 8]}
    rows = [
        {"institution": name, "replication": future, "quarter": quarter, **dict.fromkeys(SERIES, 0.0)}
        | {"in_conflict": float(value)}
        for (name, future), values in in_conflict.items()
        for quarter, value in enumerate(values, start=1)
    ]
    table = over_time_table(pd.DataFrame(rows), ["siloed", "uk_pools"], seed=1)
    so_far = table[(table["series"] == "more_than_siloed") & (table["institution"] == "uk_pools")]
    # By future: 0 and −1 state-years after the first quarter, −1 and −1 after the second.
    assert so_far["mean"].tolist() == [-0.5, -1.0]
    mean = table[(table["series"] == "in_conflict") & (table["institution"] == "siloed")]["mean"]
    assert np.array_equal(mean, [6.0, 6.0])


def test_few_lines_are_drawn_the_headlines_own_among_them() -> None:
    everyone = ["none", "siloed", "three_ds", "uk_pools", "stability_fund", "full_information"]
    assert shown_over_time(everyone, "uk_pools") == ["none", "siloed", "uk_pools", "full_information"]
    assert shown_over_time(everyone, None) == ["none", "siloed", "stability_fund", "full_information"]
    assert shown_over_time(["none", "siloed", "full_information"], None) == ["none", "siloed", "full_information"]
