"""A finished study, as a notebook or a script opens it: rows, tables, verdicts, figures."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.reporting.render import template
from experiments.reporting.result import Result
from experiments.runs.manifest import MANIFEST
from experiments.runs.parts import FAILURES
from experiments.runs.recorders import Trajectories
from experiments.runs.store import FINISHED, Store
from experiments.settings import places
from experiments.settings.places import path_of
from model.errors import InvalidInput, nearest

_ARM = r"^(.*) \((.*=.*)\)$"
"""How rows name an institution that lives with values of its own."""
RESULT = "result.json"
POINTS = "points.parquet"


@dataclass(frozen=True)
class Picture:
    """A figure of a study, which a notebook shows.

    Attributes
    ----------
    png, svg : Path
        Its files.
    table : DataFrame
        What stands behind it.
    """

    png: Path
    svg: Path
    table: pd.DataFrame

    def _repr_png_(self) -> bytes:
        return self.png.read_bytes()


class Study:
    """A finished study.

    Parameters
    ----------
    folder : Path
        Where everything about it lies.
    result : Result, optional
        What came out, where it has just been worked out.
    """

    def __init__(self, folder: Path, result: Result | None = None) -> None:
        self.folder = folder
        self._result = result

    def __repr__(self) -> str:
        """Say in one line what it is."""
        known = self.manifest
        runs = f", {known['runs']:,} runs" if "runs" in known else ""
        return f"<Study {self.command}/{self.folder.name}: {known.get('status', 'unknown')}{runs}>"

    @property
    def command(self) -> str:
        """Which command made it."""
        return self.folder.parent.name

    @property
    def manifest(self) -> dict[str, Any]:
        """Versions, commit, digests, status."""
        return Store(self.folder).manifest

    @property
    def seconds(self) -> float:
        """Time its runs took, stops not counted."""
        return float(self.manifest.get("seconds", 0.0))

    def runs(self, table: str | None = None, everything: bool = False) -> pd.DataFrame:
        """Read the runs, a row each.

        Parameters
        ----------
        table : str, optional
            Which folder of rows, of a comparison also a level or a file of ``conf/channels`` (``across_ranges``,
            ``for_only``); ``runs`` unless told.
        everything : bool
            Whether to read what was run beside the institutions asked for and siloed, too: references, and arms of
            hypotheses, which the column ``condition`` tells apart (``veto=0``; empty for all others).

        Returns
        -------
        DataFrame

        Raises
        ------
        InvalidInput
            For a table that does not exist.
        """
        store = Store(self.folder)
        known = [name for name in store.tables() if not name.startswith(f"{FAILURES}/")]
        names = {None: ("runs", *known), "defaults": ("runs",)}
        wanted_names = names.get(table, (table, f"runs_{table}", f"runs_across_ranges_{table}"))
        table = next((name for name in wanted_names if name in known), table or "runs")
        self._check(table, known, "rows")
        frame: pd.DataFrame = store.read(table).to_pandas()
        wanted = self.manifest.get("design", {}).get("shown")
        if not wanted or "institution" not in frame:
            return frame
        if not everything:
            return frame[frame["institution"].isin(wanted)].reset_index(drop=True)
        arms = frame["institution"].str.extract(_ARM).fillna("")
        institutions = frame["institution"].where(arms[0] == "", arms[0])
        return frame.assign(institution=institutions, condition=arms[1])

    def points(self) -> pd.DataFrame:
        """Read the points of a sweep's design, a row each.

        Raises
        ------
        InvalidInput
            When it is no sweep.
        """
        path = self.folder / POINTS
        if not path.is_file():
            raise InvalidInput(f"{self!r}: has no points; a sweep has")
        return pd.read_parquet(path)

    def trajectories(self) -> dict[str, Any]:
        """Read status and money, each (runs, quarters, states), beside the names of the runs and states.

        Raises
        ------
        InvalidInput
            When the study did not keep them.
        """
        if Trajectories.table not in Store(self.folder).tables():
            raise InvalidInput(f"{self!r}: kept no trajectories, must be run with trajectories=true")
        frame, states = self.runs(Trajectories.table), self.table("states")["state"].tolist()
        shape = (len(frame), -1, len(states))
        arrays = {name: np.stack(frame.pop(name).to_list()).reshape(shape) for name in ("status", "money")}
        return {"runs": frame, "states": states, **arrays}

    @property
    def tables(self) -> list[str]:
        """Names of the tables."""
        return sorted(path.stem for path in (self.folder / "tables").glob("*.csv"))

    def table(self, name: str) -> pd.DataFrame:
        """Read a table of results.

        Raises
        ------
        InvalidInput
            For a name that does not exist.
        """
        self._check(name, self.tables, "table")
        frame: pd.DataFrame = self._read(f"tables/{name}.csv", pd.read_csv)
        return frame

    def verdicts(self) -> pd.DataFrame:
        """Read the verdict of every hypothesis, a row per hypothesis and level.

        Raises
        ------
        InvalidInput
            When it is no study that judges hypotheses.
        """
        if "hypotheses" not in self.tables:
            raise InvalidInput(f"{self!r}: judges no hypotheses; concord.compare() does")
        return self.table("hypotheses")

    @property
    def figures(self) -> list[Path]:
        """The figures, as PNG and SVG."""
        return sorted(path for path in (self.folder / "figures").glob("*") if path.suffix in (".png", ".svg"))

    def figure(self, name: str) -> Picture:
        """Show a figure.

        Raises
        ------
        InvalidInput
            For a name that does not exist.
        """
        self._check(name, sorted({path.stem for path in self.figures}), "figure")
        png, svg = (self.folder / "figures" / f"{name}.{ending}" for ending in ("png", "svg"))
        return Picture(png, svg, self._read(f"figures/{name}.csv", pd.read_csv))

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        data = None if self._result is None else self._result.data
        if data is None:
            data = self._read(RESULT, lambda path: json.loads(path.read_text("utf-8")))
        return {"study": str(self.folder), **data, "seconds": self.seconds}

    def text(self) -> str:
        """What the terminal shows; of a study that was opened, its README."""
        if self._result is not None:
            return template(f"{self._result.template}.txt").render(self._result.told()).rstrip()
        readme: str = self._read("README.md", lambda path: path.read_text("utf-8"))
        return readme

    def _read(self, name: str, read: Callable[[Path], Any]) -> Any:
        """Read a file that was made of the rows."""
        try:
            return read(self.folder / name)
        except (OSError, ValueError):
            said = "cannot be read; give the study's command again to mend it"
            raise InvalidInput(f"{self.folder / name}: {said}") from None

    def _check(self, name: str, known: list[str], what: str) -> None:
        """Refuse a name that does not exist."""
        if name not in known:
            close = nearest(name, known) if known else "there is none"
            raise InvalidInput(f"{self!r}: has no {what} '{name}': {close}")


def open_study(folder: str | Path) -> Study:
    """Open a finished study.

    Parameters
    ----------
    folder : str or Path
        ``results/<command>/<study>``, or ``<command>/<study>`` of those that lie in the checkout.

    Returns
    -------
    Study

    Raises
    ------
    InvalidInput
        When there is none, or it is not finished.
    """
    path = path_of(str(folder)).absolute()
    if not path.exists():
        path = places.RESULTS / folder
    status = Store(path).manifest.get("status")
    if status is None:
        raise InvalidInput(f"{folder}: is no study (it has no {MANIFEST} that can be read)")
    if status != FINISHED:
        raise InvalidInput(f"{folder}: is {status}, must be finished; give its command again to go on")
    return Study(path)
