"""A study's folder: what was asked, every run as Parquet, and how to go on after a stop.

A chunk of runs is one part, written aside, synced and renamed: whatever happens, a part is whole or absent. A
study that is started again does only the replications that no part covers. Nothing that exists is
overwritten.
"""

import contextlib
import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.runs.differences import differences
from experiments.runs.parts import Part
from model.errors import InvalidInput

MANIFEST = "manifest.json"
FAILURES = "failures"
_PART = re.compile(r"part-(\d+)-(\d+)\.parquet")
_ORIGIN = ("study", "design_digest", "git_commit", "numerics")
_SOURCES = ("model_sources", "experiments_sources")
"""What every part says about itself, of the manifest and of the design in it."""

_DIFFERENCES_SHOWN = 3
_LOCK_TRIES, _LOCK_PAUSE = 5, 0.1


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
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Store:
    """The folder of one study.

    Parameters
    ----------
    folder : Path
        ``results/<command>/<study>``; made when the study begins.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        """The study's name."""
        return self.folder.name

    @contextlib.contextmanager
    def opened(self, design: Mapping[str, Any], facts: Mapping[str, Any], config: str) -> Iterator[None]:
        """Hold the study for this process alone, begin it if it is new, and check it if it is not.

        Parameters
        ----------
        design : mapping
            What determines the numbers; a study that exists must have been made from the same.
        facts : mapping
            What else its manifest says (versions, commit, …).
        config : str
            The resolved configuration as YAML, for readers.

        Raises
        ------
        InvalidInput
            When the study was made from something else, is in use, or its folder holds something that is no
            study.
        """
        self._refuse_foreign()
        self._refuse_other(design)
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.held():
            self._refuse_other(design)
            if not (self.folder / MANIFEST).exists():
                write_whole(self.folder / "config.yaml", config.encode())
                self.note({**facts, "status": "running", "seconds": 0.0, "design": design})
            yield

    @property
    def manifest(self) -> dict[str, Any]:
        """What the study is and how far it has come; empty if it has not begun."""
        try:
            found = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise InvalidInput(f"{self.folder / MANIFEST}: cannot be read; choose another study=")
        return found

    def note(self, facts: Mapping[str, Any]) -> None:
        """Add facts to the manifest, replacing those of the same name."""
        text = json.dumps(self.manifest | dict(facts), indent=2, ensure_ascii=False, allow_nan=False)
        write_whole(self.folder / MANIFEST, f"{text}\n".encode())

    def missing(self, table: str, first: int, count: int, length: int) -> list[tuple[int, int]]:
        """List the units (replications, or points of a design) that no part covers yet, as chunks.

        Parameters
        ----------
        table : str
            Folder of parts, such as ``runs``.
        first, count : int
            The units wanted: first, …, first + count - 1.
        length : int
            Units per chunk.

        Returns
        -------
        list of (first, last)
            Each chunk is first, …, last - 1.
        """
        chunks: list[tuple[int, int]] = []
        start, end = first, first + count
        ranges = [(part.first, part.last) for part in self.parts(table)]
        for covered_from, covered_to in [*ranges, (end, end)]:
            chunks += [(at, min(at + length, covered_from)) for at in range(start, covered_from, length)]
            start = max(start, covered_to)
        return chunks

    def write_part(
        self,
        table: str,
        first: int,
        last: int,
        columns: Mapping[str, Any],
        failures: list[dict[str, Any]],
        extra: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Write the runs of units first, …, last - 1, and those that failed.

        Parameters
        ----------
        table : str
            Folder of parts, such as ``runs``.
        first, last : int
            The units covered.
        columns : mapping of str to list of str or array of numbers
            One entry per run.
        failures : list of dict
            One per failed run.
        extra : mapping of str to mapping of str to list or array, optional
            Columns of further tables. They and the failures are written first: once the part exists, all of it does.
        """
        failed = self.part(f"{FAILURES}/{table}", first, last)
        if failures:
            rows = [row | {"table": table, "parameters": json.dumps(row["parameters"])} for row in failures]
            self._write_parquet(failed, pa.Table.from_pylist(rows))
        else:
            # A chunk that was lost before, and has been tried again.
            failed.unlink(missing_ok=True)
        for name, content in {**(extra or {}), table: columns}.items():
            self._write_parquet(self.part(name, first, last), _typed(content))

    def part(self, table: str, first: int, last: int) -> Path:
        """Name the part of units first, …, last - 1."""
        return self.folder / table / f"part-{first:07d}-{last - 1:07d}.parquet"

    def parts(self, table: str) -> list[Part]:
        """List a table's parts in the order of their units, without those that have been merged into a bigger one."""
        kept: list[Part] = []
        for part in sorted(self._all_parts(table), key=lambda part: (part.first, -part.last)):
            if not kept or part.last > kept[-1].last:
                kept.append(part)
        return kept

    def tables(self) -> list[str]:
        """Name the tables that have parts, failures included."""
        folders = {path.parent for path in self.folder.rglob("part-*.parquet")}
        return sorted(folder.relative_to(self.folder).as_posix() for folder in folders)

    def read(self, table: str) -> pa.Table:
        """Read all parts of a table, in the order of their units.

        Raises
        ------
        InvalidInput
            When a part cannot be read; the message names it and says how to mend it.
        """
        return pa.concat_tables([part.read() for part in self.parts(table)])

    def failures(self) -> list[dict[str, Any]]:
        """Every run that failed, with its error and its parameters (as JSON)."""
        tables = [table for table in self.tables() if table.startswith(f"{FAILURES}/")]
        return [row for table in tables for row in self.read(table).to_pylist()]

    def merge(self, table: str, parts: Sequence[Part]) -> None:
        """Write neighbouring parts as one, then remove them; killed in between, no row is lost or counted twice.

        Parameters
        ----------
        table : str
            Folder of the parts.
        parts : sequence of Part
            In order, each beginning where the one before ends.
        """
        whole = pa.concat_tables([part.read() for part in parts])
        self._write_parquet(self.part(table, parts[0].first, parts[-1].last), whole)
        for part in parts:
            part.path.unlink()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold a study that exists for this process alone.

        Raises
        ------
        InvalidInput
            When another process holds it.
        """
        with self._locked():
            self._clear()
            yield

    def is_held(self) -> bool:
        """Tell whether a process works on the study right now."""
        try:
            with (self.folder / ".lock").open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def _all_parts(self, table: str) -> list[Part]:
        """List every part there is, merged ones as well."""
        paths = list((self.folder / table).glob("part-*.parquet"))
        found = [(_PART.fullmatch(path.name), path) for path in paths]
        return [Part(int(match[1]), int(match[2]) + 1, path) for match, path in found if match]

    def _clear(self) -> None:
        """Remove what a killed process left: half-written parts, and parts that have been merged into a bigger one."""
        for left_over in self.folder.rglob(".part-*.tmp"):
            left_over.unlink()
        for table in self.tables():
            for merged in set(self._all_parts(table)) - set(self.parts(table)):
                merged.path.unlink()

    def _origin(self) -> dict[str, str]:
        """Say where a part comes from, for its metadata."""
        known = self.manifest
        known |= {key: known["design"].get(key) for key in _SOURCES}
        return {f"concord.{key}": str(known[key]) for key in (*_ORIGIN, *_SOURCES) if known.get(key) is not None}

    def _write_parquet(self, path: Path, table: pa.Table) -> None:
        content = as_parquet(table.replace_schema_metadata(self._origin()))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the study's lock, which the system takes from a dead process."""
        with (self.folder / ".lock").open("a") as file:
            if not _taken(file):
                raise InvalidInput(
                    f"study '{self.name}' ({self.folder}) is in use by another process; wait, or choose another study="
                )
            yield

    def _refuse_foreign(self) -> None:
        """Refuse a folder that holds something, but no study."""
        if self.folder.is_dir() and not self.manifest and any(self._visible()):
            raise InvalidInput(f"{self.folder}: exists and is no study (it has no {MANIFEST}); choose another study=")

    def _visible(self) -> Iterator[Path]:
        """List what the folder holds beside what a study that was killed at birth leaves."""
        return (path for path in self.folder.iterdir() if not path.name.startswith(".") and path.name != "config.yaml")

    def _refuse_other(self, design: Mapping[str, Any]) -> None:
        """Refuse to go on with a study that was made from something else."""
        before = self.manifest
        if before and (found := differences(before.get("design", {}), json.loads(json.dumps(design)))):
            shown = "; ".join(found[:_DIFFERENCES_SHOWN])
            more = len(found) - _DIFFERENCES_SHOWN
            raise InvalidInput(
                f"study '{self.name}' ({self.folder}) was made from something else: {shown}"
                f"{f'; and {more} more' if more > 0 else ''}; choose another study="
            )


def _taken(file: IO[str]) -> bool:
    """Take a lock; several tries, since `Store.is_held` holds it for an instant."""
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE)
        else:
            return True
    return False


def _typed(columns: Mapping[str, Any]) -> pa.Table:
    """Make a table; without its type, a column of no text at all would not fit the other parts'."""
    return pa.table({key: pa.array(x, pa.string()) if isinstance(x, list) else x for key, x in columns.items()})


def as_parquet(table: pa.Table) -> Any:
    """Write a table as Parquet, in memory.

    Lists of 32-bit floats (trajectories) are split into streams of bytes, without a dictionary: measured on 48 states
    and 80 quarters, two thirds of the size and a tenth of the time.
    """
    lists = {field.name: field.type for field in table.schema if pa.types.is_fixed_size_list(field.type)}
    leaves = {name: f"{name}.list.element" if name in lists else name for name in table.column_names}
    split = [leaves[name] for name, kind in lists.items() if pa.types.is_float32(kind.value_type)]
    buffer = pa.BufferOutputStream()
    pq.write_table(
        table,
        buffer,
        compression="zstd",
        compression_level=1,
        use_dictionary=[leaf for leaf in leaves.values() if leaf not in split],
        use_byte_stream_split=split,
    )
    return buffer.getvalue()
