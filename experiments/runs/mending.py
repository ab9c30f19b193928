"""Parts that are not what they were: found, put aside under ``damaged/``, and so run again."""

import sys
import time
from itertools import pairwise
from pathlib import Path

from experiments.runs.manifest import MANIFEST
from experiments.runs.parts import DAMAGED, FAILURES, Part, parts_in, standing_in, tables_in


class Mending:
    """Looks at the parts of one study, each once.

    Parameters
    ----------
    folder : Path
        Of the study.
    design, numerics : str or None
        Digests of what it was made from and of the arithmetic; not compared where they are not known.
    """

    def __init__(self, folder: Path, design: str | None, numerics: str | None) -> None:
        self.folder, self.design, self.numerics = folder, design, numerics
        self._sound: set[Path] = set()
        self._put_aside_some = False

    def fault(self, part: Part, table: str) -> str | None:
        """Say what is wrong with a part; None if nothing is."""
        if part.path in self._sound:
            return None
        found = part.fault(table, self.design, self.numerics)
        if found is None:
            self._sound.add(part.path)
        return found

    def sound_parts(self) -> list[Part]:
        """List every part with which nothing is wrong."""
        every = [(part, table) for table in tables_in(self.folder) for part in parts_in(self.folder / table)]
        return [part for part, table in every if self.fault(part, table) is None]

    def mend(self) -> bool:
        """Put aside what is damaged or foreign, only then remove what a killed process left behind; tell if any was."""
        for table in tables_in(self.folder):
            for part in parts_in(self.folder / table):
                if (fault := self.fault(part, table)) is not None:
                    self._put_aside(part.path, fault)
        for left_over in self.folder.rglob(".*.tmp"):
            left_over.unlink()
        for table in tables_in(self.folder):
            kept = standing_in(self.folder / table)
            for merged in set(parts_in(self.folder / table)) - set(kept):
                merged.path.unlink()
            for before, part in pairwise(kept):
                if part.first < before.last:
                    self._put_aside(part.path, f"has runs that {before.path.name} has as well")
        self._check_failures()
        return self._put_aside_some

    def _check_failures(self) -> None:
        """Put aside the parts whose failed runs are no longer accounted for."""
        for table in tables_in(self.folder):
            failures = parts_in(self.folder / FAILURES / table)
            for part in standing_in(self.folder / table):
                found = sum(each.rows for each in failures if part.first <= each.first < part.last)
                if found != int(part.told.get("failed", 0)):
                    self._put_aside(part.path, "had failed runs of which nothing is told any more")

    def put_aside_manifest(self) -> None:
        """Keep a manifest that cannot be read; what it said is made again from the parts and the command."""
        path = self.folder / MANIFEST
        if path.exists() or path.is_symlink():
            place = self.folder / DAMAGED
            place.mkdir(exist_ok=True)
            path.rename(place / f"{MANIFEST}.{time.time_ns()}")
            print(f"{path}: is damaged; it is kept in {place}, and made again", file=sys.stderr)

    def _put_aside(self, path: Path, why: str) -> None:
        """Move a part to ``damaged/`` and say so; nothing there is overwritten."""
        place = self.folder / DAMAGED / path.relative_to(self.folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        tries = (place.with_name(f"{place.name}{f'.{number}' if number else ''}") for number in range(10_000))
        path.rename(next(each for each in tries if not each.exists()))
        self._put_aside_some = True
        print(f"{path}: {why}; it is kept in {place.parent}, its runs are done again by its command", file=sys.stderr)
