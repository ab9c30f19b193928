"""Where a curve crosses zero, by hand, and how often the set of undecided values holds the true crossing."""

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.reporting.result import Facts, Result
from experiments.runs.designs import one_at_a_time
from experiments.runs.factors import declared
from experiments.runs.plan import ACROSS_RANGES, DEFAULTS, FIRST_DRAW, level_plan
from experiments.runs.simulate import flat, lost, run_task
from experiments.settings.compose import asked
from experiments.statistics.crossings import Crossing, Stretch, brackets, crossings, undecided
from experiments.statistics.intervals import Interval, mean_interval
from experiments.studies.breakeven import Breakeven, Curve, Found, Lead, curve_of, values_between
from model.errors import InvalidInput
from model.world import Floats
from tests.made import Made, readme, terminal
from tests.support import setting


def test_a_straight_line_crosses_where_it_does() -> None:
    [rising] = crossings([0, 1, 2, 4], [-1, -0.5, 1, 3])
    assert rising.at == pytest.approx(1 + 1 / 3) and rising.rising
    assert crossings([0, 2], [3, -1]) == [Crossing(1.5, False)]


@pytest.mark.parametrize(
    ("y", "found"),
    [
        ([-1, -2, -3, -1], []),
        ([1, 2, 3, 1], []),
        ([0, 0, 0, 0], []),
        ([-1, 0, -1, -1], []),  # touches
        ([-1, 0, 1, 1], [Crossing(1.0, True)]),
        ([-1, 0, 0, 1], [Crossing(1.5, True)]),
        ([0, -1, -1, 0], []),  # ends on zero: no sign has changed
        ([1, -1, 1, -1], [Crossing(0.5, False), Crossing(1.5, True), Crossing(2.5, False)]),
    ],
)
def test_crossings_are_changes_of_sign(y: list[float], found: list[Crossing]) -> None:
    assert crossings([0, 1, 2, 3], y) == found


def test_a_curve_that_lies_on_the_line_for_a_while_crosses_in_the_middle_of_that() -> None:
    # Its neighbours have their own middle elsewhere.
    assert crossings([0, 1, 2, 7], [-1, 0, 0, 1]) == [Crossing(1.5, True)]
    assert crossings([0, 5, 6], [2, 0, -1]) == [Crossing(5.0, False)]


def test_brackets_are_the_neighbours_on_either_side() -> None:
    assert brackets([0, 1, 2, 3, 4], [-1, 0, 1, 2, -3]) == [(0, 2), (3, 4)]


def test_what_the_band_leaves_undecided() -> None:
    x = [0.0, 1.0, 2.0, 3.0]
    # The upper bound reaches zero half-way from 0 to 1, the lower one leaves it a third of the way from 2 to 3.
    [stretch] = undecided(x, [-3, -3, -1, 2], [-1, 1, 3, 4])
    assert stretch == pytest.approx((0.5, 2 + 1 / 3))
    assert undecided(x, [-3, -3, -3, -3], [-1, -1, -1, -1]) == []
    assert undecided(x, [1, 1, 1, 1], [2, 2, 2, 2]) == []
    assert undecided(x, [-1, -1, -1, -1], [1, 1, 1, 1]) == [Stretch(0.0, 3.0)]


def test_a_band_may_pass_zero_between_two_points_in_either_direction() -> None:
    assert undecided([0, 1], [-3, 1], [-1, 3]) == [Stretch(0.25, 0.75)]
    assert undecided([0, 1], [1, -3], [3, -1]) == [Stretch(0.25, 0.75)]


def test_several_stretches_come_in_order() -> None:
    low, high = [-3, 1, -3, -3, -1], [-1, 3, -1, -1, 1]
    found = undecided([0, 1, 2, 3, 4], low, high)
    assert found == [Stretch(0.25, 0.75), Stretch(1.25, 1.75), Stretch(3.5, 4.0)]


def test_a_point_without_bounds_decides_nothing_up_to_its_neighbours() -> None:
    nan = math.nan
    assert undecided([0, 1, 2], [-2, nan, 1], [-1, nan, 2]) == [Stretch(0.0, 2.0)]


