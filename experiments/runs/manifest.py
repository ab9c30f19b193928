"""A study's manifest: read with care, since anything may have happened to it, and compared with what is asked."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.runs.identity import digest

MANIFEST = "manifest.json"
CODE = "rows_code"
"""Key in a study's design of the digest of the code that its rows depend on."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _is_whole(value: Any, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _is_planned(value: Any) -> bool:
    """Tell whether a value says of tables which units are wanted, and how many runs they are, in how many rounds."""
    return isinstance(value, Mapping) and all(
        isinstance(table, Mapping)
        and _is_whole(table.get("first"))
        and _is_whole(table.get("count"), 1)
        and _is_whole(table.get("runs"))
        and isinstance(rounds := table.get("rounds"), Mapping)
        and all(map(_is_whole, rounds.values()))
        for table in value.values()
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


_KINDS: dict[str, Callable[[Any], bool]] = {
    "command": _is_text,
    "study": _is_text,
    "asked": _is_words,
    "begun": _is_text,
    "ended": _is_text,
    "status": _is_text,
    "seconds": _is_number,
    "runs": _is_number,
    "failed": _is_number,
    "planned": _is_planned,
    "design": _is(dict),
    "decisions": _is(dict),
    "outputs": _is(dict),
    "versions": _is(dict),
    "numerics": _is_text,
    "analysis": _is_text,
}
"""What of a manifest is used, and of which kind it must be."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest; what is missing, cannot be read, is not of its kind or (the design) was edited is left out."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    kept = {key: value for key, value in found.items() if key not in _KINDS or _KINDS[key](value)}
    if "design" in kept and kept.get("design_digest") != digest(kept["design"]):
        del kept["design"]
    return kept


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
    if name == CODE:
        return ["the code that makes its rows was another"]
    return [f"{name} is {_short(there)} there and {_short(here)} here"]


def _short(value: Any) -> str:
    if value is None:
        return "absent"
    if isinstance(value, dict):
        return "present"
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
