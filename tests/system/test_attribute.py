"""``concord attribute`` as users run it, on small studies."""

import json
import shutil
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import attribute, compare, robustness
from experiments.cli import main
from experiments.studies.study import Study
from model.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = ("world=stylised", "world.size=6", "quarters=8", "seed=7", "replications=18", "futures=3", "workers=2")
INGREDIENTS = ["shared_analysis", "colocation", "donor_visibility", "persuasion"]


def small(results: Path, *overrides: str, study: str = "small") -> Study:
    return attribute(*SMALL, "institution=three_ds", *overrides, study=study, results=str(results))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return small(tmp_path_factory.mktemp("results"))


def by_future(study: Study, metric: str = "conflict_years") -> pd.DataFrame:
    return study.runs().pivot(index="replication", columns="institution", values=metric)


def combination(present: set[str]) -> str:
    if len(present) == len(INGREDIENTS):
        return "three_ds"
    return "+".join(["siloed", *(name for name in INGREDIENTS if name in present)])


def test_shares_follow_from_the_runs_alone(study: Study) -> None:
    runs = by_future(study)
    assert runs.shape == (18 * 3, 16)
    orders = list(permutations(INGREDIENTS))
    shares = dict.fromkeys(INGREDIENTS, 0.0)
    for order in orders:
        for place, name in enumerate(order):
            before, after = set(order[:place]), set(order[: place + 1])
            shares[name] += float((runs[combination(after)] - runs[combination(before)]).mean()) / len(orders)
    result = study.result()
    assert {name: found["share"]["mean"] for name, found in result["ingredients"].items()} == pytest.approx(shares)
    table = pd.read_csv(study.folder / "tables" / "attribution.csv").set_index("ingredient")
    assert table["share"].to_dict() == pytest.approx(shares)
    assert table.loc["persuasion", "parameters"] == "persuasion voting"
    total = result["conflict_years"]["difference"]["mean"]
    assert total == pytest.approx(float((runs["three_ds"] - runs["siloed"]).mean()), abs=1e-12)
    assert sum(shares.values()) == pytest.approx(total, abs=1e-12)
    outcomes = pd.read_csv(study.folder / "tables" / "outcomes.csv").pivot(
        index="outcome", columns="ingredient", values="mean"
    )
    np.testing.assert_allclose(outcomes[INGREDIENTS].sum(axis=1), outcomes["all together"], atol=1e-9)


def test_an_effect_has_one_number_whichever_study_says_it(tmp_path: Path) -> None:
    """A comparison, an attribution and the criteria of robustness live through the same draws and futures."""
    asked = ["seed=7", "futures=2", "workers=2"]
    divided = attribute(*asked, "replications=40", "institution=shared_analysis", study="same", results=str(tmp_path))
    asked += ["institutions=[shared_analysis]", "draws=40", "study=same", f"results={tmp_path}"]
    whole = compare(*asked, "replications=1", "hypothesis=none", "channel_draws=0")
    difference = divided.result()["conflict_years"]["difference"]
    told = whole.result()["across_ranges"]["differences_vs_siloed"]["shared_analysis"]["conflict_years"]
    assert difference == told and difference["low"] < difference["mean"] < difference["high"]
    criteria = robustness(*asked).result()["institutions"]["shared_analysis"]
    assert criteria["difference"]["mean"] == pytest.approx(difference["mean"], abs=1e-12)
    same = whole.runs("across_ranges").pivot(index="replication", columns="institution", values="conflict_years")
    for name in ("siloed", "shared_analysis"):
        pd.testing.assert_series_equal(by_future(divided)[name], same[name], check_exact=True)


def test_a_lost_part_is_made_again_with_the_same_rows(study: Study, tmp_path: Path) -> None:
    folder = shutil.copytree(study.folder, tmp_path / "attribute" / "small")
    parts = sorted((folder / "runs").iterdir())
    assert len(parts) > 4
    for part in parts[1:3]:
        part.unlink()
    again = small(tmp_path)
    pd.testing.assert_frame_equal(by_future(again, "harm"), by_future(study, "harm"), check_exact=True)
    assert {**again.result(), "study": "", "seconds": 0} == {**study.result(), "study": "", "seconds": 0}


def test_what_lies_in_the_folder(study: Study) -> None:
    assert [path.name for path in study.figures] == [
        "interactions.png", "interactions.svg", "waterfall.png", "waterfall.svg",
    ]  # fmt: skip
    fall = pd.read_csv(study.folder / "figures" / "waterfall.csv")
    np.testing.assert_allclose(fall["end"].iloc[-2], fall["end"].iloc[-1])
    readme = (study.folder / "README.md").read_text()
    assert "persuasion`, `voting" in readme and "siloed+…" in readme
    assert json.loads((study.folder / "manifest.json").read_text())["status"] == "finished"


def test_the_command_prints_a_table_or_one_json_object(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [*SMALL, "institution=three_ds", "study=small", f"results={study.folder.parents[1]}"]
    assert main(["attribute", *asked]) == 0
    table = capsys.readouterr().out
    assert "all together" in table and "Joint strategy by persuasion" in table
    assert max(map(len, table.splitlines()[:-1])) <= 120
    assert main(["attribute", *asked, "output=json"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1 and json.loads(printed) == study.result()


def test_defaults_are_another_level(tmp_path: Path) -> None:
    found = small(tmp_path, "institution=shared_analysis", "level=defaults", "replications=4")
    assert sorted(found.runs()["replication"].unique()) == [0, 1, 2, 3] and "effect" not in found.runs()
    result = found.result()
    assert result["level"] == "defaults" and result["interactions"] == []
    assert [path.name for path in found.figures] == ["waterfall.png", "waterfall.svg"]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["institution=siloed"], "institution=siloed: is what others are compared with"),
        (["override.three_ds.onset_base=-6"], "onset_base, which must belong to an ingredient"),
        (["level=everywhere"], "level=everywhere: must be across_ranges or defaults"),
    ],
)
def test_bad_input_costs_one_line(overrides: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        small(tmp_path, *overrides)
    assert not any(tmp_path.iterdir())
