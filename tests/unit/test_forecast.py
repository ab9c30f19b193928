"""Scores on hand-worked values, simple forecasters, and draws of parameters."""

from dataclasses import replace
from typing import Any, ClassVar, cast

import numpy as np
import pytest
from scipy.stats import norm

from experiments.records.files.panel import Panel
from experiments.records.forecasting import intervals_of, score
from experiments.records.histories import statuses_of
from experiments.records.origins_study import all_origins
from experiments.records.pattern_counts import Levels
from experiments.records.refitting import summary, with_calibration
from experiments.runs.plan import Blocks, Plan
from experiments.runs.recorders import Statuses
from experiments.runs.simulate import run_task
from experiments.runs.store import Store
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from experiments.settings.uncertainty import draw_values, draws_from
from experiments.statistics.scores import area_under_roc, brier_score, constant, interval_score, persistence
from model.errors import InvalidInput


def one(low: float, high: float, truth: float, coverage: float) -> float:
    return float(interval_score(np.array([low]), np.array([high]), np.array([truth]), coverage)[0])


def test_interval_score_by_hand() -> None:
    assert one(0.1, 0.3, 0.2, 0.8) == pytest.approx(0.2)
    assert one(0.1, 0.3, 0.1, 0.8) == pytest.approx(0.2)
    # Missed by 0.1 at 80%: width 0.2 and a fine of 10 times 0.1.
    assert one(0.1, 0.3, 0.4, 0.8) == pytest.approx(1.2)
    assert one(0.1, 0.3, 0.05, 0.95) == pytest.approx(0.2 + 40 * 0.05)


def test_interval_score_is_proper() -> None:
    """Over truths drawn from a known distribution, its own quantiles score best."""
    truth = np.random.default_rng(1).normal(size=200_000)
    for coverage in (0.8, 0.95):
        half = float(norm.ppf(0.5 + coverage / 2))

        def mean_score(shift: float, width: float, half: float = half, coverage: float = coverage) -> float:
            low, high = np.full(truth.shape, shift - width * half), np.full(truth.shape, shift + width * half)
            return float(interval_score(low, high, truth, coverage).mean())

        best = mean_score(0.0, 1.0)
        for shift, width in ((0.3, 1.0), (-0.3, 1.0), (0.0, 0.8), (0.0, 1.25)):
            assert mean_score(shift, width) > best


def test_brier_score_by_hand() -> None:
    assert brier_score(np.array([1.0, 0.0, 0.5, 0.2]), np.array([1.0, 1.0, 1.0, 0.0])) == pytest.approx(1.29 / 4)


def test_persistence_by_hand() -> None:
    # Changes 0.1, -0.1, 0.1: their root mean square is 0.1; t with 3 degrees of freedom at 97.5% is 3.18245.
    found = persistence(np.array([0.3, 0.4, 0.3, 0.4]), 4, 0.95)
    assert found[0] == pytest.approx((0.4, 0.4 - 0.318245, 0.4 + 0.318245), abs=1e-5)
    assert found[3] == pytest.approx((0.4, 0.0, 1.0))
    assert found[1].high == pytest.approx(0.4 + 0.318245 * np.sqrt(2), abs=1e-5)


def test_persistence_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    walks = 0.5 + np.cumsum(rng.normal(0.0, 0.01, size=(4000, 13)), axis=1)
    inside = [
        interval.low <= walk[9 + ahead] <= interval.high
        for walk in walks
        for ahead, interval in ((ahead, persistence(walk[:9], 4, 0.8)[ahead]) for ahead in (0, 3))
    ]
    assert np.mean(inside) == pytest.approx(0.8, abs=0.02)


def test_constant_by_hand() -> None:
    # Mean 0.3, standard deviation 0.1, t with 2 degrees of freedom at 90% is 1.88562.
    found = constant(np.array([0.2, 0.3, 0.4]), 2, 0.8)
    reach = 1.88562 * 0.1 * np.sqrt(4 / 3)
    assert found == [pytest.approx((0.3, 0.3 - reach, 0.3 + reach), abs=1e-5)] * 2


def test_area_under_roc_by_hand() -> None:
    # Of four pairs, event against none, three are in order and one is tied.
    assert area_under_roc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(3.5 / 4)
    assert np.isnan(area_under_roc(np.array([0.9, 0.4]), np.array([0.0, 0.0])))


def test_intervals_are_shares_that_hold_at_least_the_coverage() -> None:
    levels = np.zeros((100, 1, 10), np.int8)
    for run in range(100):
        levels[run, 0, : run % 10] = 1 + run % 2
    found = intervals_of(levels, 1, 0.8)[0]
    assert found == pytest.approx((0.45, 0.0, 0.9), abs=0.11)
    shares = (levels[:, 0] > 0).mean(axis=1)
    assert np.mean((found.low <= shares) & (shares <= found.high)) >= 0.8
    assert intervals_of(levels, 2, 0.8)[0].high <= found.high


