"""``concord compact``: can a study's many small files be few big ones?

Merges neighbouring Parquet parts of a study, finished or not. A merged part is written before those in it are removed,
and what lies inside a bigger part is ignored: killed at any moment, no row is lost or counted twice.

Examples
--------
concord compact study=first_look
concord compact study=first_look command=compare results=other_results
"""

from typing import TYPE_CHECKING

from experiments.settings.commands import questions
from experiments.settings.kinds import Choice
from experiments.settings.options import RESULTS, STUDY_NAME, Option
from model.errors import InvalidInput, nearest

if TYPE_CHECKING:
    from experiments.runs.store import Store
    from experiments.settings.asked import Asked

COMMAND = Option(
    "command",
    Choice(questions, optional=True, said="the name of a command"),
    "whose study, where several commands have one of that name; null: whoever has it",
)

OPTIONS = (STUDY_NAME, COMMAND, RESULTS)


def conduct(asked: "Asked") -> dict[str, tuple[int, int]]:
    """Merge neighbouring parts of a study's tables; killed at any moment, no row is lost or counted twice.

    Returns
    -------
    dict of str to tuple of (int, int)
        By table: number of parts before and after.

    Raises
    ------
    InvalidInput
        When there is no such study, several have the name, it is in use, or a part cannot be read.
    """
    if asked.study is None:
        raise InvalidInput("study=null: must be the name of a study; concord status lists them")
    return _found(asked).compact()


def _found(asked: "Asked") -> "Store":
    """Find a study by its name."""
    from experiments.runs.listing import studies_in
    from experiments.settings.places import results_folder

    folder, study, command = results_folder(asked.results), str(asked.study), asked["command"]
    there = [store for store in studies_in(folder) if command in (None, store.folder.parent.name)]
    named = [store for store in there if store.name == study]
    if not named:
        known = [store.name for store in there]
        raise InvalidInput(f"study={study}: must be a study in {folder}; {nearest(study, known)}")
    if len(named) > 1:
        commands = ", ".join(store.folder.parent.name for store in named)
        raise InvalidInput(f"study={study}: several commands have one, add command= ({commands})")
    return named[0]


def told(found: dict[str, tuple[int, int]], output: str) -> str:
    """Say how many parts are left."""
    return "\n".join(f"{table}: {before} parts, now {after}" for table, (before, after) in found.items())
