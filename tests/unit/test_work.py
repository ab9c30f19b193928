"""What is missing of a study is done, stored as it comes, and told in its manifest, whatever happens meanwhile."""

import contextlib
import dataclasses
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.runs import pilot, simulate, work
from experiments.runs.executors import Pool, Stopped, started
from experiments.runs.plan import DEFAULTS, Plan, Task, level_plan
from experiments.runs.recorders import Paths
from experiments.runs.simulate import Rows, run_task
from experiments.runs.store import Store
from experiments.settings.runner import Runner
from model.errors import InvalidInput
from tests import plans
from tests.plans import at_work, done, opened, plan, rows

PLAN = plan(DEFAULTS, 10)


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    plans.without_the_model(monkeypatch)


def replaced(monkeypatch: pytest.MonkeyPatch, task: Any) -> None:
    monkeypatch.setattr(work, "run_task", task)


def test_only_what_is_missing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = []

    def noting(task: Task) -> Rows:
        tasks.append((task.first, task.last))
        return run_task(task)

    whole = rows(done(tmp_path / "whole", PLAN))
    store = done(tmp_path / "some", plan(DEFAULTS, 10))
    for part in store.parts("runs")[4:8]:
        part.path.unlink()
    replaced(monkeypatch, noting)
    capsys.readouterr()
    done(tmp_path / "some", PLAN)
    assert tasks == [(4, 5), (5, 6), (6, 7), (7, 8)]
    assert rows(store).equals(whole)
    assert "runs: 20 of 20 runs" in capsys.readouterr().err
    done(tmp_path / "some", PLAN)
    assert len(tasks) == 4 and capsys.readouterr().err == ""


def test_what_a_recorder_keeps_is_stored_beside_and_done_again_if_lost(tmp_path: Path) -> None:
    chosen = level_plan(plans.setting(), plans.NAMES, 3, DEFAULTS, 10, recorder=Paths(plans.NAMES, 8))
    store = done(tmp_path, chosen)
    before = store.read("paths")
    assert before.num_rows == 8 * 2 * 8
    store.parts("paths")[4].path.unlink()
    store.parts("runs")[7].path.unlink()
    done(tmp_path, chosen)
    assert store.read("paths").equals(before) and len(rows(store)) == 20


def test_the_manifest_says_what_is_planned_and_how_long_it_took(tmp_path: Path) -> None:
    told = done(tmp_path, PLAN).manifest
    assert told["planned"] == {"runs": {"first": 0, "count": 10, "runs": 20, "rounds": {"0": 20}}}
    assert told["status"] == "running" and told["seconds"] > 0 and told["numerics"]


def test_a_task_that_raises_is_recorded_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raising(task: Task) -> Rows:
        if task.first <= 6 < task.last:
            raise ValueError("cannot stand 6")
        return run_task(task)

    whole = rows(done(tmp_path / "whole", PLAN))
    with monkeypatch.context() as patch:
        replaced(patch, raising)
        store = done(tmp_path / "some", PLAN)
    assert rows(store).equals(whole[whole["replication"] != 6].reset_index(drop=True))
    assert [(row["replication"], row["institution"], row["error"]) for row in store.failures()] == [
        (6, name, "ValueError: cannot stand 6") for name in plans.NAMES
    ]
    said = capsys.readouterr().err.splitlines()[-1]
    part = next(each.path for each in store.parts("runs") if each.first == 6)
    assert "2 runs in 1 part could not be done (ValueError: cannot stand 6)" in said and f"deleting {part} " in said
    part.unlink()
    done(tmp_path / "some", PLAN)
    assert rows(store).equals(whole) and store.failures() == []


@pytest.mark.parametrize(
    "error", [ConnectionError("worker x runs other code"), ImportError("no module"), InvalidInput("x")]
)
def test_what_is_no_tasks_fault_ends_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(task: Task) -> Rows:
        raise error

    with monkeypatch.context() as patch, pytest.raises(type(error), match=str(error)):
        replaced(patch, failing)
        done(tmp_path, PLAN)
    store = Store(tmp_path)
    assert store.tables() == []
    assert len(rows(done(tmp_path, PLAN))) == 20


@pytest.mark.parametrize("where", ["model", "writing"])
def test_no_memory_is_no_failed_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def full(*_: Any) -> Any:
        if where == "model" or len(list((tmp_path / "runs").glob("*"))) == 3:
            raise MemoryError
        return simulated(*_) if where == "model" else write(*_)

    simulated, write = plans.simulated, Store.write_failures
    with monkeypatch.context() as patch, pytest.raises(MemoryError, match="the same command goes on"):
        if where == "model":
            patch.setattr(simulate, "simulate", full)
        else:
            patch.setattr(Store, "write_failures", full)
        done(tmp_path, PLAN)
    assert Store(tmp_path).failures() == []
    store = done(tmp_path, PLAN)
    assert len(rows(store)) == 20 and store.failures() == []


def test_replications_that_take_workers_down_are_named_and_are_no_failed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(Exception):
        pass

    def deadly(task: Task) -> Rows:
        if task.first == 4:
            raise Died
        return run_task(task)

    @contextlib.contextmanager
    def where_workers_die(runner: Runner) -> Iterator[Pool]:
        with started(runner) as pool:
            yield dataclasses.replace(pool, without_memory=(Died,))

    with monkeypatch.context() as patch, pytest.raises(MemoryError) as ended:
        replaced(patch, deadly)
        patch.setattr(work, "started", where_workers_die)
        done(tmp_path, PLAN)
    assert str(ended.value) == (
        "there is not memory enough for replication 4, which took down one worker after the other; "
        "the same command goes on from what is stored, with fewer workers= at a time"
    )
    store = Store(tmp_path)
    assert sorted({*rows(store)["replication"]}) == [0, 1, 2, 3, 5, 6, 7, 8, 9] and store.failures() == []
    assert len(rows(done(tmp_path, PLAN))) == 20


