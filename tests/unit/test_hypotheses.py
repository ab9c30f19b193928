from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from experiments.runs.cube import Cube
from experiments.settings.compose import asked
from experiments.settings.places import names_in
from experiments.studies.hypotheses import Arm, fewer_conflict_years, load_hypotheses, with_arms
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

GOOD = {
    "statement": "Pools do better", "metric": "conflict_years", "better": "uk_pools", "than": "siloed",
    "smallest_effect": 1.0, "why": "a judgement",
}  # fmt: skip


def written(folder: Path, content: Any, name: str = "claim") -> Path:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return folder


def cube(outcome: str, **values: list[float]) -> Cube:
    """One outcome of several arms, a single point."""
    runs = np.array(list(values.values()))[:, np.newaxis]
    return Cube(tuple(values), np.zeros(1, np.int64), np.arange(runs.shape[2]), {outcome: runs})


def test_declared_hypotheses_are_about_institutions_and_metrics_that_exist() -> None:
    declared = load_hypotheses()
    assert {"joint_beats_siloed", "joint_beats_siloed_best", "shared_analysis_alone", "pooled_money_alone"} <= {
        hypothesis.id for hypothesis in declared
    }
    for hypothesis in declared:
        assert {arm.institution for arm in hypothesis.arms} <= set(names_in("institution"))
        assert hypothesis.metric in OUTCOMES


PAPER = {
    "shared analysis": "shared_analysis_alone",
    "a joint response": "joint_response_alone",
    "both": "joint_beats_siloed",
    "both, against the silo at its best": "joint_beats_siloed_best",
    "both need one another": "analysis_and_response_need_each_other",
    "pooled money": "pooled_money_alone",
    "a top-up encourages": "top_up_sustains_pooling",
    "a top-up pays": "top_up_pays",
    "long-term strategies": "long_term_strategies_pay",
    "agreed with international partners": "partners_seen_pay",
    "aid's rules are looked at after agreement": "screening_after_agreement_costs",
    "the Treasury understands the field better": "pooling_improves_understanding",
    "military means alone are not enough": "military_first_is_worse",
    "forces must be accountable": "security_without_accountability_is_wasted",
    "aid without security is wasted": "aid_without_security_is_wasted",
    "distinct roles need one policy": "joint_pays_where_roles_need_one_another",
    "a Defence Advisory Team": "advisory_team_pays",
    "3D": "three_ds_beats_siloed",
    "the Stability Fund": "stability_fund_beats_siloed",
    "the proposal to Canada": "canada_beats_siloed",
    "individuals before interests": "individuals_before_interests",
}
"""What the paper says, and the hypothesis that tests it."""


def test_every_sentence_of_the_paper_has_its_hypothesis() -> None:
    by_name = {each.id: each for each in load_hypotheses()}
    assert set(PAPER.values()) <= by_name.keys()
    # What follows from the model's construction is no finding.
    checks = {name for name, each in by_name.items() if each.check}
    assert checks == {"individuals_before_interests", "pooling_improves_understanding", "top_up_sustains_pooling"}


def test_all_of_them_or_those_asked_for(tmp_path: Path) -> None:
    written(written(tmp_path, GOOD, "b"), GOOD, "a")
    assert [hypothesis.id for hypothesis in load_hypotheses("all", tmp_path)] == ["a", "b"]
    assert [hypothesis.id for hypothesis in load_hypotheses(["b"], tmp_path)] == ["b"]
    assert [hypothesis.id for hypothesis in load_hypotheses("b", tmp_path)] == ["b"]
    assert load_hypotheses("none", tmp_path) == ()


