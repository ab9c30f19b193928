"""``concord compact``: a study's many small files of rows become few big ones."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import application
from model.errors import InvalidInput, nearest

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.runs.store import Store


def compact(study: str, command: str | None = None, results: str | Path | None = None) -> dict[str, tuple[int, int]]:
    """Merge neighbouring parts of a study's tables; killed at any moment, no row is lost or counted twice.

    Parameters
    ----------
    study : str
        Its name.
    command : str, optional
        Which command's, where several have a study of that name.
    results : path, optional
        Folder of all studies; ``results/`` of the checkout unless told.

    Returns
    -------
    dict of str to tuple of (int, int)
        By table: number of parts before and after.

    Raises
    ------
    InvalidInput
        When there is no such study, several have the name, it is in use, or a part cannot be read.
    """
    from experiments.runs.compaction import compacted

    return compacted(_found(study, command, results))


def _found(study: str, command: str | None, results: str | Path | None) -> "Store":
    """Find a study by its name."""
    from experiments.runs.listing import studies_in
    from experiments.settings.places import results_folder

    folder = results_folder(results)
    there = [store for store in studies_in(folder) if command in (None, store.folder.parent.name)]
    named = [store for store in there if store.name == study]
    if not named:
        known = [store.name for store in there]
        raise InvalidInput(f"study={study}: must be a study in {folder}; {nearest(study, known)}")
    if len(named) > 1:
        commands = ", ".join(store.folder.parent.name for store in named)
        raise InvalidInput(f"study={study}: several commands have one, add command= ({commands})")
    return named[0]


def _command(cfg: "DictConfig") -> None:
    """Merge parts and say how many are left."""
    if cfg.study is None:
        raise InvalidInput("study=null: must be the name of a study; concord status lists them")
    for table, (before, after) in compact(str(cfg.study), cfg.command, cfg.results).items():
        print(f"{table}: {before} parts, now {after}")


main = application("compact", _command)

if __name__ == "__main__":
    sys.exit(main())
