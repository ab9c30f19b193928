"""The course of institutions over time: whom to draw, and every line and band."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from experiments.reporting.drawing import UNCOLOURED
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.statistics.arrays import Floats
from experiments.statistics.family import simultaneous_intervals

_INNER = (0.1, 0.9)
"""Quantiles over replications between which a band runs."""


def shown_over_time(institutions: Iterable[str], headline: str | None) -> list[str]:
    """Choose few enough institutions to tell their lines apart: the references and the headline's own."""
    asked = [name for name in institutions if name not in UNCOLOURED]
    own = headline if headline in asked else (asked[-1] if asked else None)
    return [name for name in (NOTHING, BASELINE, own, REFERENCE) if name is not None]


def over_time_table(paths: pd.DataFrame, institutions: Sequence[str], seed: int) -> pd.DataFrame:
    """Work out every line and band of the figure.

    Parameters
    ----------
    paths : DataFrame
        Rows of `experiments.runs.recorders.Paths`.
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
    lines = {}
    for series in ("in_conflict", "participation", "belief", "yield"):
        for name in institutions:
            values = _wide(paths, name, series)
            lines[name, series] = (values.mean(axis=0), *np.quantile(values, _INNER, axis=0))
    siloed = _wide(paths, BASELINE, "in_conflict")
    for name in institutions:
        if name != BASELINE:
            gained = np.cumsum(_wide(paths, name, "in_conflict") - siloed, axis=1) / 4.0
            lines[name, "more_than_siloed"] = tuple(np.array(simultaneous_intervals(gained, seed=seed)).T)
    frames = [
        pd.DataFrame(
            {"institution": name, "series": series, "quarter": np.arange(1, len(mean) + 1), "mean": mean}
        ).assign(low=low, high=high)
        for (name, series), (mean, low, high) in lines.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _wide(paths: pd.DataFrame, institution: str, series: str) -> Floats:
    """Values (replications, quarters) of one institution."""
    own = paths[paths["institution"] == institution]
    return own.pivot(index="replication", columns="quarter", values=series).to_numpy(np.float64)
