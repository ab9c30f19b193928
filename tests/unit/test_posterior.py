"""What a record leaves open, on models whose posterior is known."""

import math

import numpy as np
import pytest

from experiments.statistics.boxes import Box
from experiments.statistics.posterior import Population, log_likelihood, population
from model.errors import InvalidInput
from model.world import Floats

BOX = Box(np.array([-10.0, -10.0]), np.array([10.0, 10.0]))


def quiet(said: str) -> None:
    """Say nothing."""


def mean_and_covariance(found: Population) -> tuple[Floats, Floats]:
    mean = found.weights @ found.values
    off = found.values - mean
    return mean, off.T @ (off * found.weights[:, None])


def test_the_likelihood_by_hand() -> None:
    # Mean 2, variance 1: Student's t with 2 degrees of freedom, in units of the root of 1 · (1 + 1/3) · 2/2.
    histories = np.array([[1.0], [2.0], [3.0]])
    unit = math.sqrt(4.0 / 3.0)
    assert log_likelihood(histories, np.array([2.0])) == pytest.approx(math.log(1.0 / math.sqrt(8.0) / unit))
    at_one = 1.0 / math.sqrt(8.0) * (1.0 + 1.0 / 2.0) ** -1.5
    assert log_likelihood(histories, np.array([2.0 + unit])) == pytest.approx(math.log(at_one / unit))


def test_histories_that_leave_a_pattern_undefined_make_the_record_less_likely() -> None:
    rng = np.random.default_rng(1)
    histories = rng.normal(size=(30, 2))
    record = np.array([0.2, -0.1])
    with_holes = np.concatenate([histories, [[np.nan, 0.0]] * 10])
    assert log_likelihood(with_holes, record) == pytest.approx(log_likelihood(histories, record) + math.log(0.75))


def test_units_change_the_density_and_not_its_shape() -> None:
    rng = np.random.default_rng(2)
    histories, records = rng.normal(size=(40, 3)), rng.normal(size=(2, 3))
    units = np.array([1e-6, 1.0, 1e6])
    one, other = (log_likelihood(histories, record) for record in records)
    here, there = (log_likelihood(histories * units, record * units) for record in records)
    assert here - there == pytest.approx(one - other)


@pytest.mark.parametrize(
    "histories",
    [
        np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0]]),
        np.array([[1.0, 2.0]] * 3 + [[np.nan, 2.0]] * 9),
        np.array([[1.0, 2.0], [2.0, 2.0], [3.0, 2.0], [4.0, 2.0], [5.0, 2.0]]),
        np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [4.0, 8.0], [5.0, 10.0]]),
    ],
    ids=["few", "few defined", "one never varies", "one follows the other"],
)
def test_where_histories_cannot_tell_the_record_is_impossible(histories: Floats) -> None:
    assert log_likelihood(histories, np.array([2.0, 2.0])) == -math.inf


def test_a_normal_posterior_is_found_from_a_start_that_is_off_and_too_wide() -> None:
    covariance = np.array([[0.5, 0.3], [0.3, 0.4]])
    precision, centre = np.linalg.inv(covariance), np.array([1.0, -2.0])

    def likely(values: Floats) -> float:
        return float(-0.5 * (values - centre) @ precision @ (values - centre))

    found = population(likely, BOX, np.array([3.0, -1.0]), 9.0 * np.eye(2), 1000, 1, quiet)
    mean, spread = mean_and_covariance(found)
    assert found.worth > 400
    assert mean == pytest.approx(centre, abs=0.06)
    assert spread == pytest.approx(covariance, abs=0.06)


def test_a_curved_valley_is_followed() -> None:
    """The first is standard normal, the second its square give or take 0.3: the start knows a small part of it."""

    def likely(values: Floats) -> float:
        return float(-0.5 * values[0] ** 2 - 0.5 * ((values[1] - values[0] ** 2) / 0.3) ** 2)

    found = population(likely, BOX, np.zeros(2), np.diag([0.3, 0.3]), 3000, 1, quiet)
    mean, spread = mean_and_covariance(found)
    assert mean == pytest.approx([0.0, 1.0], abs=0.1)
    # Truncated weights cost the far ends of the valley: the second comes out narrower than its 2.09.
    assert spread[0] == pytest.approx([1.0, 0.0], abs=0.2)
    assert 1.5 < spread[1, 1] < 2.4


def test_nothing_lies_outside_the_box_and_its_edge_takes_no_weight() -> None:
    """Even likelihood: the posterior is the box, wherever proposals are thick."""
    box = Box(np.array([0.0, 0.0]), np.array([1.0, 2.0]))
    found = population(lambda values: 0.0, box, np.array([0.1, 0.1]), 0.04 * np.eye(2), 2000, 1, quiet)
    assert np.all((found.values >= box.low) & (found.values <= box.high))
    mean, spread = mean_and_covariance(found)
    assert mean == pytest.approx([0.5, 1.0], abs=0.06)
    assert np.diag(spread) == pytest.approx([1 / 12, 4 / 12], rel=0.1)


def test_the_same_seed_gives_the_same_sets() -> None:
    one, other, third = (
        population(lambda values: -float(values @ values), BOX, np.zeros(2), np.eye(2), 40, seed, quiet)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one.values, other.values)
    assert np.array_equal(one.weights, other.weights)
    assert not np.array_equal(one.values, third.values)


def test_sets_are_kept_as_often_as_their_weight_says() -> None:
    weights = np.array([0.5, 0.24, 0.0, 0.26])
    found = Population(np.arange(4.0)[:, None], np.zeros(4), weights)
    kept = found.kept(50, 3)[:, 0]
    counts = np.bincount(kept.astype(int), minlength=4)
    assert counts.sum() == 50
    assert np.all(np.abs(counts - 50 * weights) < 1.0)
    assert found.worth == pytest.approx(1.0 / (0.25 + 0.0576 + 0.0676))


def test_a_record_that_nothing_makes_possible_is_said() -> None:
    with pytest.raises(InvalidInput, match="under none of 2 sets"):
        population(lambda values: -math.inf, BOX, np.zeros(2), np.eye(2), 16, 1, quiet)


def histories_at(values: Floats, count: int, rng: np.random.Generator) -> Floats:
    """A small model with a curved valley: three patterns of two parameters, with chance that grows with the first."""
    centre = np.array([values[0], values[1] + values[0] ** 2, values[0] - values[1]])
    return np.asarray(centre + (0.3 + 0.2 * abs(values[0])) * rng.normal(size=(count, 3)))


def test_truths_lie_in_their_intervals_as_often_as_the_intervals_say() -> None:
    """Truths from the prior, a record of one history each: ranks among what is kept are even."""
    box, rng = Box(np.array([-1.0, -1.0]), np.array([1.0, 1.0])), np.random.default_rng(5)
    ranks = []
    for seed in range(80):
        truth = box.low + rng.random(2) * (box.high - box.low)
        record = histories_at(truth, 1, rng)[0]

        def likely(values: Floats, record: Floats = record) -> float:
            return log_likelihood(histories_at(values, 40, np.random.default_rng(9)), record)

        found = population(likely, box, np.zeros(2), 0.3 * np.eye(2), 160, seed, quiet)
        ranks.append((found.kept(200, seed) < truth).mean(axis=0))
    off = np.abs(np.array(ranks) - 0.5)
    # 80 truths of two parameters: the standard error of a share of 0.9 is about 0.03.
    assert np.mean(off <= 0.45) == pytest.approx(0.9, abs=0.07)
    assert np.mean(off <= 0.25) == pytest.approx(0.5, abs=0.11)
