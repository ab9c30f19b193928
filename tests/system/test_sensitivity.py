"""``concord sensitivity`` as users run it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import sensitivity
from experiments.cli import main
from experiments.statistics.sobol import PARTS, parted_design, sobol_indices
from experiments.studies.sensitivity import OTHERS
from experiments.studies.study import Study
from model.ensemble import simulate
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = (
    "world=stylised", "world.size=12", "quarters=40",
    "axes=[diplomacy_on_ending,complementarity,crowding,trust_gain,belief_weight]",
    "morris=4", "keep=2", "base=16", "replications=4", "workers=2", "seed=3",
)  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return sensitivity(*SMALL, results=str(tmp_path_factory.mktemp("results")), study="small")


def test_an_independent_reader_gets_the_same_indices_from_parquet(study: Study) -> None:
    """Points are those of the design, in order: 16 parts of 16, each with four futures of its own."""
    runs = pd.read_parquet(study.folder / "runs")
    assert len(runs) == 16 * PARTS * 4 * 2
    wide = runs.pivot(index=["point", "replication"], columns="institution", values="harm")
    difference = (wide["uk_pools"] - wide["siloed"]).to_numpy().reshape(16 * PARTS, 4)
    factors = study.result()["factors"]
    expected = sobol_indices(parted_design(5, 16, seed=3), difference, factors)
    table = pd.read_csv(study.folder / "tables" / "indices.csv")
    rows = table[(table["of"] == "difference") & (table["metric"] == "harm")].set_index("factor")
    for factor in factors:
        assert np.allclose(rows.loc[factor, "total"], expected.total[factor].mean, equal_nan=True)
        assert np.allclose(rows.loc[factor, "total_with_luck"], expected.with_noise[factor], equal_nan=True)


def test_screening_chose_the_largest_effects(study: Study) -> None:
    told = study.result()
    ranked = [row["parameter"] for row in told["screening"]]
    assert sorted(ranked) == sorted(SMALL[3].removeprefix("axes=[").removesuffix("]").split(","))
    assert list(told["factors"]) == [*ranked[:2], OTHERS]
    assert sorted(told["factors"][OTHERS]) == sorted(ranked[2:])
    assert told["runs"] == 2 * 4 * (4 * 6 + 16 * PARTS)


def test_parts_have_futures_of_their_own(study: Study) -> None:
    runs = pd.read_parquet(study.folder / "runs")
    assert (runs["replication"] // 4 == runs["point"] // 16).all()
    assert sorted(runs["replication"].unique()) == list(range(4 * PARTS))
    assert set(pd.read_parquet(study.folder / "runs_screening")["replication"]) == {0, 1, 2, 3}


def test_the_folder_explains_itself(study: Study) -> None:
    text = (study.folder / "README.md").read_text(encoding="utf-8")
    assert "luck" in text and "onverged" in text and "## What is in this folder" in text
    assert {path.stem for path in study.figures} == {"screening", "indices", "indices_by_outcome"}
    for path in study.figures:
        assert path.with_suffix(".csv").exists()
    quality = pd.read_csv(study.folder / "tables" / "quality.csv")
    assert len(quality) == 3 * len(OUTCOMES)
    assert not quality["converged"].all()


def test_the_same_command_reads_what_is_there(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*SMALL, f"results={study.folder.parents[1]}", "study=small"]
    capsys.readouterr()
    assert main(["sensitivity", *arguments, "output=json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == json.loads(json.dumps(study.result()))
    assert "runs" not in printed.err
    assert main(["sensitivity", *arguments]) == 0
    shown = capsys.readouterr().out
    assert "Not converged: " in shown and "Luck: " in shown and "Screening" in shown


def test_mistakes_cost_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for argument, said in (
        ("institution=siloed", "is compared with itself"),
        ("metric=wars", "did you mean"),
        ("axes=[efect]", "did you mean 'effect'"),
        ("axes={effect:[0.01,9]}", "outside its range"),
        ("base=1", "must be a whole number, 2 or more"),
        ("morris=1", "must be a whole number, 2 or more"),
    ):
        wanted = [text for text in SMALL if text.split("=")[0] != argument.split("=")[0]]
        assert main(["sensitivity", *wanted, argument, f"results={tmp_path}"]) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1 and said in lines[0]
    assert not list(tmp_path.iterdir())


def test_a_run_that_fails_leaves_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(10**9))

    def sometimes(*arguments: Any) -> Any:
        return simulate(*arguments) * (np.nan if next(calls) == 77 else 1.0)

    monkeypatch.setattr("experiments.runs.simulate.simulate", sometimes)
    with pytest.raises(InvalidInput, match=r"1 of 96 runs of .* failed or are missing"):
        sensitivity(*SMALL, results=str(tmp_path), study="broken")
    assert json.loads((tmp_path / "sensitivity" / "broken" / "manifest.json").read_text())["status"] != "finished"
