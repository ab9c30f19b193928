"""``concord report``: what did finished studies find, on one page to hand on?

Writes one HTML page with text, verdicts, figures with the tables behind them, assumptions, provenance and the command
that makes each study again. It needs no network and nothing beside it. Without to=FILE it lies in the first study's
folder as report.html, where it replaces an earlier one; its address is printed.

Examples
--------
concord report first_look
concord report 'studies=[compare/africa,attribute/africa,sensitivity/africa]' to=evidence.html
"""

from pathlib import Path

from experiments.settings.asked import Asked
from experiments.settings.options import RESULTS, STUDIES, TO
from experiments.settings.places import path_of

OPTIONS = (STUDIES, RESULTS, TO)

FIRST = "studies"


def conduct(asked: Asked) -> Path:
    """Write one page of finished studies, aside first.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InvalidInput
        For a study that does not exist, is not finished or has no README that can be read.
    """
    from experiments.reporting.page import page
    from experiments.runs.parts import write_whole
    from experiments.studies.finished import finished_studies, section

    studies = finished_studies(asked)
    sections = [section(store) for store in studies]
    title = "Concord: a study" if len(sections) == 1 else "Concord: the evidence"
    path = studies[0].folder / "report.html" if asked.to is None else path_of(asked.to).absolute()
    write_whole(path, page(title, sections).encode())
    return path


def told(path: Path, output: str) -> str:
    """Say where the page is."""
    return str(path)
