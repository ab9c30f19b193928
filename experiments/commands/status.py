"""``concord status``: which studies are there, and how far has each come?"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import as_json
from experiments.settings.options import OUTPUT, RESULTS

if TYPE_CHECKING:
    from experiments.runs.listing import Standing
    from experiments.settings.asked import Asked

OPTIONS = (RESULTS, OUTPUT)

EXAMPLES = (
    "concord status",
    "concord status results=other_results output=json",
)

NOTES = """\
A study is running, stopped (by Ctrl-C), killed (its process is gone) or finished; one that is not finished goes on
when its command is given again. Runs done are told by the parts that are stored. output=json prints results and
studies, a list of: command, study, status, done, planned, seconds, bytes, begun, ended."""


@dataclass(frozen=True)
class Listing:
    """Every study in a folder, in the order of commands and names."""

    results: Path
    studies: "list[Standing]"


def conduct(asked: "Asked") -> Listing:
    """Look at every study."""
    from experiments.runs.listing import standing, studies_in
    from experiments.settings.places import results_folder

    folder = results_folder(asked.results)
    return Listing(folder, [standing(store) for store in studies_in(folder)])


def told(found: Listing, output: str) -> str:
    """Lay the studies out."""
    if output == "json":
        return as_json({"results": str(found.results), "studies": [asdict(one) for one in found.studies]})
    return _table(found.studies) if found.studies else f"no studies in {found.results}"


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
