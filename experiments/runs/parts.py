"""One part of a study's table: a Parquet file that is whole or absent, and that tells whether it is what it was.

A part's name ends in a digest of its bytes, and its metadata say of which study's design, table and units it is: no
list kept elsewhere can be lost, and a part that was edited, cut, doubled or brought in from elsewhere is found out.
They also say how many of its runs failed, since those stand elsewhere.
"""

import contextlib
import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.runs.identity import digest_of
from model.errors import InvalidInput

_NAME = re.compile(r"part-([0-9]+)-([0-9]+)-([0-9a-f]{16})\.parquet")
PATTERN = "part-*.parquet"
"""What every part's name looks like, and nothing else in a study."""
FAILURES = "failures"
"""Folder of the tables of runs that failed."""
DAMAGED = "damaged"
"""Folder of what is kept but no longer counts."""
_OURS = "concord."
"""How keys of what a part says about itself begin."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file aside, sync and rename it: a reader sees the old content or the new, never half of it."""
    aside = path.with_name(f".{path.name}.tmp")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        # A full disk does not say which file it had no room for.
        raise OSError(error.errno, error.strerror, str(path)) from error
    # The rename survives a power cut once the folder is synced.
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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

    @property
    def bytes(self) -> int:
        """Size of the rows in memory, about: before they were compressed."""
        with _named_if_unreadable(self.path):
            metadata = pq.read_metadata(self.path)
        return sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))

    @property
    def told(self) -> dict[str, str]:
        """What the part says about itself."""
        with _named_if_unreadable(self.path):
            metadata = pq.read_schema(self.path).metadata or {}
        said = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in metadata.items()}
        return {key.removeprefix(_OURS): value for key, value in said.items() if key.startswith(_OURS)}

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows, or some columns of them.

        Raises
        ------
        InvalidInput
            When they cannot be read; the message names the file and says how to mend it.
        """
        with _named_if_unreadable(self.path):
            return pq.read_table(self.path, columns=columns)

    def fault(self, table: str, design_digest: str | None, numerics: str | None) -> str | None:
        """Say what is wrong with a part; None if it is what it was when it was written, of this study.

        Parameters
        ----------
        table : str
            Of the part.
        design_digest, numerics : str or None
            Of its study; not compared where they are not known.

        Raises
        ------
        OSError
            When the system does not let it be read, as with too many open files: that says nothing of the part.
        """
        match = _NAME.fullmatch(self.path.name)
        if match is None:
            return "has no name that a part has"
        if not self.path.is_file():
            return "is no file"
        if digest_of(self.path.read_bytes()) != match[3]:
            return "was changed after it was written"
        try:
            told = self.told
        except InvalidInput:
            return "cannot be read"
        if design_digest is not None and told.get("design_digest") != design_digest:
            return "is of another study, or of another version of the code"
        if numerics is not None and told.get("numerics", numerics) != numerics:
            return "was computed where arithmetic gives other bits"
        if told.get("units") != f"{table} {self.first} {self.last}":
            return "is of other runs than its name says"
        return None


def parts_in(folder: Path) -> list[Part]:
    """List every part of a folder by its name; what else readers would take for one has no units."""
    found = [(_NAME.fullmatch(path.name), path) for path in sorted(folder.glob("[!._]*.parquet"))]
    return [Part(int(match[1]), int(match[2]) + 1, path) if match else Part(0, 0, path) for match, path in found]


def write_part(folder: Path, table: str, first: int, last: int, content: pa.Table, origin: Mapping[str, str]) -> Path:
    """Write rows of units first, …, last - 1 as a part, in a study's folder that is there.

    Parameters
    ----------
    folder : Path
        Of the study.
    table : str
        Of the part.
    first, last : int
        Its units.
    content : pyarrow.Table
        Rows.
    origin : mapping of str to str
        What the part says about itself, ``design_digest`` among it.

    Returns
    -------
    Path
    """
    said = {f"{_OURS}{key}": value for key, value in {**origin, "units": f"{table} {first} {last}"}.items()}
    written = as_parquet(content.replace_schema_metadata(said)).to_pybytes()
    path = folder / table / f"part-{first:07d}-{last - 1:07d}-{digest_of(written)}.parquet"
    for below in reversed(path.relative_to(folder).parents[:-1]):
        (folder / below).mkdir(exist_ok=True)
    write_whole(path, written)
    return path


@contextlib.contextmanager
def _named_if_unreadable(path: Path) -> Iterator[None]:
    """Name a part that is damaged or gone, and say how to mend it; name one that the system does not let be read."""
    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:
        # What Arrow finds wrong with a file has no number.
        number = getattr(error, "errno", None)
        if number not in (None, errno.ENOENT):
            raise OSError(number, os.strerror(number), str(path)) from error
        reason = str(error).splitlines()[0]
        raise InvalidInput(f"{path}: cannot be read ({reason}); give the study's command again to mend it") from None


def typed(columns: Mapping[str, Any]) -> pa.Table:
    """Make a table; without its type, a column of no text at all would not fit the other parts'."""
    return pa.table({key: pa.array(x, pa.string()) if isinstance(x, list) else x for key, x in columns.items()})


def as_parquet(table: pa.Table) -> pa.Buffer:
    """Write a table as Parquet, in memory.

    Lists of 32-bit floats (trajectories) are split into streams of bytes, without a dictionary: measured on 48 states
    and 80 quarters, two thirds of the size and a tenth of the time.
    """
    lists = {field.name: field.type for field in table.schema if pa.types.is_fixed_size_list(field.type)}
    leaves = {name: f"{name}.list.element" if name in lists else name for name in table.column_names}
    split = [leaves[name] for name, kind in lists.items() if pa.types.is_float32(kind.value_type)]
    others, buffer = [leaf for leaf in leaves.values() if leaf not in split], pa.BufferOutputStream()
    ways = {"compression": "zstd", "compression_level": 1}
    pq.write_table(table, buffer, use_dictionary=others, use_byte_stream_split=split, **ways)
    return buffer.getvalue()
