"""Checking a whole command line before Hydra sees it, so that nothing runs when any part of it is wrong."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.types import Override

from experiments.settings.configuration import composed, hydra_ready, institution_names, setting_from
from experiments.settings.options import takes_parameters
from experiments.settings.overrides import read_override
from model.errors import InvalidInput, nearest

_REFUSED_FLAGS = ("config_path", "config_name", "config_dir", "experimental_rerun")


@dataclass(frozen=True)
class Line:
    """A command line: Hydra's flags, overrides, and whether several values mean several runs."""

    flags: tuple[str, ...]
    overrides: tuple[str, ...]
    multirun: bool


def parsed(arguments: Sequence[str]) -> Line:
    """Part flags from overrides, in whichever order they were typed.

    Raises
    ------
    InvalidInput
        For an unknown flag, or one that would lead away from ``conf``.
    """
    parser = get_args_parser()
    parser.exit_on_error = False
    try:
        known, rest = parser.parse_known_intermixed_args(list(arguments))
    except argparse.ArgumentError as error:
        raise InvalidInput(f"{error.argument_name}: {error.message}") from None
    flags = [name for action in parser._actions for name in action.option_strings]
    for unknown in rest:
        raise InvalidInput(f"unknown flag '{unknown}': {nearest(unknown, flags)}")
    for name in _REFUSED_FLAGS:
        if getattr(known, name) is not None:
            raise InvalidInput(f"--{name.replace('_', '-')}: cannot be used, configuration lies in conf/")
    overrides = tuple(known.overrides)
    return Line(tuple(word for word in arguments if word not in overrides), overrides, known.multirun)


def check(command: str, line: Line) -> None:
    """Compose and check every configuration the line asks for; returns only if all of them can run.

    Parameters
    ----------
    command : str
        A key of `OPTIONS_OF`.
    line : Line
        From `parsed`.

    Raises
    ------
    InvalidInput
        For the first mistake, in one line.
    """
    with hydra_ready():
        loader = GlobalHydra.instance().config_loader()
        overrides = [read_override(command, text, loader) for text in line.overrides]
        for job in _jobs(overrides, line.multirun):
            cfg = composed(command, job)
            if takes_parameters(command):
                setting_from(cfg, institution_names(cfg))


def _jobs(overrides: Sequence[Override], multirun: bool) -> list[list[str]]:
    """Lay several values out into one list of overrides per run of the command."""
    if multirun:
        return BasicSweeper.split_arguments(list(overrides), max_batch_size=None)[0]
    for override in overrides:
        if override.is_sweep_override():
            raise InvalidInput(
                f"'{override.input_line}': several values need -m, a list must be in brackets "
                f"('{override.key_or_group}=[a,b]')"
            )
    return [[str(override.input_line) for override in overrides]]