def test_a_full_disk_ends_the_study_which_goes_on_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Store.write

    def full(self: Store, table: str, first: int, *others: Any, **told: Any) -> None:
        if first == 4:
            raise OSError(28, "No space left on device", "part")
        write(self, table, first, *others, **told)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(Store, "write", full)
        done(tmp_path, PLAN)
    assert 4 not in [part.first for part in Store(tmp_path).parts("runs")]
    assert len(rows(done(tmp_path, PLAN))) == 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_after_a_signal_what_is_in_work_is_stored_and_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    begun = []

    def interrupted(task: Task) -> Rows:
        begun.append(task.first)
        if task.first == 1:
            os.kill(os.getpid(), number)
            time.sleep(0.1)
        return run_task(task)

    replaced(monkeypatch, interrupted)
    with pytest.raises(Stopped) as stopped, at_work(tmp_path) as at:
        at.run("runs", "runs", PLAN)
        at.run("later", "later", PLAN)
    assert stopped.value.number == number
    store = Store(tmp_path)
    assert store.manifest["status"] == "stopped" and store.tables() == ["runs"]
    assert sorted({*rows(store)["replication"]}) == begun and len(begun) <= 4
    assert "the same command goes on from there" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_after_the_last_run_stops_at_once_and_says_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    with pytest.raises(Stopped) as stopped, at_work(tmp_path) as at:
        at.run("runs", "runs", PLAN)
        at.end()
        os.kill(os.getpid(), number)
        pytest.fail("went on with the analysis")
    assert stopped.value.number == number and Store(tmp_path).manifest["status"] == "stopped"
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "stopping; the same command goes on from what is stored" and len(rows(Store(tmp_path))) == 20


def test_a_signal_between_the_last_run_and_the_analysis_is_not_forgotten(tmp_path: Path) -> None:
    with pytest.raises(Stopped), at_work(tmp_path) as at:
        at.run("runs", "runs", PLAN)
        os.kill(os.getpid(), signal.SIGTERM)
        at.end()


def test_other_arithmetic_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done(tmp_path, PLAN)
    Store(tmp_path).parts("runs")[0].path.unlink()
    monkeypatch.setattr(work, "numerics_fingerprint", lambda: "another machine")
    with pytest.raises(InvalidInput, match="arithmetic gives other bits"):
        done(tmp_path, PLAN)
    # The parts say so, too, when the manifest is lost.
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(InvalidInput, match="arithmetic gives other bits"):
        done(tmp_path, PLAN)


def test_another_plan_of_the_same_table_is_refused(tmp_path: Path) -> None:
    done(tmp_path, PLAN)
    before = Store(tmp_path).manifest
    with pytest.raises(InvalidInput, match="another version of the code planned the runs of 'runs'"):
        done(tmp_path, plan(DEFAULTS, 12))
    assert Store(tmp_path).manifest == before


def test_rows_are_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tasks there are, only a few results exist at a time."""
    held = most = 0
    lock = threading.Lock()

    class Counted(dict[str, Any]):
        def __del__(self) -> None:
            nonlocal held
            with lock:
                held -= 1

    def counting(task: Task) -> Rows:
        nonlocal held, most
        with lock:
            held += 1
            most = max(most, held)
        return Rows(Counted(run_task(task).columns), [])

    replaced(monkeypatch, counting)
    monkeypatch.setattr(Plan, "length", lambda *_: 1)
    done(tmp_path, plan(DEFAULTS, 100))
    assert most <= 5 and held == 0


def test_a_study_whose_folder_is_moved_ends_in_one_line_and_makes_nothing_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moving(task: Task) -> Rows:
        if task.first == 4:
            (tmp_path / "study").rename(tmp_path / "elsewhere")
        return run_task(task)

    with monkeypatch.context() as patch, pytest.raises(OSError) as ended:
        replaced(patch, moving)
        done(tmp_path / "study", PLAN)
    assert ended.value.filename == str(tmp_path / "study") and "was moved or removed while" in str(ended.value)
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]
    assert len(rows(done(tmp_path / "elsewhere", PLAN))) == 20


def test_a_study_that_is_begun_anew_where_it_was_is_not_written_by_the_old_process(tmp_path: Path) -> None:
    with opened(tmp_path / "study") as store:
        (tmp_path / "study").rename(tmp_path / "elsewhere")
        with opened(tmp_path / "study"), pytest.raises(OSError, match="was moved or removed"):
            store.note({"status": "finished"})


def test_workers_change_no_row(tmp_path: Path) -> None:
    one = done(tmp_path / "one", PLAN)
    with at_work(tmp_path / "three", runner=Runner(workers=3)) as at:
        at.run("runs", "runs", PLAN)
    assert rows(Store(tmp_path / "three")).equals(rows(one))


def test_a_promise_counts_processes_where_short_runs_go_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pilot, "compile_model", lambda: None)
    monkeypatch.setattr(pilot, "_SECONDS", 0.01)
    few, many = (pilot.estimate([plan(DEFAULTS, count)], 8) for count in (24_999, 25_000))
    assert (few.runs, many.runs) == (49_998, 50_000)
    assert many.seconds > 1.5 and many.memory_bytes - few.memory_bytes > 8 * 200_000_000