def test_a_question_that_a_file_asks_is_that_files() -> None:
    labels = {"uk_pools": "Pools", "siloed": "Silos", "none": "Nothing"}
    declared = load_hypotheses()
    assert fewer_conflict_years("uk_pools", "siloed", labels, declared).id == "joint_beats_siloed"
    own = fewer_conflict_years("uk_pools", "none", labels, declared)
    assert (own.id, own.statement) == ("uk_pools_beats_none", "Pools sees fewer conflict-years than Nothing")
    assert own.smallest_effect == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": "conflict_year"}, "unknown metric 'conflict_year': did you mean 'conflict_years'?"),
        ({"metric": "programme_money"}, "neither more nor less of it is better"),
        ({"smallest_effect": 0}, "smallest_effect=0 must be a number above 0"),
        ({"smallest_effect": -1.0}, "smallest_effect=-1.0"),
        ({"smallest_effect": "much"}, "smallest_effect=much"),
        ({"smallest_effect": float("nan")}, "smallest_effect=nan"),
        ({"smallest_effect": float("inf")}, "smallest_effect=inf"),
        ({"smallest_effect": True}, "smallest_effect=True"),
        ({"statement": ""}, "statement must be text"),
        ({"better": 3}, "better must be the name of an institution"),
        ({"better": {"values": {"veto": 0.5}}}, "better: institution must be the name of a file"),
        ({"better": {"institution": "uk_pools", "value": {}}}, "unknown key 'value'"),
        ({"better": {"institution": "uk_pools", "values": {"veto": 2}}}, "veto=2"),
        ({"given": {"vetto": 0.5}}, "given: unknown parameter 'vetto'"),
        ({"given": {"veto": 0.5}, "rather_than": {"veto": 0.5}}, "given and rather_than are the same values"),
        ({"metric": "participation", "direction": "up"}, "direction=up must be more or less"),
        ({"direction": "more"}, "direction must not be given, 'conflict_years' has one of its own"),
        ({"than": "uk_pools"}, "better and than are both 'uk_pools'"),
        ({"check": "maybe"}, "check=maybe must be true or false"),
        ({"where": "misson_cost > 20"}, "where: condition=misson_cost > 20: unknown assumption 'misson_cost': did you"),
        ({"where": "gaps(uk_pools) > 1"}, "where: condition=gaps(uk_pools) > 1: unknown assumption 'gaps'"),
        ({"where": "1 > 0"}, "where: condition=1 > 0: speaks of no assumption"),
        ({"where": "veto"}, "where: condition=veto: 'veto' cannot stand here"),
        ({"beter": "uk_pools"}, "unknown key 'beter': did you mean 'better'?"),
    ],
)
def test_a_mistake_costs_one_line(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        load_hypotheses("all", written(tmp_path, GOOD | change))
    assert message in str(refusal.value) and str(refusal.value).startswith("hypothesis 'claim': ")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("field", GOOD)
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    content = {key: value for key, value in GOOD.items() if key != field}
    with pytest.raises(InvalidInput, match=f"field '{field}' is missing"):
        load_hypotheses("all", written(tmp_path, content))


def test_all_missing_fields_are_named_at_once(tmp_path: Path) -> None:
    content = {key: value for key, value in GOOD.items() if key not in ("metric", "why")}
    with pytest.raises(InvalidInput, match="field 'metric', 'why' is missing"):
        load_hypotheses("all", written(tmp_path, content))


@pytest.mark.parametrize("text", ["a: [1", "just text", "", "- 1"])
def test_a_file_that_is_no_mapping_is_named_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "claim.yaml").write_text(text)
    with pytest.raises(InvalidInput, match=r"^hypothesis 'claim': [^\n]*$"):
        load_hypotheses("all", tmp_path)


def test_an_unknown_name_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="unknown hypothesis 'clam': did you mean 'claim'"):
        load_hypotheses(["clam"], written(tmp_path, GOOD))


def test_a_side_may_live_with_values_of_its_own(tmp_path: Path) -> None:
    change = {"than": {"institution": "siloed", "values": {"budget_defence": 0.25}}}
    claim = load_hypotheses("claim", written(tmp_path, GOOD | change))[0]
    assert claim.than == Arm("siloed", {"budget_defence": 0.25})
    assert [arm.name for arm in claim.arms] == ["uk_pools", "siloed (budget_defence=0.25)"]


