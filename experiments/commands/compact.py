"""``concord compact``: can a study's many small files be few big ones?

Merges neighbouring Parquet parts of a study, finished or not. A merged part is written before those in it are removed,
and what lies inside a bigger part is ignored: killed at any moment, no row is lost or counted twice.

Examples
--------
concord compact first_look
concord compact study=compare/first_look results=other_results
"""

from experiments.settings.asked import Asked
from experiments.settings.options import FOUND, RESULTS
from experiments.settings.places import results_folder

OPTIONS = (FOUND, RESULTS)

FIRST = "study"


def conduct(asked: Asked) -> dict[str, tuple[int, int]]:
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
    from experiments.studies.finished import study_named

    return study_named(results_folder(asked.results), str(asked.study)).compact()


def told(found: dict[str, tuple[int, int]], output: str) -> str:
    """Say how many parts are left."""
    return "\n".join(f"{table}: {before} parts, now {after}" for table, (before, after) in found.items())
