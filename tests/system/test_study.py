"""A study as users keep it: what is missing of it is made again by the same command, and other code is told."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from experiments import attribute, open_study
from experiments.cli import main
from experiments.reporting.result import Result
from experiments.runs import work
from experiments.runs.identity import ANALYSIS, ROWS, code_digest
from experiments.runs.manifest import CODE
from experiments.runs.store import Store
from experiments.studies import question
from experiments.studies.study import Study
from model.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("quick_pictures")

SMALL = (
    "world=stylised",
    "world.size=4",
    "quarters=8",
    "seed=7",
    "institution=three_ds",
    "replications=6",
    "workers=2",
)


def small(results: Path) -> Study:
    return attribute(*SMALL, "level=defaults", study="small", results=str(results))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, quick_pictures: None) -> Study:
    return small(tmp_path_factory.mktemp("made"))


@pytest.fixture
def study(made: Study, tmp_path: Path) -> Study:
    return Study(Path(shutil.copytree(made.folder, tmp_path / "attribute" / "small")))


def files(study: Study) -> dict[str, tuple[bytes, int]]:
    found = (path for path in study.folder.rglob("*") if path.is_file())
    return {path.relative_to(study.folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


@pytest.fixture
def no_runs(monkeypatch: pytest.MonkeyPatch, study: Study) -> Iterator[None]:
    """Nothing may be run, once the study is there."""
    monkeypatch.setattr(work, "run_task", lambda task: pytest.fail("a run"))
    yield


@pytest.mark.usefixtures("no_runs")
def test_a_finished_study_is_left_as_it_is(study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(study)
    again = small(tmp_path)
    assert files(again) == before and again.result() == study.result()
    assert capsys.readouterr().err == ""


MADE = ("tables/attribution.csv", "README.md", "result.json", "figures/waterfall.png", "figures/waterfall.csv")


@pytest.mark.usefixtures("no_runs")
@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:3])])
def test_what_was_made_of_rows_is_made_again(
    study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], object]
) -> None:
    before = files(study)
    for name in MADE:
        harm(study.folder / name)
    small(tmp_path)
    after = files(study)
    assert capsys.readouterr().err.endswith("attribute/small: writing again what was made of its rows\n")
    assert {name: content for name, (content, _) in after.items() if name != "manifest.json"} == {
        name: content for name, (content, _) in before.items() if name != "manifest.json"
    }
    assert {name for name in after if after[name] != before[name]} == {*MADE, "manifest.json"}


@pytest.mark.parametrize("name", ["result.json", "README.md", "tables/attribution.csv", "figures/waterfall.csv"])
def test_what_is_missing_of_an_opened_study_is_named(study: Study, name: str) -> None:
    opened = open_study(study.folder)
    (study.folder / name).write_bytes(b"") if name.endswith("csv") else (study.folder / name).unlink()
    if name == "README.md":
        read = opened.text
    elif name == "result.json":
        read = opened.result
    else:
        read = (
            (lambda: opened.table("attribution")) if name.startswith("tables") else (lambda: opened.figure("waterfall"))
        )
    with pytest.raises(InvalidInput, match=f"{name}: cannot be read; give the study's command again to mend it"):
        read()


def test_damaged_rows_of_an_opened_study_are_not_read(study: Study) -> None:
    part = next((study.folder / "runs").iterdir())
    content = bytearray(part.read_bytes())
    content[100] ^= 1
    part.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"part-.*: was changed after it was written; give the study's command"):
        open_study(study.folder).runs()


def test_a_finished_study_that_lost_a_part_runs_it_again(study: Study, tmp_path: Path) -> None:
    before = study.runs()
    manifest = json.loads((study.folder / "manifest.json").read_text())
    part = sorted((study.folder / "runs").iterdir())[2]
    content = part.read_bytes()
    part.write_bytes(content[:-1])
    again = small(tmp_path)
    assert again.runs().equals(before) and part.read_bytes() == content
    assert again.manifest["status"] == "finished" and again.manifest["outputs"] == manifest["outputs"]


def test_a_lost_manifest_is_made_again_without_a_run(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = study.manifest
    (study.folder / "manifest.json").unlink()
    monkeypatch.setattr(work, "run_task", lambda task: pytest.fail("a run"))
    now = small(tmp_path).manifest
    same = (
        "design",
        "design_digest",
        "status",
        "runs",
        "failed",
        "outputs",
        "analysis",
        "numerics",
        "planned",
    )
    assert {key: now[key] for key in same} == {key: before[key] for key in same}


def changed(monkeypatch: pytest.MonkeyPatch, packages: tuple[str, ...]) -> None:
    """Let the code of packages be another one from now on."""
    monkeypatch.setattr(question, "code_digest", lambda asked: "changed" if asked == packages else code_digest(asked))


@pytest.mark.usefixtures("no_runs")
def test_a_changed_analysis_costs_no_run_and_is_told(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(monkeypatch, ANALYSIS)
    written = question.written

    def fewer(result: Result, store: Store) -> dict[str, str]:
        return written(replace(result, tables={"new": result.tables["outcomes"]}), store)

    monkeypatch.setattr(question, "written", fewer)
    (study.folder / "tables" / "mine.csv").write_text("mine")
    small(tmp_path)
    assert study.manifest["analysis"] == "changed" and study.manifest["status"] == "finished"
    assert study.tables == ["mine", "new"], "what the old version made is gone, what is a user's stays"


@pytest.mark.parametrize("status", ["running", "finished"])
def test_changed_code_of_rows_is_one_line_and_nothing_is_written(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    if status == "running":
        next((study.folder / "runs").iterdir()).unlink()
    changed(monkeypatch, ROWS)
    before = files(study)
    capsys.readouterr()
    assert main(["attribute", *SMALL, "level=defaults", "study=small", f"results={tmp_path}"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err == (
        f"concord attribute: study 'small' ({study.folder}) was made from something else: the code that makes its rows "
        "was another; choose another study=\n"
    )
    assert files(study) == before and before["manifest.json"][0].count(CODE.encode()) == 1
