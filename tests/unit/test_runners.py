import io
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from experiments.studies.runners import Progress, done_in_any_order, duration, said_if_slow, stopped_gently, threads


def test_every_task_is_done_once_whatever_the_workers() -> None:
    for workers in (1, 2, 5):
        with threads(workers) as executor:
            done = dict(done_in_any_order(executor, lambda x: x * x, range(50), workers, threading.Event()))
        assert done == {x: x * x for x in range(50)}


def test_only_a_bounded_number_of_tasks_is_handed_out() -> None:
    handed_out = 0

    def tasks() -> Iterator[int]:
        nonlocal handed_out
        for task in range(1000):
            handed_out += 1
            yield task

    with threads(2) as executor:
        results = done_in_any_order(executor, lambda x: x, tasks(), 2, threading.Event())
        for taken, _ in enumerate(results, start=1):
            assert handed_out - taken <= 4
            if taken == 20:
                results.close()  # type: ignore[attr-defined]
                break


def test_once_stopped_what_is_in_work_is_kept_and_nothing_is_begun() -> None:
    stop, begun = threading.Event(), []

    def work(task: int) -> int:
        begun.append(task)
        time.sleep(0.02)
        return task

    finished = []
    with threads(2) as executor:
        for task, _ in done_in_any_order(executor, work, range(100), 2, stop):
            finished.append(task)
            stop.set()
    assert sorted(finished) == sorted(begun)
    assert len(begun) <= 5


def test_an_error_in_a_task_reaches_the_caller() -> None:
    def fail(task: int) -> int:
        raise ValueError(f"task {task}")

    with threads(1) as executor, pytest.raises(ValueError, match="task 0"):
        list(done_in_any_order(executor, fail, range(3), 1, threading.Event()))


def test_the_first_interrupt_asks_and_the_second_stops(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), stopped_gently("wait for me") as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(5)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    assert "wait for me" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_in_a_log_is_occasional_plain_lines() -> None:
    clock, log = Clock(), io.StringIO()
    progress = Progress("runs", 1000, already=100, stream=log, clock=clock)
    for _ in range(90):
        clock.now += 1.0
        progress.advance(10)
    progress.finish()
    lines = log.getvalue().splitlines()
    assert lines[0] == "runs: 250 of 1,000 runs, 10 a second, 1 min 15 s to go"
    assert lines[-1] == "runs: 1,000 of 1,000 runs in 1 min 30 s (10 a second)"
    assert len(lines) <= 7 and "\r" not in log.getvalue()


def test_progress_on_a_terminal_rewrites_one_line() -> None:
    clock, terminal = Clock(), Terminal()
    progress = Progress("runs", 100, stream=terminal, clock=clock)
    for _ in range(10):
        clock.now += 1.0
        progress.advance(10)
    progress.finish()
    assert terminal.getvalue().count("\n") == 1
    assert terminal.getvalue().count("\r") == 10


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (75, "1 min 15 s"), (7800, "2 h 10 min")])
def test_durations_are_written_as_a_person_would(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_only_what_is_slow_is_announced(capsys: pytest.CaptureFixture[str]) -> None:
    with said_if_slow("quick", seconds=30.0):
        pass
    with said_if_slow("slow", seconds=0.01):
        time.sleep(0.3)
    assert capsys.readouterr().err == "slow\n"