def record_from(*rows: list[int]) -> Panel:
    """A record from 2000 on, a row per state."""
    codes = tuple("ABCDEF"[: len(rows)])
    years = np.arange(2000, 2000 + len(rows[0]))
    return Panel(codes, years, np.array(rows), *(np.zeros(0),) * 8)  # type: ignore[arg-type]


def runs_of(*ahead: list[list[int]]) -> Levels:
    """Runs, a list of years of levels by state each."""
    return np.array(ahead, np.int8)


def test_scores_of_a_forecast_by_hand() -> None:
    record = record_from([0, 0, 1, 1, 2, 0], [0, 1, 0, 0, 1, 0])
    levels = runs_of(*[[[1, 0], [1, 1], [0, 0]]] * 3, *[[[1, 1], [0, 0], [0, 0]]] * 2)
    rival = runs_of([[2, 2], [2, 2]], [[0, 2], [0, 2]])
    found = score(record, 2004, 0.5, levels, rival)
    assert found.states == 2 and found.truth.index.tolist() == [2004, 2005]
    assert found.truth.to_dict("list") == {"active": [1.0, 0.0], "at_war": [0.5, 0.0]}
    assert [tuple(each) for each in found.intervals["active", "model"]] == [(0.5, 0.5, 1.0), (1.0, 0.0, 1.0)]
    assert found.scores["active", "model"] == pytest.approx(((0.5 + 1.0) / 2, 2, 2))
    assert found.scores["at_war", "model"] == pytest.approx(((0.0 + 4 * 0.5) / 2, 1, 2))
    # Half wide; in the second year a miss by a half, at four times.
    assert found.scores["active", "chain"] == pytest.approx(((0.5 + 0.5 + 4 * 0.5) / 2, 1, 2))
    assert found.brier["model"] == pytest.approx((0.0 + 0.6**2 + 0.6**2 + 0.6**2) / 4)
    assert found.brier["chain"] == pytest.approx((0.5**2 + 0.0 + 0.5**2 + 1.0) / 4)
    # Last year's status: A active, B not. Past shares: a half and a quarter.
    assert found.brier["last_year"] == pytest.approx((0.0 + 1.0 + 1.0 + 0.0) / 4)
    assert found.brier["past_share"] == pytest.approx((0.5**2 + 0.75**2 + 0.5**2 + 0.25**2) / 4)
    # Events are both in 2004, at 1 and .4; none both in 2005, at .6: two pairs of four are in order.
    assert found.auc["model"] == pytest.approx(0.5)


def test_forecasters_and_what_came_are_of_the_same_states() -> None:
    """States that the record lacks, before the forecast or in a year of it, change no score of any forecaster."""
    rng = np.random.default_rng(5)
    rows = [rng.integers(0, 3, 7).tolist() for _ in range(4)]
    levels, rival = (rng.integers(0, 3, (50, 3, 4)).astype(np.int8) for _ in range(2))
    alone = score(record_from(*rows), 2005, 0.8, levels, rival)
    gone, late, never = [1] * 6 + [-1], [-1] * 5 + [1] * 2, [-1] * 7
    always = np.full((50, 3, 3), 2, np.int8)
    wider = [np.concatenate([always[:, :, :1], each, always[:, :, 1:]], axis=2) for each in (levels, rival)]
    # The chain says nothing of the one it never heard of.
    wider[1][:, :, -1] = -1
    found = score(record_from(gone, *rows, late, never), 2005, 0.8, wider[0], wider[1])
    assert found.states == alone.states == 4
    assert found.truth.equals(alone.truth) and found.intervals == alone.intervals
    assert (found.scores, found.brier, found.auc) == (alone.scores, alone.brier, alone.auc)


def test_what_is_in_sample_is_in_no_mean() -> None:
    def told(score: float, seen: bool | None) -> dict[str, Any]:
        own = {who: {"interval_score": score, "inside": 4, "years": 5} for who in ("model", "chain")}
        by_state = {"model": score / 2, "chain": score / 4}
        return {"shares": {"active": own, "at_war": own}, "brier": by_state, "auc": by_state, "in_sample": seen}

    found = all_origins({1989: told(3.0, None), 1994: told(0.2, True), 1999: told(0.4, False), 2004: told(0.9, False)})
    assert found["origins"] == [1999, 2004]
    assert found["shares"]["active"]["model"] == {"interval_score": pytest.approx(0.65), "inside": 8, "years": 10}
    assert found["shares"]["at_war"]["chain"] == {"interval_score": pytest.approx(0.65), "inside": 8, "years": 10}
    assert found["brier"] == {"model": pytest.approx(0.325), "chain": pytest.approx(0.1625)}
    seen = all_origins({1994: told(0.2, True)})
    assert seen["shares"]["active"]["model"] is None and seen["auc"] == {"model": None, "chain": 0.05}


