"""A comparison over time: what the figure of it shows, worked out from the runs' series."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.statistics.intervals import simultaneous_intervals

_INNER = (0.1, 0.9)
"""Quantiles over replications between which a band runs."""

Array = npt.NDArray[np.float64]


def shown_over_time(institutions: Sequence[str], headline: str | None) -> list[str]:
    """Choose few enough institutions to tell their lines apart: the references and the headline's own."""
    asked = [name for name in institutions if name not in (NOTHING, BASELINE, REFERENCE)]
    own = headline if headline in asked else (asked[-1] if asked else None)
    return [name for name in (NOTHING, BASELINE, own, REFERENCE) if name is not None]


def over_time_table(paths: pd.DataFrame, institutions: Sequence[str], seed: int) -> pd.DataFrame:
    """Work out every line and band of the figure.

    Parameters
    ----------
    paths : DataFrame
        Rows of `experiments.runs.paths`.
    institutions : sequence of str
        Those to draw.
    seed : int
        Of the resampling.

    Returns
    -------
    DataFrame
        Columns: institution, series, quarter, mean, low, high. ``low`` and ``high`` are the 10% and 90% quantiles over
        replications; of ``more_than_siloed``, conflict-years so far against siloed in the same replications, they are a
        95% interval of the mean, simultaneous over quarters.
    """
    own = paths[paths["institution"].isin(institutions)]
    # A replication with a run that failed is left out for all.
    runs = own.groupby("replication")["institution"].transform("nunique")
    paths = own[runs == len(set(institutions))]
    rows = []
    for series in ("in_conflict", "participation", "belief", "yield"):
        for name in institutions:
            values = _wide(paths, name, series)
            rows.append(_lines(name, series, values.mean(axis=0), *np.quantile(values, _INNER, axis=0)))
    siloed = _wide(paths, BASELINE, "in_conflict")
    for name in institutions:
        if name != BASELINE:
            gained = np.cumsum(_wide(paths, name, "in_conflict") - siloed, axis=1) / 4.0
            found = simultaneous_intervals(gained, seed=seed)
            rows.append(_lines(name, "more_than_siloed", *np.array(found).T))
    return pd.concat(rows, ignore_index=True)


def _wide(paths: pd.DataFrame, institution: str, series: str) -> Array:
    """Values (replications, quarters) of one institution."""
    own = paths[paths["institution"] == institution]
    return own.pivot(index="replication", columns="quarter", values=series).to_numpy(np.float64)


def _lines(name: str, series: str, mean: Array, low: Array, high: Array) -> pd.DataFrame:
    quarters = np.arange(1, len(mean) + 1)
    return pd.DataFrame(
        {"institution": name, "series": series, "quarter": quarters, "mean": mean, "low": low, "high": high}
    )
