"""The words of a command line, ``name=value``: what each sets must exist; a wrong name gets the nearest right one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.settings import commands
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS

LAUNCHING = ("hydra/launcher", "hydra.launcher.", "hydra.sweep.dir")
"""What of Hydra's own can be set, with -m: where several runs of a command are started, and where a launcher logs."""

_SIMPLE = ("seed", "replication", "study")
"""Options that are right or wrong by themselves, as parameters are."""


@dataclass(frozen=True)
class Word:
    """A word as it was read.

    Attributes
    ----------
    text : str
        As typed.
    key : str
        What stands before the equals sign.
    value : object
        What stands behind it, read; None where several values do.
    each : tuple of str
        A word for each of several values; else one that reads the same.
    several : bool
        Whether there are several values.
    plain : bool
        Whether it is written ``name=value``, without signs in front of the name or a place behind it.
    """

    text: str
    key: str
    value: Any
    each: tuple[str, ...]
    several: bool
    plain: bool

    @property
    def root(self) -> str:
        """The option or parameter that is set, or part of which is."""
        return self.key.split(".")[0]

    @property
    def is_hydras(self) -> bool:
        """Whether it sets something of Hydra's own."""
        return self.root.split("/")[0] == "hydra"

    @property
    def is_simple(self) -> bool:
        """Whether its value is right or wrong by itself, whatever else is set."""
        return (self.key in PARAMETERS and self.value is not None) or self.key in _SIMPLE


def check_word(command: str, word: Word, multirun: bool) -> None:
    """Check that what a word sets exists; only values that name files are checked as well.

    Raises
    ------
    InvalidInput
        In one line: the text, the rule, the nearest right name.
    """
    root, key, options = word.root, word.key, commands.options(command)
    if word.is_hydras:
        if not multirun or not key.startswith(LAUNCHING):
            raise InvalidInput(f"'{word.text}': of Hydra's own only {', '.join(LAUNCHING)}* can be set, with -m")
        return
    if root not in names(command):
        raise InvalidInput(f"'{word.text}': {command} has no option or parameter '{root}': {close(command, root)}")
    composed = root in options and options[root].composed
    if key != root and not composed and root != "override":
        raise InvalidInput(f"'{word.text}': {root} has no parts, must be {root}=value")
    if not word.plain:
        raise InvalidInput(f"'{word.text}': every name exists already, must be {key}=value")
    if word.several and not multirun:
        raise InvalidInput(f"'{word.text}': several values need -m, a list must be in brackets ('{key}=[a,b]')")
    if key == "axes":
        _refuse_doubles(word.text)
    if composed and key == root and not word.several:
        options[root].check(word.value)


def refuse_one_study_for_several(words: Sequence[Word]) -> None:
    """Refuse one name for what several values ask for: only the first of them could be made.

    Raises
    ------
    InvalidInput
        Names the study.
    """
    several = [word for word in words if word.several and not word.is_hydras and word.root != "results"]
    for word in words:
        if several and word.key == "study" and not word.several and word.value is not None:
            said = f"one name for several studies ({several[0].text}); without it each has a name of its own"
            raise InvalidInput(f"'{word.text}': {said}")


def check_value(command: str, word: Word) -> None:
    """Check the value of a simple word.

    Raises
    ------
    InvalidInput
        As its declaration says.
    """
    if word.key in PARAMETERS:
        PARAMETERS[word.key].check(word.value)
    else:
        commands.options(command)[word.key].check(word.value)


def unreadable(command: str, text: str) -> InvalidInput:
    """Say how a word that cannot be read should have been written."""
    name, equals, _ = text.partition("=")
    if not equals:
        return InvalidInput(f"'{text}': must be name=value; {close(command, name.strip('+~'))}")
    return InvalidInput(
        f"'{text}' cannot be read: must be name=value, a value with special characters in quotes "
        f"(name='\"a=b\"'), a list in brackets ('name=[a,b]')"
    )


def names(command: str) -> list[str]:
    """List what can stand before the equals sign or its first dot."""
    further = [*PARAMETERS, "override"] if commands.takes_parameters(command) else []
    return [*commands.options(command), *further]


def close(command: str, name: str) -> str:
    """Say which name was meant, or where all of them are listed."""
    said = nearest(name, names(command))
    return said if said.startswith("did you mean") else f"concord {command} --help lists them"


def _refuse_doubles(text: str) -> None:
    """Refuse a mapping that names an axis twice: reading it would keep the last one without a word."""
    found = re.findall(r"([\w.]+)\s*:", text)
    for name in found:
        if found.count(name) > 1:
            raise InvalidInput(f"axes: {name} stands there twice, must stand there once")
