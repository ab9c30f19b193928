import io
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from experiments.runs.executors import Pool, Stopped, WorkersDied, done_in_any_order, started, stopped_gently
from experiments.runs.plan import DEFAULTS, level_plan
from experiments.runs.progress import Progress, duration, said_if_slow
from experiments.runs.work import suited
from experiments.settings.configuration import Setting
from experiments.settings.runner import DASK, PROCESSES, THREADS, Runner
from model.institution import Institution
from model.world import stylised
from tests.support import wait_until

Done = Generator[tuple[int, Future[int]], None, None]


def done(pool: Pool, function: Callable[[int], int], tasks: Iterable[int], stop: threading.Event | None = None) -> Done:
    return done_in_any_order(pool, function, tasks, stop or threading.Event())


def test_every_task_is_done_once_whatever_the_workers() -> None:
    for workers in (1, 2, 5):
        with started(Runner(workers=workers)) as pool:
            found = {task: future.result() for task, future in done(pool, lambda x: x * x, range(50))}
        assert found == {x: x * x for x in range(50)}


def die_the_first_time(task: str) -> int:
    """Take this process down, unless that has happened before: a file tells."""
    try:
        Path(task).touch(exist_ok=False)
    except FileExistsError:
        return os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_processes_do_every_task_and_raise_what_a_task_raised() -> None:
    with started(Runner(PROCESSES, workers=2)) as pool:
        found = {task: future.result() for task, future in done(pool, math.factorial, range(20))}
        assert found == {x: math.factorial(x) for x in range(20)}
        (_, failed), *_ = done(pool, math.factorial, [-1])
        assert isinstance(failed.exception(), ValueError)


def test_a_process_that_dies_is_replaced_and_its_task_done_again(tmp_path: Path) -> None:
    with started(Runner(PROCESSES, workers=1)) as pool:
        tasks = [str(tmp_path / name) for name in "ab"]
        found = [future.result() for _, future in done_in_any_order(pool, die_the_first_time, tasks, threading.Event())]
    assert len(found) == 2
    assert os.getpid() not in found


def test_a_task_that_takes_every_process_down_ends_as_want_of_memory_does() -> None:
    with started(Runner(PROCESSES, workers=2)) as pool, pytest.raises(WorkersDied):
        list(done(pool, os._exit, [1]))


def test_many_short_runs_suit_processes_unless_a_cluster_was_asked_for() -> None:
    def kind(states: int, replications: int, asked: str = THREADS) -> str:
        setting = Setting(stylised(states), 4, {"a": Institution("a")})
        return suited(Runner(asked, 2), level_plan(setting, ("a",), 1, DEFAULTS, replications)).kind

    assert [kind(2, 100_000), kind(2, 1_000), kind(200, 100_000)] == [PROCESSES, THREADS, THREADS]
    assert kind(2, 100_000, DASK) == DASK


def test_only_a_bounded_number_of_tasks_is_handed_out() -> None:
    handed_out = 0

    def tasks() -> Iterator[int]:
        nonlocal handed_out
        for task in range(1000):
            handed_out += 1
            yield task

    with started(Runner(workers=2)) as pool:
        results = done(pool, lambda x: x, tasks())
        for taken, _ in enumerate(results, start=1):
            assert handed_out - taken <= 4
            if taken == 20:
                results.close()
                break


def test_a_runner_that_grows_gets_more_tasks_at_a_time() -> None:
    room, most = 1, 0
    in_work = 0
    lock, three = threading.Lock(), threading.Barrier(3, timeout=300)

    def work(task: int) -> int:
        nonlocal in_work, most, room
        with lock:
            in_work += 1
            most = max(most, in_work)
        if task > 3:
            three.wait()
        with lock:
            in_work -= 1
            room = 3 if task >= 3 else room
        return task

    with started(Runner(workers=8)) as pool:
        growing = Pool(pool.executor, lambda: room)
        first = [task for task, _ in done(growing, work, range(3))]
        assert first == [0, 1, 2] and most == 1
        found = {task: future.result() for task, future in done(growing, work, range(3, 13))}
        assert found == {task: task for task in range(3, 13)}
    assert most == 3


