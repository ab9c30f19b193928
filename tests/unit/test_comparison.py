import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from experiments.reporting.wording import as_json
from experiments.runs.cube import Cube, cube_of
from experiments.settings.options import with_references
from experiments.statistics.intervals import Interval
from experiments.studies.comparison import Comparison, analyse
from experiments.studies.hypotheses import Arm, Hypothesis
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

NAMES = ("none", "siloed", "pools", "full_information")


def columns(
    conflict_years: Mapping[str, Sequence[float]], money: float = 100.0, **others: Mapping[str, Sequence[float]]
) -> dict[str, Any]:
    """Rows as they are stored, future by future, from hand-made conflict-years."""
    count = len(conflict_years["none"])
    table: dict[str, list[Any]] = {"institution": [], "replication": [], **{name: [] for name in OUTCOMES}}
    for future in range(count):
        for name, values in conflict_years.items():
            table["institution"].append(name)
            table["replication"].append(future)
            spent = 0.0 if name == "none" else money
            row = dict.fromkeys(OUTCOMES, 0.0) | {"conflict_years": values[future], "programme_money": spent}
            row |= {metric: by_name[name][future] for metric, by_name in others.items()}
            for metric, value in row.items():
                table[metric].append(value)
    return {key: np.array(values) for key, values in table.items()}


STEADY = {
    "none": [20.0, 22.0, 27.0, 31.0],
    "siloed": [18.0, 20.0, 25.0, 29.0],
    "pools": [17.0, 20.0, 27.0, 26.0],
    "full_information": [12.0, 14.0, 19.0, 23.0],
}


def compared(rows: Mapping[str, Any], *hypotheses: Hypothesis) -> Comparison:
    return analyse(cube_of(pa.table(rows), NAMES), NAMES, hypotheses or (claim(),), seed=1)


def claim(**changes: Any) -> Hypothesis:
    fields: dict[str, Any] = {
        "id": "claim", "statement": "Pools do better", "metric": "conflict_years", "better": Arm("pools"),
        "than": Arm("siloed"), "smallest_effect": 1.0, "why": "for the test",
    }  # fmt: skip
    return Hypothesis(**(fields | changes))


def test_references_are_added_once() -> None:
    assert with_references(["uk_pools", "siloed"]) == ["none", "siloed", "uk_pools", "full_information"]
    assert with_references(["full_information", "none"]) == ["none", "siloed", "full_information"]


def test_means_and_intervals_of_outcomes() -> None:
    estimate = compared(columns(STEADY)).institutions["none"]["conflict_years"]
    low, high = stats.t.interval(0.95, 3, loc=25.0, scale=stats.sem(STEADY["none"]))
    assert estimate == pytest.approx((25.0, low, high))


def test_what_follows_from_the_references() -> None:
    # Siloed averts exactly 2 of the reference's 8 in every future, for 100 + 20 + 5 = £125m.
    extra = {name: [0.0 if name == "none" else 20.0] * 4 for name in NAMES}
    overhead = {name: [0.0 if name == "none" else 5.0] * 4 for name in NAMES}
    found = compared(columns(STEADY, top_up_money=extra, overhead_money=overhead)).institutions["siloed"]
    assert found["averted"] == pytest.approx((2.0, 2.0, 2.0))
    assert found["averted_per_100m"] == pytest.approx((1.6, 1.6, 1.6))
    assert found["cost_per_conflict_year"] == pytest.approx((62.5, 62.5, 62.5))
    assert found["share_of_reference"] == pytest.approx((0.25, 0.25, 0.25))


def test_a_cost_is_given_only_where_averting_is_established() -> None:
    found = compared(columns(STEADY)).institutions["pools"]
    assert found["averted"].mean == 2.5 and found["averted"].low < 0.0
    assert all(math.isnan(value) for value in found["cost_per_conflict_year"])
    nothing = compared(columns(STEADY)).institutions["none"]
    assert nothing["averted"] == (0.0, 0.0, 0.0)
    assert all(math.isnan(value) for value in nothing["averted_per_100m"])


def test_cost_turns_the_interval_upside_down() -> None:
    rows = columns({**STEADY, "pools": [15.0, 16.0, 20.0, 28.0]})
    found = compared(rows).institutions["pools"]
    per_100m, cost = found["averted_per_100m"], found["cost_per_conflict_year"]
    assert per_100m.low > 0.0
    assert cost == pytest.approx((100.0 / per_100m.mean, 100.0 / per_100m.high, 100.0 / per_100m.low))