def test_a_line_off_zero_is_crossed_where_a_straight_line_reaches_it() -> None:
    x, y = [0.0, 1.0, 2.0], [-4.0, 0.0, 4.0]
    assert crossings(x, y, 2.0) == [Crossing(1.5, True)] and crossings(x, y, -2.0) == [Crossing(0.5, True)]
    assert brackets(x, y, 2.0) == [(1, 2)] and brackets(x, y, 5.0) == [] == crossings(x, y, 5.0)
    assert crossings(x, y, 4.0) == []  # touches at the end
    low, high = [v - 1.0 for v in y], [v + 1.0 for v in y]
    assert undecided(x, low, high, 2.0) == [Stretch(1.25, 1.75)]
    assert undecided(x, low, high, 4.0) == [Stretch(1.75, 2.0)] and undecided(x, low, high, -6.0) == []
    nan = math.nan
    assert undecided([0, 1, 2], [-2, nan, 5], [-1, nan, 6], 3.0) == [Stretch(0.0, 2.0)]


@given(st.lists(st.floats(-5, 5).map(lambda y: round(y, 3)), min_size=2, max_size=8), st.sampled_from([-2.0, 0.5, 3.0]))
def test_a_line_is_to_a_curve_what_zero_is_to_the_curve_lowered(y: list[float], line: float) -> None:
    x, lowered = list(range(len(y))), [v - line for v in y]
    assert crossings(x, y, line) == crossings(x, lowered)


@given(st.lists(st.floats(-5, 5).map(lambda y: round(y, 3)), min_size=2, max_size=8))
def test_every_crossing_lies_in_what_is_undecided(y: list[float]) -> None:
    x = list(range(len(y)))
    stretches = undecided(x, [v - 0.1 for v in y], [v + 0.1 for v in y])
    for crossing in crossings(x, y):
        assert any(s.start - 1e-9 <= crossing.at <= s.end + 1e-9 for s in stretches)


def test_the_set_holds_the_true_crossing_as_often_as_it_says() -> None:
    # Paired differences of one future at all values share its luck; the true mean crosses zero at 1.3.
    x = np.linspace(0.0, 2.0, 9)
    held = 0
    for trial in range(1000):
        rng = np.random.default_rng(trial)
        sample = (x - 1.3) + rng.normal(0.0, 3.0, (60, 1)) + rng.normal(0.0, 1.0, (60, 9)) * 0.3
        bounds = [mean_interval(column) for column in sample.T]
        found = undecided(x.tolist(), [b.low for b in bounds], [b.high for b in bounds])
        held += any(s.start <= 1.3 <= s.end for s in found)
    assert 0.93 <= held / 1000 <= 0.97


@pytest.mark.parametrize(
    ("x", "y"), [([0, 0], [1, 2]), ([1, 0], [1, 2]), ([], []), ([0, 1], [1]), ([0, 1], [1, math.nan])]
)
def test_points_that_make_no_curve_are_refused(x: list[float], y: list[float]) -> None:
    with pytest.raises(ValueError, match=r"ascend|finite"):
        crossings(x, y)


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="above its upper"):
        undecided([0, 1], [1, 1], [0, 2])


def along(
    name: str, root: float, replications: int = 200, noise: float = 0.5, slope: float = 4.0
) -> dict[float, Floats]:
    """Differences by value: pools stop winning at `root` of an assumption, noise being the same at every value."""
    noisy = np.random.default_rng(5).normal(0.0, noise, replications)
    return {float(value): slope * (value - root) + noisy for value in declared(name).steps(9)}


def test_a_planted_break_even_is_found_and_one_beyond_the_range_is_not() -> None:
    found = curve_of("herding", along("herding", 0.7))
    [crossing] = found.crossings
    assert crossing.at == pytest.approx(0.7, abs=0.03) and crossing.rising
    [stretch] = found.undecided
    assert stretch.start < 0.7 < stretch.end and stretch.end - stretch.start < 0.1
    assert found.values == np.linspace(0.0, 1.0, 9).tolist() and (found.replications, found.left_out) == (200, 0)
    beyond = curve_of("herding", along("herding", 1.4))
    assert beyond.crossings == [] == beyond.undecided and all(point.high < 0.0 for point in beyond.differences)


