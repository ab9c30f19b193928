"""What is missing of a study is done, stored as it comes, and told in its manifest, whatever happens meanwhile."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from experiments.runs.execution import Job, carry_out

from experiments.runs import execution
from experiments.runs.simulate import Rows
from experiments.runs.store import Store
from experiments.settings.runner import Runner
from model.errors import InvalidInput
from tests.chunks import Numbers, poisoned, raising, squares

ONE = Runner(workers=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "study")
    with found.opened({}, {}, ""):
        return found


def job(count: int = 10, task: Callable[[int, int], Numbers] = Numbers, **others: Any) -> Job[Numbers]:
    return Job("numbers", "numbers", 0, count, 4, task, **others)


def numbers(store: Store) -> list[int]:
    found: list[int] = store.read("numbers")["number"].to_pylist()
    return found


def test_only_what_is_missing_is_done(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    done = []

    def noting(task: Numbers) -> Rows:
        done.append((task.first, task.last))
        return squares(task)

    store.write_part("numbers", 4, 8, squares(Numbers(4, 8)).columns, [])
    carry_out(store, [job()], noting, ONE)
    assert done == [(0, 4), (8, 10)]
    assert numbers(store) == list(range(10))
    assert "numbers: 10 of 10 runs" in capsys.readouterr().err
    carry_out(store, [job()], noting, ONE)
    assert len(done) == 2 and capsys.readouterr().err == ""


def test_further_tables_are_stored_beside_and_done_again_if_lost(store: Store) -> None:
    carry_out(store, [job(beside=("roots",))], squares, ONE)
    assert store.read("roots").num_rows == 10
    store.part("roots", 4, 8).unlink()
    carry_out(store, [job(beside=("roots",))], squares, ONE)
    assert store.read("roots").num_rows == 10 and numbers(store) == list(range(10))


def test_the_manifest_says_what_is_planned_and_how_long_it_took(store: Store) -> None:
    carry_out(store, [job()], squares, ONE)
    told = store.manifest
    assert told["planned"] == {"numbers": {"first": 0, "count": 10, "runs": 10}}
    assert told["status"] == "running" and told["seconds"] > 0 and told["numerics"]


def test_a_chunk_that_raises_is_recorded_and_the_rest_goes_on(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    carry_out(store, [job(task=poisoned, beside=("roots",))], raising, ONE)
    assert numbers(store) == [0, 1, 2, 3, 8, 9]
    assert store.read("roots").num_rows == 6
    assert [(row["number"], row["error"]) for row in store.failures()] == [
        (number, "ValueError: cannot stand 6") for number in (4, 5, 6, 7)
    ]
    said = capsys.readouterr().err.splitlines()[-1]
    part = store.part("numbers", 4, 8)
    assert "4 runs in 1 chunk could not be done (ValueError: cannot stand 6)" in said and f"deleting {part} " in said
    part.unlink()
    carry_out(store, [job(beside=("roots",))], squares, ONE)
    assert numbers(store) == list(range(10)) and store.failures() == []


@pytest.mark.parametrize(
    "error", [ConnectionError("worker x runs other code"), ImportError("no module"), InvalidInput("x")]
)
def test_what_is_no_chunks_fault_ends_the_study(store: Store, error: Exception) -> None:
    def failing(task: Numbers) -> Rows:
        raise error

    with pytest.raises(type(error), match=str(error)):
        carry_out(store, [job()], failing, ONE)
    assert store.tables() == []


def test_a_full_disk_ends_the_study_which_goes_on_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Store.write_part

    def full(self: Store, table: str, first: int, *others: Any) -> None:
        if first == 4:
            raise OSError(28, "No space left on device", str(self.part(table, 4, 8)))
        write(self, table, first, *others)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(Store, "write_part", full)
        carry_out(store, [job(40)], squares, ONE)
    assert 4 not in [part.first for part in store.parts("numbers")] and len(store.parts("numbers")) < 10
    carry_out(store, [job(40)], squares, ONE)
    assert numbers(store) == list(range(40))


def test_after_an_interrupt_what_is_in_work_is_stored_and_nothing_is_begun(store: Store) -> None:
    begun = []

    def interrupted(task: Numbers) -> Rows:
        begun.append(task.first)
        if task.first == 4:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
        return squares(task)

    with pytest.raises(KeyboardInterrupt):
        carry_out(store, [job(400), Job("later", "later", 0, 4, 4, Numbers)], interrupted, ONE)
    assert store.manifest["status"] == "stopped" and "later" not in store.tables()
    assert numbers(store) == [number for first in begun for number in range(first, first + 4)]
    assert len(begun) <= 4


def test_other_arithmetic_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    carry_out(store, [job(4)], squares, ONE)
    monkeypatch.setattr(execution, "numerics_fingerprint", lambda: "another machine")
    with pytest.raises(InvalidInput, match="arithmetic gives other bits"):
        carry_out(store, [job(8)], squares, ONE)


def test_rows_are_not_held(store: Store) -> None:
    """However many chunks there are, only a few results exist at a time."""
    held = most = 0
    lock = threading.Lock()

    class Counted(dict[str, Any]):
        def __del__(self) -> None:
            nonlocal held
            with lock:
                held -= 1

    def counting(task: Numbers) -> Rows:
        nonlocal held, most
        with lock:
            held += 1
            most = max(most, held)
        return Rows(Counted(squares(task).columns), [])

    carry_out(store, [job(400)], counting, ONE)
    assert most <= 5 and held == 0
