"""``concord status`` and ``concord compact`` on studies in every state."""

import json
from pathlib import Path
from typing import Any

import pytest

import experiments as concord
from experiments.cli import main
from experiments.runs import store as storing
from experiments.runs import work
from experiments.runs.plan import DEFAULTS, Plan, Task
from experiments.runs.recorders import Paths
from experiments.runs.simulate import Rows, run_task
from experiments.runs.store import Store
from model.errors import InvalidInput
from tests import plans
from tests.plans import done, plan, rows

PLAN = plan(DEFAULTS, 16, recorder=Paths(plans.NAMES, 16))


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    plans.without_the_model(monkeypatch)


def study(results: Path, name: str = "small", command: str = "compare", chosen: Any = PLAN) -> Store:
    """A study of eight parts, in one of which every run failed."""

    def raising(task: Task) -> Rows:
        if task.first <= 6 < task.last:
            raise ValueError("cannot stand 6")
        return run_task(task)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "run_task", raising)
        store = done(results / command / name, chosen)
    with store.held():
        store.note({"status": "finished"})
    return store


def part(store: Store, first: int, table: str = "runs") -> Path:
    return next(each.path for each in store.parts(table) if each.first == first)


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
    part(stopped, 0).unlink()
    stopped.note({"status": "stopped"})
    killed = study(tmp_path, "c", "sweep")
    killed.note({"status": "running", "seconds": 75.0})
    (study(tmp_path, "d").folder / "manifest.json").write_text("{")
    (study(tmp_path, "e").folder / "manifest.json").unlink()
    (tmp_path / "compare" / "no_study").mkdir()
    assert {name: row["status"] for name, row in told(tmp_path, capsys).items()} == {
        "a": "finished", "b": "stopped", "c": "killed", "d": "unreadable", "e": "unreadable"
    }  # fmt: skip
    with killed.held():
        table = told(tmp_path, capsys)
    assert table["c"]["status"] == "running" and table["c"]["command"] == "sweep"
    assert (table["a"]["done"], table["a"]["planned"]) == (32, 32)
    assert (table["b"]["done"], table["b"]["planned"]) == (30, 32)
    assert table["c"]["seconds"] == 75.0 and table["d"]["done"] is None
    files = [path for path in finished.folder.rglob("*") if path.is_file()]
    assert table["a"]["bytes"] == sum(path.stat().st_size for path in files)
    assert main(["status", f"results={tmp_path}"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["command", "study", "status", "runs", "done", "of", "time", "size", "begun"]
    assert any(line.split()[:6] == ["sweep", "c", "killed", "32", "32", "1"] for line in lines[1:])


ODD: list[dict[str, Any]] = [
    {"planned": 3}, {"seconds": "x"}, {"seconds": float("inf")}, {"planned": {"runs": {"count": 0}}}, {"status": 3},
    {"begun": "\ud800"}, {"begun": ["x"], "ended": 1},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_in_one_manifest_hide_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], odd: dict[str, Any]
) -> None:
    study(tmp_path, "a")
    path = study(tmp_path, "b").folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | odd))
    assert list(told(tmp_path, capsys)) == ["a", "b"]
    assert main(["status", f"results={tmp_path}"]) == 0 and capsys.readouterr().err == ""


def test_a_folder_in_place_of_a_manifest_hides_no_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = study(tmp_path, "b").folder / "manifest.json"
    path.unlink()
    path.mkdir()
    assert told(tmp_path, capsys)["b"]["status"] == "unreadable"


def test_no_studies_are_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path / "nowhere", capsys) == {}
    assert main(["status", f"results={tmp_path}"]) == 0
    assert capsys.readouterr().out == f"no studies in {tmp_path}\n"
    assert concord.status(results=str(tmp_path)).studies == []


def test_the_code_that_studies_depend_on_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "code=true", "output=json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert list(listed) == ["rows", "analysis"]
    assert {"model/rules/conflict.py", "experiments/runs/plan.py"} <= set(listed["rows"])
    assert {"experiments/commands/compare.py", "experiments/statistics/intervals.py"} <= set(listed["analysis"])
    assert main(["status", "code=true"]) == 0
    assert "rows experiments/runs/plan.py" in capsys.readouterr().out.splitlines()


def compact(results: Path, name: str = "small") -> dict[str, tuple[int, int]]:
    return dict(concord.compact(study=name, results=str(results)))


