"""Intervals of patterns, and patterns of runs."""

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.records.files.panel import Panel
from experiments.records.observed import observed_quarters
from experiments.records.pattern_values import BLOCKS, ENDING, MATRIX
from experiments.records.patterns import (
    flattened,
    panel_of_runs,
    patterns,
    patterns_by_run,
    percentile,
    pooled_patterns,
    resampled,
)
from model.world import World, stylised
from tests.panels import FIRST, large_panel, panel_from, pattern_intervals, same


def test_intervals_have_a_fixed_seed_and_hold_the_estimate() -> None:
    panel = large_panel()
    keys = ("active_share", "onset_rate", MATRIX)
    found = pattern_intervals(panel, resamples=300, keys=keys)
    assert same(found, pattern_intervals(panel, resamples=300, keys=keys))
    assert found != pattern_intervals(panel, resamples=300, seed=2, keys=keys)
    for interval in found.values():
        low, middle, high = (np.asarray(interval[name]) for name in ("low", "estimate", "high"))
        known = ~np.isnan(middle)
        assert (low <= middle)[known].all()
        assert (middle <= high)[known].all()
        assert np.isnan(low[~known]).all()


def test_an_interval_is_as_wide_as_the_mean_over_states_says() -> None:
    panel = large_panel()
    interval = pattern_intervals(panel, resamples=4000, keys=("active_share",))["active_share"]
    shares = (panel.level > 0).mean(axis=1)
    width = 2 * 1.96 * shares.std() / math.sqrt(len(shares))
    assert interval["high"] - interval["low"] == pytest.approx(width, rel=0.06)  # type: ignore[operator]


def test_resamples_in_which_a_pattern_is_not_defined_are_left_out() -> None:
    panel = panel_from(["0110", "0000", "0000"], "000", [0, 0, 0])
    values = resampled(panel, 200, 1, ("termination_rate",))["termination_rate"]
    assert 0 < np.isnan(values).sum() < 200
    interval = pattern_intervals(panel, 200, keys=("termination_rate",))["termination_rate"]
    assert interval == {"estimate": 0.5, "low": 0.5, "high": 0.5}
    nothing = pattern_intervals(panel_from(["000"], "0", [0]), 50)["termination_rate"]
    assert all(math.isnan(nothing[name]) for name in ("estimate", "low", "high"))  # type: ignore[arg-type]


def test_percentiles_leave_out_nan_and_keep_infinity() -> None:
    values = np.array([3.0, np.nan, 1.0, np.inf, 2.0])
    assert [percentile(values, share) for share in (0.025, 0.5, 0.75, 0.975)] == [1.0, 2.0, 3.0, np.inf]


# --- the model's runs ---------------------------------------------------------------------------------------------


def test_a_run_gives_the_patterns_of_the_same_levels_from_the_record() -> None:
    world = stylised(12)
    levels = np.random.default_rng(5).choice([0, 0, 0, 1, 2], (1, 20, 12)).astype(np.int8)
    states = world.states
    start = np.array([state.level for state in states])
    quiet = [state.years_at_peace for state in states]
    active_before = np.concatenate([start[None] > 0, levels[0, :-1] > 0])
    around = np.array(
        [[float(any(row[world.codes.index(o)] for o in s.neighbours)) for row in active_before] for s in states]
    )
    record = Panel(
        codes=world.codes,
        years=np.arange(FIRST, FIRST + 20),
        level=levels[0].T.astype(int),
        level_before=start,
        last_active=np.array(
            [
                FIRST - 1 if s.level else 0 if q is None else FIRST - 1 - int(q)
                for s, q in zip(states, quiet, strict=True)
            ]
        ),
        log_income=np.array([[math.log(s.income_per_head)] * 20 for s in states]),
        log_population=np.array([[math.log(s.population_millions)] * 20 for s in states]),
        neighbour_active=around,
        excluded=np.full((12, 20), np.nan),
        years_active=np.full(12, np.nan),
        quarters=np.full((12, 20), np.nan),
    )
    assert same(patterns(panel_of_runs(levels, world, FIRST)), patterns(record))


