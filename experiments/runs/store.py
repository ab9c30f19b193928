"""A study's folder: what was asked, every run as Parquet, and how to go on after a stop.

A task's runs are one part, written aside, synced and renamed: whatever happens, a part is whole or absent. A study
that is started again does only the units that no part covers. A part that is not what it was when it was written is
put aside, and run again. Nothing else that exists is overwritten.
"""

import contextlib
import fcntl
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from experiments.runs.identity import digest
from experiments.runs.manifest import MANIFEST, differences, read_manifest
from experiments.runs.parts import PATTERN, Part, digest_of, parts_in, typed, write_part, write_whole
from model.errors import InvalidInput

FAILURES = "failures"
DAMAGED = "damaged"
FINISHED = "finished"

_DIFFERENCES_SHOWN = 3
_LOCK_TRIES, _LOCK_PAUSE = 5, 0.1


class Store:
    """The folder of one study.

    Parameters
    ----------
    folder : Path
        ``results/<command>/<study>``; made when the study begins.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._origin: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The study's name."""
        return self.folder.name

    @property
    def manifest(self) -> dict[str, Any]:
        """What the study is and how far it has come, as far as it can be read; empty if it has not begun."""
        return read_manifest(self.folder)

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
        with self._locked():
            before = self._refuse_other(design)
            self._origin = {"study": self.name, "design_digest": digest(design), "commit": str(facts.get("git_commit"))}
            if not before:
                self._put_aside_manifest()
                write_whole(self.folder / "config.yaml", config.encode())
                self.note({**facts, "status": "running", "seconds": 0.0, "design": design})
            self._clear(digest(design))
            yield

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold a study that exists for this process alone.

        Raises
        ------
        InvalidInput
            When another process holds it, or its manifest is damaged.
        """
        with self._locked():
            known = self.manifest
            if not isinstance(known.get("design"), dict):
                raise InvalidInput(f"{self.folder / MANIFEST}: is damaged; give the study's command again to mend it")
            self._origin = {"study": self.name, "design_digest": digest(known["design"])}
            self._clear(self._origin["design_digest"])
            yield

    def note(self, facts: Mapping[str, Any]) -> None:
        """Add facts to the manifest, replacing those of the same name."""
        text = json.dumps(self.manifest | dict(facts), indent=2, ensure_ascii=False, allow_nan=False)
        write_whole(self.folder / MANIFEST, f"{text}\n".encode())

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

    def missing(self, table: str, first: int, count: int, length: int) -> list[tuple[int, int]]:
        """List the units that no part covers yet, in tasks.

        Parameters
        ----------
        table : str
            Folder of parts, such as ``runs``.
        first, count : int
            The units wanted: first, …, first + count - 1.
        length : int
            Units per task.

        Returns
        -------
        list of (first, last)
            Each task is first, …, last - 1.
        """
        tasks: list[tuple[int, int]] = []
        start, end = first, first + count
        for covered_from, covered_to in [*((part.first, part.last) for part in self.parts(table)), (end, end)]:
            tasks += [(at, min(at + length, covered_from, end)) for at in range(start, min(covered_from, end), length)]
            start = max(start, covered_to)
        return tasks

    def write(self, table: str, first: int, last: int, columns: Mapping[str, Any]) -> None:
        """Write rows of units first, …, last - 1 as a part of a table.

        Parameters
        ----------
        table : str
            Folder of parts.
        first, last : int
            The units covered.
        columns : mapping of str to list of str or array
            One entry per row.
        """
        write_part(self.folder, table, first, last, typed(columns), self._origin)

    def write_failures(self, table: str, first: int, last: int, failures: Sequence[Mapping[str, Any]]) -> None:
        """Account for the runs of a task that failed; for none, remove what an earlier try of it left."""
        folder = f"{FAILURES}/{table}"
        for part in parts_in(self.folder / folder):
            if first <= part.first < last:
                part.path.unlink()
        if failures:
            rows = [{**row, "table": table, "parameters": json.dumps(row["parameters"])} for row in failures]
            write_part(self.folder, folder, first, last, pa.Table.from_pylist(rows), self._origin)

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
        return sorted(folder.as_posix() for folder in folders if folder.parts[:1] != (DAMAGED,))

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read all parts of a table, or some columns of them, in the order of their units.

        Raises
        ------
        InvalidInput
            When there is none, or one cannot be read; the message names it and says how to mend it.
        """
        parts = self.parts(table)
        if not parts:
            raise InvalidInput(f"{self.folder}: has no rows of '{table}'; give the study's command again to mend it")
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
        whole = pa.concat_tables([part.read() for part in parts])
        write_part(self.folder, table, parts[0].first, parts[-1].last, whole, self._origin)
        for part in parts:
            part.path.unlink()

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

    def write_output(self, name: str, content: bytes) -> str:
        """Write what was made of the rows, unless it lies there already; return its digest.

        Parameters
        ----------
        name : str
            Path in the study's folder.
        content : bytes
            Of the file.
        """
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            write_whole(path, content)
        return digest_of(content)

    def outputs_stand(self) -> bool:
        """Tell whether everything that was made of the rows lies there as it was written."""
        known = self.manifest.get("outputs", {})
        paths = {name: self.folder / name for name in known}
        return bool(known) and all(
            path.is_file() and digest_of(path.read_bytes()) == known[name] for name, path in paths.items()
        )

    def _clear(self, design_digest: str) -> None:
        """Put aside what is damaged or foreign; then remove what a killed process left behind."""
        for table in self.tables():
            for part in parts_in(self.folder / table):
                with contextlib.suppress(FileNotFoundError):
                    if (fault := _fault(part, table, design_digest)) is not None:
                        self._put_aside(part.path, fault)
        for left_over in self.folder.rglob(".part-*.tmp"):
            left_over.unlink()
        for table in self.tables():
            for merged in set(parts_in(self.folder / table)) - set(self.parts(table)):
                merged.path.unlink()

    def _put_aside(self, path: Path, why: str) -> None:
        """Move a file to ``damaged/`` and say so; nothing there is overwritten."""
        place = self.folder / DAMAGED / path.relative_to(self.folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        tries = (place.with_name(f"{place.name}{f'.{number}' if number else ''}") for number in range(10_000))
        place = next(each for each in tries if not each.exists())
        path.rename(place)
        if self.manifest.get("status") == FINISHED:
            self.note({"status": "running"})
        print(f"{path}: {why}; it is kept in {place.parent}, and its runs are done again", file=sys.stderr)

    def _put_aside_manifest(self) -> None:
        """Keep a manifest that cannot be read; what it said is made again from the parts and the command."""
        path = self.folder / MANIFEST
        if path.exists() or path.is_symlink():
            place = self.folder / DAMAGED
            place.mkdir(exist_ok=True)
            path.rename(place / f"{MANIFEST}.{int(time.time())}")
            print(f"{path}: is damaged; it is kept in {place}, and made again", file=sys.stderr)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the study's lock, which the system takes from a dead process."""
        with (self.folder / ".lock").open("a") as file:
            if not _taken(file):
                raise InvalidInput(
                    f"study '{self.name}' ({self.folder}) is in use by another process; wait, or choose another study="
                )
            yield

    def _refuse_other(self, design: Mapping[str, Any]) -> Mapping[str, Any]:
        """Refuse a folder that is no study, and a study that was made from something else; return its manifest."""
        before = self.manifest
        if not isinstance(before.get("design"), dict):
            if self.folder.is_dir() and not self._is_ours(digest(design)):
                said = f"exists and is no study (it has no {MANIFEST})"
                raise InvalidInput(f"{self.folder}: {said}; choose another study=")
            return {}
        if found := differences(before["design"], json.loads(json.dumps(design))):
            shown = "; ".join(found[:_DIFFERENCES_SHOWN])
            more = len(found) - _DIFFERENCES_SHOWN
            raise InvalidInput(
                f"study '{self.name}' ({self.folder}) was made from something else: {shown}"
                f"{f'; and {more} more' if more > 0 else ''}; choose another study="
            )
        return before

    def _is_ours(self, design_digest: str) -> bool:
        """Tell whether a folder without a readable manifest is a study killed at birth, or has parts of this design."""
        visible = {path.name for path in self.folder.iterdir() if not path.name.startswith(".")}
        if visible <= {MANIFEST, "config.yaml"}:
            return True
        tables = self.tables()
        found = [(part, table) for table in tables for part in parts_in(self.folder / table)]
        return any(_fault(part, table, design_digest) is None for part, table in found)


def _fault(part: Part, table: str, design_digest: str) -> str | None:
    """Say what is wrong with a part, a file that cannot be read at all included."""
    try:
        return part.fault(table, design_digest)
    except (pa.ArrowInvalid, OSError):
        return "cannot be read"


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
