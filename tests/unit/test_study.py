"""The handle of a finished study: rows, tables, verdicts, figures; on one tiny study that all tests share."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import experiments as concord
from experiments.settings import places
from experiments.studies.study import Study, open_study
from model.errors import InvalidInput
from model.outcomes import OUTCOMES


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """A comparison as it was answered."""
    results = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(results)
        study = concord.compare(
            "world=stylised", "world.size=3", "quarters=4", "replications=4", "draws=3", "futures=1", "channel_draws=0",
            "workers=1", "institutions=[uk_pools]", "hypothesis=[joint_beats_siloed,delay_erodes_the_gain]",
            study="tiny", results=str(results),
        )  # fmt: skip
    assert isinstance(study, Study)
    yield study


@pytest.fixture
def opened(made: Study) -> Study:
    """The same, opened from its folder."""
    return open_study(made.folder)


def test_a_study_says_in_one_line_what_it_is(opened: Study) -> None:
    # Five institutions, siloed at its best among them, and four arms, in 4 replications and 3 draws.
    assert repr(opened) == "<Study compare/tiny: finished, 63 runs>"
    assert opened.command == "compare" and opened.manifest["runs"] == 63 and opened.seconds >= 0.0


def test_runs_are_those_of_the_institutions_asked_for_and_siloed(opened: Study) -> None:
    runs = opened.runs()
    assert sorted(set(runs["institution"])) == ["siloed", "uk_pools"] and len(runs) == 2 * 4
    assert set(runs["replication"]) == {0, 1, 2, 3} and {"seed", *OUTCOMES} <= set(runs)
    assert runs.index.tolist() == list(range(8)) and "condition" not in runs


def test_everything_that_was_run_is_told_apart_by_condition(opened: Study) -> None:
    runs = opened.runs(everything=True)
    assert len(runs) == 9 * 4
    usual = runs[runs["condition"] == ""]
    assert sorted(usual["institution"].unique()) == ["full_information", "none", "siloed", "siloed_best", "uk_pools"]
    arms = runs[runs["condition"] != ""]
    [delays] = {tuple(sorted(set(own["condition"]))) for _, own in arms.groupby("institution")}
    assert sorted(arms["institution"].unique()) == ["siloed", "uk_pools"]
    assert len(delays) == 2 and all(each.startswith("approval_delay=") for each in delays)


@pytest.mark.parametrize("name", ["across_ranges", "runs_across_ranges"])
def test_rows_of_other_tables_are_read_by_name(opened: Study, name: str) -> None:
    across = opened.runs(name)
    assert across["replication"].nunique() == 3 and "complementarity" in across
    pd.testing.assert_frame_equal(opened.runs("defaults"), opened.runs())
    with pytest.raises(InvalidInput, match=r"has no rows 'runs_across': did you mean 'runs_across_ranges'"):
        opened.runs("runs_across")


def test_tables_are_what_their_files_hold(opened: Study) -> None:
    assert {"institutions", "differences_vs_siloed", "worlds_better", "hypotheses"} <= set(opened.tables)
    for name in opened.tables:
        pd.testing.assert_frame_equal(opened.table(name), pd.read_csv(opened.folder / "tables" / f"{name}.csv"))
    with pytest.raises(InvalidInput, match=r"<Study compare/tiny.*>: has no table 'institution'.*'institutions'"):
        opened.table("institution")


def test_verdicts_are_a_row_per_hypothesis_and_level(opened: Study) -> None:
    verdicts = opened.verdicts()
    names = ["joint_beats_siloed", "joint_beats_siloed_best", "delay_erodes_the_gain"]
    assert sorted(zip(verdicts["id"], verdicts["level"], strict=True)) == sorted(
        (name, level) for name in names for level in ("across_ranges", "defaults")
    )
    assert set(verdicts["direction"]) <= {"better", "worse", "open"}
    assert set(verdicts["size"]) <= {"at_least", "less", "open"}


def test_a_figure_is_shown_with_the_table_behind_it(opened: Study) -> None:
    assert {path.suffix for path in opened.figures} == {".png", ".svg"}
    picture = opened.figure("difference_vs_siloed")
    assert picture._repr_png_().startswith(b"\x89PNG") and picture.svg.is_file()
    assert picture.png in opened.figures and picture.svg in opened.figures
    assert {"institution", "level", "mean", "low", "high"} <= set(picture.table)
    with pytest.raises(InvalidInput, match="has no figure 'over_tim': did you mean 'over_time'"):
        opened.figure("over_tim")


def test_result_and_text_are_the_same_again(made: Study, opened: Study) -> None:
    assert opened.result() == json.loads(json.dumps(made.result()))
    assert opened.result()["study"] == str(made.folder)
    # What the terminal showed is not kept; its README is.
    assert "Study: compare/tiny (start with README.md)" in made.text()
    assert opened.text() == (made.folder / "README.md").read_text(encoding="utf-8")


def test_what_a_comparison_has_not_is_said(opened: Study) -> None:
    with pytest.raises(InvalidInput, match=r"<Study compare/tiny.*>: has no points; a sweep has"):
        opened.points()
    with pytest.raises(InvalidInput, match="kept no trajectories, must be run with trajectories=true"):
        opened.trajectories()


def test_a_file_that_cannot_be_read_is_named(made: Study, tmp_path: Path) -> None:
    copy = shutil.copytree(made.folder, tmp_path / "compare" / "copy")
    broken = open_study(copy)
    for name, read in {
        "tables/hypotheses.csv": broken.verdicts,
        "figures/over_time.csv": lambda: broken.figure("over_time"),
        "result.json": broken.result,
        "README.md": broken.text,
    }.items():
        (copy / name).write_bytes(b"" if name.endswith(".csv") else b"\xff")
        with pytest.raises(InvalidInput, match=rf"{re.escape(name)}: cannot be read; give the study's command again"):
            read()


def test_a_study_without_hypotheses_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"<Study sweep/x: unknown>: judges no hypotheses; concord\.compare\(\)"):
        Study(tmp_path / "sweep" / "x").verdicts()
    with pytest.raises(InvalidInput, match="has no rows 'runs': there is none"):
        Study(tmp_path / "sweep" / "x").runs()


def test_only_a_finished_study_can_be_opened(tmp_path: Path, made: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made.folder.parent)
    assert open_study("tiny").folder == made.folder
    monkeypatch.setattr(places, "RESULTS", made.folder.parent.parent)
    assert open_study(f"{made.folder.parent.name}/tiny").folder == made.folder
    with pytest.raises(InvalidInput, match=r"nowhere: is no study \(it has no manifest\.json that can be read\)"):
        open_study(tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="~nobody/x: is no study"):
        open_study("~nobody/x")
    (tmp_path / "manifest.json").write_text('{"status": "stopped"}')
    with pytest.raises(InvalidInput, match="is stopped, must be finished; give its command again to go on"):
        open_study(str(tmp_path))
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(InvalidInput, match="is no study"):
        open_study(tmp_path)
