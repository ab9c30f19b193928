"""What holds for all tests: they can be repeated, on a machine of any speed, and can be run in the background."""

import gc
import inspect
import pickle
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

from experiments.runs import progress
from experiments.settings import commands, places, worlds

# What tests share says what it found, as tests do.
pytest.register_assert_rewrite(
    *(f"tests.{name}" for name in ("kills", "made", "official_files", "support", "browser.support"))
)

# What is loaded and collected stays to the end: to look for garbage in it takes a fourth of the time of collecting.
gc.disable()

# Laws are searched for counterexamples among the same examples every time.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# A shell lets what it starts in the background ignore Ctrl-C, nohup a hang-up, and that is inherited: tests send them.
for _number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)


def pytest_collection_finish() -> None:
    """Look for garbage from here on, in what comes from here on."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def parsed_once() -> Iterator[None]:
    """Hydra parses the same files for every command, in Python: of each text it gets what the first reading gave."""
    load = yaml.load
    known: dict[tuple[Any, str], bytes] = {}

    def remembered(stream: Any, Loader: Any) -> Any:  # noqa: N803 its name is given
        text = stream.read() if hasattr(stream, "read") else stream
        if (key := (text, Loader.__qualname__)) not in known:
            if stream is not text:
                stream.seek(0)
            known[key] = pickle.dumps(load(stream, Loader))
        return pickle.loads(known[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "load", remembered)
        yield


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process no line is said because something takes long: what is said does not depend on the machine."""
    monkeypatch.setattr(progress, "PAUSE", 3600.0)
    monkeypatch.setattr(progress, "SLOW", 3600.0)


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of ``conf`` in place of the project's."""
    for command in commands.questions():
        commands.question(command)
    copy = tmp_path / "conf"
    shutil.copytree(places.CONF, copy)
    original = places.CONF

    def moved(value: object) -> object:
        inside = isinstance(value, Path) and value.is_relative_to(original)
        return copy / value.relative_to(original) if inside and isinstance(value, Path) else value

    for module in [each for name, each in sys.modules.items() if name.startswith("experiments.")]:
        for name, value in list(vars(module).items()):
            if moved(value) is not value:
                monkeypatch.setattr(module, name, moved(value))
            elif inspect.isfunction(value) and any(moved(x) is not x for x in value.__defaults__ or ()):
                monkeypatch.setattr(value, "__defaults__", tuple(map(moved, value.__defaults__ or ())))
    worlds.lenses_known.cache_clear()
    yield copy
    worlds.lenses_known.cache_clear()


@pytest.fixture(scope="module")
def quick_pictures() -> Iterator[None]:
    """Draw nothing, for tests of anything else: most of the time of a small study is that of its figures."""
    from experiments.reporting.drawing import Drawing
    from experiments.reporting.wording import as_csv

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Drawing, "files", lambda self: {"csv": as_csv(self.table), "png": b"drawn", "svg": b"drawn"})
        yield


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say plainly that the browser was not tested."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if "browser test:" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(f"The page was not tested in a browser: {len(skipped)} tests skipped (why: below).")
