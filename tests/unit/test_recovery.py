"""Ranks of truths among draws, what a calibration keeps of its draws, and how it is stored: on cases worked by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.records import kept_draws, recovery
from experiments.records.estimation import Estimated
from experiments.records.indirect import Linear
from experiments.records.kept_draws import columns_of, independent, kept_of, means_of, moved
from experiments.records.recovery import ranks, synthetic, true_values
from experiments.records.simulated_records import COLUMNS, parameters_of
from experiments.records.stage_one import TERMS, Regressions
from experiments.records.stage_two import OPEN, PRIORS, Open, before_any
from experiments.records.stored_estimation import estimation_from, plain
from model.parameters import PARAMETERS
from tests.recorded import ring

LOADINGS = np.array([-5.2, 2.8, 0.2, 3.0, 0.5, -0.5, -0.15, -1.1, -1.0])


def found(onset_deprivation: float = 2.8, told: float = 0.01) -> Estimated:
    """An estimation whose loadings have that variance; what is open keeps its prior."""
    loadings = np.where(np.array(TERMS) == "onset deprivation", onset_deprivation, LOADINGS)
    yearly = Regressions(loadings, np.eye(len(TERMS)) * told, (10, 20), (3, 4))
    quarterly = Linear(np.zeros(len(COLUMNS)), np.zeros(len(TERMS)), np.eye(len(TERMS), len(COLUMNS)), np.eye(9))
    shown = Linear(np.zeros(len(COLUMNS)), np.zeros(2), np.ones((2, len(COLUMNS))), np.eye(2))
    return Estimated(yearly, quarterly, before_any(loadings), {"war_share": 0.05, "share_of_quarters": 0.2}, shown)


def worlds(shares: np.ndarray, **columns: Any) -> pd.DataFrame:
    """Rows of one parameter with truths at these shares of the draws."""
    rows = pd.DataFrame({"world": np.arange(len(shares)), "parameter": "onset_base", "rank": np.floor(shares * 301)})
    return rows.assign(**{"truth": 0.0, "mean": 1.0, "sd": 2.0, **columns})


def test_even_ranks_are_called_even_and_those_at_the_ends_are_not() -> None:
    even = ranks(worlds((np.arange(100) + 0.5) / 100)).iloc[0]
    assert (even["inside_50"], even["inside_95"]) == (0.5, pytest.approx(0.95, abs=0.011))
    assert even["uniform_p"] > 0.99 and even["bias"] == 0.5 and even["worlds"] == 100
    narrow = ranks(worlds(np.repeat([0.0, 0.999], 50))).iloc[0]
    assert narrow["inside_95"] == 0.0 and narrow["uniform_p"] < 1e-6


def test_worlds_that_allow_no_estimate_and_what_is_held_are_left_out() -> None:
    rows = worlds(np.linspace(0.1, 0.9, 10))
    rows.loc[3, ["mean", "sd", "rank"]] = np.nan
    held = worlds(np.full(4, 0.5), parameter="memory_half_life", sd=0.0)
    table = ranks(pd.concat([rows, held]))
    assert table["parameter"].tolist() == ["onset_base"] and table["worlds"].tolist() == [9]


def test_truths_of_what_keeps_its_prior_are_drawn_from_that() -> None:
    drawn = np.array([true_values(found(), 1, number) for number in range(400)])
    place = COLUMNS.index("onset_return")
    assert drawn[:, place].std() == pytest.approx(PRIORS["onset_return"].sd, rel=0.15)
    told = COLUMNS.index("onset population")
    assert drawn[:, told].mean() == pytest.approx(0.2, abs=0.02)
    for each in drawn[:20]:
        for name, value in parameters_of(each).items():
            assert PARAMETERS[name].low <= value <= PARAMETERS[name].high


def test_a_synthetic_record_has_the_same_states_and_drivers_and_its_own_conflicts() -> None:
    history = ring(30, 12, 6)
    values = np.concatenate([LOADINGS, [prior.mean for prior in PRIORS.values()]])
    one, again, other = (synthetic(history, values, 1, number) for number in (0, 0, 1))
    assert np.array_equal(one.level, again.level) and not np.array_equal(one.level, other.level)
    assert np.array_equal(one.level[0], history.level[0]) and np.array_equal(one.exclusion, history.exclusion)
    # A year is in conflict as far as a quarter is.
    assert np.array_equal(one.level > 0, one.quarters > 0)


def test_draws_outside_the_ranges_are_drawn_again_or_brought_to_their_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kept_draws, "KEPT", 40)
    inside = kept_of(found(), 1989, 1)
    assert len(inside) == 40 and independent(inside) == 40.0 and capsys.readouterr().err == ""
    beyond = kept_of(found(onset_deprivation=9.0), 1989, 1)
    assert {each["onset_deprivation"] for each in beyond} == {PARAMETERS["onset_deprivation"].high}
    assert "outside their declared ranges" in capsys.readouterr().err


def test_means_columns_and_what_moves_by_hand() -> None:
    kept = [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 2.0}, {"a": 3.0, "b": 2.0}]
    assert means_of(kept) == pytest.approx({"a": 7 / 3, "b": 2.0})
    assert columns_of(kept) == {"a": (1.0, 3.0, 3.0), "b": (2.0, 2.0, 2.0)}
    assert moved(kept) == [{"a": 1.0}, {"a": 3.0}, {"a": 3.0}]
    # One set once, another twice: 9 / 5.
    assert independent(kept) == pytest.approx(1.8)


def test_an_estimation_is_read_as_it_was_written() -> None:
    one = found()
    other = estimation_from(plain(one))
    assert isinstance(other.open, Open) and other.moments == one.moments and other.yearly.rows == (10, 20)
    assert np.array_equal(other.posterior.mean, one.posterior.mean)
    assert np.array_equal(other.posterior.covariance, one.posterior.covariance)
    assert other.open.mean.shape == (len(OPEN),)


def test_a_world_that_shows_too_little_has_no_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    history = ring(12, 6, 2)
    rows = recovery.recovered(recovery.Worlds(found(), history, 1, 0, 1))
    assert np.isnan(rows["rank"]).all() and np.isnan(rows["sd"]).all() and np.isfinite(rows["truth"]).all()
