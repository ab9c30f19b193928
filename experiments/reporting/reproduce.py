"""The command that makes a study again, from what its manifest says was asked."""

import shlex
from collections.abc import Mapping
from typing import Any

from model.errors import InvalidInput

_CHANGES_NO_NUMBER = ("study", "results", "workers", "output", "runner")


def words_of(manifest: Mapping[str, Any]) -> list[str]:
    """List what was typed behind ``concord``, without what changes no number; the study's name comes last.

    Parameters
    ----------
    manifest : mapping
        Of a study.

    Returns
    -------
    list of str

    Raises
    ------
    InvalidInput
        For a study made before its command line was kept.
    """
    if "asked" not in manifest:
        raise InvalidInput(
            f"study '{manifest['command']}/{manifest['study']}': was made by an earlier version that did not keep its "
            "command line, must be made again"
        )
    kept = [word for word in manifest["asked"] if word.partition("=")[0].split(".")[0] not in _CHANGES_NO_NUMBER]
    return [manifest["command"], *kept, f"study={manifest['study']}"]


def command_of(manifest: Mapping[str, Any]) -> str:
    """Write the command line that makes a study again, as typed into a shell; parameters and errors as `words_of`."""
    return shlex.join(["concord", *words_of(manifest)])
