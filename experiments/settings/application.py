"""What makes a module a command: read, composed and checked, then run; every mistake costs one line."""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from experiments.settings import commands
from model.errors import InvalidInput


class Guard:
    """Does something; if it fails for a reason that is not a bug, says so in one line.

    Attributes
    ----------
    code : int
        Exit code: 0, 1 (the machine failed), 2 (the input is wrong), 128 and the number of the signal that asked to
        stop (130: Ctrl-C), or 141 (nobody reads on).
    """

    def __init__(self, command: str) -> None:
        """Say whose failures these are."""
        self.command, self.code = command, 0

    def __enter__(self) -> "Guard":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> bool:
        if isinstance(error, InvalidInput):
            from experiments.settings.files import located

            self.code, said = 2, located(str(error))
        elif isinstance(error, KeyboardInterrupt):
            self.code, said = 128 + getattr(error, "number", signal.SIGINT), "stopped"
        elif isinstance(error, MemoryError):
            self.code, said = 1, str(error) or "there is not memory enough"
        elif isinstance(error, BrokenPipeError):
            # Who read our output has had enough; without this Python complains once more at its exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.code = 141
            return True
        elif isinstance(error, OSError):
            self.code, said = 1, f"{error.filename}: {error.strerror}" if error.filename else str(error)
        elif isinstance(error, SystemExit):
            self.code = error.code if isinstance(error.code, int) else int(error.code is not None)
            return True
        else:
            return False
        if os.environ.get("HYDRA_FULL_ERROR") == "1":
            traceback.print_exception(error)
        print(f"concord {self.command}: {' '.join(said.splitlines())}", file=sys.stderr)
        return True


def run(command: str, arguments: Sequence[str]) -> int:
    """Do what a command line asks; results go to stdout, everything else to stderr.

    Parameters
    ----------
    command : str
        A key of `experiments.settings.commands.questions`.
    arguments : sequence of str
        What was typed behind it.

    Returns
    -------
    int
        Exit code, see `Guard`.
    """
    with Guard(command) as guard:
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            raise InvalidInput("NUMBA_DISABLE_JIT: must be unset, the model's rules run compiled alone")
        from experiments.settings.commandline import parsed
        from experiments.settings.compose import asked, check_several, launch

        line, module = parsed(command, arguments), commands.module(command)
        if line.help:
            from experiments.settings.manual import manual

            print(manual(command))
        elif line.multirun:
            check_several(command, line.words)
            launch(command, line.words, lambda words: run(command, words))
        elif line.cfg:
            print(asked(command, line.words).shown(), end="")
        else:
            one, conduct = asked(command, line.words), commands.conducting(command)
            if not gc.isenabled():
                gc.freeze()
                gc.enable()
            found, output = conduct(one), one.options.get("output", "table")
            if hasattr(module, "told"):
                text = module.told(found, output)
            else:
                text = as_json(found.result()) if output == "json" else found.text()
            print(text, end="\n" if text else "")
        sys.stdout.flush()
    return guard.code


def from_python(command: str) -> Callable[..., Any]:
    """Make a function of a command: what it does, without printing results.

    Parameters
    ----------
    command : str
        A key of `experiments.settings.commands.questions`.

    Returns
    -------
    callable
        Takes overrides as on the command line (``"world=stylised"``) and options by keyword
        (``institutions=["siloed", "uk_pools"]``); returns what came out, progress goes to standard error. Raises
        `InvalidInput` for bad input, in one line.
    """

    def call(*overrides: str, **options: object) -> Any:
        from experiments.settings.compose import asked
        from experiments.settings.files import located

        try:
            return commands.conducting(command)(asked(command, overrides, options))
        except InvalidInput as error:
            raise InvalidInput(located(str(error))) from error

    call.__name__ = call.__qualname__ = command
    question = commands.questions()[command]
    call.__doc__ = (
        f"{question[0].upper()}{question[1:]}\n\n"
        f'Overrides as on the command line ("world=stylised"), options by keyword; concord {command} --help lists '
        "them.\nReturns what came out; progress goes to standard error. Raises InvalidInput for bad input, in one line."
    )
    return call


def as_json(result: object) -> str:
    """Write a result as one JSON object for a script."""
    import json

    return json.dumps(result, ensure_ascii=False, allow_nan=False)