@pytest.mark.parametrize(
    ("metric", "line", "root"),
    [("conflict_years", -1.0, 0.45), ("trust", 1.0, 0.95), ("participation", 1.0, 0.95)],
)
def test_a_planted_margin_is_crossed_on_the_side_that_is_ahead(metric: str, line: float, root: float) -> None:
    # Four more per whole range: a lead of 1 is a quarter of the range away from break-even at 0.7.
    lead = Lead(metric, 1.0, "Pools", "Silos")
    assert lead.line == line and math.copysign(1.0, Lead("harm", 0.0, "Pools", "Silos").line) == 1.0
    found = curve_of("herding", along("herding", 0.7), lead.line)
    [crossing], [stretch] = found.crossings, found.undecided
    assert crossing.at == pytest.approx(root, abs=0.03) and lead.begins(crossing.rising) == (line > 0.0)
    assert stretch.start < root < stretch.end
    [low, *_, high] = values_between(found)
    assert root - 0.125 < low < high < root + 0.125


def test_a_replication_in_which_a_run_failed_is_left_out_of_the_curve() -> None:
    differences = along("herding", 0.7, replications=10)
    whole = {value: np.delete(found, 3) for value, found in differences.items()}
    differences[0.5][3] = math.nan
    found = curve_of("herding", differences)
    assert (found.replications, found.left_out) == (9, 1)
    assert found.differences == curve_of("herding", whole).differences
    with pytest.raises(InvalidInput, match="no future"):
        curve_of("herding", differences | {0.5: np.full(10, math.nan)})


def test_more_values_are_run_only_where_the_sign_changes() -> None:
    crossed, beyond = curve_of("herding", along("herding", 0.7)), curve_of("veto", along("veto", 1.5))
    assert values_between(beyond) == []
    assert values_between(crossed) == pytest.approx([0.625 + x * 0.125 / 4 for x in (1, 2, 3)])


def test_values_of_whole_numbers_are_whole() -> None:
    assert declared("desks").steps(7).tolist() == [4.0, 7.0, 11.0, 14.0, 17.0, 21.0, 24.0]
    assert declared("commitment").steps(9).tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert values_between(curve_of("commitment", along("commitment", 2.5))) == []


def test_a_study_runs_even_values_then_those_around_a_crossing() -> None:
    """Pools stop winning at a veto of 0.7 and win whatever the herding; one run fails, for all values of veto."""
    question = study("veto", "herding", words=("replications=30", "steps=5"))

    def outcome(who: str, values: Mapping[str, float], replication: int) -> float:
        [(name, value)] = [(name, value) for name, value in values.items() if not math.isnan(value)]
        if (name, value, who, replication) == ("veto", 0.5, "siloed", FIRST_DRAW + 4):
            return math.nan
        return 50.0 + replication % 7 + (who == "uk_pools") * (value - 0.7 if name == "veto" else -1.0 - value)

    made = Made(outcome)
    made.done(question)
    found, points, _ = question.analyse(made)  # type: ignore[arg-type]
    assert made.decisions["between"] == [[0.5625, 0.625, 0.6875], []]
    assert found["herding"].values == [0.0, 0.25, 0.5, 0.75, 1.0] and found["herding"].crossings == []
    assert found["veto"].values == [0.0, 0.25, 0.5, 0.5625, 0.625, 0.6875, 0.75, 1.0]
    [crossing] = found["veto"].crossings
    assert crossing.at == pytest.approx(0.7) and crossing.rising
    assert [(found[name].replications, found[name].left_out) for name in found] == [(29, 1), (30, 0)]
    assert points.to_numpy()[[0, 9, 10]].tolist() == [
        ["runs", 0, "veto", 0.0], ["runs", 9, "herding", 1.0], ["runs_between", 0, "veto", 0.5625]
    ]  # fmt: skip


