"""Whatever happens to a study's files: it is named, put aside and run again, with the rows of an undisturbed study."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.runs import work
from experiments.runs.parts import as_parquet
from experiments.runs.plan import DEFAULTS, Task
from experiments.runs.simulate import Rows, run_task
from experiments.runs.store import Store
from model.errors import InvalidInput
from tests import plans
from tests.plans import DESIGN, NAMES, done, opened, plan, rows

PLAN = plan(DEFAULTS, 20)
FLIPS = 300


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    plans.without_the_model(monkeypatch)


@pytest.fixture
def study(tmp_path: Path) -> Store:
    """A finished study of several parts."""
    store = done(tmp_path / "study", PLAN)
    with opened(store.folder):
        store.note({"status": "finished"})
    return store


@pytest.fixture
def whole(study: Store) -> pd.DataFrame:
    return rows(study)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_flipped_bit_is_found(study: Store) -> None:
    part = study.parts("runs")[3]
    content = part.path.read_bytes()
    step = 8 * len(content) // FLIPS
    for place in range(0, 8 * len(content), step):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        part.path.write_bytes(changed)
        assert part.fault("runs", None, None) == "was changed after it was written", place
    part.path.write_bytes(content)
    assert part.fault("runs", None, None) is None


def flipped(store: Store, other: Store) -> Path:
    path = store.parts("runs")[3].path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    return path


def cut(store: Store, other: Store) -> Path:
    path = store.parts("runs")[3].path
    path.write_bytes(path.read_bytes()[:-20])
    return path


def emptied(store: Store, other: Store) -> Path:
    path = store.parts("runs")[3].path
    path.write_bytes(b"")
    return path


def a_folder(store: Store, other: Store) -> Path:
    path = store.parts("runs")[3].path
    path.unlink()
    path.mkdir()
    return path


def of_another_study(store: Store, other: Store) -> Path:
    """The part of the same runs from another seed, in place of ours."""
    ours, theirs = store.parts("runs")[3].path, other.parts("runs")[3].path
    ours.unlink()
    return Path(shutil.copy(theirs, ours.parent))


def edited(store: Store, other: Store) -> Path:
    """A column less, written by whatever a user has, under the old name."""
    path = store.parts("runs")[3].path
    pq.write_table(pq.read_table(path).drop(["conflict_years"]), path)
    return path


def a_row_short(store: Store, other: Store) -> Path:
    path = store.parts("runs")[3].path
    path.write_bytes(as_parquet(pq.read_table(path).slice(1)).to_pybytes())
    return path


def doubled(store: Store, other: Store) -> Path:
    """A copy under the name of other runs, in their place."""
    parts = store.parts("runs")
    place = parts[5].path
    place.unlink()
    return Path(shutil.copy(parts[3].path, place.with_name(place.name[:21] + parts[3].path.name[21:])))


def copied(store: Store, other: Store) -> Path:
    """A copy beside the part, as file managers name it."""
    path = store.parts("runs")[3].path
    return Path(shutil.copy(path, path.with_name(f"{path.stem} (copy).parquet")))


def from_another_table(store: Store, other: Store) -> Path:
    path = store.parts("runs")[3].path
    (store.folder / "paths").mkdir()
    return Path(shutil.copy(path, store.folder / "paths"))


def a_stray_one_over_four(store: Store, other: Store) -> Path:
    """A part of another study that covers what four of ours do."""
    with other.held():
        other.merge("runs", other.parts("runs")[2:6])
    return Path(shutil.copy(other.parts("runs")[2].path, store.folder / "runs"))


def a_stray_one_across(store: Store, other: Store) -> Path:
    """A part of the very same study, cut otherwise."""
    twin = Store(other.folder.parent / "twin")
    shutil.copytree(store.folder, twin.folder)
    with twin.held():
        twin.merge("runs", twin.parts("runs")[2:4])
    with store.held():
        store.merge("runs", store.parts("runs")[3:5])
    return Path(shutil.copy(twin.parts("runs")[2].path, store.folder / "runs"))


HARMS = [
    flipped, cut, emptied, a_folder, of_another_study, edited, a_row_short, doubled, copied, from_another_table,
    a_stray_one_over_four,
]  # fmt: skip


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_part_is_named_put_aside_and_run_again(
    study: Store, whole: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    harm: Callable[[Store, Store], Path],
) -> None:  # fmt: skip
    other = done(tmp_path / "other", PLAN, design=DESIGN | {"seed": 4})
    untouched = files(study.folder / "runs")
    damaged = harm(study, other)
    table, is_folder = damaged.parent.name, damaged.is_dir()
    untouched.pop(damaged.name, None)
    content = b"" if is_folder else damaged.read_bytes()
    capsys.readouterr()
    if harm is not copied:  # what has no part's name is not read
        with pytest.raises(InvalidInput, match="give the study's command again to mend it"):
            study.read(table)
    done(study.folder, PLAN)
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith(f"{damaged}: ") and "is kept in" in said[0]
    kept = study.folder / "damaged" / table / damaged.name
    assert kept.is_dir() if is_folder else kept.read_bytes() == content
    pd.testing.assert_frame_equal(rows(study), whole, check_exact=True)
    # A reader of the folder alone sees every run once, and no part that was sound was touched.
    assert pq.read_table(study.folder / "runs").num_rows == len(whole)
    now = files(study.folder / "runs")
    assert all(now.get(name) == part for name, part in untouched.items())
    assert study.manifest["status"] == "running" and study.tables() == ["runs"]


def test_a_part_across_others_is_put_aside_and_what_it_alone_had_is_run(
    study: Store, whole: pd.DataFrame, tmp_path: Path
) -> None:
    a_stray_one_across(study, Store(tmp_path / "other"))
    done(study.folder, PLAN)
    assert len(list((study.folder / "damaged" / "runs").iterdir())) == 1
    pd.testing.assert_frame_equal(rows(study), whole, check_exact=True)
    assert pq.read_table(study.folder / "runs").num_rows == len(whole)


def test_what_is_put_aside_twice_is_kept_twice(study: Store) -> None:
    for _ in range(2):
        flipped(study, study)
        done(study.folder, PLAN)
    assert len(list((study.folder / "damaged" / "runs").iterdir())) == 2


@pytest.mark.parametrize("harm", ["deleted", "flipped"])
def test_an_account_of_failed_runs_that_is_lost_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    def failing(task: Task) -> Rows:
        found = run_task(task)
        gone = {"institution": NAMES[0], "seed": 3, "replication": 3, "error": "x", "parameters": {}}
        return Rows(found.columns, [gone], found.extra) if task.first <= 3 < task.last else found

    monkeypatch.setattr(work, "run_task", failing)
    store = done(tmp_path, PLAN)
    [account] = (tmp_path / "failures" / "runs").iterdir()
    content = account.read_bytes()
    account.unlink() if harm == "deleted" else account.write_bytes(content[:-1])
    done(tmp_path, PLAN)
    assert account.read_bytes() == content and len(store.failures()) == 1


ODD: dict[str, Any] = {
    "planned a number": {"planned": 3},
    "planned in words": {"planned": {"runs": {"first": 0, "count": "all", "runs": 40}}},
    "planned nothing": {"planned": {"runs": {"first": 0, "count": 0, "runs": 0, "rounds": {}}}},
    "seconds in words": {"seconds": "x"},
    "seconds below zero": {"seconds": -1},
    "status a list": {"status": []},
    "text that cannot be printed": {"begun": "\ud800", "status": "a\nb"},
    "outputs a list": {"outputs": [1]},
    "decisions a word": {"decisions": "none"},
}


@pytest.mark.parametrize("odd", ODD)
def test_a_manifest_with_odd_values_is_mended(study: Store, whole: pd.DataFrame, odd: str) -> None:
    path = study.folder / "manifest.json"
    good = json.loads(path.read_text())
    path.write_text(json.dumps(good | ODD[odd]))
    before = files(study.folder / "runs")
    with plans.at_work(study.folder) as at:
        at.run("runs", "runs", PLAN)
        study_now = at.store.manifest
        assert study_now["planned"] == good["planned"] and study_now["seconds"] >= 0
    assert study.manifest["design"] == DESIGN and study.manifest["status"] in ("running", "finished")
    assert files(study.folder / "runs") == before
    assert rows(study).equals(whole)


LOST: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "a folder": lambda path: path.rename(path.with_name("kept")) and path.mkdir(),  # type: ignore[func-returns-value]
    "binary": lambda path: path.write_bytes(bytes(range(256))),
    "cut": lambda path: path.write_text(path.read_text()[:100]),
    "a list": lambda path: path.write_text("[]"),
    "nested deeply": lambda path: path.write_text("[" * 100_000),
    "a design of words": lambda path: path.write_text('{"design": "x"}'),
}


@pytest.mark.parametrize("loss", LOST)
def test_a_lost_manifest_is_made_again_from_parts_of_the_same_design(
    study: Store, whole: pd.DataFrame, loss: str, tmp_path: Path
) -> None:
    good = study.manifest
    of_another_study(study, done(tmp_path / "other", PLAN, design=DESIGN | {"seed": 4}))
    sound = files(study.folder / "runs")
    LOST[loss](study.folder / "manifest.json")
    with pytest.raises(InvalidInput, match="is no study of this"), opened(study.folder, DESIGN | {"seed": 5}):
        pass
    done(study.folder, PLAN)
    now = study.manifest
    kept = ("design", "command", "planned", "numerics")
    assert {key: now[key] for key in kept} == {key: good[key] for key in kept}
    assert rows(study).equals(whole)
    assert len(set(sound.items()) & set(files(study.folder / "runs").items())) == len(sound) - 1


def test_a_manifest_beside_which_no_part_is_sound_is_not_made_again(study: Store) -> None:
    (study.folder / "manifest.json").unlink()
    for part in study.parts("runs"):
        part.path.write_bytes(b"x")
    before = files(study.folder)
    with pytest.raises(InvalidInput, match="is no study of this"):
        done(study.folder, PLAN)
    assert files(study.folder) == before


def test_a_manifest_that_is_damaged_while_its_study_runs_is_written_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        (tmp_path / "manifest.json").write_text("{")
        store.note({"seconds": 3.0})
    assert store.manifest["design"] == DESIGN and store.manifest["seconds"] == 3.0


def test_text_in_place_of_numbers_is_no_part(study: Store, whole: pd.DataFrame) -> None:
    """Even one whose name tells its digest must be of this study."""
    from experiments.runs.parts import write_part

    ours = study.parts("runs")[3]
    ours.path.unlink()
    write_part(study.folder, "runs", ours.first, ours.last, pa.table({"x": ["y"]}), {"design_digest": "0" * 16})
    done(study.folder, PLAN)
    assert rows(study).equals(whole)


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.EACCES])
@pytest.mark.parametrize("unreadable", ["manifest.json", "part-*"])
def test_what_the_system_does_not_let_be_read_is_left_where_it_is(
    study: Store, whole: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, number: int, unreadable: str
) -> None:
    before, read_bytes = files(study.folder), Path.open

    def open_(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.match(unreadable):
            raise OSError(number, os.strerror(number), str(path))
        return read_bytes(path, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", open_)
        with pytest.raises(OSError, match=os.strerror(number)):
            done(study.folder, PLAN)
    assert files(study.folder) == before
    assert rows(study).equals(whole)