def test_a_claim_about_a_gain_has_four_arms_and_subtracts_the_second_pair(tmp_path: Path) -> None:
    change = {"given": {"veto": 0.0}, "rather_than": {"veto": 1.0}}
    claim = load_hypotheses("claim", written(tmp_path, GOOD | change))[0]
    names = ["uk_pools (veto=0)", "siloed (veto=0)", "uk_pools (veto=1)", "siloed (veto=1)"]
    assert [arm.name for arm in claim.arms] == names
    years = ([10.0, 11.0], [12.0, 12.0], [13.0, 12.0], [14.0, 14.0])
    # Differences of -2 and -1 without vetoes, of -1 and -2 with them.
    found = claim.effect(cube("conflict_years", **dict(zip(names, years, strict=True))))
    assert found.tolist() == [-1.0, 1.0]


def test_a_claim_may_be_about_the_draws_in_which_a_condition_holds(tmp_path: Path) -> None:
    claim = load_hypotheses("claim", written(tmp_path, GOOD | {"where": "mission_cost > 20 and not veto >= 0.5"}))[0]
    lived = {"mission_cost": np.array([20.0, 21.0, 60.0]), "veto": np.array([0.0, 0.1, 0.5])}
    assert claim.held(lived).tolist() == [False, True, False]
    # It is not what the question itself asks.
    assert fewer_conflict_years("uk_pools", "siloed", {"uk_pools": "P", "siloed": "S"}, [claim]).id != "claim"


def test_the_direction_of_an_outcome_that_only_describes_is_the_claims(tmp_path: Path) -> None:
    change = {"metric": "participation", "direction": "more"}
    claim = load_hypotheses("claim", written(tmp_path, GOOD | change))[0]
    outcomes = cube("participation", uk_pools=[0.8], siloed=[0.5])
    assert claim.effect(outcomes) == pytest.approx([0.3])
    less = load_hypotheses("claim", written(tmp_path, GOOD | change | {"direction": "less"}))[0]
    # An effect is better minus than, whatever is claimed of it.
    assert less.effect(outcomes) == pytest.approx([0.3]) and (claim.sign, less.sign) == (1.0, -1.0)


def test_arms_are_added_to_a_setting_and_win_over_everything_else(tmp_path: Path) -> None:
    change = {"better": {"institution": "uk_pools", "values": {"approval_delay": 0.0}}}
    claim = load_hypotheses("claim", written(tmp_path, GOOD | change))[0]
    names = ["none", "siloed", "uk_pools", "full_information"]
    words = [
        "world=stylised",
        "world.size=4",
        "institutions=[uk_pools]",
        "approval_delay=1",
        "override.uk_pools.veto=1",
    ]
    setting, arms = with_arms(asked("compare", words).setting(names), [claim])
    assert [arm.name for arm in arms] == ["uk_pools (approval_delay=0)"]
    swift, usual = setting.parameters(arms[0].name).priorities, setting.parameters("uk_pools").priorities
    assert (swift.approval_delay, usual.approval_delay) == (0.0, 1.0)
    assert (swift.veto, usual.veto) == (1.0, 1.0)


def test_an_arm_of_an_institution_that_was_not_asked_for_is_left_out(tmp_path: Path) -> None:
    change = {"better": {"institution": "three_ds", "values": {"veto": 0.0}}}
    claim = load_hypotheses("claim", written(tmp_path, GOOD | change))[0]
    words = ["world=stylised", "world.size=4", "institutions=[uk_pools]"]
    setting = asked("compare", words).setting(["none", "siloed", "uk_pools", "full_information"])
    assert with_arms(setting, [claim]) == (setting, [])


def test_a_claim_that_cannot_be_judged_runs_nothing(tmp_path: Path) -> None:
    claim = load_hypotheses("claim", written(tmp_path, GOOD | {"given": {"veto": 0.0}, "better": "three_ds"}))[0]
    words = ["world=stylised", "world.size=4", "institutions=[uk_pools]"]
    setting = asked("compare", words).setting(["none", "siloed", "uk_pools", "full_information"])
    assert with_arms(setting, [claim]) == (setting, [])
