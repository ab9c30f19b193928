"""A command line parted into flags and words, in whichever order they were typed."""

import argparse
import re
from collections.abc import Sequence

from experiments.settings import commands
from model.errors import InvalidInput, nearest

_LEADING_AWAY = ("--config-path", "--config-name", "--config-dir")
"""Flags of Hydra's that others use."""


def parsed(command: str, arguments: Sequence[str]) -> argparse.Namespace:
    """Part flags from words.

    Parameters
    ----------
    command : str
        Some have flags of their own.
    arguments : sequence of str
        What was typed behind the command.

    Returns
    -------
    argparse.Namespace
        ``words``, every ``name=value``, a first word alone being what it means to the command; ``multirun``, whether
        several values mean several runs; ``help`` and ``cfg``, whether the manual is asked for, or the configuration.

    Raises
    ------
    InvalidInput
        For an unknown flag, one without what must follow it, several runs of what is done once, or a name that is set
        twice.
    """
    module = commands.module(command)
    flags: dict[str, str] = getattr(module, "FLAGS", {})
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("-m", "--multirun", action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--cfg", choices=["job"])
    for name in flags:
        parser.add_argument(f"--{name}")
    parser.add_argument("words", nargs="*")
    try:
        known, rest = parser.parse_known_intermixed_args(list(arguments))
    except argparse.ArgumentError as error:
        flag = str(error.argument_name)
        said = f"must be followed by {flags[flag[2:]]}" if flag[2:] in flags else error.message
        raise InvalidInput(f"{flag}: {said}") from None
    for unknown in rest:
        if unknown.partition("=")[0] in _LEADING_AWAY:
            raise InvalidInput(f"{unknown}: cannot be used, configuration lies in conf/")
        every = ["-m", "--multirun", "-h", "--help", "--cfg", *(f"--{name}" for name in flags)]
        raise InvalidInput(f"unknown flag '{unknown}': {nearest(unknown, every)}")
    once: str | None = getattr(module, "ONCE", None)
    if known.multirun and once is not None:
        raise InvalidInput(f"-m: {once}")
    first: str | None = getattr(module, "FIRST", None)
    if first is not None and known.words and re.fullmatch(r"[\w-]+(/[\w-]+)?", known.words[0]):
        known.words[0] = f"{first}='{known.words[0]}'"
    given = [f"{name}='{getattr(known, name)}'" for name in flags if getattr(known, name) is not None]
    known.words += given
    _refuse_repeated(known.words)
    return known


def _refuse_repeated(words: Sequence[str]) -> None:
    """Refuse a name that is set twice: the last value would win without a word."""
    first: dict[str, str] = {}
    for word in words:
        name, equals, _ = word.partition("=")
        if equals and name in first:
            raise InvalidInput(f"'{first[name]}' and '{word}': {name} must stand there once")
        first[name] = word
