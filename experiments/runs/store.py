"""A study's folder: what was asked, every run as Parquet, and how to go on after a stop.

A task's runs are one part, written aside, synced and renamed: whatever happens, a part is whole or absent. A study
that is started again does only the units that no part covers. A part that is not what it was when it was written is
put aside, and run again. Nothing else that exists is overwritten.
"""

import contextlib
import json
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from experiments.runs.identity import digest, digest_of
from experiments.runs.lock import is_locked, locked
from experiments.runs.manifest import MANIFEST, differences, read_manifest
from experiments.runs.parts import DAMAGED, FAILURES, PATTERN, Part, parts_in, typed, write_part, write_whole
from model.errors import InvalidInput

FINISHED = "finished"

_DIFFERENCES_SHOWN = 3
_ORIGIN: Sequence[str] = ("git_commit", "numerics", "design_digest")
"""What of the manifest every part says about itself."""
_ROWS_AT_MOST, _BYTES_AT_MOST = 250_000, 2**28
"""Of a merged part: some 100 MB of outcomes in memory, and no more of trajectories than twice that."""


class Store:
    """The folder of one study.

    Parameters
    ----------
    folder : Path
        ``results/<command>/<study>``; made when the study begins.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._check_place: Callable[[], None] = _nothing
        self._known: dict[str, Any] = {}
        self._sound: set[Path] = set()

    @property
    def name(self) -> str:
        """The study's name."""
        return self.folder.name

    @property
    def manifest(self) -> dict[str, Any]:
        """What the study is and how far it has come, as far as it can be read; empty if it has not begun."""
        with contextlib.suppress(OSError):
            return dict(self._known) or read_manifest(self.folder)
        return {}

    @contextlib.contextmanager
    def opened(self, design: Mapping[str, Any], facts: Mapping[str, Any], config: str) -> Iterator[None]:
        """Hold the study for this process alone, begin it if it is new, and check it if it is not.

        Parameters
        ----------
        design : mapping
            What determines the rows, in plain data; a study that exists must have been made from the same.
        facts : mapping
            What else its manifest says (versions, commit, …).
        config : str
            The resolved configuration as YAML, for readers.

        Raises
        ------
        InvalidInput
            When the study was made from something else, is in use, or its folder holds something that is no study.
        """
        self._refuse_other(design)
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder) as check_place:
            known = self._refuse_other(design)
            if not known:
                self._put_aside_manifest()
                write_whole(self.folder / "config.yaml", config.encode())
            begun = {**facts, "status": "running", "seconds": 0.0, "design": design, "design_digest": digest(design)}
            if "numerics" not in known:
                told = (part.told for part in self._sound_parts(begun))
                begun |= next(({"numerics": each["numerics"]} for each in told if "numerics" in each), {})
            with self._holding(check_place, {**begun, **known}):
                if not begun.keys() <= known.keys():
                    self.note({})
                yield

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold a study that exists for this process alone.

        Raises
        ------
        InvalidInput
            When another process holds it, or its manifest is damaged.
        """
        with locked(self.folder) as check_place:
            known = read_manifest(self.folder)
            if not isinstance(known.get("design"), dict):
                raise InvalidInput(f"{self.folder / MANIFEST}: is damaged; give the study's command again to mend it")
            with self._holding(check_place, known):
                yield

    @contextlib.contextmanager
    def _holding(self, check_place: Callable[[], None], known: dict[str, Any]) -> Iterator[None]:
        """Mend what is damaged, and know the manifest by heart: nobody else writes it meanwhile."""
        self._check_place, self._known = check_place, known
        try:
            if self._mend() and known.get("status") == FINISHED:
                self.note({"status": "running"})
            yield
        finally:
            self._check_place, self._known, self._sound = _nothing, {}, set()

    def note(self, facts: Mapping[str, Any]) -> None:
        """Add facts to the manifest, replacing those of the same name."""
        text = json.dumps(self.manifest | dict(facts), indent=2, ensure_ascii=False, allow_nan=False)
        self._check_place()
        write_whole(self.folder / MANIFEST, f"{text}\n".encode())
        if self._known:
            self._known = json.loads(text)

    def decided(self, name: str, decide: Callable[[], Any]) -> Any:
        """Make a decision that later rows depend on, once: it is stored with the rows, and used again.

        Parameters
        ----------
        name : str
            Of the decision.
        decide : callable
            Makes it from earlier rows, in plain data.
        """
        known = self.manifest.get("decisions", {})
        if name not in known:
            known = {**known, name: json.loads(json.dumps(decide()))}
            self.note({"decisions": known})
        return known[name]

    def missing(self, tables: Sequence[str], first: int, count: int, length: int) -> list[tuple[int, int]]:
        """List the units that no part of some table covers yet, in tasks.

        Parameters
        ----------
        tables : sequence of str
            Folders of parts that are written together, such as ``runs``.
        first, count : int
            The units wanted: first, …, first + count - 1.
        length : int
            Units per task, at most; where tables lack different units, no task crosses an end of a part.

        Returns
        -------
        list of (first, last)
            Each task is first, …, last - 1.
        """
        end, parts = first + count, [self.parts(table) for table in tables]
        edges = {edge for found in parts for part in found for edge in part[:2] if first < edge < end}
        return [
            (at, min(at + length, last))
            for begin, last in pairwise(sorted({first, end, *edges}))
            if not all(_covered(found, begin) for found in parts)
            for at in range(begin, last, length)
        ]

    def refuse_other_plan(self, table: str, planned: str) -> None:
        """Refuse to go on with a table that another version of the code planned from the same design and decisions.

        Raises
        ------
        InvalidInput
            Names the table.
        """
        if any(part.told.get("plan", planned) != planned for part in self.parts(table)):
            raise InvalidInput(
                f"study '{self.name}' ({self.folder}): another version of the code planned the runs of '{table}'; "
                "go on with that one, or choose another study="
            )

    def write(self, table: str, first: int, last: int, columns: Mapping[str, Any] | pa.Table, **told: str) -> None:
        """Write rows of units first, …, last - 1 as a part of a table, which says of which study it is.

        Parameters
        ----------
        table : str
            Folder of parts.
        first, last : int
            The units covered.
        columns : mapping of str to list of str or array, or pyarrow.Table
            One entry per row.
        **told
            What the part says about itself beside its study.
        """
        self._check_place()
        known = self.manifest
        origin = {key: str(known[key]) for key in _ORIGIN if key in known}
        rows = columns if isinstance(columns, pa.Table) else typed(columns)
        write_part(self.folder, table, first, last, rows, {"study": self.name, **told, **origin})

    def write_failures(self, table: str, first: int, last: int, failures: Sequence[Mapping[str, Any]]) -> None:
        """Account for the runs of a task that failed; for none, remove what an earlier try of it left."""
        self._check_place()
        folder = f"{FAILURES}/{table}"
        for part in parts_in(self.folder / folder):
            if first <= part.first < last:
                part.path.unlink()
        if failures:
            rows = [{**row, "table": table, "parameters": json.dumps(row["parameters"])} for row in failures]
            self.write(folder, first, last, pa.Table.from_pylist(rows))

    def parts(self, table: str) -> list[Part]:
        """List a table's parts in the order of their units, without those that have been merged into a bigger one."""
        kept: list[Part] = []
        for part in sorted(parts_in(self.folder / table), key=lambda part: (part.first, -part.last)):
            if part.last > (kept[-1].last if kept else part.first):
                kept.append(part)
        return kept

    def tables(self) -> list[str]:
        """Name the tables that have parts, failures included."""
        folders = {path.parent.relative_to(self.folder) for path in self.folder.rglob(PATTERN)}
        return sorted(folder.as_posix() for folder in folders if folder.parts[:1] not in ((), (DAMAGED,)))

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read all parts of a table, or some columns of them, in the order of their units.

        Raises
        ------
        InvalidInput
            When there is none, or one is not what it was when it was written; the message names it and says how to
            mend it.
        """
        parts = self.parts(table)
        if not parts:
            raise InvalidInput(f"{self.folder}: has no rows of '{table}'; give the study's command again to mend it")
        known = self.manifest
        for part in parts:
            if (fault := self._fault(table, part, known)) is not None:
                raise InvalidInput(f"{part.path}: {fault}; give the study's command again to mend it")
        return pa.concat_tables([part.read(columns) for part in parts])

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
        failed = sum(int(part.told.get("failed", 0)) for part in parts)
        told, rows = parts[0].told | {"failed": str(failed)}, pa.concat_tables([part.read() for part in parts])
        self.write(table, parts[0].first, parts[-1].last, rows, **told)
        for part in parts:
            part.path.unlink()

    def compact(self) -> dict[str, tuple[int, int]]:
        """Merge neighbouring parts of every table; failures, few as they are, stay as they are.

        A merged part covers exactly the units of those it replaces, and is written before they are removed: readers
        and a study that goes on ignore what lies inside a bigger part, so that a kill at any moment changes nothing.

        Returns
        -------
        dict of str to tuple of (int, int)
            By table: number of parts before and after.
        """
        counted = {}
        with self.held():
            for table in (name for name in self.tables() if not name.startswith(f"{FAILURES}/")):
                parts = self.parts(table)
                for group in _groups(parts):
                    self.merge(table, group)
                counted[table] = (len(parts), len(self.parts(table)))
        return counted

    def is_held(self) -> bool:
        """Tell whether a process works on the study right now."""
        return is_locked(self.folder)

    def write_output(self, name: str, content: bytes) -> str:
        """Write what was made of the rows, unless it lies there already; return its digest.

        Parameters
        ----------
        name : str
            Path in the study's folder.
        content : bytes
            Of the file.
        """
        path, known = self.folder / name, digest_of(content)
        self._check_place()
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._lies_there(name, known):
            write_whole(path, content)
        return known

    def remove_outputs(self, names: Mapping[str, Any]) -> None:
        """Remove what an earlier version of the code made of the rows, unless somebody has changed it (by digest)."""
        self._check_place()
        for name, known in names.items():
            if self._lies_there(name, known):
                (self.folder / name).unlink()

    def outputs_stand(self) -> bool:
        """Tell whether everything that was made of the rows lies there as it was written."""
        known = self.manifest.get("outputs", {})
        return bool(known) and all(self._lies_there(name, digest) for name, digest in known.items())

    def _lies_there(self, name: str, known: Any) -> bool:
        """Tell whether an output lies there as it was written."""
        path = self.folder / name
        return path.is_file() and digest_of(path.read_bytes()) == known

    def _refuse_other(self, design: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse a folder that is no study, and a study that was made from something else; return its manifest."""
        before = read_manifest(self.folder)
        if not isinstance(before.get("design"), dict):
            if self.folder.is_dir() and not self._is_ours(digest(design)):
                said = f"exists and is no study of this (no {MANIFEST} that can be read, no part of it)"
                raise InvalidInput(f"{self.folder}: {said}; choose another study=")
            return {}
        if found := differences(before["design"], json.loads(json.dumps(design))):
            more = len(found) - _DIFFERENCES_SHOWN
            shown = "; ".join([*found[:_DIFFERENCES_SHOWN], *([f"and {more} more"] if more > 0 else [])])
            raise InvalidInput(
                f"study '{self.name}' ({self.folder}) was made from something else: {shown}; choose another study="
            )
        return before

    def _is_ours(self, design_digest: str) -> bool:
        """Tell whether a folder without a readable manifest is a study killed at birth, or has parts of this design."""
        visible = {path.name for path in self.folder.iterdir() if not path.name.startswith(".")}
        return visible <= {MANIFEST, "config.yaml", DAMAGED} or any(self._sound_parts({"design_digest": design_digest}))

    def _sound_parts(self, known: Mapping[str, Any]) -> Iterator[Part]:
        """Find every part with which nothing is wrong, if this is known of the study."""
        every = ((table, part) for table in self.tables() for part in parts_in(self.folder / table))
        return (part for table, part in every if self._fault(table, part, known) is None)

    def _fault(self, table: str, part: Part, known: Mapping[str, Any]) -> str | None:
        """Say what is wrong with a part, at which a process that holds the study looks once; None if nothing is."""
        if part.path in self._sound:
            return None
        fault = part.fault(table, known.get("design_digest"), known.get("numerics"))
        if fault is None and self._known:
            self._sound.add(part.path)
        return fault

    def _mend(self) -> bool:
        """Put aside what is damaged or foreign and say so; tell if any was."""
        some = False
        for path, why in self._faults():
            place = self.folder / DAMAGED / path.relative_to(self.folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            # Nothing there is overwritten.
            tries = (place.with_name(f"{place.name}{f'.{number}' if number else ''}") for number in range(10_000))
            path.rename(next(each for each in tries if not each.exists()))
            some = True
            print(
                f"{path}: {why}; it is kept in {place.parent}, its runs are done again by its command", file=sys.stderr
            )
        return some

    def _faults(self) -> Iterator[tuple[Path, str]]:
        """Find what is to be put aside, and then only remove what a killed process left behind."""
        known = self.manifest
        for table in self.tables():
            for part in parts_in(self.folder / table):
                if (fault := self._fault(table, part, known)) is not None:
                    yield part.path, fault
        for left_over in self.folder.rglob(".*.tmp"):
            left_over.unlink()
        for table in self.tables():
            kept = self.parts(table)
            for merged in set(parts_in(self.folder / table)) - set(kept):
                merged.path.unlink()
            for before, part in pairwise(kept):
                if part.first < before.last:
                    yield part.path, f"has runs that {before.path.name} has as well"
        for table in self.tables():
            failures = parts_in(self.folder / FAILURES / table)
            for part in self.parts(table):
                found = sum(each.rows for each in failures if part.first <= each.first < part.last)
                if found != int(part.told.get("failed", 0)):
                    yield part.path, "had failed runs of which nothing is told any more"

    def _put_aside_manifest(self) -> None:
        """Keep a manifest that cannot be read; what it said is made again from the parts and the command."""
        path, place = self.folder / MANIFEST, self.folder / DAMAGED
        if path.exists() or path.is_symlink():
            place.mkdir(exist_ok=True)
            path.rename(place / f"{MANIFEST}.{time.time_ns()}")
            print(f"{path}: is damaged; it is kept in {place}, and made again", file=sys.stderr)


def _nothing() -> None:
    """Check nothing: who does not hold a study may write wherever it is."""


def _covered(parts: Sequence[Part], unit: int) -> bool:
    """Tell whether one of some parts, in their order, has a unit."""
    place = bisect_right(parts, unit, key=lambda part: part.first) - 1
    return place >= 0 and unit < parts[place].last


def _groups(parts: Sequence[Part]) -> list[list[Part]]:
    """Put parts together that follow on each other without a gap and are not too large."""
    groups: list[list[Part]] = []
    rows = size = 0
    for part in parts:
        rows, size = rows + part.rows, size + part.bytes
        fits = rows <= _ROWS_AT_MOST and size <= _BYTES_AT_MOST
        if groups and part.first == groups[-1][-1].last and fits:
            groups[-1].append(part)
        else:
            groups.append([part])
            rows, size = part.rows, part.bytes
    return [group for group in groups if len(group) > 1]