def test_what_moves_the_difference_leads_not_what_moves_both() -> None:
    """Pools lose by vetoes and win by herding; dose moves both alike, and effect moves nothing."""
    question = study(words=("replications=40", "steps=3", "keep=2", "screening_draws=30", "override.uk_pools.desks=5"))
    assert "desks" not in [each.name for each in question.screened]

    def outcome(who: str, values: Mapping[str, float], replication: int) -> float:
        veto, herding, dose = (float(np.nan_to_num(values.get(name, 0.0))) for name in ("veto", "herding", "dose"))
        pools = 3.0 * veto - 5.0 * herding + 1.0 + replication % 3
        return 50.0 + replication % 7 + 9.0 * dose + (who == "uk_pools") * pools

    made = Made(outcome)
    made.done(question)
    found = question.analyse(made)  # type: ignore[arg-type]
    assert made.decisions["leading"] == ["herding", "veto"] == list(found.curves)
    assert found.screening["herding"].mean == pytest.approx(-4.0) and found.screening["veto"].mean == pytest.approx(2.4)
    assert found.screening["dose"] == pytest.approx((0.0, 0.0, 0.0)) == found.screening["effect"]
    assert [plan.replications for plan in made.plans.values()] == [30, 40, 40]
    facts = Facts("here", "africa", 48, 20.0, 1, 100, 0)
    result = question.tell(found, facts)
    assert "2 are told to move the difference" in result.answer[1] and "herding -4.00 [" in result.answer[1]
    first = result.data["hinges_on"][0]
    assert first["assumption"] == "herding" and first["sign_turns_at"] is not None
    assert "| `herding` |" in readme(result)


@pytest.mark.parametrize("lost", ["a replication", "a value"])
def test_what_failed_altogether_is_missed(lost: str) -> None:
    """No row is left of it: of a replication in one of both tables, or of a value."""
    question = study("veto", words=("replications=30", "steps=5"))

    def outcome(who: str, values: Mapping[str, float], replication: int) -> float:
        value = values["veto"]
        between = value not in (0.0, 0.25, 0.5, 0.75, 1.0)
        if value == 0.75 if lost == "a value" else between and replication == FIRST_DRAW:
            return math.nan
        return 50.0 + (who == "uk_pools") * (value - 0.7)

    made = Made(outcome)
    if lost == "a value":
        with pytest.raises(InvalidInput, match=r"^veto: no future in which every run ended well; see failures/"):
            made.done(question)
    else:
        made.done(question)
        found = question.analyse(made).curves["veto"]  # type: ignore[arg-type]
        assert (found.replications, found.left_out) == (29, 1)


def study(
    *assumptions: str, words: Sequence[str] = (), metric: str = "conflict_years", margin: float = 0.0
) -> Breakeven:
    """A study of some assumptions, of institutions that are called Pools and Silos."""
    about = f"assumptions=[{','.join(assumptions)}]" if assumptions else "assumptions=leading"
    question = Breakeven(asked("breakeven", ["world=stylised", "world.size=4", about, *words]))
    question.lead = Lead(metric, margin, "Pools", "Silos")
    return question


def told(question: Breakeven, *curves: Curve) -> Result:
    facts = Facts("here", "africa", 48, 20.0, 1, 100, 0)
    return question.tell(Found({curve.assumption: curve for curve in curves}, pd.DataFrame()), facts)


