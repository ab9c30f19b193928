"""``concord plot``: how do the figures of finished studies look, drawn anew?"""

import importlib
from pathlib import Path

from experiments.runs.store import Store
from experiments.settings import compose
from experiments.settings.asked import Asked
from experiments.settings.options import RESULTS, STUDIES
from experiments.studies.finished import finished_studies, words_of

OPTIONS = (STUDIES, RESULTS)

EXAMPLES = (
    "concord plot studies=compare/first_look",
    "concord plot 'studies=[compare/africa,attribute/africa]'",
)

NOTES = """\
Analyses the stored rows again and writes figures (PNG, SVG, CSV), tables and README anew; nothing is run. Prints the
figures' addresses. A study that was made with another model is refused: its own figures stay as they are."""


def conduct(asked: Asked) -> list[Path]:
    """Make everything that is made of the rows of finished studies anew.

    Returns
    -------
    list of Path
        Every figure, as PNG and SVG.

    Raises
    ------
    InvalidInput
        For a study that does not exist or is not finished, and for one that was made with another model or
        configuration than is here.
    """
    return [path for store in finished_studies(asked) for path in _drawn(store)]


def told(figures: list[Path], output: str) -> str:
    """Say where the figures are."""
    return "\n".join(map(str, figures))


def _drawn(store: Store) -> list[Path]:
    """Let the study's own command finish it once more: no run is missing, so it only analyses, writes and draws."""
    command, *words = words_of(store)
    again = compose.asked(command, [*words, f"results='{store.folder.parents[1]}'"])
    before = store.manifest.get("outputs", {})
    store.note({"outputs": {}})
    try:
        importlib.import_module(f"experiments.commands.{command}").conduct(again)
    except BaseException:
        store.note({"outputs": before})
        raise
    return sorted(path for path in (store.folder / "figures").glob("*") if path.suffix in (".png", ".svg"))
