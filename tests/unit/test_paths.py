import numpy as np
import pandas as pd
import pytest
from experiments.reporting.figures.paths import over_time_table, shown_over_time
from experiments.runs.paths import SERIES, run_paths

from experiments.runs.simulate import DEFAULTS, Chunk, level_plan, run_chunk
from experiments.settings.compose import asked

NAMES = ("siloed", "uk_pools")


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    cfg = asked("compare", ["world=stylised", "world.size=5", "quarters=8"])
    return Chunk(level_plan(cfg.setting(NAMES), NAMES, 3, DEFAULTS, 2), 0, 2)


def test_series_agree_with_the_outcomes_of_the_same_runs(chunk: Chunk) -> None:
    paths, runs = pd.DataFrame(run_paths(chunk).columns), pd.DataFrame(run_chunk(chunk).columns)
    assert list(paths) == ["institution", "replication", "quarter", *SERIES] and len(paths) == 2 * 2 * 8
    by_run = paths.groupby(["institution", "replication"])
    keyed = runs.set_index(["institution", "replication"]).sort_index()
    pd.testing.assert_series_equal(by_run["in_conflict"].sum() / 4, keyed["conflict_years"], check_names=False)
    pd.testing.assert_series_equal(by_run["at_war"].sum() / 4, keyed["war_years"], check_names=False)
    assert (paths.loc[paths["institution"] == "siloed", "participation"] == 0.0).all()
    assert paths.loc[paths["institution"] == "uk_pools", "participation"].between(0.5, 1.0).all()


def test_a_chunk_of_no_futures_has_every_column(chunk: Chunk) -> None:
    none = run_paths(Chunk(chunk.plan, 0, 0)).columns
    assert list(none) == ["institution", "replication", "quarter", *SERIES] and all(len(x) == 0 for x in none.values())


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
