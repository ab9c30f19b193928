"""Yearly regressions, against closed forms of the complementary log-log link."""

import numpy as np
import pytest

from experiments.records.cases import ENDING, ONSET, Cases, Sample
from experiments.records.stage_one import TERMS, coefficients, regressions
from model.errors import InvalidInput

TRUTH = np.array([-1.5, 0.8, 0.3, 1.2, 0.5, -0.2, -0.3, -1.0, -0.7])


def sample(terms: tuple[str, ...], truth: np.ndarray, rows: int, seed: int) -> Sample:
    """Rows of normal terms, whose events come by the link."""
    rng = np.random.default_rng(seed)
    regressors = np.column_stack([np.ones(rows), rng.normal(size=(rows, len(terms) - 1))])
    happened = rng.random(rows) < 1.0 - np.exp(-np.exp(regressors @ truth))
    return Sample(regressors, happened.astype(np.float64), rng.integers(0, 100, rows))


@pytest.fixture(scope="module")
def cases() -> Cases:
    return Cases(sample(ONSET, TRUTH[:5], 4000, 1), sample(ENDING, TRUTH[5:], 3000, 2))


def test_known_coefficients_come_back_within_their_errors(cases: Cases) -> None:
    found = regressions(cases)
    z = (found.coefficients - TRUTH) / found.errors
    assert np.abs(z).max() < 3.0
    assert found.rows == (4000, 3000)
    assert found.events == tuple(int(each.happened.sum()) for each in cases)


def test_the_two_regressions_are_told_of_as_independent(cases: Cases) -> None:
    covariance = regressions(cases).covariance
    assert not covariance[: len(ONSET), len(ONSET) :].any()
    assert np.allclose(covariance, covariance.T) and np.all(np.linalg.eigvalsh(covariance) > 0.0)


def test_a_constant_alone_is_the_log_hazard_of_the_rate() -> None:
    # Three of ten end in each of four kinds alike: nothing but the constant matters.
    kinds = np.repeat(np.eye(4)[:, :3], 10, axis=0)
    regressors = np.tile(np.column_stack([np.ones(40), kinds]), (25, 1))
    ending = Sample(regressors, np.tile(np.repeat([1.0, 0.0], [3, 7]), 100), np.arange(1000) % 50)
    found = regressions(Cases(sample(ONSET, TRUTH[:5], 2000, 3), ending)).coefficients[len(ONSET) :]
    assert found.tolist() == pytest.approx([np.log(-np.log(0.7)), 0.0, 0.0, 0.0], abs=1e-6)


def test_states_whose_years_go_together_widen_the_errors() -> None:
    rows = sample(ENDING, TRUTH[5:], 1500, 4)
    alone = rows._replace(state=np.arange(1500))
    onset = sample(ONSET, TRUTH[:5], 2000, 5)
    fourfold = Sample(np.repeat(alone.regressors, 4, axis=0), np.repeat(alone.happened, 4), np.repeat(alone.state, 4))
    once, four = (regressions(Cases(onset, each)) for each in (alone, fourfold))
    # The same rows four times tell no more, if it is said whose they are.
    assert np.allclose(four.errors, once.errors, rtol=0.01)


def test_from_nearby_the_same_coefficients_are_found(cases: Cases) -> None:
    assert np.allclose(coefficients(cases, TRUTH), regressions(cases).coefficients, atol=1e-4)


def test_too_few_events_are_refused_and_leave_a_simulated_record_undefined(cases: Cases) -> None:
    quiet = cases.onset._replace(happened=np.zeros(4000))
    with pytest.raises(InvalidInput, match=r"the record has 0 onsets .* at least 25"):
        regressions(Cases(quiet, cases.ending))
    found = coefficients(Cases(quiet, cases.ending), TRUTH)
    assert np.isnan(found[: len(ONSET)]).all() and np.isfinite(found[len(ONSET) :]).all()
    assert len(TERMS) == len(found)


def test_events_that_a_term_separates_tell_nothing(cases: Cases) -> None:
    # Nothing of it is known then, however far the search goes: not infinity, nor some large number on the way there.
    separated = (cases.ending.regressors[:, 1] > 1.5).astype(np.float64)
    told = Cases(cases.onset, cases.ending._replace(happened=separated))
    found = coefficients(told, TRUTH)
    assert np.isfinite(found[: len(ONSET)]).all() and np.isnan(found[len(ONSET) :]).all()
    with pytest.raises(InvalidInput, match="does not tell apart what goes with its endings"):
        regressions(told)


@pytest.mark.parametrize("value", [0.0, 0.146])
def test_a_term_that_never_varies_is_refused(cases: Cases, value: float) -> None:
    still = cases.onset.regressors.copy()
    still[:, 2] = value
    told = Cases(cases.onset._replace(regressors=still), cases.ending)
    with pytest.raises(InvalidInput, match="does not tell apart what goes with its onsets"):
        regressions(told)
    assert np.isnan(coefficients(told, TRUTH)[: len(ONSET)]).all()
