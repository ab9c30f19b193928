"""What each parameter moves, as the mechanisms of the reference have it; nothing where the reference has none."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from experiments.settings.places import RESULTS

FOUND = RESULTS / "reference" / "mechanisms" / "africa" / "result.json"
_TOLD = ("across_ranges", "conflict_years")


@cache
def moved(path: Path = FOUND) -> Mapping[str, str]:
    """Say what parameters move, by name, in words for a table.

    Parameters
    ----------
    path : Path
        What ``concord mechanisms output=json`` prints.

    Returns
    -------
    mapping of str to str
        "yes" with the change of the gap in conflict-years across the priors, or "no" with the reason; empty where there
        is no such file.
    """
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    moving = {row["mechanism"] for row in rows if row["moves"] == "yes"}
    found = {}
    for row in rows:
        if (row["level"], row["metric"]) == _TOLD:
            said = f"yes, gap {row['gap']['estimate']:+.2f}" if row["mechanism"] in moving else f"no: {row['why']}"
            found[row["parameters"][0] if len(row["parameters"]) == 1 else row["mechanism"]] = said
    return found
