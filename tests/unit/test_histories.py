"""Levels of the ensemble against the trajectories of single runs."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from experiments.records.histories import highest_of_year, in_memory, statuses_of, tasks_of, with_values
from experiments.records.pattern_counts import Levels
from experiments.runs.executors import Pool, Stop
from experiments.runs.plan import Blocks, Plan
from experiments.runs.recorders import Statuses
from tests.support import run, setting, small_world, states

SEED, QUARTERS = 11, 24


def plan(institution: str, replications: int) -> Plan:
    made = replace(setting(), world=small_world(), quarters=QUARTERS)
    return Plan(made, (institution,), SEED, Blocks(0, replications), recorder=Statuses())


def statuses(asked: Plan, workers: int = 1, tasks: int = 1) -> Levels:
    with ThreadPoolExecutor(workers) as executor:
        pool, stop = Pool(executor, lambda: 2 * workers), Stop(threading.Event())
        rows = list(in_memory(tasks_of(asked, tasks), pool, stop))
    return np.concatenate([statuses_of(each.extra["statuses"], asked.setting) for each in rows])


def test_a_year_s_level_is_the_highest_of_its_quarters_in_the_run_of_that_name() -> None:
    size = small_world().size
    levels = highest_of_year(statuses(plan("uk_pools", 3)))
    assert levels.shape == (3, QUARTERS // 4, size)
    assert set(np.unique(levels)) == {0, 1, 2}
    for replication, found in enumerate(levels):
        status = states(run("uk_pools", replication=replication).trajectory, size)[:, 12]
        for year, row in enumerate(found):
            assert row.tolist() == [max(status[4 * year + q, i] for q in range(4)) for i in range(size)]


def test_neither_threads_nor_tasks_nor_kept_chances_change_a_status() -> None:
    asked = plan("siloed", 5)
    found = statuses(asked)
    assert np.array_equal(found, statuses(asked, workers=3, tasks=4))
    kept = replace(asked, repeated=True)
    assert np.array_equal(found, statuses(kept)) and np.array_equal(found, statuses(kept))


def test_values_win_over_the_setting_s() -> None:
    asked = plan("siloed", 2)
    often = replace(asked, setting=with_values(asked.setting, {"onset_base": -5.5}))
    assert statuses(often).sum() > statuses(asked).sum()


def test_a_failed_run_is_said() -> None:
    asked = plan("siloed", 1)
    with pytest.raises(ArithmeticError, match="replication 0: "):
        statuses(replace(asked, setting=with_values(asked.setting, {"onset_base": 900.0})))
