"""Kills studies of every kind, at chosen writes or at random instants, and gives the same command until it is done.

A study runs in a process of its own that is forked, so that nothing is loaded or compiled again.
``python -m tests.kills 20`` kills each kind at 20 random instants and compares what came out with an undisturbed
study; ``python -m tests.kills 20 threads sweep`` one kind only, ``python -m tests.kills 20 dask`` on a cluster.
"""

import atexit
import functools
import importlib
import itertools
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pyarrow.parquet as pq

from experiments import cli
from experiments.records.stored_record import record_of
from experiments.runs.store import Store
from tests.made_record import write_history
from tests.support import wait_until

_WORLD = ("world=stylised", "world.size=4", "quarters=8")
STUDIES: dict[str, tuple[str, ...]] = {
    "compare": (*_WORLD, "institutions=[uk_pools]", "replications=20", "draws=18", "channel_draws=3",
                "hypothesis=[joint_beats_siloed]"),
    "sweep": (*_WORLD, "axes={effect:[0.01,0.05],veto:null}", "design=grid", "design.levels=2", "precision=0.1",
              "replications=50", "max_replications=150"),
    "attribute": (*_WORLD, "institution=three_ds", "replications=6", "level=defaults"),
    "sensitivity": (*_WORLD, "axes=[effect,crowding,trust_gain]", "morris=4", "keep=2", "base=8", "replications=4"),
    "discover": (*_WORLD, "points=40", "replications=3", "axes=[effect,crowding,desks]",
                 "condition='conflict_years(siloed) > 1'"),
    "breakeven": (*_WORLD, "assumptions=[approval_delay,herding]", "steps=3", "replications=10"),
    "design": (*_WORLD, "budget=16", "population=8", "draws=6", "replications=2", "judged=6",
               "institutions=[siloed_best]"),
    "knowledge": (*_WORLD, "replications=18"),
    "mechanisms": (*_WORLD, "axes=[effect,veto]", "replications=8", "draws=8"),
    "robustness": (*_WORLD, "institutions=[uk_pools,military_first]", "draws=24", "futures=2"),
    "forecast": ("world=stylised", "world.size=4", "years=2", "replications=40"),
    "patterns": ("world=stylised", "world.size=12", "replications=20"),
    "calibrate": ("acd=@/acd.csv", "panel=@/panel.csv", "borders=@/borders.csv", "region=world", "last=1999",
                  "worlds=2", "replications=20"),
}  # fmt: skip
"""Small studies of every kind; ``@`` is a folder with files of a made-up history."""
LITTLE: dict[tuple[str, str], Any] = {
    ("estimation", "YEARS"): (75, 90),
    ("estimation", "MOMENTS"): (90, 120),
    ("calibration", "record_of"): functools.partial(record_of, resamples=100),
    ("kept_draws", "KEPT"): 60,
    ("centring", "REPLICATIONS"): 30,
    ("posterior_checks", "RECORDS"): 30,
    ("recovery", "AT_A_STEP"): 20,
}
"""How few records a small calibration simulates, and resamples, by module and name."""
_OWN = ("manifest.json", "config.yaml")


@functools.cache
def files_of_history() -> Path:
    """Write official files, once for all studies of this process and of those that it forks."""
    place = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, place)
    write_history(place)
    return place


def words(command: str) -> tuple[str, ...]:
    """Ask for a small study."""
    asked = (*STUDIES[command], "seed=7", "workers=2", "study=small")
    return tuple(word.replace("@", str(files_of_history())) if "@" in word else word for word in asked)


def estimate_little() -> None:
    """Simulate few records in an estimation and in what is checked of it: enough to be stopped in."""
    for (module, name), value in LITTLE.items():
        setattr(importlib.import_module(f"experiments.records.{module}"), name, value)


