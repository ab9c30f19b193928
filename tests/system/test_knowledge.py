"""``concord knowledge`` as users run it; what it says where there is much to be known, and where there is nothing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import knowledge
from experiments.cli import main
from experiments.studies.knowledge import ITEMS
from experiments.studies.study import Study

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = ("world=stylised", "world.size=9", "quarters=20", "replications=12", "workers=2")
KNOWN = [f"{name}=0" for name in ITEMS["all"]]


def items(study: Study) -> dict[tuple[str, str], Any]:
    return {(row["item"], row["institution"]): row for row in study.result()["items"]}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return knowledge(*SMALL, study="s", results=str(tmp_path_factory.mktemp("results")))


def test_what_knowing_is_worth_follows_from_the_runs(study: Study) -> None:
    runs = pd.read_parquet(study.folder / "runs")
    wide = runs.pivot_table(index=["institution", "replication"], columns="point", values="conflict_years")
    assert set(items(study)) == {(item, name) for item in ITEMS for name in ("siloed", "uk_pools")}
    for place, item in enumerate(ITEMS):
        for name in ("siloed", "uk_pools"):
            change = (wide[1 + place] - wide[0])[name]
            assert items(study)[item, name]["estimate"] == pytest.approx(float(change.mean()), abs=1e-9)
    ceiling, everything = study.result()["ceiling"], items(study)["all", "siloed"]
    perfect = float(wide.loc["siloed"][1 + list(ITEMS).index("all")].mean())
    assert ceiling["conflict_years"] == pytest.approx(perfect, abs=1e-9)
    assert {name: ceiling[name] for name in ("institution", "estimate", "low", "high")} == {
        name: everything[name] for name in ("institution", "estimate", "low", "high")
    }
    assert f"a perfect picture: {perfect:.1f}" in (study.folder / "README.md").read_text()


def test_the_same_command_says_the_same_again_as_json(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (*SMALL, "study=s", f"results={study.folder.parents[1]}", "output=json")
    assert main(["knowledge", *asked]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["items"] == study.result()["items"]
    first = told["items"][0]
    assert set(first) == {"item", "institution", "estimate", "low", "high", "recovered_by_shared_analysis"}
    assert set(first["recovered_by_shared_analysis"]) == {"estimate", "low", "high"}


def test_where_all_is_known_already_knowing_is_worth_exactly_nothing(tmp_path: Path) -> None:
    found = items(knowledge(*SMALL, *KNOWN, "analysis_delay=0", study="z", results=str(tmp_path)))
    for row in found.values():
        assert (row["estimate"], row["low"], row["high"]) == (0.0, 0.0, 0.0)
        assert row["recovered_by_shared_analysis"] == {"estimate": None, "low": None, "high": None}


def test_where_much_is_to_be_known_knowing_is_worth_much(tmp_path: Path) -> None:
    planted = ("world=planted", "institution=stability_fund", "replications=40", "workers=2")
    found = items(knowledge(*planted, study="p", results=str(tmp_path)))
    assert found["all", "siloed"]["high"] < 0.0
    assert found["what_works", "siloed"]["high"] < 0.0
    assert found["all", "siloed"]["estimate"] < found["consent", "siloed"]["estimate"]
    assert np.isfinite(found["all", "siloed"]["recovered_by_shared_analysis"]["estimate"])
