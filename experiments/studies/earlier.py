"""The points of a sweep or a comparison that was run before."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from experiments.runs.cube import Cube, cube_of
from experiments.runs.store import FINISHED, Store
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS
from model.world import Floats

_TABLES = {"sweep": "runs", "compare": "runs_across_ranges"}
"""Commands whose studies hold points, and their tables; in a comparison every draw is a point with one replication."""


def earlier_points(folder: Path, institutions: Sequence[str]) -> tuple[Mapping[str, Floats], Cube]:
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
    cube : Cube
        Of the replications that every point has.

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
    if manifest.get("status") != FINISHED:
        raise InvalidInput(f"source={folder}: is not finished; give its command again first")
    rows = store.read(_TABLES[command])
    there = set(rows["institution"].to_pylist())
    for name in institutions:
        if name not in there:
            raise InvalidInput(f"source={folder}: {name} did not take part; {nearest(name, there)}")
    if command == "compare":
        places = rows["replication"]
        rows = rows.append_column("point", places).set_column(
            rows.column_names.index("replication"), "replication", pa.array(np.zeros(len(places), np.int64))
        )
    return _lined_up(rows, institutions, folder)


def _lined_up(rows: pa.Table, institutions: Sequence[str], folder: Path) -> tuple[Mapping[str, Floats], Cube]:
    """Keep the points and replications that every institution has."""
    cube = cube_of(rows, institutions).somewhere()
    try:
        cube = cube.paired()
    except InvalidInput:
        raise InvalidInput(f"source={folder}: no future that every point has; see failures/ there") from None
    frame = rows.to_pandas()
    own = frame[(frame["institution"] == institutions[0]) & frame["point"].isin(cube.points)]
    own = own.drop_duplicates("point").sort_values("point")
    varied = [name for name in own.columns if name.rpartition(".")[2] in PARAMETERS and own[name].nunique() > 1]
    if not varied:
        raise InvalidInput(f"source={folder}: varies no parameter")
    return {name: np.asarray(own[name], np.float64) for name in varied}, cube
