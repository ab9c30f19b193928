"""``concord <command>``: which commands there are, and the way to each.

Imports nothing heavy: ``concord --help`` answers at once, and a command brings what it needs.
"""

import gc
import io
import sys
from collections.abc import Sequence

from experiments.settings.commands import questions
from model.errors import nearest


def overview() -> str:
    """Say which commands there are."""
    width = max(map(len, questions()))
    commands = "\n".join(f"  {command.ljust(width)}  {question}" for command, question in questions().items())
    return (
        "Do joint defence, development and foreign policies prevent more conflict than siloed ones?\n\n"
        f"usage: concord <command> [name=value ...]\n\n{commands}\n\n"
        "concord help <command> says what can be set, in which unit and range; concord --version which version this is."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Go to a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command and overrides; the command line unless given.

    Returns
    -------
    int
        Exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a terminal cannot show is no reason to end.
            stream.reconfigure(errors="replace")
    if arguments is None:
        # What a command loads stays: to look for garbage in it, over and over, takes a tenth of a short command's time.
        gc.disable()
    command, *rest = (sys.argv[1:] if arguments is None else list(arguments)) or ["--help"]
    if command in ("--help", "-h", "help") and rest:
        command, rest = rest[0], ["--help"]
    if command in ("--help", "-h", "help"):
        print(overview())
        return 0
    if command == "--version":
        from importlib.metadata import version

        print(f"concord {version('concord')}")
        return 0
    if command not in questions():
        print(f"concord: unknown command '{command}': {nearest(command, questions())}", file=sys.stderr)
        return 2
    from experiments.settings.application import run

    return run(command, rest)


if __name__ == "__main__":
    sys.exit(main())
