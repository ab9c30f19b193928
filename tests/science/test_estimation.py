"""A record that the process itself has made gives back what made it, within the errors that it is told with."""

import numpy as np
import pytest

from experiments.records import estimation
from experiments.records.estimation import Estimated, estimated
from experiments.records.history import History
from experiments.records.recovery import synthetic
from tests.recorded import ring

pytestmark = pytest.mark.slow

TRUTH = np.array([-5.2, 2.8, 0.2, 3.0, 0.5, -0.5, -0.15, -1.1, -1.0, 0.0, 0.0, -0.2, -3.0, -1.8, -1.1])
"""Loadings of a quarter, and what is open, near what the true record gives."""


@pytest.fixture(scope="module")
def made() -> tuple[History, Estimated]:
    """The record of a ring of states, the last twenty years of it with quarters, and its estimation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimation, "YEARS", (60, 150))
        patch.setattr(estimation, "MOMENTS", (150, 300))
        history = ring(150, 46, 25)
        history = history._replace(panel=int(history.years[-20]))
        record = synthetic(history, TRUTH, 5, 0)
        return record, estimated(record, 1)


def test_what_made_a_record_is_within_its_errors(made: tuple[History, Estimated]) -> None:
    mean, covariance = made[1].posterior
    z = (mean - TRUTH) / np.sqrt(np.diag(covariance))
    # The largest of fifteen, at 1%.
    assert np.abs(z).max() < 3.4, z.round(1)


def test_the_errors_are_narrow_enough_to_say_something(made: tuple[History, Estimated]) -> None:
    errors = np.sqrt(np.diag(made[1].posterior.covariance))
    assert np.all(errors[[1, 2, 3, 4]] < [1.0, 0.12, 0.7, 0.5])
    assert np.all(errors[[6, 7, 8]] < [0.2, 1.0, 0.4])
    assert np.all(errors[[12, 13]] < [0.5, 0.5])


def test_records_under_the_draws_have_the_level_of_the_record(made: tuple[History, Estimated]) -> None:
    record, found = made
    window = record.since(record.panel - 1)
    shares = [
        float((synthetic(window, each, 9, number).level[1:] > 0).mean())
        for number, each in enumerate(found.drawn(100, 2))
    ]
    low, high = np.quantile(shares, [0.025, 0.975])
    assert low < (window.level[1:] > 0).mean() < high
    assert high - low < 0.15
