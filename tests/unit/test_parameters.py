"""Parameters: declared once, checked against their ranges, built in layers."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import InvalidInput
from model.parameters import GROUPS, PARAMETERS, Parameters, build_parameters, parameter
from model.priors import Normal
from model.rules.treasury import ENDOGENOUS, EQUAL_PROGRAMME, NEUTRAL, ON_TOP, WITHIN
from model.specification import Parameter

NAMES = sorted(PARAMETERS)


def declared(*, off: float | None = None, whole: bool = False, words: tuple[str, ...] = ()) -> Parameter:
    return Parameter("pace", "drivers", 2.0, "miles", 1.0, 4.0, "how fast", "assumption", False, off, whole, words)


@pytest.mark.parametrize("name", NAMES)
def test_a_declaration_is_whole(name: str) -> None:
    p = PARAMETERS[name]
    assert p.name == name
    assert p.low < p.high
    assert p.low <= p.default <= p.high
    assert p.check(p.default) == p.default
    assert p.check(p.low) == p.low
    assert p.check(p.high) == p.high
    assert p.unit
    assert p.meaning
    assert p.source
    if p.words:
        assert p.whole
        assert len(p.words) == p.high - p.low + 1.0
    if p.whole:
        assert all(number == round(number) for number in (p.low, p.high, p.default))
    if p.off is not None:
        assert not p.low <= p.off <= p.high
        assert p.check(p.off) == p.off


def test_defaults_are_what_a_run_without_values_uses() -> None:
    built = build_parameters()
    for name, p in PARAMETERS.items():
        assert getattr(getattr(built, p.group), name) == p.default
    assert tuple(GROUPS) == Parameters._fields
    assert sum(len(group) for group in built) == len(PARAMETERS)


def test_later_layers_win_and_leave_the_others_alone() -> None:
    built = build_parameters({"desks": 8, "pooling": 0.5}, {"desks": 12})
    assert built.priorities.desks == 12.0
    assert isinstance(built.priorities.desks, float)
    assert built.degrees.pooling == 0.5
    assert built.delivery == GROUPS["delivery"]()


def test_what_is_expected_of_drivers_falls_with_what_programmes_do() -> None:
    usual, strong = build_parameters().expected, build_parameters({"effect": 0.05, "relief_deprivation": 2.0}).expected
    # 0.03 above the default, times what a unit of effect brings.
    for driver, relief in (("insecurity", usual.relief_insecurity), ("deprivation", 2.0)):
        for status in ("peace", "conflict"):
            name = f"expected_{driver}_{status}"
            assert getattr(strong, name) == pytest.approx(getattr(usual, name) - 0.03 * relief)
    assert strong.expected_mission_war == usual.expected_mission_war
    assert strong.expected_aid_war == usual.expected_aid_war


def test_what_is_expected_of_programmes_follows_the_dose() -> None:
    usual, less = build_parameters().expected, build_parameters({"dose": 0.1, "usual_programme": 0.75}).expected
    # Half effort at £5.00m a quarter by default, at 11.25 now; what is usual comes on top.
    assert less.expected_aid_war == pytest.approx(usual.expected_aid_war * 5.75 / 12.0)
    assert less.expected_mediated_peace == pytest.approx(usual.expected_mediated_peace * 5.75 / 12.0)
    assert less.expected_mission_war == usual.expected_mission_war
    # Less work takes less off drivers: as an effect of 0.02 · 5.75 / 12 would.
    fall = 0.02 * (5.75 / 12.0 - 1.0) * usual.relief_deprivation
    assert less.expected_deprivation_peace == pytest.approx(usual.expected_deprivation_peace - fall)


def test_an_unknown_name_is_met_with_the_nearest() -> None:
    with pytest.raises(InvalidInput, match=r"^unknown parameter 'poolin': did you mean 'pooling'\?$"):
        build_parameters({"poolin": 0.5})
    with pytest.raises(InvalidInput, match=r"^unknown parameter 'zzz': known: "):
        parameter("zzz")
    assert parameter("pooling") is PARAMETERS["pooling"]


def test_a_value_out_of_range_is_named_with_its_range() -> None:
    for value in (0.999, 4.001, -2.0):
        with pytest.raises(InvalidInput) as caught:
            declared().check(value)
        assert str(caught.value) == f"pace={value}: outside its range, 1 to 4 miles"
    with pytest.raises(InvalidInput, match=r"^pooling=1.5: outside its range, 0 to 1 share$"):
        build_parameters({"pooling": 1.5})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "fast", None, True, False, [], 10**400])
def test_what_is_no_finite_number_is_refused(value: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        declared().check(value)
    assert str(caught.value) == f"pace={value}: a number is needed, 1 to 4 miles"


def test_off_is_admitted_outside_the_range_and_said_so() -> None:
    p = declared(off=0.0)
    assert p.check(0.0) == 0.0
    assert p.check(0) == 0.0
    with pytest.raises(InvalidInput, match=r"^pace=0.5: outside its range, 1 to 4 miles \(or 0: off\)$"):
        p.check(0.5)
    with pytest.raises(InvalidInput, match=r"^pace=0: outside its range, 1 to 4 miles$"):
        declared().check(0)
    # Inside the range it is a value like others.
    with pytest.raises(InvalidInput, match=r"^pace=9: outside its range, 1 to 4 miles$"):
        declared(off=1.0).check(9)


def test_whole_numbers_are_needed_where_parts_make_no_sense() -> None:
    p = declared(whole=True)
    assert p.check(3) == 3.0
    assert isinstance(p.check(3), float)
    with pytest.raises(InvalidInput, match=r"^pace=2.5: a whole number is needed, 1 to 4 miles$"):
        p.check(2.5)
    assert declared().check(2.5) == 2.5


def test_a_word_stands_for_its_number() -> None:
    p = declared(whole=True, words=("walk", "trot", "run", "fly"))
    assert [p.check(word) for word in p.words] == [1.0, 2.0, 3.0, 4.0]
    assert p.check(3) == p.check("3") == p.check("3.0") == p.check(" 3 ") == 3.0
    with pytest.raises(InvalidInput, match=r"^pace=trott: must be walk, trot, run, fly; did you mean 'trot'\?$"):
        p.check("trott")
    with pytest.raises(InvalidInput, match=r"^pace=: must be walk, trot, run, fly; "):
        p.check("")
    with pytest.raises(InvalidInput, match=r"^pace=9: outside its range, 1 to 4 miles$"):
        p.check("9")
    with pytest.raises(InvalidInput, match=r"^pace=walk: a number is needed, 1 to 4 miles$"):
        declared().check("walk")


def test_the_budget_rule_can_be_said_in_words() -> None:
    words = PARAMETERS["budget_rule"].words
    assert [build_parameters({"budget_rule": word}).budgeting.budget_rule for word in words] == [0.0, 1.0, 2.0]
    assert (NEUTRAL, EQUAL_PROGRAMME, ENDOGENOUS) == (0.0, 1.0, 2.0)
    assert words == ("neutral", "equal_programme", "endogenous")
    assert [name for name, p in PARAMETERS.items() if p.words] == ["budget_rule", "top_up_source"]


def test_where_the_top_up_comes_from_can_be_said_in_words() -> None:
    words = PARAMETERS["top_up_source"].words
    assert words == ("within", "on_top")
    assert [build_parameters({"top_up_source": word}).budgeting.top_up_source for word in words] == [WITHIN, ON_TOP]


def test_a_share_of_the_range() -> None:
    assert [declared().at(share) for share in (0.0, 0.5, 1.0)] == [1.0, 2.5, 4.0]


def test_a_share_is_a_quantile_of_the_prior_where_one_is_declared() -> None:
    p = replace(declared(), prior=Normal(2.5, 0.5))
    assert [p.at(share) for share in (0.0, 0.5, 1.0)] == [1.0, 2.5, 4.0]
    # Cut at three standard deviations: 99.73% are left, of which 84.05% end at the mean and one.
    assert p.at((0.841345 - 0.00135) / 0.9973) == pytest.approx(3.0, abs=1e-4)


def test_whole_numbers_are_equally_likely() -> None:
    p = declared(whole=True)
    # Four numbers, a quarter each.
    drawn = [p.at((index + 0.5) / 400.0) for index in range(400)]
    assert [drawn.count(number) for number in (1.0, 2.0, 3.0, 4.0)] == [100, 100, 100, 100]
    assert [p.at(share) for share in (0.0, 0.2499, 0.25, 0.7499, 0.75, 1.0)] == [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(NAMES), share=st.floats(0.0, 1.0))
def test_what_is_drawn_from_a_range_is_in_it(name: str, share: float) -> None:
    p = PARAMETERS[name]
    value = p.at(share)
    assert p.low - 1e-12 <= value <= p.high + 1e-12
    assert not p.whole or value == round(value)


def test_what_nobody_has_measured_is_swept_and_choices_are_not() -> None:
    assert PARAMETERS["effect"].swept
    assert PARAMETERS["diplomacy_on_ending"].swept
    choices = (
        "budget_rule",
        "settlement",
        "reserve_cap",
        "top_up_source",
        "programme_target",
        "population_weight",
        "unknown_where",
        "unknown_effects",
        "unknown_others",
        "protection",
        "oda_defence",
        "oda_development",
        *GROUPS["degrees"]._fields,
    )
    assert not any(PARAMETERS[name].swept for name in choices)
