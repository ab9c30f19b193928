"""``concord <command>``: which commands there are, and the way to each.

Imports nothing heavy: ``concord --help`` answers at once, and a command brings what it needs.
"""

import importlib
import sys
from collections.abc import Sequence

from model.errors import nearest

COMMANDS = {
    "run": "what happens in one future under one institution?",
    "explain": "why did this state get this money?",
    "compare": "do joint responses outperform siloed ones?",
    "sweep": "how do outcomes move over a design: a grid, samples of the ranges, your own points?",
    "view": "how do two institutions live through the same future? (in the browser)",
    "attribute": "which ingredient of an institution does the work?",
    "sensitivity": "which assumptions drive the difference?",
    "discover": "where in the space of assumptions does the siloed way win?",
    "breakeven": "at which delay, overhead or shared error does joint stop winning?",
    "robustness": "which institution holds up across worlds, and what would be worth knowing first?",
    "patterns": "how does conflict behave on record, and how in the model?",
    "calibrate": "which conflict process reproduces the record?",
    "forecast": "how much conflict lies ahead, and how good were such forecasts?",
    "plot": "how do the figures of finished studies look, drawn anew?",
    "report": "what did finished studies find, on one page to hand on?",
    "parameters": "what can be changed, from what default, within which range?",
    "import": "what did the world look like on 1 January of a year?",
    "status": "which studies are there, and how far has each come?",
    "compact": "can a study's many small files be few big ones?",
    "bench": "how fast is the model on this machine?",
}
"""Every command with the question it answers; each is a module of `experiments.commands`."""

_MODULES = {"import": "import_"}
"""Where Python takes the command's name."""


def overview() -> str:
    """Say which commands there are."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {command.ljust(width)}  {question}" for command, question in COMMANDS.items())
    return (
        "Do joint defence, development and foreign policies prevent more conflict than siloed ones?\n\n"
        f"usage: concord <command> [name=value ...]\n\n{commands}\n\n"
        "concord <command> --help says what can be set, in which unit and range."
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
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given or given[0] in ("--help", "-h", "help"):
        print(overview())
        return 0
    command, *rest = given
    if command not in COMMANDS:
        print(f"concord: unknown command '{command}': {nearest(command, COMMANDS)}", file=sys.stderr)
        return 2
    code: int = importlib.import_module(f"experiments.commands.{_MODULES.get(command, command)}").main(rest)
    return code


if __name__ == "__main__":
    sys.exit(main())