@pytest.mark.parametrize(
    ("means", "half", "words"),
    [
        ([-3.0, -2.0, -1.0], 0.5, "'Pools' wins .* at every value in the declared range of herding: never breaks even"),
        ([3.0, 2.0, 1.0], 0.5, "'Pools' loses .* at every value"),
        ([-3.0, -1.0, -1.0], 2.0, "wins .* on these futures; not established for 0.25 to 1"),
        ([-3.0, -2.0, -1.0], 5.0, "wins .* on these futures, but at none of them is that established"),
        ([-2.0, -1.0, 1.0], 0.5, "stops winning .* at herding = 0.75 .*; not told from it: 0.625 to 0.875"),
        ([2.0, 1.0, -1.0], 0.5, "begins to win .* at herding = 0.75"),
        ([-2.0, -1.0, 1.0], 9.0, "stops winning .* but this is not established"),
        ([-1.0, 1.0, -1.0], 0.5, r"2 times as herding rises: at 0.25 \(stops\), 0.75 \(begins\)"),
        ([0.0, 0.0, 0.0], 0.0, "differ at no value"),
    ],
)
def test_findings_say_no_more_than_the_numbers(means: list[float], half: float, words: str) -> None:
    points = [Interval(mean, mean - half, mean + half) for mean in means]
    question, curve = study("herding"), Curve("herding", [0.0, 0.5, 1.0], points, 50, 0)
    assert re.search(words, question.finding(curve))
    result = told(question, curve)
    assert result.data["assumptions"]["herding"]["finding"] in readme(result)


def test_the_answer_tells_what_is_met_from_what_is_ruled_out() -> None:
    def along_values(name: str, *means: float) -> Curve:
        points = [Interval(mean, mean - 0.5, mean + 0.5) for mean in means]
        return Curve(name, [0.0, 0.5, 1.0], points, 50, 0)

    met, out, open_ = (
        along_values("herding", -2.0, -1.0, 1.0), along_values("veto", -3.0, -2.0, -1.0),
        along_values("common_error", -2.0, -1.0, -0.2),
    )  # fmt: skip
    question = study("herding", "veto", "common_error")
    assert told(question, met, out, open_).answer == [
        "Break-even is met within the declared range of herding (at 0.75); ruled out within the declared range "
        "of veto; neither met nor ruled out within the declared range of common_error."
    ]
    assert told(question, met).answer == [question.finding(met)]


@pytest.mark.parametrize(
    ("metric", "margin", "means", "half", "words"),
    [
        ("participation", 0.75, [0.5, 0.7, 0.9], 0.05,
         "'Pools' has more participation than 'Silos' by more than 0.75 from uk_pools.top_up = 0.625 (share) on; "
         "not told from it: 0.5 to 0.75."),
        ("participation", 0.0, [0.2, 0.0, -0.2], 0.01,
         "'Pools' has more participation than 'Silos' up to uk_pools.top_up = 0.5 (share); "
         "not told from it: 0.475 to 0.525."),
        ("participation", 0.9, [0.5, 0.7, 0.8], 0.05,
         "'Pools' does not have more participation than 'Silos' by more than 0.9 at any value in the declared range of "
         "uk_pools.top_up: never breaks even within it."),
        ("participation", 0.0, [-0.5, -0.7, -0.8], 0.05,
         "'Pools' has less participation than 'Silos' at every value in the declared range of uk_pools.top_up: never "
         "breaks even within it."),
        ("participation", 0.5, [1.0, 0.0, 1.0], 0.05,
         "'Pools' stops or begins having more participation than 'Silos' by more than 0.5, 2 times as uk_pools.top_up "
         "rises: at 0.25 (stops), 0.75 (begins) (share); not told from it: 0.225 to 0.275, 0.725 to 0.775."),
        ("conflict_years", 2.0, [-4.0, -3.0, -1.0], 0.5,
         "'Pools' stops winning against 'Silos' by more than 2 state-years at uk_pools.top_up = 0.75 (share); "
         "not told from it: 0.625 to 0.875."),
        ("conflict_years", 2.0, [-1.5, -1.0, 3.0], 0.6,
         "'Pools' does not win against 'Silos' by more than 2 state-years at any value in the declared range of "
         "uk_pools.top_up on these futures; not established for 0 to 0.1."),
        ("conflict_years", 2.0, [0.0, 0.0, 0.0], 0.0,
         "'Pools' does not win against 'Silos' by more than 2 state-years at any value in the declared range of "
         "uk_pools.top_up: never breaks even within it."),
        ("conflict_years", 2.0, [-2.0, -2.0, -2.0], 0.0,
         "'Pools' does not win against 'Silos' by more than 2 state-years at any value in the declared range of "
         "uk_pools.top_up on these futures, but at none of them is that established."),
        ("conflict_years", 1.0, [2.0, -1.0, -4.0], 0.3,
         "'Pools' begins to win against 'Silos' by more than 1 state-year at uk_pools.top_up = 0.5 (share); "
         "not told from it: 0.45 to 0.55."),
        ("programme_money", 5.0, [2.0, 4.0, 6.0], 1.0,
         "'Pools' has more programme money than 'Silos' by more than £5m from uk_pools.top_up = 0.75 (share) on; "
         "not told from it: 0.5 to 1."),
        ("trust", 0.1, [0.0, 0.1, 0.2], 0.05,
         "'Pools' begins to win against 'Silos' in trust by more than 0.1 at uk_pools.top_up = 0.5 (share); "
         "not told from it: 0.25 to 0.75."),
        ("trust", 0.0, [-0.1, -0.1, -0.2], 0.01,
         "'Pools' loses against 'Silos' in trust at every value in the declared range of uk_pools.top_up: never breaks "
         "even within it."),
    ],
)  # fmt: skip
def test_findings_name_outcome_and_margin_and_only_a_better_outcome_is_won(
    metric: str, margin: float, means: list[float], half: float, words: str
) -> None:
    lead = Lead(metric, margin, "Pools", "Silos")
    points = [Interval(mean, mean - half, mean + half) for mean in means]
    curve = Curve("uk_pools.top_up", [0.0, 0.5, 1.0], points, 50, 0, lead.line)
    question = study("uk_pools.top_up", metric=metric, margin=margin)
    assert question.finding(curve) == words
    result = told(question, curve)
    found, page = result.data, readme(result)
    assert (found["metric"], found["margin"]) == (metric, margin)
    assert found["unit"] == {"conflict_years": "state-years", "programme_money": "£m"}.get(metric, "share")
    # What the institution has by itself.
    assert found["assumptions"]["uk_pools.top_up"]["default"] == 0.43
    assert words in page and "for the institution named there" in page
    assert ("holds zero" in page) == (margin == 0.0)
    says = page + terminal(result)
    assert ("win" in says) == (metric in ("conflict_years", "trust"))
    assert (f"{lead.line:g}" in says) and ("conflict-years" in says) == (metric == "conflict_years")


