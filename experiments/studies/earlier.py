"""The points of a sweep or a comparison that was run before."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.runs.outcomes import Outcomes, outcomes_by_point
from experiments.runs.store import Store
from experiments.statistics.arrays import Floats
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS

_TABLES = {"sweep": "runs", "compare": "runs_across_ranges"}
"""Commands whose studies hold points, and their tables; in a comparison every draw is a point with one future."""


def earlier_points(folder: Path, institutions: Sequence[str]) -> tuple[dict[str, Floats], Outcomes]:
    """Read the points of a finished study.

    Parameters
    ----------
    folder : Path
        Of a ``sweep`` or a ``compare``.
    institutions : sequence of str
        That must be in it.

    Returns
    -------
    values : dict of str to ndarray (points,)
        By parameter that varies, as the runs of the first institution used it.
    outcomes : dict of (outcome, institution) to ndarray (points, futures)
        On the futures that every point has.

    Raises
    ------
    InvalidInput
        When it is no such study, is not finished, lacks an institution or a run, or varies no parameter.
    """
    store = Store(folder)
    manifest = store.manifest
    command = manifest.get("command")
    if command not in _TABLES:
        raise InvalidInput(f"source={folder}: must be the folder of a study of {' or '.join(_TABLES)}")
    if manifest.get("status") != "finished":
        raise InvalidInput(f"source={folder}: is not finished; give its command again first")
    frame = store.read(_TABLES[command]).to_pandas()
    for name in institutions:
        if name not in set(frame["institution"]):
            raise InvalidInput(f"source={folder}: {name} did not take part; {nearest(name, set(frame['institution']))}")
    frame = frame[frame["institution"].isin(list(institutions))]
    if command == "compare":
        # Every draw has a future of its own: its only one.
        frame = frame.assign(point=frame["replication"], replication=0)
    return _lined_up(frame, institutions, folder)


def _lined_up(frame: pd.DataFrame, institutions: Sequence[str], folder: Path) -> tuple[dict[str, Floats], Outcomes]:
    """Keep the points and futures that every institution has."""
    runs = frame.groupby("point")["institution"].count()
    frame = frame[frame["point"].isin(runs.index[runs >= len(institutions)])]
    counts = frame.groupby(["point", "replication"])["institution"].count().unstack(fill_value=0)
    shared = counts.columns[(counts == len(institutions)).all()]
    if not len(shared):
        raise InvalidInput(f"source={folder}: no future that every point has; see failures/ there")
    frame = frame[frame["replication"].isin(shared)]
    columns = {name: frame[name].to_numpy() for name in frame.columns}
    outcomes = outcomes_by_point(columns, institutions, len(counts), len(shared))
    own = frame[frame["institution"] == institutions[0]].drop_duplicates("point").sort_values("point")
    varied = [name for name in own.columns if name.rpartition(".")[2] in PARAMETERS and own[name].nunique() > 1]
    if not varied:
        raise InvalidInput(f"source={folder}: varies no parameter")
    return {name: np.asarray(own[name], np.float64) for name in varied}, outcomes
