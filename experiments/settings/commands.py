"""Which commands there are: the files of one folder, each of which says in its first line what it answers.

Nothing is imported to list them: a command brings what it needs when it is asked for.
"""

import importlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from experiments.settings.asked import Asked
    from experiments.settings.options import Option

FOLDER = Path(__file__).resolve().parents[1] / "commands"


@cache
def questions() -> dict[str, str]:
    """Say what every command answers, by its name, in alphabetical order.

    Raises
    ------
    SyntaxError
        When a file's first line is not of the form \"\"\"``concord NAME``: question?\"\"\".
    """
    return {path.stem.rstrip("_"): _question(path) for path in sorted(FOLDER.glob("*.py")) if path.stem != "__init__"}


def _question(path: Path) -> str:
    """Read the question in a command's first line."""
    with path.open(encoding="utf-8") as file:
        line = file.readline()
    found = re.match(rf'"""``concord {path.stem.rstrip("_")}``: (.+?)(?:""")?$', line.rstrip())
    if found is None:
        raise SyntaxError(f"{path.name}: its first line must say what the command answers")
    return found[1]


def module(command: str) -> ModuleType:
    """Import a command.

    Parameters
    ----------
    command : str
        A key of `questions`.

    Returns
    -------
    module
        With ``OPTIONS``, and what ``--help`` says in its docstring; and either ``QUESTION``, the place of its study's
        class, or ``conduct(asked)`` and ``told(found, output)``. ``FIRST`` names the option that a first word alone
        is.
    """
    # Python keeps some words for itself: import_.py holds the command import.
    stem = command if (FOLDER / f"{command}.py").exists() else f"{command}_"
    return importlib.import_module(f"experiments.commands.{stem}")


def conducting(command: str) -> "Callable[[Asked], Any]":
    """Find what a command does: a study of its question, unless its file says otherwise."""
    asks = question(command)
    if asks is None:
        return cast("Callable[[Asked], Any]", module(command).conduct)
    return lambda asked: asks(asked).answered()


def question(command: str) -> "Callable[[Asked], Any] | None":
    """Import what makes a command's study of what is asked, a class as a rule; None for one that conducts itself."""
    name = getattr(module(command), "QUESTION", None)
    return None if name is None else cast("Callable[[Asked], Any]", resolve_name(name))


def options(command: str) -> "Mapping[str, Option]":
    """List a command's options by name."""
    return {option.name: option for option in module(command).OPTIONS}


def takes_parameters(command: str) -> bool:
    """Tell whether a command runs the model, so that parameters can be set on it."""
    return "world" in options(command)
