"""``concord plot``: the figures, tables and README of finished studies anew, from their stored rows."""

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import application

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.runs.store import Store


def plot(*overrides: str, **options: object) -> list[Path]:
    """Do in a notebook what the command does.

    Parameters
    ----------
    *overrides : str
        As on the command line.
    **options : object
        The same by keyword: ``studies=["compare/first_look"]``.

    Returns
    -------
    list of Path
        Every figure, as PNG and SVG.

    Raises
    ------
    InvalidInput
        For bad input, and for a study that was made with another model or configuration than is here.
    """
    from experiments.settings.configuration import composed

    return _conduct(composed("plot", overrides, options))


def _conduct(cfg: "DictConfig") -> list[Path]:
    """Draw every study named."""
    from experiments.reporting.studies import asked_for

    return [path for store in asked_for(cfg) for path in _drawn(store)]


def _drawn(store: "Store") -> list[Path]:
    """Let the study's own command finish it once more: no run is missing, so it only analyses, writes and draws."""
    from experiments.reporting.reproduce import words_of
    from experiments.reporting.studies import FINISHED

    command, *overrides = words_of(store.manifest)
    again = getattr(importlib.import_module(f"experiments.commands.{command}"), command)
    store.note({"status": "drawing"})
    try:
        again(*overrides, results=str(store.folder.parents[1]))
    finally:
        store.note({"status": FINISHED})
    return sorted(path for path in (store.folder / "figures").glob("*") if path.suffix in (".png", ".svg"))


def _command(cfg: "DictConfig") -> None:
    """Draw, and say where the figures are."""
    print("\n".join(map(str, _conduct(cfg))))


main = application("plot", _command)

if __name__ == "__main__":
    sys.exit(main())
