"""One part of a study's table: a Parquet file that is whole or absent."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from model.errors import InvalidInput


class Part(NamedTuple):
    """A file of rows: units first, …, last - 1 of its table."""

    first: int
    last: int
    path: Path

    @property
    def rows(self) -> int:
        """Number of rows."""
        with _named_if_unreadable(self.path):
            return int(pq.read_metadata(self.path).num_rows)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows, or some columns of them.

        Raises
        ------
        InvalidInput
            When they cannot be read; the message names the file and says how to mend it.
        """
        with _named_if_unreadable(self.path):
            return pq.read_table(self.path, columns=columns)


@contextlib.contextmanager
def _named_if_unreadable(path: Path) -> Iterator[None]:
    """Name a damaged part, and say how to mend it."""
    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidInput(f"{path}: cannot be read ({reason}); delete it and start the study again") from None