def test_every_value_sees_the_same_futures_and_the_rest_as_it_was() -> None:
    of = dataclasses.replace(setting("stylised"), quarters=4)
    design = one_at_a_time([declared("herding")], [[0.0, 1.0]])
    plan = level_plan(of, ("siloed", "uk_pools"), 3, ACROSS_RANGES, 2, design=design)
    task = plan.task(0, plan.units)
    rows = pd.DataFrame(dict(run_task(task).columns))
    assert task.runs == len(rows) == 8
    assert (rows["herding"] == rows["point"]).all()
    low, high = (rows[rows["point"] == point].reset_index(drop=True) for point in (0, 1))
    same = ["institution", "seed", "replication", *(name for name in plan.drawn if name != "herding")]
    pd.testing.assert_frame_equal(low[same], high[same])
    empty = run_task(plan.task(0, 0)).columns
    assert set(empty) == set(rows) and not any(len(column) for column in empty.values())
    assert len(lost(task, "why")) == 8


def test_what_is_named_with_an_institution_is_set_for_no_other() -> None:
    of = dataclasses.replace(
        setting("stylised"), overrides={"uk_pools": {"thematic": 0.3}}, command_line={"top_up": 0.4}
    )
    design = one_at_a_time([declared("uk_pools.top_up"), declared("veto")], [[0.75], [0.6]])
    scenario = level_plan(of, ("siloed", "uk_pools"), 3, DEFAULTS, 1, design=design).scenario(0)
    for who, top_up, thematic in (("siloed", 0.4, 0.0), ("uk_pools", 0.75, 0.3)):
        own, common = (flat(scenario.parameters(who, design, values)) for values in design.values)
        assert (own["top_up"], own["thematic"]) == (top_up, thematic)
        assert own == {**flat(of.parameters(who)), "top_up": top_up}
        assert common == {**flat(of.parameters(who)), "veto": 0.6}
