"""How far it is from what is typed to the rule, and from the row to what is printed: ``python -m tests.hops``.

A hop is a function of ours (a file under ``model`` or ``experiments``; lambdas, comprehensions and context managers
count as part of the function they stand in) that the reader has to enter:

in    between ``main()`` and the compiled engine: those on the call stack when it is entered. Where a thread enters it,
      the stack of the thread that waits for it comes first. (``sys.setprofile``, and the same for threads.)
out   between the row and the printed table: those that are entered after the last run and return something that
      carries a number of the table, as it is printed.
"""

import contextlib
import io
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pandas as pd

from experiments.cli import main
from experiments.runs import simulate as runs
from model import ensemble
from model.parameters import PARAMETERS

ROOT = Path(__file__).resolve().parents[1]
OURS = (str(ROOT / "model"), str(ROOT / "experiments"))
VETO = 0.2
COMMANDS = {
    "run": ("run", "veto=0.2", "world=stylised"),
    "compare": (
        "compare", "veto=0.2", "world=stylised", "world.size=12", "quarters=40", "replications=20", "draws=20",
        "channel_draws=0", "institutions=[siloed,uk_pools]", "hypothesis=[joint_beats_siloed]",
    ),
}  # fmt: skip
"""The table's line is the one that begins so: conflict-years of the run, or of an institution."""
LINES = {"run": r"conflict_years +([\d.,]+)", "compare": r"^siloed +[\d.,]+ +(\S+ \[[^\]]+\])"}


def is_ours(code: CodeType) -> bool:
    """Tell whether a function counts."""
    return code.co_filename.startswith(OURS) and not code.co_name.startswith("<")


def named(code: CodeType) -> str:
    """Name a function as a reader finds it."""
    path = Path(code.co_filename).relative_to(ROOT)
    return f"{path}:{code.co_qualname}" if path.suffix == ".py" else str(path)


def stack(frame: FrameType | None) -> list[CodeType]:
    """List the functions of ours on a stack, outermost first, `main` itself left out."""
    found: list[CodeType] = []
    while frame is not None:
        if is_ours(frame.f_code) and frame.f_code is not main.__code__:
            found.append(frame.f_code)
        frame = frame.f_back
    return found[::-1]


def carries(value: Any, number: str, depth: int = 5) -> bool:
    """Tell whether something holds a text in which a number stands."""
    if isinstance(value, str):
        return re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d.])", value) is not None
    if depth == 0 or value is None or isinstance(value, int | float):
        return False
    if isinstance(value, dict):
        return any(carries(item, number, depth - 1) for item in value.values())
    if isinstance(value, list | tuple):
        return any(carries(item, number, depth - 1) for item in value[:500])
    if isinstance(value, pd.DataFrame):
        return False
    if is_dataclass(value) and not isinstance(value, type):
        return any(carries(getattr(value, field.name, None), number, depth - 1) for field in fields(value))
    return False


@contextlib.contextmanager
def profiled(notice: Callable[[FrameType, str, Any], None]) -> Iterator[None]:
    """Let a function see every call and return, in all threads."""
    threading.setprofile(notice)
    sys.setprofile(notice)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@contextlib.contextmanager
def engine(put: Callable[..., Any]) -> Iterator[None]:
    """Put a function of Python in the engine's place, since a profiler does not see compiled ones."""
    before = ensemble.simulate
    ensemble.simulate = runs.simulate = put  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ensemble.simulate = runs.simulate = before  # type: ignore[attr-defined]


def printed(command: str, results: str) -> str:
    """Do a command, and return what it prints."""
    further = [] if command == "run" else [f"results={results}", "study=hops", "workers=1"]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as said:
        if main([*COMMANDS[command], *further]):
            raise RuntimeError(said.getvalue())
    return out.getvalue()


def hops(command: str) -> tuple[list[str], list[str]]:
    """Count the way of a command in and out.

    Parameters
    ----------
    command : str
        A key of `COMMANDS`.

    Returns
    -------
    into, back : list of str
        The functions, in the order in which they are entered.
    """
    compiled, waiting = ensemble.simulate, threading.main_thread().ident
    into: list[CodeType] = []
    returned: dict[CodeType, list[Any]] = {}

    def entered(*given: Any) -> Any:
        here = stack(sys._getframe(1))
        if threading.get_ident() != waiting:
            here = stack(sys._current_frames().get(waiting or 0)) + here
        # The engine is also entered to compile it and to probe arithmetic, with other values.
        if getattr(given[0], PARAMETERS["veto"].group).veto == VETO:
            into[:] = into or here
            returned.clear()
        return compiled(*given)

    def notice(frame: FrameType, event: str, value: Any) -> None:
        if event == "return" and is_ours(frame.f_code) and frame.f_code is not main.__code__:
            returned.setdefault(frame.f_code, []).append(value)

    with tempfile.TemporaryDirectory() as results, engine(entered), profiled(notice):
        text = printed(command, results)
    found = re.search(LINES[command], text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"nothing in what concord {command} prints fits {LINES[command]}")
    carriers = [code for code, values in returned.items() if any(carries(value, found[1]) for value in values)]
    # A template is a file to read, however many functions Jinja makes of it.
    back = dict.fromkeys(named(code) for code in carriers if code not in into)
    return [named(code) for code in into], list(back)


if __name__ == "__main__":
    for each in COMMANDS:
        for way, names in zip(("in", "out"), hops(each), strict=True):
            sys.stdout.write("\n    ".join([f"{each}, {way}: {len(names)}", *names]) + "\n")
