"""Checking a whole command line before Hydra sees it, so that nothing runs when any part of it is wrong."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.types import Override

from experiments.settings.commands import OPTIONS_OF, takes_parameters
from experiments.settings.configuration import composed, hydra_ready, institution_names, setting_from
from experiments.settings.options import OPTIONS
from experiments.settings.overrides import read_override
from experiments.settings.runner import runner_from
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS

_SIMPLE = ("seed", "replication", "study")
"""Options that can be checked by themselves, as parameters can."""

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
        known: dict[str, Override] = {}
        structures: set[tuple[str, ...]] = set()
        for job in _jobs(overrides, line.multirun):
            read = [known.setdefault(text, read_override(command, text, loader)) for text in job if text not in known]
            structure = tuple(text for text in job if not _is_simple(known[text]))
            if structure not in structures:
                _check_all(command, job)
                structures.add(structure)
            for override in read:
                if _is_simple(override):
                    _check_value(override)


def _check_all(command: str, job: Sequence[str]) -> None:
    """Compose and check one configuration."""
    cfg = composed(command, job)
    if command == "sweep":
        from experiments.studies.sweep import asked_for

        asked_for(cfg)
        return
    if takes_parameters(command):
        setting_from(cfg, institution_names(cfg))
    if "runner" in OPTIONS_OF[command]:
        runner_from(cfg)


def _is_simple(override: Override) -> bool:
    """Tell whether a value is right or wrong by itself, whatever else is set: it needs no composing of its own.

    Composing takes a tenth of a second, which hundreds of runs with other seeds should not pay for one by one.
    """
    name = override.key_or_group
    return (name in PARAMETERS and override.value() is not None) or name in _SIMPLE


def _check_value(override: Override) -> None:
    """Check a simple value."""
    name = override.key_or_group
    if name in PARAMETERS:
        PARAMETERS[name].check(cast(Any, override.value()))
    else:
        OPTIONS[name].check(name, override.value())


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
