"""An estimation in plain data, as a study keeps it among its decisions, and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.records.estimation import Estimated
from experiments.records.indirect import Linear
from experiments.records.stage_one import Regressions
from experiments.records.stage_two import Open

_PARTS: dict[str, Any] = {"yearly": Regressions, "quarterly": Linear, "open": Open, "shown": Linear}
_COUNTS = ("rows", "events")


def plain(found: Estimated) -> dict[str, Any]:
    """Write an estimation as lists of numbers."""
    parts = {name: getattr(found, name)._asdict() for name in _PARTS}
    return {
        "moments": dict(found.moments),
        **{name: {key: np.asarray(of).tolist() for key, of in part.items()} for name, part in parts.items()},
    }


def estimation_from(kept: Mapping[str, Any]) -> Estimated:
    """Read an estimation that `plain` wrote: the same numbers."""
    parts = {
        name: kind(**{key: tuple(of) if key in _COUNTS else np.array(of) for key, of in kept[name].items()})
        for name, kind in _PARTS.items()
    }
    return Estimated(moments=dict(kept["moments"]), **parts)
