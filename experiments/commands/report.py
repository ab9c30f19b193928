"""``concord report``: finished studies as one HTML page that needs nothing else."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import application

if TYPE_CHECKING:
    from omegaconf import DictConfig


def report(*overrides: str, **options: object) -> Path:
    """Do in a notebook what the command does.

    Parameters
    ----------
    *overrides : str
        As on the command line.
    **options : object
        The same by keyword: ``studies=["compare/first_look"]``, ``to="first_look.html"``.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.settings.configuration import composed

    return _conduct(composed("report", overrides, options))


def _conduct(cfg: "DictConfig") -> Path:
    """Write the page, aside first."""
    from experiments.reporting.page import page
    from experiments.reporting.studies import asked_for, section
    from experiments.runs.store import write_whole

    studies = asked_for(cfg)
    sections = [section(store) for store in studies]
    title = "Concord: a study" if len(sections) == 1 else "Concord: the evidence"
    introduction = (
        "<p>From <em>Concord</em>, an agent-based model of defence, development and foreign ministries and of the "
        "states they work in.</p><p class='caution'>What follows is about a model with declared ranges for what "
        "nobody has measured. It is no forecast for, and no judgement of, any named state.</p>"
    )
    path = studies[0].folder / "report.html" if cfg.to is None else Path(cfg.to).expanduser().absolute()
    write_whole(path, page(title, introduction, sections).encode())
    return path


def _command(cfg: "DictConfig") -> None:
    """Write the page and say where it is."""
    print(_conduct(cfg))


main = application("report", _command)

if __name__ == "__main__":
    sys.exit(main())
