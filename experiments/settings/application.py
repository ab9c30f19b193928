"""What makes a function a command: checked first, then run by Hydra; every mistake costs one line."""

import contextlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from omegaconf import DictConfig

from model.errors import InvalidInput

Body = Callable[[DictConfig], None]


def application(command: str, body: Body) -> Callable[..., int]:
    """Make a command of a function.

    Parameters
    ----------
    command : str
        Its name: ``conf/<command>.yaml`` holds its defaults, `OPTIONS_OF` its options.
    body : callable
        Receives the checked configuration; prints results on stdout and everything else on stderr.

    Returns
    -------
    callable
        ``main(arguments=None)`` reads the command line unless arguments are given, and returns an exit code:
        0, 1 (the machine failed), 2 (the input is wrong) or 130 (Ctrl-C).
    """

    def main(arguments: Sequence[str] | None = None) -> int:
        given = sys.argv[1:] if arguments is None else list(arguments)
        if {"--help", "-h"} & set(given):
            from experiments.settings.manual import manual

            return guarded(command, lambda: print(manual(command)))
        return guarded(command, lambda: _start(command, body, given))

    return main


def tell(output: str, result: Callable[[], Mapping[str, Any]], text: Callable[[], str]) -> None:
    """Print what came out of a study.

    Parameters
    ----------
    output : str
        ``json`` for one JSON object, ``table`` for reading.
    result, text : callable
        Make either.
    """
    print(json.dumps(result(), ensure_ascii=False, allow_nan=False) if output == "json" else text())


def _start(command: str, body: Body, arguments: Sequence[str]) -> None:
    """Check a command line, then hand it to Hydra."""
    import hydra
    from hydra.core.hydra_config import HydraConfig

    from experiments.settings import commandline, configuration
    from experiments.settings.places import CONF

    def task(cfg: DictConfig) -> None:
        # Hydra turns exceptions into its own report and exit code; a mistake is reported here.
        code = guarded(command, lambda: body(configuration.finished(command, cfg, HydraConfig.get())))
        if code:
            sys.exit(code)

    line = commandline.parsed(arguments)
    commandline.check(command, line)
    before = sys.argv
    # Hydra's sweeper insists on writing a file about itself.
    scratch = tempfile.TemporaryDirectory(prefix="concord-") if line.multirun else contextlib.nullcontext()
    with scratch as folder:
        silent = [] if folder is None else [f"hydra.sweep.dir='{folder}'"]
        sys.argv = [f"concord {command}", *line.flags, *silent, *line.overrides]
        try:
            hydra.main(str(CONF), command, configuration.HYDRA_VERSION)(task)()
        finally:
            sys.argv = before


def guarded(command: str, action: Callable[[], None]) -> int:
    """Do something; if it fails for a reason that is not a bug, say so in one line.

    Parameters
    ----------
    command : str
        Whose failure it is.
    action : callable
        What to do.

    Returns
    -------
    int
        Exit code.
    """
    cause: BaseException
    try:
        action()
        sys.stdout.flush()
        return 0
    except InvalidInput as error:
        code, said, cause = 2, str(error), error
    except KeyboardInterrupt as error:
        code, said, cause = 130, "stopped", error
    except BrokenPipeError:
        # Who read our output has had enough; without this Python complains once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        code, cause = 1, error
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    if os.environ.get("HYDRA_FULL_ERROR") == "1":
        traceback.print_exception(cause)
    print(f"concord {command}: {' '.join(said.splitlines())}", file=sys.stderr)
    return code
