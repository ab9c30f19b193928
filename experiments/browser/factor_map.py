"""A sweep's map of any two of its factors: the mean difference to the baseline over the points in each field."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.accounts.witness import Plain
from experiments.reporting.drawing import FEWER, MORE
from experiments.reporting.page import file_of
from model.world import Floats

_LEVELS = 10
"""A factor of no more values than these has a row or column for each; of others, ranges as wide as each other."""
_RANGES = 8


class Axis(NamedTuple):
    """A factor on an axis: its name, the field of each point, and what fields are called."""

    name: str
    place: npt.NDArray[np.int_]
    labels: list[str]


def factor_map(folder: Path, factors: Mapping[str, object], asked: Mapping[str, str]) -> Plain | None:
    """Draw two factors of a sweep.

    Parameters
    ----------
    folder : Path
        The study's.
    factors : mapping
        Names of its factors, as its manifest has them.
    asked : mapping of str to str
        ``across``, ``up`` and ``under``: two factors and an institution; another one is taken where there is none such.

    Returns
    -------
    dict or None
        What ``factor_map.html.jinja`` shows; None where there is no table of points, or are not two factors.
    """
    path = file_of(folder, "tables/by_point.csv")
    table = pd.DataFrame() if path is None else pd.read_csv(path)
    names = [name for name in factors if name in table and pd.api.types.is_numeric_dtype(table[name])]
    if len(names) < 2 or not {"institution", "difference"} <= set(table):
        return None
    known = table[np.isfinite(table["difference"].astype(float))]
    who = [str(name) for name in known["institution"].unique()]
    if not who:
        return None
    under, across = _chosen(asked.get("under"), who), _chosen(asked.get("across"), names)
    up = _chosen(asked.get("up"), [name for name in names if name != across])
    rows = known[known["institution"].astype(str) == under]
    x, y = (_axis(name, rows[name].to_numpy(dtype=float)) for name in (across, up))
    return {
        "names": names, "institutions": who, "under": under, "across": x, "up": y,
        "fields": _fields(x, y, rows["difference"].to_numpy(dtype=float)), "points": len(rows),
    }  # fmt: skip


def _chosen(asked: str | None, known: Sequence[str]) -> str:
    """Take what was asked for if there is such, else the first."""
    return asked if asked is not None and asked in known else known[0]


def _axis(name: str, values: Floats) -> Axis:
    """Part a factor's values into levels or ranges."""
    levels, place = np.unique(values, return_inverse=True)
    if len(levels) <= _LEVELS:
        return Axis(name, place, [f"{level:.4g}" for level in levels])
    edges = np.linspace(values.min(), values.max(), _RANGES + 1)
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, _RANGES - 1)
    return Axis(name, place, [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)])


def _fields(x: Axis, y: Axis, difference: Floats) -> list[Plain]:
    """Fields that hold points: place, mean, how many points and from what to what, and colour."""
    grouped = pd.DataFrame({"x": x.place, "y": y.place, "difference": difference}).groupby(["x", "y"])["difference"]
    found = grouped.agg(["mean", "size", "min", "max"])
    largest = float(found["mean"].abs().max()) or 1.0
    return [
        {"x": at[0], "y": at[1], "mean": mean, "points": int(size), "low": low, "high": high,
         "colour": _colour(mean / largest), "dark": abs(mean) > _WHITE[mean > 0.0] * largest}
        for at, mean, size, low, high in found.itertuples()
    ]  # fmt: skip


_WHITE = {False: 0.96, True: 0.92}
"""From which part of full blue and red on white can be read better than black: both have a contrast of 4.5 there."""


def _colour(share: float) -> str:
    """Mix a colour: blue for fewer, red for more, the paler the nearer to none."""
    full = MORE if share > 0.0 else FEWER
    parts = (int(full[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 + abs(share) * (part - 255)):02x}" for part in parts)
