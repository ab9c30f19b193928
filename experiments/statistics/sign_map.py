"""The headline map: who wins, over complementarity, crowding, interests and desks.

Points are sorted into cells by their values of four parameters; whatever else varies, varies within the cells. A cell
shows the mean difference over its points if it can be told from zero, and stays white if not.
"""

import math
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from experiments.statistics.arrays import Floats
from experiments.statistics.intervals import mean_interval

INNER = ("complementarity", "crowding")
"""Along a panel's two sides."""
OUTER = ("national_interest", "desks")
"""From panel to panel."""
PANELS = 3
"""Slices of each outer range, of equal width."""
MOST_CELLS = 6
"""Slices of each inner range, at most."""
PER_CELL = 60
"""Points a cell should have: worlds differ so much that fewer rarely tell a sign."""
FALSE_DISCOVERIES = 0.05
"""At most so many of the coloured cells are coloured by chance."""
_FEWEST = 3


def sign_map(values: Mapping[str, Floats], differences: Floats) -> pd.DataFrame:
    """Lay out the mean difference by cell.

    Parameters
    ----------
    values : mapping of str to ndarray (points,)
        Of `INNER` and `OUTER`, in their units.
    differences : ndarray (points,)
        Outcome of one institution minus that of the other, averaged over the replications of each point.

    Returns
    -------
    DataFrame
        One row per cell: number of its slice of each parameter (from 0) with its ends, points, mean, low, high (95% t
        interval over points), p (adjusted for the number of cells after Benjamini & Hochberg 1995), conclusive.
    """
    cells = cells_for(len(differences))
    slices = {name: cells if name in INNER else PANELS for name in (*INNER, *OUTER)}
    edges, place = {}, {}
    for name, count in slices.items():
        edges[name] = np.linspace(float(values[name].min()), float(values[name].max()), count + 1)
        place[name] = np.clip(np.searchsorted(edges[name], values[name], side="right") - 1, 0, count - 1)
    rows = []
    for cell in np.ndindex(*slices.values()):
        row = dict(zip(slices, cell, strict=True))
        inside = np.all([place[name] == at for name, at in row.items()], axis=0)
        ends = {f"{name}_{end}": edges[name][at + (end == "to")] for name, at in row.items() for end in ("from", "to")}
        rows.append({**row, **ends, **_estimate(differences[inside])})
    table = pd.DataFrame(rows)
    table["p"] = stats.false_discovery_control(table["p"].to_numpy())
    return table.assign(conclusive=table["p"] < FALSE_DISCOVERIES)


def cells_for(points: int) -> int:
    """Say how many slices of the inner ranges leave enough points in a cell."""
    return int(min(MOST_CELLS, max(2, math.sqrt(points / PER_CELL) / PANELS)))


def _estimate(differences: Floats) -> dict[str, float]:
    """Mean difference in a cell with its interval and p; nothing is concluded from a handful of points."""
    count = len(differences)
    if count < _FEWEST:
        return {"points": count, "mean": np.nan, "low": np.nan, "high": np.nan, "p": 1.0}
    spread = float(differences.std(ddof=1))
    p = float(stats.ttest_1samp(differences, 0.0).pvalue) if spread > 0.0 else float(differences[0] == 0.0)
    return {"points": count, **mean_interval(differences)._asdict(), "p": p}


def mapped(names: Collection[str]) -> bool:
    """Tell whether a design varies all four parameters of the map."""
    return all(name in names for name in (*INNER, *OUTER))