def test_once_stopped_what_is_in_work_is_kept_and_nothing_is_begun() -> None:
    stop, begun = threading.Event(), []

    def work(task: int) -> int:
        begun.append(task)
        time.sleep(0.02)
        return task

    finished = []
    with started(Runner(workers=2)) as pool:
        for task, _ in done(pool, work, range(100), stop):
            finished.append(task)
            stop.set()
    assert sorted(finished) == sorted(begun)
    assert len(begun) <= 6


def test_where_cancelling_would_lose_what_is_in_work_it_is_waited_for() -> None:
    stop, finished = threading.Event(), []
    with started(Runner(workers=1)) as pool:
        for task, _ in done(Pool(pool.executor, lambda: 3, spares_begun=False), lambda x: x, range(100), stop):
            finished.append(task)
            stop.set()
    assert sorted(finished) == [0, 1, 2, 3]


@pytest.mark.parametrize(("deadly", "reached"), [((1, 4), range(20)), ((1, 2, 3, 7), range(4))])
def test_what_takes_workers_down_is_left_until_all_else_is_done(deadly: tuple[int, ...], reached: range) -> None:
    def work(task: int) -> int:
        if task in deadly:
            raise ZeroDivisionError
        return task

    found = []
    with started(Runner(workers=1)) as pool, pytest.raises(WorkersDied) as ended:
        for task, _ in done(Pool(pool.executor, lambda: 1, without_memory=(ZeroDivisionError,)), work, range(20)):
            found.append(task)
    assert ended.value.args == deadly[:3], "and many of them end it at once"
    assert found == [task for task in reached if task not in deadly]


def test_an_error_in_a_task_is_handed_over() -> None:
    def fail(task: int) -> int:
        raise ValueError(f"task {task}")

    with started(Runner(workers=1)) as pool:
        for task, future in done(pool, fail, range(3)):
            assert str(future.exception()) == f"task {task}"


def test_workers_that_die_of_a_task_are_taken_for_want_of_memory() -> None:
    def fail(task: int) -> int:
        raise ChildProcessError(f"task {task}")

    with started(Runner(workers=1)) as pool, pytest.raises(MemoryError):
        list(done(Pool(pool.executor, lambda: 2, without_memory=(ChildProcessError,)), fail, range(3)))


def test_a_runner_that_gives_up_is_not_taken_for_a_finished_one() -> None:
    class Lost(Executor):
        def submit(self, *_: object, **__: object) -> Future[int]:  # type: ignore[override]
            future: Future[int] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    with pytest.raises(ConnectionError, match="the same command goes on"):
        list(done(Pool(Lost(), lambda: 2), lambda x: x, range(3)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_the_first_signal_asks_and_is_told(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(number)
    with stopped_gently("wait for me") as stop:
        stop.check()
        os.kill(os.getpid(), number)
        assert stop.event.wait(300)
        assert signal.getsignal(number) is before, "the second stops at once"
        with pytest.raises(Stopped) as stopped:
            stop.check()
    assert stopped.value.number == number and capsys.readouterr().err == "\nwait for me\n"


def test_the_second_interrupt_stops_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), stopped_gently("wait for me") as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.event.wait(300)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(300)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopped_gently("wait for me") as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.event.wait(0.1)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.fixture
def unhurried() -> None:
    """Here it matters how long something takes, by clocks of our own."""


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_in_a_log_is_occasional_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.runs.progress.PAUSE", 15.0)
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
    said = ""

    def told() -> bool:
        nonlocal said
        said += capsys.readouterr().err
        return said != ""

    with said_if_slow("slow", seconds=0.01):
        wait_until(told)
    assert said == "slow\n"