def test_differences_are_paired_and_signed_institution_minus_siloed() -> None:
    found = compared(columns(STEADY))
    assert set(found.differences) == {"none", "pools", "full_information"}
    assert found.differences["none"]["conflict_years"] == pytest.approx((2.0, 2.0, 2.0))
    assert found.differences["full_information"]["conflict_years"] == pytest.approx((-6.0, -6.0, -6.0))
    # Pools minus siloed: -1, 0, 2, -3; the constant columns do not widen its interval beyond Student's.
    low, high = stats.t.interval(0.95, 3, loc=-0.5, scale=stats.sem([-1.0, 0.0, 2.0, -3.0]))
    interval = found.differences["pools"]["conflict_years"]
    assert interval.mean == -0.5 and interval.low <= low and interval.high >= high


def test_ties_count_neither_as_better_nor_as_worse() -> None:
    better = compared(columns(STEADY)).better["pools"]
    wilson = stats.binomtest(2, 4).proportion_ci(method="wilson")
    assert better.fewer == pytest.approx((0.5, wilson.low, wilson.high))
    assert (better.same, better.more) == (0.25, 0.25)


def test_rows_may_come_in_any_order() -> None:
    rows = columns(STEADY)
    shuffled = np.random.default_rng(0).permutation(len(rows["replication"]))
    assert compared({key: values[shuffled] for key, values in rows.items()}) == compared(rows)


def test_a_future_in_which_a_run_failed_is_left_out_for_all() -> None:
    rows = columns(STEADY)
    kept = ~((rows["institution"] == "pools") & (rows["replication"] == 2))
    found = compared({key: values[kept] for key, values in rows.items()})
    without = compared(columns({name: [*values[:2], values[3]] for name, values in STEADY.items()}))
    assert (found.futures, found.left_out) == (3, 1)
    assert found.institutions == without.institutions and found.differences == without.differences


def test_no_complete_future_is_refused_with_where_to_look() -> None:
    rows = columns(STEADY)
    kept = rows["institution"] != "pools"
    with pytest.raises(InvalidInput, match="failures/"):
        compared({key: values[kept] for key, values in rows.items()})


@pytest.mark.parametrize(
    ("pools", "verdict"),
    [
        ([16.0, 17.9, 23.1, 27.0], ("better", "at_least")),
        ([20.0, 22.1, 26.9, 31.0], ("worse", "at_least")),
        ([18.1, 19.9, 25.1, 28.9], ("open", "less")),
        ([12.0, 24.0, 20.0, 34.0], ("open", "open")),
    ],
)
def test_verdicts_where_less_is_better(pools: list[float], verdict: tuple[str, str]) -> None:
    [judged] = compared(columns({**STEADY, "pools": pools}), claim()).judgements
    assert judged.verdict == verdict
    assert judged.effect.mean == pytest.approx(np.mean(pools) - np.mean(STEADY["siloed"]))


def test_the_sign_turns_where_more_is_better() -> None:
    trust = {name: [0.5, 0.5, 0.5, 0.5] for name in NAMES} | {"pools": [0.7, 0.7, 0.7, 0.7]}
    [judged] = compared(columns(STEADY, trust=trust), claim(metric="trust", smallest_effect=0.1)).judgements
    assert judged.effect.mean == pytest.approx(0.2) and judged.verdict == ("better", "at_least")


def test_a_hypothesis_about_an_absent_institution_is_skipped_with_its_reason() -> None:
    found = compared(columns(STEADY), claim(id="other", better=Arm("uk_pools")), claim())
    assert [judged.hypothesis.id for judged in found.judgements] == ["claim"]
    assert found.skipped == {"other": "uk_pools did not take part"}


def test_intervals_of_several_hypotheses_hold_jointly() -> None:
    generator = np.random.default_rng(3)
    noisy = {name: generator.normal(20.0, 3.0, 60).tolist() for name in NAMES}
    found = compared(columns(noisy), claim(), claim(id="second", better=Arm("full_information")))
    other = compared(columns(noisy), claim(id="second", better=Arm("full_information")), claim())
    # The question itself is tested alone, all else together.
    joint, alone = found.judgements[1].effect, other.judgements[0].effect
    assert joint.mean == alone.mean
    assert joint.high - joint.low > alone.high - alone.low


def test_an_effect_has_one_interval_wherever_it_stands() -> None:
    generator = np.random.default_rng(3)
    noisy = {name: generator.normal(20.0, 3.0, 60).tolist() for name in NAMES}
    turned = claim(id="turned", better=Arm("siloed"), than=Arm("full_information"))
    found = compared(columns(noisy), claim(), turned)
    assert found.judgements[0].effect == found.differences["pools"]["conflict_years"]
    mean, low, high = found.judgements[1].effect
    assert found.differences["full_information"]["conflict_years"] == (-mean, -high, -low)
    assert found.institutions["siloed"]["averted"] == found.differences["none"]["conflict_years"]