def test_a_run_knows_excluded_share_and_years_active_of_its_world_and_its_quarters() -> None:
    known = [replace(s, excluded_share=0.1 * i, years_active=float(i)) for i, s in enumerate(stylised(6).states)]
    world = World("known", tuple(known))
    statuses = np.random.default_rng(5).choice([0, 0, 0, 1, 2], (3, 40, 6)).astype(np.int8)
    levels = statuses.reshape(3, 10, 4, 6).max(axis=2)
    panel = panel_of_runs(levels, world, FIRST, statuses)
    assert panel.excluded[:, 0].tolist() == [0.1 * i for i in range(6)] * 3
    assert panel.years_active.tolist() == [0.0, 1, 2, 3, 4, 5] * 3
    seen = observed_quarters(statuses, panel.level_before[:6] > 0)
    np.testing.assert_array_equal(panel.quarters.reshape(3, 6, 10), seen.transpose(0, 2, 1))
    each = patterns_by_run(levels, world, FIRST, statuses=statuses)
    assert each["share_of_quarters"] == pytest.approx(seen.mean(axis=(1, 2)))
    alone = patterns(panel_of_runs(levels[1:2], world, FIRST, statuses[1:2]))
    assert [each[key][1] for key in ENDING] == pytest.approx([alone[key] for key in ENDING])
    assert each[BLOCKS].shape == (3, 2)
    together = pooled_patterns(levels, world, FIRST, statuses=statuses)
    assert together["share_of_quarters"] == pytest.approx(seen.mean())


@pytest.mark.parametrize(
    ("quarters", "before", "seen"),
    [
        ("0000 0000", False, [0, 0]),
        ("0100 0000", False, [0.25, 0]),
        ("0101 0000", False, [0.75, 0]),  # a lull that spans no calendar year is never coded
        ("0100 0010", False, [0.75, 0.75]),  # from the first active quarter of the episode to its last
        ("0100 0000 0010", False, [0.25, 0, 0.25]),
        ("0010 0000", True, [0.75, 0]),  # goes on from the year before
        ("1111 2222", True, [1, 1]),
    ],
)
def test_quarters_are_seen_as_episodes(quarters: str, before: bool, seen: list[float]) -> None:
    statuses = np.array([int(mark) for mark in quarters.replace(" ", "")], np.int8)[None, :, None]
    assert observed_quarters(statuses, np.array([before]))[0, :, 0].tolist() == seen


def test_what_is_read_as_it_stood_lasts_to_the_end_of_its_last_year() -> None:
    # Two states: one that fights in the last year's second quarter, one that has stopped in the year before.
    statuses = np.array([[0, 1], [0, 0], [0, 0], [0, 0], [0, 0], [1, 0], [0, 0], [0, 0]], np.int8)[None]
    told = observed_quarters(statuses, np.array([False, False]), open_end=True)
    assert told[0].tolist() == [[0, 0.25], [0.75, 0]]


def test_runs_together_are_the_weighted_mean_of_runs_and_their_yearly_spread_is_not_averaged_away() -> None:
    world = stylised(9)
    levels = np.random.default_rng(6).choice([0, 0, 1, 2], (7, 20, 9)).astype(np.int8)
    each, together = patterns_by_run(levels, world, FIRST), pooled_patterns(levels, world, FIRST)
    assert together["active_share"] == pytest.approx(each["active_share"].mean())
    assert together["active_share_sd"] == pytest.approx(each["active_share_sd"].mean())
    assert each[MATRIX].shape == (7, 3, 3)
    shuffled = pooled_patterns(levels[::-1], world, FIRST)
    for key, value in flattened(together).items():
        assert flattened(shuffled)[key] == pytest.approx(float(value), nan_ok=True, rel=1e-6), key


def test_a_conflict_that_ended_within_the_last_year_was_active_in_it() -> None:
    states = [replace(state, level=0, years_in_conflict=0.0, years_at_peace=0.5) for state in stylised(3).states]
    panel = panel_of_runs(np.zeros((1, 4, 3), np.int8), World("x", tuple(states)), FIRST)
    assert panel.level_before.tolist() == [1, 1, 1]
    assert panel.last_active.tolist() == [FIRST - 1] * 3
    assert panel.neighbour_active[:, 0].tolist() == [1.0] * 3