def test_small_parts_become_big_ones_and_rows_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = study(tmp_path)
    before, paths, failures = store.read("runs"), store.read("paths"), store.failures()
    capsys.readouterr()
    assert main(["compact", "study=small", f"results={tmp_path}"]) == 0
    assert capsys.readouterr().out == "paths: 16 parts, now 1\nruns: 16 parts, now 1\n"
    assert store.read("runs").equals(before) and store.read("paths").equals(paths) and before.num_rows == 30
    assert store.failures() == failures and len(failures) == 2
    [merged] = (store.folder / "runs").iterdir()
    assert merged.name.startswith("part-0000000-0000015-")
    assert compact(tmp_path) == {"runs": (1, 1), "paths": (1, 1)}
    done(store.folder, PLAN)
    assert store.read("runs").equals(before) and store.failures() == failures, "nothing is missing"


def test_a_merged_part_is_not_too_big_and_leaps_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "_ROWS_AT_MOST", 6)
    store = study(tmp_path, chosen=plan(DEFAULTS, 16))
    part(store, 10).unlink()
    compact(tmp_path)
    # Six rows at most; both runs of number 6 failed.
    assert [(each.first, each.last) for each in store.parts("runs")] == [(0, 3), (3, 7), (7, 10), (11, 14), (14, 16)]


def test_a_merged_part_of_trajectories_is_bounded_by_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = study(tmp_path)
    paths, before = store.parts("paths"), store.read("paths")
    monkeypatch.setattr(storing, "_BYTES_AT_MOST", sum(part.bytes for part in paths[:6]))
    compact(tmp_path)
    merged = store.parts("paths")
    assert merged[0][:2] == (0, 6) and all(2 <= part.last - part.first <= 7 for part in merged)
    assert store.read("paths").equals(before)


def test_a_compacted_study_goes_on(tmp_path: Path) -> None:
    store = study(tmp_path)
    whole, paths = rows(store), store.read("paths")
    part(store, 10).unlink()
    compact(tmp_path)
    done(store.folder, PLAN)
    assert rows(store).equals(whole) and store.read("paths").equals(paths)
    # What is tried again lies inside a bigger part of the other table, and is not counted twice.
    compact(tmp_path)
    assert rows(store).equals(whole) and store.read("paths").equals(paths)


@pytest.mark.parametrize("step", range(0, 24, 3))
def test_killed_at_any_moment_compacting_loses_and_doubles_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Stop before the n-th file is moved or removed, then read, go on, and compact again."""
    monkeypatch.setattr(Plan, "length", lambda *_: 2)
    store = study(tmp_path)
    whole, paths = rows(store), store.read("paths")
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
        with pytest.raises(SystemExit) if step < 18 else pytest.raises(StopIteration):
            compact(tmp_path)
            raise StopIteration
    assert rows(store).equals(whole) and store.read("paths").equals(paths)
    assert store.missing(["runs", "paths"], 0, 16, 2) == []
    compact(tmp_path)
    assert rows(store).equals(whole) and len(list((store.folder / "runs").iterdir())) == 1


def test_a_study_is_found_by_its_name(tmp_path: Path) -> None:
    study(tmp_path, "first")
    with pytest.raises(InvalidInput, match=r"study 'frist': there is none in .*; did you mean 'first'\?"):
        compact(tmp_path, "frist")
    study(tmp_path, "first", "sweep")
    with pytest.raises(InvalidInput, match="several commands have one, must be one of compare/first, sweep/first"):
        compact(tmp_path, "first")
    assert compact(tmp_path, "sweep/first")["runs"] == (16, 1)


def test_a_study_at_work_is_left_alone(tmp_path: Path) -> None:
    store = study(tmp_path)
    with store.held(), pytest.raises(InvalidInput, match="in use by another process"):
        compact(tmp_path)
    assert len(store.parts("runs")) == 16


def test_a_damaged_part_is_put_aside_and_no_other_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = study(tmp_path)
    whole, damaged = rows(store), part(store, 4)
    damaged.write_bytes(damaged.read_bytes()[:-30])
    capsys.readouterr()
    assert main(["compact", "study=small", f"results={tmp_path}"]) == 0
    assert capsys.readouterr().err.startswith(f"{damaged}: was changed after it was written; it is kept in ")
    assert [(each.first, each.last) for each in store.parts("runs")] == [(0, 4), (5, 16)]
    assert store.manifest["status"] == "running"
    done(store.folder, PLAN)
    assert rows(store).equals(whole)
