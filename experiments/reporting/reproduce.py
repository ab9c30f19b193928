"""The command that makes a study again, from what its manifest says was asked."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from omegaconf import OmegaConf

from experiments.settings.commands import OPTIONS_OF
from experiments.settings.configuration import composed
from experiments.settings.options import CHOICES, shown

_SAID_ELSEWHERE = ("study", "results", "workers", "output", "runner", "to", "institution", "institutions")


def command_of(command: str, study: str, design: Mapping[str, Any]) -> str:
    """Write the command line that makes a study again; what stands at its default is left out.

    Parameters
    ----------
    command, study : str
        As in the manifest.
    design : mapping
        The manifest's ``design``.

    Returns
    -------
    str
        As typed into a shell.
    """
    usual = OmegaConf.to_container(composed(command, []), resolve=True)
    assert isinstance(usual, dict)
    words = [*_choices(design, usual), *_options(command, design, usual), *_values(design), f"study={study}"]
    return " ".join(["concord", command, *(shlex.quote(word) for word in words)])


def _choices(design: Mapping[str, Any], usual: Mapping[Any, Any]) -> Iterator[str]:
    """Files that were chosen, and what was said about the world."""
    world = design.get("world", {})
    chosen = {**design, "world": world.get("chosen")}
    for name in CHOICES:
        if name in usual["chosen"] and isinstance(chosen.get(name), str) and chosen[name] != usual["chosen"][name]:
            yield f"{name}={chosen[name]}"
    for name in ("path", "size"):
        if name in world and world[name] != usual.get("world", {}).get(name):
            yield f"world.{name}={world[name]}"


def _options(command: str, design: Mapping[str, Any], usual: Mapping[Any, Any]) -> Iterator[str]:
    """Every other option that is not at its default; institutions are listed in full in a design."""
    asked = list(design.get("institutions", {}))
    if "institutions" in usual and asked and asked != list(usual["institutions"]):
        yield f"institutions={shown(asked)}"
    if "institution" in usual["chosen"] and asked and asked[0] != usual["chosen"]["institution"]:
        yield f"institution={asked[0]}"
    for name in OPTIONS_OF[command]:
        known = name in design and name not in CHOICES and name not in _SAID_ELSEWHERE
        if known and design[name] != usual.get(name):
            yield f"{name}={shown(design[name])}"


def _values(design: Mapping[str, Any]) -> Iterator[str]:
    """Parameters that were set, for all institutions and for one."""
    values = design.get("values", {})
    for name, value in values.get("command_line", {}).items():
        yield f"{name}={value:g}"
    for institution, own in values.get("override", {}).items():
        for name, value in own.items():
            yield f"override.{institution}.{name}={value:g}"
