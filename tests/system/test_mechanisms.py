"""``concord mechanisms`` as users run it, on a small study, and what its list of mechanisms must be like."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import mechanisms
from experiments.cli import main
from experiments.studies.mechanisms import CENTRED, LUCK, NOT_IN_PLAY, SMALL
from experiments.studies.paper import rows_of_paper
from experiments.studies.study import Study
from model.errors import InvalidInput
from model.parameters import PARAMETERS

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL_STUDY = ("world=stylised", "world.size=6", "quarters=20", "replications=12", "draws=10", "workers=2")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return mechanisms(
        *SMALL_STUDY, "axes=[onset_base,effect]", study="s", results=str(tmp_path_factory.mktemp("results"))
    )


def test_effects_follow_from_the_runs_alone(study: Study) -> None:
    runs = pd.read_parquet(study.folder / "across_ranges")
    result = study.result()
    last = [row for row in result["rows"] if row["level"] == "across_ranges" and row["metric"] == "war_years"]
    wide = runs.pivot_table(index=["institution", "replication"], columns="point", values="war_years")
    for place, row in enumerate(last):
        change = wide[2 * place + 1] - wide[2 * place]
        by_arm = {name: change[name] for name in ("siloed", "uk_pools")}
        for name, found in by_arm.items():
            assert row[name]["estimate"] == pytest.approx(float(found.mean()), abs=1e-9)
        gap = float((by_arm["uk_pools"] - by_arm["siloed"]).mean())
        assert row["gap"]["estimate"] == pytest.approx(gap, abs=1e-9)


def test_only_what_a_mechanism_sets_differs_between_its_twins(study: Study) -> None:
    rows = [row for row in study.result()["rows"] if row["level"] == "defaults" and row["metric"] == "war_years"]
    runs = pd.read_parquet(study.folder / "defaults")
    factors = [name for name in runs.columns if name in PARAMETERS]
    for place, row in enumerate(rows):
        low, high = (runs[runs["point"] == 2 * place + end][factors].iloc[0] for end in (0, 1))
        assert {name for name in factors if not np.isnan(low[name])} <= set(row["parameters"])
        assert {name for name in factors if not np.isnan(high[name])} <= set(row["parameters"])
    (single,) = [row for row in rows if row["mechanism"] == "onset_base"]
    declared = PARAMETERS["onset_base"]
    assert (single["low"], single["high"]) == pytest.approx((declared.at(0.05), declared.at(0.95)), rel=0.01)


def test_it_says_what_moves_and_why_the_rest_does_not(study: Study) -> None:
    rows = study.result()["rows"]
    by = {(row["mechanism"], row["level"], row["metric"]): row for row in rows}
    strong = by["onset_base", "defaults", "conflict_years"]
    assert (strong["moves"], strong["why"]) == ("yes", "")
    assert strong["siloed"]["low"] > 0.1
    assert {row["why"] for row in rows if row["moves"] == "no"} <= {NOT_IN_PLAY, CENTRED, SMALL, LUCK}
    assert all((row["moves"] == "yes") == (row["why"] == "") for row in rows)


def test_the_same_command_says_the_same_again_as_json(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (*SMALL_STUDY, "axes=[onset_base,effect]", "study=s", f"results={study.folder.parents[1]}", "output=json")
    assert main(["mechanisms", *asked]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == study.result()["rows"]
    assert {row["row"] for row in told["paper"]} == {row.said for row in rows_of_paper()}


def test_a_parameter_that_acts_only_beside_others_is_run_there(tmp_path: Path) -> None:
    asked = (*SMALL_STUDY, "axes=[attention_weight]", f"results={tmp_path}")
    rows = mechanisms(*asked, "study=beside").result()["rows"]
    (row,) = [x for x in rows if (x["mechanism"], x["level"], x["metric"]) == (
        "attention_weight", "defaults", "programme_money")]  # fmt: skip
    assert row["parameters"] == ["attention_weight", "budget_rule"]
    assert (row["low"], row["high"]) == tuple(f"attention_weight {x:g}, budget_rule 2" for x in (0.05, 0.95))
    assert row["siloed"]["estimate"] != 0.0
    # What the command line sets stays as it is set: under the neutral rule nobody's attention moves money.
    rows = mechanisms(*asked, "study=set", "budget_rule=neutral").result()["rows"]
    assert {x["why"] for x in rows if x["mechanism"] == "attention_weight"} == {NOT_IN_PLAY}


def test_every_row_of_the_paper_has_a_mechanism_and_every_end_is_allowed() -> None:
    rows = rows_of_paper()
    assert len(rows) == 12
    for row in rows:
        assert row.names
        for each in row.mechanisms:
            assert each.low != each.high
        for end in (*(end for each in row.mechanisms for end in (each.low, each.high)), *row.where.values()):
            for name, value in end.items():
                assert PARAMETERS[name].check(value) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("row: x\n", "paper.yaml: must be a list of rows"),
        ("- row: x\n  mechanism: {}\n", "paper.yaml: row 1: unknown key 'mechanism': did you mean 'mechanisms'"),
        ("- row: x\n", "paper.yaml: row 1: must have a mechanism, or a parameter under also"),
        ("- {row: x, also: [vetoo]}\n", "paper.yaml: row 1: unknown parameter 'vetoo': did you mean 'veto'"),
        ("- {row: x, also: [veto, veto]}\n", "paper.yaml: 'veto' stands there twice"),
        ("- {row: x, also: [veto], where: {voting: {veto: 1}}}\n", "where must map parameters under also"),
        ("- {row: x, also: [veto], where: {veto: {voting: 9}}}\n", "where: veto: voting=9: outside its range"),
        ("- {row: x, mechanisms: {a: {weak: {veto: 0}}}}\n", "row 1: a: values for weak and strong are needed"),
        ("- {row: x, mechanisms: {a: {weak: {veto: 0}, strong: {veto: 9}}}}\n", "a: strong: veto=9: outside its range"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_list_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "paper.yaml"
    file.write_text(text)
    with pytest.raises(InvalidInput) as refused:
        rows_of_paper(file)
    assert said in str(refused.value)