NODE: dict[str, Any] = {
    "values": {"onset_base": -7.0, "onset_memory": 3.0},
    "draws": "onset_base,onset_memory\n-7.5,2.5\n-7,3\n-6.5,4\n",
}
SETS = {(-7.5, 2.5), (-7.0, 3.0), (-6.5, 4.0)}


def setting(**values: float) -> Setting:
    found = asked("forecast", ["world=stylised", "world.size=6", "years=2"]).setting(["siloed"])
    return replace(found, shared={**NODE["values"]}, command_line=values)


def test_every_draw_is_a_whole_set_and_every_set_as_likely_as_another() -> None:
    draws = draws_from("x", NODE, ())
    drawn = [tuple(draw_values(draws, 3, replication).values()) for replication in range(3000)]
    assert set(drawn) == SETS
    assert list(draws) == ["onset_base", "onset_memory"]
    for one in SETS:
        # The standard error of a share of a third of 3000 draws is 0.009.
        assert drawn.count(one) / 3000 == pytest.approx(1 / 3, abs=0.03)


def test_draws_depend_on_their_own_name_only() -> None:
    draws = draws_from("x", NODE, ())
    places = [draw_values(draws, 3, replication) for replication in range(20)]
    assert places == [draw_values(draws, 3, replication) for replication in range(20)]
    assert places != [draw_values(draws, 4, replication) for replication in range(20)]
    assert len({tuple(place.values()) for place in places}) == 3
    assert draw_values({}, 3, 5) == {}
    assert draws_from("x", {"values": {}}, ()) == {}


def test_what_the_command_line_sets_is_not_drawn_and_the_rest_of_the_set_stands() -> None:
    assert draws_from("x", NODE, ["onset_memory"]) == {"onset_base": (-7.5, -7.0, -6.5)}
    assert draws_from("x", NODE, ["onset_memory", "onset_base"]) == {}


class Stored:
    """A study whose decisions are known."""

    manifest: ClassVar[dict[str, Any]] = {
        "decisions": {
            "calibration_1994": {"values": {"onset_base": -7.0, "onset_memory": 3.0, "expected_mission_war": 0.3},
                                 "draws": {"onset_base": [-7.5, -6.5], "onset_memory": [2.5, 3.5]}}
        }
    }  # fmt: skip


def test_a_calibration_that_was_made_is_drawn_but_for_what_is_set() -> None:
    base = replace(setting(onset_memory=4.0), shared={"settlement": 100.0})
    made = with_calibration(base, 1994, cast(Store, Stored()))
    assert made.draws == {"onset_base": (-7.5, -6.5)}
    used = made.parameters("siloed", {"onset_base": -7.5})
    assert (used.conflict.onset_memory, used.expected.expected_mission_war) == (4.0, 0.3)
    assert used.finance.settlement == 100.0
    assert summary(made) == {"onset_base": {"mean": pytest.approx(-7.0), "sd": pytest.approx(0.5**0.5)}}


@pytest.mark.parametrize(
    ("values", "draws", "said"),
    [
        ({}, "onset_base\n-7\n", "x: draws: onset_base must stand there once and have a value"),
        ({"onset_base": -7.0}, "onset_base,onset_base\n-7,-7\n", "onset_base must stand there once"),
        ({"onset_base": -7.0}, "onset_bass\n-7\n", "unknown parameter 'onset_bass'"),
        ({"onset_base": -7.0}, "onset_base\n-7\n-7,1\n", "x: draws line 3: has 2 values, must have 1"),
        ({"onset_base": -7.0}, "onset_base\n-7\nmany\n", "x: draws line 3: onset_base=many"),
        ({"onset_base": -7.0}, "onset_base\nnan\n", "x: draws line 2: onset_base=nan"),
        ({"onset_base": -7.0}, "onset_base\n-70\n", "x: draws line 2: onset_base=-70"),
        ({"onset_base": -7.0}, "onset_base\n", "must be text: a line of names"),
        ({"onset_base": -7.0}, [[-7.0]], "must be text: a line of names"),
    ],
)
def test_damaged_draws_are_refused(values: dict[str, float], draws: object, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        draws_from("x", {"values": values, "draws": draws}, ())


def test_uncertain_parameters_change_futures() -> None:
    certain = replace(setting(), draws={})
    uncertain = replace(certain, draws={"onset_base": (-9.0, -7.0, -5.5), "onset_memory": (2.0, 3.0, 4.0)})
    plan = Plan(uncertain, ("siloed",), 1, Blocks(0, 60), drawn=tuple(uncertain.draws), recorder=Statuses())
    rows = run_task(plan.task(0, 60))
    found = statuses_of(rows.extra["statuses"], uncertain)
    assert found.shape == (60, 8, 6)
    assert set(zip(rows.columns["onset_base"], rows.columns["onset_memory"], strict=True)) == {
        (-9.0, 2.0),
        (-7.0, 3.0),
        (-5.5, 4.0),
    }
    same = run_task(replace(plan, setting=certain, drawn=()).task(0, 60))
    assert np.any(statuses_of(same.extra["statuses"], certain) != found)
