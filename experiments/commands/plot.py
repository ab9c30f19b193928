"""``concord plot``: how do the figures of finished studies look, drawn anew?"""

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.options import RESULTS, STUDIES

if TYPE_CHECKING:
    from experiments.runs.store import Store
    from experiments.settings.asked import Asked

OPTIONS = (STUDIES, RESULTS)

EXAMPLES = (
    "concord plot studies=compare/first_look",
    "concord plot 'studies=[compare/africa,attribute/africa]'",
)

NOTES = """\
Analyses the stored rows again and writes figures (PNG, SVG, CSV), tables and README anew; nothing is run. Prints the
figures' addresses. A study that was made with another model is refused: its own figures stay as they are."""


def conduct(asked: "Asked") -> list[Path]:
    """Draw every study named; returns its figures, as PNG and SVG.

    Raises
    ------
    InvalidInput
        For a study that was made with another model or configuration than is here.
    """
    from experiments.reporting.studies import asked_for

    return [path for store in asked_for(asked) for path in _drawn(store)]


def _drawn(store: "Store") -> list[Path]:
    """Let the study's own command finish it once more: no run is missing, so it only analyses, writes and draws."""
    from experiments.reporting.reproduce import words_of
    from experiments.reporting.studies import FINISHED
    from experiments.settings.application import from_python

    command, *overrides = words_of(store.manifest)
    store.note({"status": "drawing"})
    try:
        from_python(command)(*overrides, results=str(store.folder.parents[1]))
    finally:
        store.note({"status": FINISHED})
    return sorted(path for path in (store.folder / "figures").glob("*") if path.suffix in (".png", ".svg"))


def told(found: list[Path], output: str) -> str:
    """Say where the figures are."""
    return "\n".join(map(str, found))
