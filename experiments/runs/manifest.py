"""A study's manifest: read with care, since anything may have happened to it, and compared with what is asked."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _is_planned(value: Any) -> bool:
    """Tell whether a value says of tables which units are wanted, and how many runs they are."""
    keys = ("first", "count", "runs")
    return isinstance(value, Mapping) and all(
        isinstance(table, Mapping) and all(isinstance(table.get(key), int) for key in keys) for table in value.values()
    )


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


_KINDS: dict[str, Callable[[Any], bool]] = {
    "command": _is(str),
    "study": _is(str),
    "asked": _is_words,
    "begun": _is(str),
    "ended": _is(str),
    "status": _is(str),
    "seconds": _is_number,
    "runs": _is_number,
    "failed": _is_number,
    "planned": _is_planned,
    "design": _is(dict),
    "decisions": _is(dict),
    "outputs": _is(dict),
    "versions": _is(dict),
    "numerics": _is(str),
    "analysis": _is(str),
}
"""What of a manifest is used, and of which kind it must be."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest; what is missing, cannot be read or is not of its kind is left out."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if key not in _KINDS or _KINDS[key](value)}


def differences(there: Any, here: Any, name: str = "") -> list[str]:
    """Say how two nested mappings differ, one entry per value."""
    if isinstance(there, dict) and isinstance(here, dict):
        keys = [*there, *(key for key in here if key not in there)]
        return [
            difference
            for key in keys
            for difference in differences(there.get(key), here.get(key), f"{name}.{key}" if name else key)
        ]
    if there == here:
        return []
    return [f"{name} is {_short(there)} there and {_short(here)} here"]


def _short(value: Any) -> str:
    if value is None:
        return "absent"
    if isinstance(value, dict):
        return "present"
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
