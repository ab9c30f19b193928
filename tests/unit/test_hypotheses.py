from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.settings.places import names_in
from experiments.studies.hypotheses import load_hypotheses
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

GOOD = {
    "statement": "Pools do better", "metric": "conflict_years", "better": "uk_pools", "than": "siloed",
    "smallest_effect": 1.0, "why": "a judgement",
}  # fmt: skip


def written(folder: Path, content: Any, name: str = "claim") -> Path:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return folder


def test_declared_hypotheses_are_about_institutions_and_metrics_that_exist() -> None:
    declared = load_hypotheses()
    assert {"joint_beats_siloed", "joint_beats_siloed_best", "shared_analysis_alone", "pooled_money_alone"} <= {
        hypothesis.id for hypothesis in declared
    }
    for hypothesis in declared:
        assert {hypothesis.better, hypothesis.than} <= set(names_in("institution"))
        assert hypothesis.metric in OUTCOMES


def test_all_of_them_or_those_asked_for(tmp_path: Path) -> None:
    written(written(tmp_path, GOOD, "b"), GOOD, "a")
    assert [hypothesis.id for hypothesis in load_hypotheses("all", tmp_path)] == ["a", "b"]
    assert [hypothesis.id for hypothesis in load_hypotheses(["b"], tmp_path)] == ["b"]
    assert [hypothesis.id for hypothesis in load_hypotheses("b", tmp_path)] == ["b"]


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
        ({"better": 3}, "better must be text"),
        ({"than": "uk_pools"}, "better and than are both 'uk_pools'"),
        ({"beter": "uk_pools"}, "unknown field 'beter': did you mean 'better'?"),
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


@pytest.mark.parametrize("text", ["a: [1", "just text", "", "- 1"])
def test_a_file_that_is_no_mapping_is_named_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "claim.yaml").write_text(text)
    with pytest.raises(InvalidInput, match=r"^hypothesis 'claim': [^\n]*$"):
        load_hypotheses("all", tmp_path)


def test_an_unknown_name_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="unknown hypothesis 'clam': did you mean 'claim'"):
        load_hypotheses(["clam"], written(tmp_path, GOOD))
