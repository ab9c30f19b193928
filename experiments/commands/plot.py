"""``concord plot``: how do the figures of finished studies look, drawn anew?

Analyses the stored rows again and writes figures (PNG, SVG, CSV), tables and README anew; nothing is run. Prints the
figures' addresses, or those of one kind: of a sweep kind=parallel (each point a line over its axes) and kind=scores
(what each axis alone accounts for). A study that was made with another model is refused: its figures stay as they are.

Examples
--------
concord plot first_look
concord plot studies=sweep/delays kind=scores
"""

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.kinds import Text
from experiments.settings.options import RESULTS, STUDIES, Option
from model.errors import InvalidInput, nearest

if TYPE_CHECKING:
    from experiments.runs.store import Store
    from experiments.settings.asked import Asked

KIND = Option("kind", Text(optional=True, said="the name of a figure"), "the figure to name; null: every one there is")
OPTIONS = (STUDIES, KIND, RESULTS)

FIRST = "studies"


def conduct(asked: "Asked") -> list[Path]:
    """Make everything that is made of the rows of finished studies anew.

    Returns
    -------
    list of Path
        Every figure that is asked for, as PNG and SVG.

    Raises
    ------
    InvalidInput
        For a study that does not exist or is not finished, for one that was made with another model or configuration
        than is here, and for a kind of figure that none of them has.
    """
    from experiments.studies.finished import finished_studies

    drawn = [path for store in finished_studies(asked) for path in _drawn(store)]
    wanted = [path for path in drawn if asked.kind in (None, path.stem)]
    if not wanted:
        raise InvalidInput(f"kind={asked.kind}: no such figure; {nearest(asked.kind, {path.stem for path in drawn})}")
    return wanted


def told(figures: list[Path], output: str) -> str:
    """Say where the figures are."""
    return "\n".join(map(str, figures))


def _drawn(store: "Store") -> list[Path]:
    """Let the study's own command finish it once more: no run is missing, so it only analyses, writes and draws."""
    from experiments.settings.application import from_python
    from experiments.studies.finished import words_of

    command, *words = words_of(store)
    before = store.manifest.get("outputs", {})
    store.note({"outputs": {}})
    try:
        from_python(command)(*words, results=str(store.folder.parents[1]))
    except BaseException:
        store.note({"outputs": before})
        raise
    return sorted(path for path in (store.folder / "figures").glob("*") if path.suffix in (".png", ".svg"))
