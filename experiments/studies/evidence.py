"""What every study of the evidence has in common: its folder, what its report writes there, and reading it again."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pandas as pd
import yaml
from matplotlib.figure import Figure

from experiments.runs import simulate as futures
from experiments.runs.provenance import digest, facts, now, sources_digest
from experiments.runs.store import Store, write_whole
from experiments.settings import configuration
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.settings.places import RESULTS
from model.rules.compiled import source_digest

_NOT_DESIGN = ("study", "results", "workers", "output")
"""Options that change no number."""

Drawing = Callable[[], Figure]


class Report(Protocol):
    """What came out of a study, in every form in which it is told."""

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""

    def terminal(self) -> str:
        """Everything the terminal shows."""

    def readme(self) -> str:
        """The page for a colleague, in Markdown."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number, by the name of its CSV file."""

    def drawings(self) -> dict[str, tuple[Drawing, pd.DataFrame]]:
        """Every figure with the table behind it, by the name of its files."""


@dataclass(frozen=True)
class EvidenceStudy:
    """A finished study.

    Attributes
    ----------
    folder : Path
        Where everything about it lies.
    report : Report
        What came out.
    seconds : float
        Time its runs took, stops not counted.
    """

    folder: Path
    report: Report
    seconds: float

    def runs(self, table: str = "runs") -> pd.DataFrame:
        """Read the runs, a row per run."""
        frame: pd.DataFrame = Store(self.folder).read(table).to_pandas()
        return frame

    @property
    def figures(self) -> list[Path]:
        """The figures, as PNG and SVG."""
        return sorted(path for path in (self.folder / "figures").iterdir() if path.suffix in (".png", ".svg"))

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        return {"study": str(self.folder), **self.report.result(), "seconds": self.seconds}


@contextlib.contextmanager
def opened(
    command: str, cfg: Asked, setting: Setting, modules: tuple[ModuleType, ...], further: Mapping[str, Any]
) -> Iterator[Store]:
    """Open a study's folder, named as the user asked or after world and configuration.

    Parameters
    ----------
    command : str
        ``results/<command>/<study>`` holds it.
    cfg : Asked
        What the command was asked.
    setting : Setting
        What `setting_from` made of it.
    modules : tuple of modules
        Those of the command whose sources determine its runs.
    further : mapping
        What else determines its numbers, in plain data.

    Yields
    ------
    Store

    Raises
    ------
    InvalidInput
        As `experiments.runs.store.Store.opened`.
    """
    asked = cfg.plain(setting)
    kept = {name: value for name, value in asked.items() if name not in _NOT_DESIGN}
    sources = {
        "model_sources": source_digest(),
        "experiments_sources": sources_digest(futures, configuration, *modules),
    }
    design: dict[str, Any] = json.loads(json.dumps(kept | dict(further))) | sources
    name = str(cfg.study) if cfg.study is not None else f"{setting.world.name}-{digest(design)[:8]}"
    results = RESULTS if cfg.results is None else Path(cfg.results).expanduser().absolute()
    begun = facts(command, name, list(cfg.words), design)
    store = Store(results / command / name)
    with store.opened(design, begun, yaml.safe_dump(asked, sort_keys=False, allow_unicode=True)):
        yield store


def finish(store: Store, report: Report, runs: int) -> EvidenceStudy:
    """Write what came out into an opened study, unless it was finished before.

    Parameters
    ----------
    store : Store
        With every run.
    report : Report
        What came out.
    runs : int
        How many runs there were.

    Returns
    -------
    EvidenceStudy
    """
    if store.manifest["status"] != "finished":
        _write(store, report)
        store.note({"status": "finished", "ended": now(), "runs": runs, "failed": len(store.failures())})
    return EvidenceStudy(store.folder, report, store.manifest["seconds"])


def _write(store: Store, report: Report) -> None:
    """Write tables, figures and the page for a colleague."""
    import matplotlib as mpl

    from experiments.reporting.drawing import save, style

    for folder in ("tables", "figures"):
        (store.folder / folder).mkdir(exist_ok=True)
    for name, table in report.tables().items():
        write_whole(store.folder / "tables" / f"{name}.csv", table.to_csv(index=False).encode())
    with mpl.rc_context(style()):
        for name, (draw, table) in report.drawings().items():
            write_whole(store.folder / "figures" / f"{name}.csv", table.to_csv(index=False).encode())
            save(draw(), store, name)
    write_whole(store.folder / "README.md", report.readme().encode())


def as_seen_from_here(folder: Path) -> str:
    """Write a folder relative to where the user is, if it lies below."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
