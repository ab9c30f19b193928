"""Stages and stopping of adaptive replication, and the moments by point that they rest on."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from experiments.runs.precision import Tallies, merged, reached, stages
from model.world import Floats, Integers


def test_stages_follow_one_another_and_grow_by_a_quarter() -> None:
    assert stages(50, 130) == ((0, 50), (50, 63), (63, 79), (79, 99), (99, 124), (124, 130))
    assert stages(50, 50) == ((0, 50),)


def sample(values: Floats, precision: float) -> bool:
    n, variance = len(values), np.var(values, ddof=1)
    fourth = np.mean((values - values.mean()) ** 4)
    return bool(reached(np.array([[n]]), np.array([[variance]]), np.array([[fourth]]), precision)[0, 0])


def test_a_point_is_done_when_its_guarded_interval_is_narrow_enough() -> None:
    values = np.tile([-1.0, 1.0], 50)
    # Two values at equal distance: the fourth moment is the square of the second, s² of 100 values is 100/99.
    half = float(stats.t.isf(0.025, 99)) * np.sqrt(100 / 99 / 100)
    assert sample(values, half * 1.000001) and not sample(values, half * 0.999)


def test_heavy_tails_take_longer() -> None:
    even = np.tile([-1.0, 1.0], 100)
    rare = np.zeros(200)
    rare[:8] = np.tile([-5.0, 5.0], 4)
    assert np.var(even) == np.var(rare)
    assert sample(even, 0.15) and not sample(rare, 0.15)


def test_too_few_replications_are_never_enough_and_no_spread_is() -> None:
    n, nothing = np.array([[0.0], [1.0], [2.0]]), np.zeros((3, 1))
    with np.errstate(invalid="ignore"):
        assert reached(n, nothing / (n > 1), nothing, 0.5).ravel().tolist() == [False, False, True]


def test_moments_of_two_samples_merge_into_those_of_both() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.exponential(size=(30, 2)), rng.normal(3.0, 2.0, size=(50, 2))

    def moments(x: Floats) -> tuple[Floats, ...]:
        apart = x - x.mean(axis=0)
        return (np.array([float(len(x))]), x.mean(axis=0), *((apart**power).sum(axis=0) for power in (2, 3, 4)))

    found = merged(moments(one), moments(other))  # type: ignore[arg-type]
    for ours, true in zip(found, moments(np.vstack([one, other])), strict=True):
        assert np.allclose(ours, true)


def rows(points: Integers, replications: Integers, values: Floats) -> pa.Table:
    """Runs under two institutions: siloed as given, uk_pools a quarter of it lower plus the point's number."""
    columns = {
        "point": np.repeat(points, 2).astype(np.int32),
        "institution": ["uk_pools", "siloed"] * len(points),
        "replication": np.repeat(replications, 2).astype(np.int64),
        "harm": np.column_stack([0.75 * values + points, values]).ravel(),
    }
    return pa.table(columns)


def everything(blocks: tuple[tuple[int, int], ...]) -> tuple[Tallies, Integers, Integers, Floats]:
    rng = np.random.default_rng(2)
    replications, points = (side.ravel() for side in np.meshgrid(np.arange(70), np.arange(3), indexing="ij"))
    return Tallies(3, ["siloed", "uk_pools"], "harm", blocks), points, replications, rng.gamma(2.0, size=210)


BLOCKS = ((0, 50), (50, 70))


def test_tallies_are_means_and_errors_of_paired_runs() -> None:
    tallies, points, replications, values = everything(BLOCKS)
    tallies.add(rows(points, replications, values))
    mean, error = tallies.mean("siloed")
    difference, spread = tallies.difference("uk_pools")
    for point in range(3):
        own = values[points == point]
        apart = 0.75 * own + point - own
        assert (mean[point], difference[point]) == pytest.approx((own.mean(), apart.mean()))
        assert (error[point], spread[point]) == pytest.approx((stats.sem(own), stats.sem(apart)))
    n, variance, fourth = tallies.spread()
    assert n.ravel().tolist() == [70.0] * 3 and tallies.left_out == 0
    assert fourth[0, 0] == pytest.approx(np.mean((values[points == 0] - mean[0]) ** 4) * 0.25**4)
    assert variance[0, 0] == pytest.approx(np.var(values[points == 0], ddof=1) * 0.25**2)


def test_tallies_do_not_depend_on_how_runs_were_cut_into_parts() -> None:
    whole, points, replications, values = everything(BLOCKS)
    parts = everything(BLOCKS)[0]
    whole.add(rows(points, replications, values))
    for block, point in ((0, 0), (0, 2), (0, 1), (1, 0), (1, 1), (1, 2)):
        chosen = (points == point) & ((replications >= 50) == bool(block))
        parts.add(rows(points[chosen], replications[chosen], values[chosen]))
    for one, other in zip(whole.spread(), parts.spread(), strict=True):
        assert (one == other).all()
    assert (whole.mean("siloed")[0] == parts.mean("siloed")[0]).all()


def test_a_future_with_a_failed_run_counts_for_nobody() -> None:
    tallies, points, replications, values = everything(BLOCKS)
    table = rows(points, replications, values)
    tallies.add(table.slice(1).slice(0, 0))
    tallies.add(table.slice(1))
    assert tallies.left_out == 1 and tallies.futures.tolist() == [69, 70, 70]
    assert tallies.mean("siloed")[0][0] == pytest.approx(values[points == 0][1:].mean())


def test_a_point_without_runs_has_no_numbers() -> None:
    tallies = everything(BLOCKS)[0]
    assert np.isnan(tallies.mean("siloed")).all() and np.isnan(tallies.difference("uk_pools")).all()
    assert not reached(*tallies.spread(), 0.5).any()
