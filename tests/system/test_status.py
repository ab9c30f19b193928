"""``concord status`` and ``concord compact`` on studies in every state."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from experiments.runs.execution import Job, carry_out

from experiments import compact, status
from experiments.cli import main
from experiments.runs import compaction
from experiments.runs.store import Store
from experiments.settings.runner import Runner
from model.errors import InvalidInput
from tests.chunks import Numbers, poisoned, raising, squares

FACTS = {"command": "compare", "begun": "2026-01-02T03:04:05+00:00"}


def job(count: int = 20, task: Any = Numbers) -> Job[Numbers]:
    return Job("numbers", "numbers", 0, count, 2, task, ("roots",))


def study(results: Path, name: str = "small", command: str = "compare") -> Store:
    """A study of ten parts, in one of which every run failed."""
    store = Store(results / command / name)
    with store.opened({}, FACTS, ""):
        carry_out(store, [job(task=poisoned)], raising, Runner(workers=1))
        store.note({"status": "finished"})
    return store


def numbers(store: Store) -> list[int]:
    found: list[int] = store.read("numbers")["number"].to_pylist()
    return found


KEPT = [number for number in range(20) if number not in (6, 7)]


def told(results: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["status", f"results={results}", "output=json"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    content = json.loads(printed)
    assert content["results"] == str(results)
    return {row["study"]: row for row in content["studies"]}


def test_every_state_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finished = study(tmp_path, "a")
    stopped = study(tmp_path, "b")
    stopped.part("numbers", 0, 2).unlink()
    stopped.note({"status": "stopped"})
    killed = study(tmp_path, "c", "sweep")
    killed.note({"status": "running", "seconds": 75.0})
    (study(tmp_path, "d").folder / "manifest.json").write_text("{")
    (tmp_path / "compare" / "no_study").mkdir()
    assert {name: row["status"] for name, row in told(tmp_path, capsys).items()} == {
        "a": "finished", "b": "stopped", "c": "killed", "d": "unreadable"
    }  # fmt: skip
    with killed.held():
        rows = told(tmp_path, capsys)
    assert rows["c"]["status"] == "running" and rows["c"]["command"] == "sweep"
    assert (rows["a"]["done"], rows["a"]["planned"]) == (20, 20)
    assert (rows["b"]["done"], rows["b"]["planned"]) == (18, 20)
    assert rows["c"]["seconds"] == 75.0 and rows["a"]["begun"] == FACTS["begun"]
    files = [path for path in finished.folder.rglob("*") if path.is_file()]
    assert rows["a"]["bytes"] == sum(path.stat().st_size for path in files)
    assert main(["status", f"results={tmp_path}"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["command", "study", "status", "runs", "done", "of", "time", "size", "begun"]
    assert any(line.split()[:6] == ["sweep", "c", "killed", "20", "20", "1"] for line in table[1:])


def test_no_studies_are_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path / "nowhere", capsys) == {}
    assert main(["status", f"results={tmp_path}"]) == 0
    assert capsys.readouterr().out == f"no studies in {tmp_path}\n"
    assert status(results=tmp_path).studies == []


def test_small_parts_become_big_ones_and_rows_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = study(tmp_path)
    before, failures = store.read("numbers"), store.failures()
    assert main(["compact", "study=small", f"results={tmp_path}"]) == 0
    assert capsys.readouterr().out == "numbers: 10 parts, now 1\nroots: 10 parts, now 1\n"
    assert store.read("numbers").equals(before) and store.read("roots").num_rows == 18
    assert store.failures() == failures
    assert [path.name for path in (store.folder / "numbers").iterdir()] == ["part-0000000-0000019.parquet"]
    assert pq.read_table(store.folder / "numbers").equals(before), "a reader with pyarrow alone sees the same"
    assert compact(study="small", results=tmp_path) == {"numbers": (1, 1), "roots": (1, 1)}


def test_a_merged_part_is_not_too_big_and_leaps_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "_ROWS_AT_MOST", 6)
    store = study(tmp_path)
    store.part("numbers", 10, 12).unlink()
    compact(study="small", results=tmp_path)
    # Six rows at most; numbers 6 and 7 failed.
    assert [(part.first, part.last) for part in store.parts("numbers")] == [(0, 8), (8, 10), (12, 18), (18, 20)]


def test_a_compacted_study_goes_on(tmp_path: Path) -> None:
    store = study(tmp_path)
    store.part("numbers", 10, 12).unlink()
    compact(study="small", results=tmp_path)
    with store.opened({}, FACTS, ""):
        carry_out(store, [job()], squares, Runner(workers=1))
    assert numbers(store) == KEPT and store.read("roots").num_rows == 18
    # What is tried again lies inside a bigger part of the other table, and is not counted twice.
    compact(study="small", results=tmp_path)
    assert numbers(store) == KEPT and store.read("roots").num_rows == 18


@pytest.mark.parametrize("step", range(0, 24, 3))
def test_killed_at_any_moment_compacting_loses_and_doubles_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Stop before the n-th file is moved or removed, then read, go on, and compact again."""
    store = study(tmp_path)
    steps = 0

    def stopping(action: Any) -> Any:
        def act(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > step:
                raise SystemExit
            return action(*arguments, **options)

        return act

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", stopping(Path.unlink))
        patch.setattr(Path, "replace", stopping(Path.replace))
        with pytest.raises(SystemExit) if step < 22 else pytest.raises(StopIteration):
            compact(study="small", results=tmp_path)
            raise StopIteration
    assert numbers(store) == KEPT and store.read("roots").num_rows == 18
    assert job().missing(store) == []
    compact(study="small", results=tmp_path)
    assert numbers(store) == KEPT and len(list((store.folder / "numbers").iterdir())) == 1


def test_a_study_is_found_by_its_name(tmp_path: Path) -> None:
    study(tmp_path, "first")
    with pytest.raises(InvalidInput, match=r"study=frist: must be a study in .*; did you mean 'first'\?"):
        compact(study="frist", results=tmp_path)
    study(tmp_path, "first", "sweep")
    with pytest.raises(InvalidInput, match=r"several commands have one, add command= \(compare, sweep\)"):
        compact(study="first", results=tmp_path)
    assert compact(study="first", command="sweep", results=tmp_path)["numbers"] == (10, 1)


def test_a_study_at_work_is_left_alone(tmp_path: Path) -> None:
    store = study(tmp_path)
    with store.held(), pytest.raises(InvalidInput, match="in use by another process"):
        compact(study="small", results=tmp_path)
    assert len(store.parts("numbers")) == 10


def test_a_damaged_part_is_named_and_nothing_is_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = study(tmp_path)
    part = store.part("numbers", 4, 6)
    part.write_bytes(part.read_bytes()[:-30])
    capsys.readouterr()
    assert main(["compact", "study=small", f"results={tmp_path}"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"{part}: cannot be read" in said and "delete it" in said
    assert len(list((store.folder / "numbers").iterdir())) == 10


def test_the_rows_of_many_parts_are_read_as_they_were_written(tmp_path: Path) -> None:
    store = study(tmp_path)
    compact(study="small", results=tmp_path)
    assert np.array_equal(store.read("numbers")["square"].to_numpy(), np.array(KEPT) ** 2 / 3.0)
