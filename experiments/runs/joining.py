"""Rows of several chunks as one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.runs.simulate import Rows


def joined(found: Sequence[Rows]) -> Rows:
    """Put rows of chunks of the same columns one after the other.

    Parameters
    ----------
    found : sequence of Rows
        At least one.

    Returns
    -------
    Rows
    """
    columns: dict[str, Any] = {}
    for title, first in found[0].columns.items():
        parts = [rows.columns[title] for rows in found]
        columns[title] = (
            [entry for part in parts for entry in part] if isinstance(first, list) else np.concatenate(parts)
        )
    return Rows(columns, [failure for rows in found for failure in rows.failures])
