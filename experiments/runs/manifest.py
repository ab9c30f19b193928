"""A study's manifest: read with care, since anything may have happened to it, and compared with what is asked."""

import json
import math
from pathlib import Path
from typing import Any

from experiments.runs.identity import digest

MANIFEST = "manifest.json"
CODE = "rows_code"
"""Key in a study's design of the digest of the code that its rows depend on."""


_TEXTS = ("command", "study", "begun", "ended", "status", "numerics", "analysis")
_NUMBERS = ("seconds", "runs", "failed")
_MAPPINGS = ("design", "decisions", "outputs", "versions")


def _is_sound(key: str, value: Any) -> bool:
    """Tell whether what a manifest says under a key is of the kind that is used."""
    if key in _TEXTS:
        return isinstance(value, str) and value.isprintable()
    if key in _NUMBERS:
        return _is_number(value, int | float)
    if key == "asked":
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    if key == "planned":
        return isinstance(value, dict) and all(map(_is_planned, value.values()))
    return key not in _MAPPINGS or isinstance(value, dict)


def _is_number(value: Any, kind: Any, least: int = 0) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value) and value >= least


def _is_planned(table: Any) -> bool:
    """Tell whether it is said which units of a table are wanted, and how many runs they are, in how many rounds."""
    if not isinstance(table, dict) or not isinstance(table.get("rounds"), dict):
        return False
    numbers = [table.get("first"), table.get("runs"), *table["rounds"].values()]
    return _is_number(table.get("count"), int, least=1) and all(_is_number(number, int) for number in numbers)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest; what is missing, damaged, not of its kind or (the design) was edited is left out.

    Raises
    ------
    OSError
        When the system does not let it be read.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    kept = {key: value for key, value in found.items() if _is_sound(key, value)}
    if kept.get("design_digest") != digest(kept.get("design")):
        kept = {key: value for key, value in kept.items() if key not in ("design", "design_digest")}
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
