"""How what a study was made from differs from what is asked now."""

from typing import Any


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
