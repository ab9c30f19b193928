"""``concord status``: which studies there are, and how far each has come."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import application

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.runs.listing import Standing


def status(results: str | Path | None = None) -> "list[Standing]":
    """Do in a notebook what the command does.

    Parameters
    ----------
    results : path, optional
        Folder of all studies; ``results/`` of the checkout unless told.

    Returns
    -------
    list of experiments.runs.listing.Standing
        In the order of commands and names.
    """
    from experiments.runs.listing import standing, studies_in
    from experiments.settings.places import results_folder

    return [standing(store) for store in studies_in(results_folder(results))]


def _command(cfg: "DictConfig") -> None:
    """Print a row per study."""
    from dataclasses import asdict

    from experiments.settings.places import results_folder

    found = status(cfg.results)
    if cfg.output == "json":
        told = {"results": str(results_folder(cfg.results)), "studies": [asdict(one) for one in found]}
        print(json.dumps(told, ensure_ascii=False, allow_nan=False))
    elif found:
        print(_table(found))
    else:
        print(f"no studies in {results_folder(cfg.results)}")


def _table(found: "list[Standing]") -> str:
    """Lay the studies out for a reader."""
    from experiments.runs.executors import duration
    from experiments.settings.text import aligned

    head = ("command", "study", "status", "runs done", "of", "time", "size", "begun")
    rows = [
        (
            one.command,
            one.study,
            one.status,
            "–" if one.done is None else f"{one.done:,}",
            "–" if one.planned is None else f"{one.planned:,}",
            "–" if one.seconds is None else duration(one.seconds),
            f"{one.bytes / 1e6:,.1f} MB",
            "–" if one.begun is None else one.begun,
        )
        for one in found
    ]
    return aligned([head, *rows], right=(3, 4, 5, 6))


main = application("status", _command)

if __name__ == "__main__":
    sys.exit(main())