def begun(command: str, results: Path, prepare: Callable[[], None] = lambda: None, runner: str = "threads") -> int:
    """Begin a study in a process, and a session, of its own; return its number."""
    asked = words(command)
    child = os.fork()
    if child:
        return child
    code = 99
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        log = os.open(results / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        prepare()
        code = cli.main([command, *asked, f"runner={runner}", f"results={results}"])
        sys.stderr.flush()
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a process; return its exit code, below zero for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(step: int) -> Callable[[], None]:
    """Make a process kill itself before the n-th time that it syncs, renames or removes a file."""

    def prepare() -> None:
        left = step

        def counting(action: Any) -> Any:
            def act(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return action(*arguments, **options)

            return act

        os.fsync = counting(os.fsync)
        for name in ("replace", "rename", "unlink"):
            setattr(Path, name, counting(getattr(Path, name)))

    return prepare


def holding(after: int, place: Path) -> None:
    """Hold this process, once it has stored so many parts, until `let_go`; `held` waits for that."""
    write, stored = Store.write, itertools.count(1)

    def writing(*arguments: Any, **told: Any) -> None:
        write(*arguments, **told)
        if next(stored) == after:
            (place / "held").touch()
            wait_until((place / "let_go").exists)

    Store.write = writing  # type: ignore[method-assign]


def held(place: Path) -> None:
    """Wait until a process is held."""
    wait_until((place / "held").exists)


def let_go(place: Path) -> None:
    """Let a held process go on."""
    (place / "let_go").touch()


def without_pictures() -> None:
    """Draw nothing, and estimate little: most of the time of a small study is that of its figures."""
    from experiments.reporting.drawing import Drawing

    estimate_little()
    Drawing.files = lambda self: {"csv": self.table.to_csv(index=False).encode()}  # type: ignore[method-assign]


def folder(command: str, results: Path) -> Path:
    return results / command / "small"


def rows(study: Path) -> dict[str, pd.DataFrame]:
    """Every table, in an order of its own, whatever part a row came from; what was put aside counts as one, too."""
    found = {}
    for table in sorted({path.parent for path in study.rglob("part-*.parquet")}):
        frame = pq.read_table(table).to_pandas()
        keys = [name for name in ("replication", "point", "institution", "quarter") if name in frame]
        found[table.relative_to(study).as_posix()] = frame.sort_values(keys, ignore_index=True)
    return found


def files(study: Path) -> dict[str, bytes]:
    """Whatever lies there but parts, and what tells of times and places."""
    found = (path for path in study.rglob("*") if path.is_file() and not path.name.startswith("part-"))
    return {path.relative_to(study).as_posix(): _plain(path) for path in found if path.name not in _OWN}


def _plain(path: Path) -> bytes:
    """Read a file; how long a sweep was thought to take differs from time to time."""
    if path.name != "result.json":
        return path.read_bytes()
    result = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps({name: value for name, value in result.items() if name != "estimate"}).encode()


def differences(one: Path, other: Path) -> list[str]:
    """Name what differs between two studies of one command."""
    there, here = rows(one), rows(other)
    found = [name for name in there.keys() | here.keys() if name not in there or name not in here]
    found += [name for name in there.keys() & here.keys() if not there[name].equals(here[name])]
    before, after = files(one), files(other)
    return found + [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]


def left_over(child: int) -> list[int]:
    """Wait for the workers of a process that was killed; return those that live on."""

    def alive() -> list[int]:
        return [number for number in psutil.pids() if psutil.pid_exists(number) and _session(number) == child]

    try:
        wait_until(lambda: not alive(), 60)
    except AssertionError:
        return alive()
    return []


def _session(number: int) -> int | None:
    """Name the session of a process that may be gone."""
    try:
        return os.getsid(number)
    except ProcessLookupError:
        return None


def disturbed(command: str, runner: str, here: Path, after: float) -> tuple[bool, list[str]]:
    """Kill a study after so many seconds and begin it again; tell whether it was alive, and what came out otherwise."""
    results = Path(tempfile.mkdtemp(dir=here))
    child = begun(command, results, without_pictures, runner)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    died = ended(child) < 0
    different = [f"process {number} lives on" for number in left_over(child)]
    if code := ended(begun(command, results, without_pictures, runner)):
        return died, [*different, f"exit code {code}: {(results / 'log').read_text()}"]
    return died, different + differences(folder(command, here / "undisturbed"), folder(command, results))


def main(kills: int, runner: str = "threads", *commands: str) -> int:
    """Kill each kind of study at so many random instants; say what differs."""
    chance, wrong = random.Random(5), 0
    for command in commands or STUDIES:
        with tempfile.TemporaryDirectory() as place:
            here = Path(place)
            for name in ("first", "undisturbed"):
                (here / name).mkdir()
                began = time.monotonic()
                assert ended(begun(command, here / name, without_pictures, runner)) == 0
            length = time.monotonic() - began
            tries = [disturbed(command, runner, here, chance.uniform(0.0, length)) for _ in range(kills)]
        died, different = sum(each for each, _ in tries), [what for _, found in tries for what in found]
        said = (
            f"{command} ({runner}): {died} of {kills} killed within {length:.1f} s; different: {different or 'nothing'}"
        )
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()
        wrong += len(different)
    return wrong


if __name__ == "__main__":
    cli.main(["run", "world=stylised", "quarters=4"])
    sys.exit(min(1, main(int(sys.argv[1]), *sys.argv[2:])))