def test_what_holds_by_construction_is_told_apart_and_widens_nothing() -> None:
    generator = np.random.default_rng(3)
    noisy = {name: generator.normal(20.0, 3.0, 60).tolist() for name in NAMES}
    second = claim(id="second", better=Arm("none"), than=Arm("full_information"))
    check = claim(id="check", better=Arm("pools"), than=Arm("full_information"), check=True)
    found, without = compared(columns(noisy), claim(), check, second), compared(columns(noisy), claim(), second)
    assert found.judgements == without.judgements and found.differences == without.differences
    assert [judged.hypothesis.id for judged in found.checks] == ["check"] and not without.checks


def test_means_over_the_futures_of_a_draw_are_clustered_by_draw() -> None:
    generator = np.random.default_rng(4)
    draws = generator.normal(0.0, 2.0, (40, 1))
    years = {name: 20.0 + place * draws + generator.normal(0.0, 1.0, (40, 6)) for place, name in enumerate(NAMES)}
    outcomes = {outcome: np.array(list(years.values())) for outcome in OUTCOMES}
    cube = Cube(NAMES, np.arange(40), np.arange(6), outcomes)
    found = analyse(cube, NAMES, (claim(),), seed=1, least=1.0)
    means = (years["pools"] - years["siloed"]).mean(axis=1)
    low, high = stats.t.interval(0.95, 39, loc=means.mean(), scale=stats.sem(means))
    assert found.futures == 40 and found.judgements[0].effect == pytest.approx((means.mean(), low, high))
    for shares in found.scenarios.values():
        assert sum(share.mean for share in shares) == pytest.approx(1.0)


def test_what_was_not_seen_to_move_is_not_settled() -> None:
    [judged] = compared(columns({**STEADY, "pools": STEADY["siloed"]}), claim()).judgements
    assert (judged.verdict, judged.words) == (("open", "open"), "no difference in any of 4")


def test_one_future_bounds_nothing() -> None:
    found = compared(columns({name: values[:1] for name, values in STEADY.items()}), claim())
    assert math.isnan(found.institutions["siloed"]["conflict_years"].low)
    assert found.judgements[0].verdict == ("open", "open") and found.judgements[0].words == "too few to say"


def test_json_has_null_where_there_is_no_number() -> None:
    found = compared(columns(STEADY), claim())
    plain = as_json(
        {"institutions": found.institutions, "hypotheses": [judged.row("defaults") for judged in found.judgements]}
    )
    text = json.dumps(plain, allow_nan=False)
    assert json.loads(text)["institutions"]["none"]["averted_per_100m"] == {"mean": None, "low": None, "high": None}
    assert as_json(Interval(1.0, math.nan, math.inf)) == {"mean": 1.0, "low": None, "high": None}
    [row] = plain["hypotheses"]
    assert set(row) >= {"id", "statement", "level", "metric", "estimate", "low", "high", "smallest_effect"}
    assert set(row) >= {"direction", "size", "draws_to_settle", "verdict"}


def test_a_claim_with_a_condition_is_judged_by_the_draws_in_which_it_holds() -> None:
    """Its mean is theirs, its error that of their mean; and it widens no other where it never holds."""
    generator = np.random.default_rng(5)
    years = {name: (20.0 + generator.normal(size=200)).tolist() for name in NAMES}
    veto = generator.random(200)
    where = claim(id="where", where="veto > 0.5")
    cube = cube_of(pa.table(columns(years)), NAMES)
    found = analyse(cube, NAMES, [claim(), where, claim(id="never", where="veto > 1")], 1, assumptions={"veto": veto})
    _, judged, never = found.judgements
    inside = (np.array(years["pools"]) - np.array(years["siloed"]))[veto > 0.5]
    assert judged.held == len(inside) and judged.effect.mean == pytest.approx(inside.mean())
    half, three = (judged.effect.high - judged.effect.low) / 2.0, 3
    assert stats.t.isf(0.025, 199) < half / stats.sem(inside) < 1.02 * stats.t.isf(0.025 / three, 199)
    assert (never.held, never.words, never.verdict) == (0, "its condition never holds", ("open", "open"))
    assert judged.row("defaults")["where"] == "veto > 0.5" and judged.row("defaults")["draws_where"] == len(inside)
    alone = analyse(cube, NAMES, [claim(), where], 1, assumptions={"veto": veto})
    assert alone.judgements[1] == judged
