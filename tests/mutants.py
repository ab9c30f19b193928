"""Tell which of forty slips, made on purpose one at a time, the tests find: ``python -m tests.mutants [ID …]``.

Each mutant of ``tests/mutants.yaml`` is put into a copy of the checkout, and the tests that own the code are run there
until one fails: first those named after the module, then those that import it, then those that import what imports it,
then all others. Compiled code is kept from copy to copy, and what a mutant makes Numba compile again is compiled before
the clock starts.

The clock counts processor time, of the tests and all their children: what else the machine does changes no verdict. A
test that finds a mutant must fail again with it, and pass without; one that does not is left out from then on, and
named in the end.
"""

import ast
import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import yaml

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".yaml")
LIMIT = 180.0
"""Seconds of processor time that the tests have to find a mutant."""
HANGS = 3_600.0
"""Seconds after which tests are stopped however little they have done in them."""
COMPILE = """
from model.ensemble import compile_engine
from model.institution import Institution
from model.parameters import build_parameters
from model.runs import simulate
from model.world import stylised
compile_engine()
simulate(Institution(), stylised(2), build_parameters(), 0, 0, 4, "mesa")
"""
_NOTHING_FAILED, _NOTHING_COLLECTED = 0, 5
"""What pytest returns."""


@dataclass(frozen=True)
class Mutant:
    """One slip: in `file`, `text` becomes `replacement`; ``breaks`` says what goes wrong."""

    id: str
    file: str
    breaks: str
    text: str
    replacement: str

    def applies(self) -> bool:
        """Whether the text stands in the file, once."""
        path = ROOT / self.file
        return path.is_file() and path.read_text(encoding="utf-8").count(self.text) == 1

    def put_into(self, checkout: Path) -> None:
        """Make the slip in a copy of the checkout."""
        path = checkout / self.file
        path.write_text(path.read_text(encoding="utf-8").replace(self.text, self.replacement), encoding="utf-8")


@dataclass(frozen=True)
class Rules:
    """Which tests own which folder, and which say nothing."""

    owners: dict[str, list[str]]
    not_counted: list[str]

    def stages(self, file: str) -> Iterator[list[str]]:
        """Put the test files that own a file into groups, the likeliest to find a slip first."""
        owner = max((folder for folder in self.owners if file.startswith(f"{folder}/")), key=len)
        found = [path for folder in self.owners[owner] for path in sorted((ROOT / folder).rglob("test_*.py"))]
        files = {path: path.relative_to(ROOT).as_posix() for path in found}
        files = {path: name for path, name in files.items() if not name.startswith(tuple(self.not_counted))}
        module = ".".join(Path(file).with_suffix("").parts)
        closer = {path for path in files if path.stem == f"test_{Path(file).stem}"}
        for near in (set(), {module}, _importing({module})):
            closer |= {path for path in files if near & _imports(path)}
            if group := [files.pop(path) for path in found if path in files and path in closer]:
                yield group
        yield list(files.values())


class Done(NamedTuple):
    """A program's end: its exit code, none if it was stopped; what it printed; seconds of processor time."""

    code: int | None
    output: str
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether it ended by itself, and a test failed."""
        return self.code not in (None, _NOTHING_FAILED, _NOTHING_COLLECTED)


@functools.cache
def _imports(path: Path) -> set[str]:
    """Name what a file imports, anywhere in it: modules, and what may be modules or names in them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _importing(modules: set[str]) -> set[str]:
    """Name the modules that import one of these."""
    paths = [path for folder in ("model", "experiments") for path in (ROOT / folder).rglob("*.py")]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths if modules & _imports(path)}


def read() -> tuple[Rules, list[Mutant]]:
    """Read the list."""
    found: dict[str, Any] = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    mutants = [Mutant(**{"replacement" if key == "with" else key: x for key, x in m.items()}) for m in found["mutants"]]
    return Rules(found["owners"], found["not_counted"]), mutants


def copied(checkout: Path) -> Path:
    """Copy what Git knows of the checkout, as it is now, over an older copy; compiled code stays where it is."""
    checkout.mkdir(exist_ok=True)
    for path in checkout.iterdir():
        if path.name != ".cache":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            # Times as well: by them Numba knows what it compiled.
            shutil.copy2(ROOT / name, checkout / name)
    return checkout


def _family(process: psutil.Process) -> list[psutil.Process]:
    """List a process and all that it started."""
    with contextlib.suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return [process]


def _used(processes: Iterable[psutil.Process]) -> float:
    """Processor time of processes and of those of their children that have ended."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a process and all that it started; tests may tidy up first."""
    family = _family(psutil.Process(process.pid))
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20.0)
    for each in family:
        with contextlib.suppress(psutil.Error):
            each.kill()


