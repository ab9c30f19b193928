"""``concord discover`` as users run it."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import compare, discover
from experiments.cli import main
from experiments.studies.study import Study

pytestmark = pytest.mark.usefixtures("quick_pictures")

WORLD = ("world=stylised", "world.size=8", "quarters=20", "workers=2")
SMALL = (*WORLD, "points=80", "replications=3", "axes=[effect,complementarity,crowding,national_interest,desks]")
CONDITION = "conflict_years(none) - conflict_years(uk_pools) > 0.3"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return discover(*SMALL, condition=CONDITION, results=str(tmp_path_factory.mktemp("results")), study="small")


def test_an_independent_reader_classes_the_points_alike(study: Study) -> None:
    runs = pd.read_parquet(study.folder / "runs")
    assert set(runs["institution"]) == {"siloed", "uk_pools", "none"}
    assert len(runs) == 80 * 3 * 3
    means = runs.groupby(["point", "institution"])["conflict_years"].mean().unstack()
    told = study.result()
    assert told["holds_at"] == int((means["none"] - means["uk_pools"] > 0.3).sum())
    assert told["condition"] == CONDITION
    assert told["box"]["made_on"]["points"] == told["box"]["held_out"]["points"] == 40


def test_the_map_is_that_of_the_runs(study: Study) -> None:
    runs = pd.read_parquet(study.folder / "runs")
    by_point = runs.groupby(["point", "institution"])["conflict_years"].mean().unstack()
    values = runs.drop_duplicates("point").set_index("point").sort_index()
    inside = (values["desks"] < 10.0) & (values["national_interest"] < values["national_interest"].max() / 3.0)
    cells = pd.read_csv(study.folder / "tables" / "map.csv")
    assert cells["points"].sum() == 80
    assert len(cells) == 36
    panel = cells[(cells["desks"] == 0) & (cells["national_interest"] == 0)]
    assert panel["points"].sum() == pytest.approx(inside.sum(), abs=3)
    weighted = (cells["mean"] * cells["points"]).sum() / cells.loc[cells["mean"].notna(), "points"].sum()
    assert np.isfinite(weighted) and abs(weighted - (by_point["uk_pools"] - by_point["siloed"]).mean()) < 1.0


def test_the_folder_explains_itself(study: Study) -> None:
    text = (study.folder / "README.md").read_text(encoding="utf-8")
    assert CONDITION in text and "no say" in text and "## What is in this folder" in text
    assert {f"    {line}" for line in study.table("tree").iloc[:, 0]} <= set(text.splitlines())
    assert {"tradeoff", "map"} <= {path.stem for path in study.figures}
    assert {"box", "tradeoff", "tree", "map"} == {path.stem for path in (study.folder / "tables").glob("*.csv")}


def test_the_same_command_reads_what_is_there(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*SMALL, f'condition="{CONDITION}"', f"results={study.folder.parents[1]}", "study=small"]
    capsys.readouterr()
    assert main(["discover", *arguments, "output=json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(study.result()))
    assert main(["discover", *arguments]) == 0
    shown = capsys.readouterr().out
    assert "of 80 points" in shown and "Tree: " in shown


def test_points_of_a_comparison_are_read_not_run(tmp_path: Path) -> None:
    earlier = compare(
        *WORLD, institutions=["siloed", "uk_pools"], replications=2, draws=40, futures=2, channel_draws=0,
        results=str(tmp_path), study="earlier",
    )  # fmt: skip
    found = discover(*WORLD, source=str(earlier.folder), results=str(tmp_path), study="later")
    told = found.result()
    assert (told["points"], told["futures"]) == (40, 2)
    assert not (found.folder / "runs").exists()
    assert 0.0 <= told["same_label_again"] <= 1.0


def test_mistakes_cost_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for argument, said in (
        ('condition="conflict_yeers(siloed) > 1"', "did you mean 'conflict_years'"),
        ("condition=conflict_years(siloed) > 1", "in quotes"),
        ('condition="veto > 1"', "speaks of no outcome"),
        (f"source={tmp_path}", "must be the folder of a study"),
        ("than=uk_pools", "is compared with itself"),
    ):
        assert main(["discover", *SMALL, argument, f"results={tmp_path}/r"]) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1 and said in lines[0]
    assert not list(tmp_path.iterdir())