def run(arguments: Sequence[str], checkout: Path, limit: float = HANGS) -> Done:
    """Run Python in a copy of the checkout, for so many seconds of processor time at most."""
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    began, used, told = time.monotonic(), 0.0, checkout.with_suffix(".txt")
    with told.open("wb") as file, subprocess.Popen(
        [sys.executable, *arguments], cwd=checkout, env=environment, stdin=subprocess.DEVNULL, stdout=file,
        stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip
        top = psutil.Process(process.pid)
        try:
            while used <= limit and time.monotonic() - began <= HANGS:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.2)
                    break
                used = max(used, _used(_family(top)))
        finally:
            if stopped := process.poll() is None:
                _stop(process)
    return Done(None if stopped else process.returncode, told.read_text(encoding="utf-8", errors="replace"), used)


def failing(done: Done) -> str:
    """Name the test that failed, or the file that could not be collected."""
    found = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", done.output, flags=re.MULTILINE)
    if found is None:
        raise SystemExit(f"pytest ended with {done.code} and named no test:\n{done.output[-2000:]}")
    return found[1]


class Trial:
    """Trying mutants in a copy of the checkout, with an unchanged one beside it."""

    def __init__(self, rules: Rules, folder: Path) -> None:
        self._rules, self._folder = rules, folder
        self.unsure: list[str] = []
        """Tests that failed without a mutant as well, or with one only once."""

    def verdict(self, mutant: Mutant) -> tuple[str, float]:
        """Say which test finds a mutant, if one does, and after how many seconds."""
        changed = copied(self._folder / "changed")
        mutant.put_into(changed)
        groups = list(self._rules.stages(mutant.file))
        # A rule's own tests need no engine: if they find the mutant, the minute of compiling one is saved.
        done = self._tested(changed, groups[:1]) if mutant.file.startswith("model/") else None
        if done is None or not done.failed:
            run(["-c", COMPILE], changed)
            done = self._tested(changed, groups)
        while done.failed:
            test = failing(done)
            if self._tells(test, changed):
                return test, done.seconds
            if test in self.unsure:
                return f"unclear: {test} fails without it", done.seconds
            self.unsure.append(test)
            done = self._tested(changed, groups)
        return "timed out" if done.code is None else "survived", done.seconds

    def _tested(self, checkout: Path, groups: Sequence[Sequence[str]]) -> Done:
        """Run groups of tests until one fails or time is up; the seconds are those of all."""
        done = Done(_NOTHING_FAILED, "", 0.0)
        for tests in groups:
            before = done.seconds
            done = run(self._arguments(tests), checkout, LIMIT - before)
            done = done._replace(seconds=before + done.seconds)
            if done.code is None or done.failed:
                break
        return done

    def _arguments(self, tests: Sequence[str]) -> list[str]:
        """Tell Python to run tests until one fails."""
        deselected = [test for test in self._rules.not_counted if "::" in test] + self.unsure
        return ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *(f"--deselect={t}" for t in deselected), *tests]

    def _tells(self, test: str, changed: Path) -> bool:
        """Whether a test, with whatever parameters, fails again with a mutant and passes without."""
        arguments = self._arguments([test.split("[", maxsplit=1)[0]])
        return run(arguments, changed).failed and run(arguments, self._unchanged).code == _NOTHING_FAILED

    @functools.cached_property
    def _unchanged(self) -> Path:
        """The checkout as it is."""
        return copied(self._folder / "unchanged")


def chosen(mutants: Sequence[Mutant], ids: Sequence[str]) -> list[Mutant]:
    """Pick mutants by their ids, all if there are none; whatever no longer applies ends the program."""
    wrong = [f"{name}: no such mutant" for name in ids if name not in {mutant.id for mutant in mutants}]
    wanted = [mutant for mutant in mutants if not ids or mutant.id in ids]
    wrong += [f"{m.id}: no longer applies: '{m.text}' must stand in {m.file} once" for m in wanted if not m.applies()]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        raise SystemExit(2)
    return wanted


def main(ids: Sequence[str]) -> None:
    """Print a table of mutants, and how many were killed."""
    rules, mutants = read()
    wanted, killed = chosen(mutants, ids), 0
    print("| id | file | what it breaks | killed by | seconds |\n|---|---|---|---|---:|", flush=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trial = Trial(rules, Path(folder))
        for mutant in wanted:
            verdict, seconds = trial.verdict(mutant)
            killed += verdict.startswith("tests/")
            said = verdict.replace("|", "\\|") if verdict.startswith("tests/") else f"**{verdict}**"
            print(f"| {mutant.id} | {mutant.file} | {mutant.breaks} | {said} | {seconds:.0f} |", flush=True)
    print(f"\n{killed} of {len(wanted)} killed.")
    for test in trial.unsure:
        print(f"Left out, since it failed without a mutant, or with one only once: {test}")


if __name__ == "__main__":
    main(sys.argv[1:])
