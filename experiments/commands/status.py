"""``concord status``: which studies are there, and how far has each come?

A study is running, stopped (by Ctrl-C), killed (its process is gone) or finished; one that is not finished goes on
when its command is given again. Runs done are told by the parts that are stored. output=json prints results and
studies, a list of: command, study, status, done, planned, seconds, bytes, begun, ended.

With code=true it prints rows and analysis, each a list of files: where a file of rows is changed in more than comments,
docstrings and texts, an unfinished study does not go on; where one of analysis is, what is made of rows is made anew,
without a run, when a study's command is given again. The rows of concord calibrate depend on experiments/records and
experiments/statistics as well.

Examples
--------
concord status results=other_results output=json
concord status code=true output=json
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import as_json
from experiments.settings.kinds import YesNo
from experiments.settings.options import OUTPUT, RESULTS, Option

if TYPE_CHECKING:
    from experiments.runs.listing import Standing
    from experiments.settings.asked import Asked

CODE = Option(
    "code", YesNo(), "list instead the files of code that a study's rows, and what is made of them, depend on"
)

OPTIONS = (CODE, RESULTS, OUTPUT)


@dataclass(frozen=True)
class Listing:
    """Every study in a folder, in the order of commands and names."""

    results: Path
    studies: "list[Standing]"


@dataclass(frozen=True)
class Code:
    """Files of code that rows, and what is made of rows, depend on."""

    rows: list[str]
    analysis: list[str]


def conduct(asked: "Asked") -> Listing | Code:
    """Look at every study, or list the code that studies depend on."""
    if asked.code:
        from experiments.runs.identity import ANALYSIS, ROWS, files_of

        return Code(files_of(ROWS), files_of(ANALYSIS))
    from experiments.runs.listing import standing, studies_in
    from experiments.settings.places import results_folder

    folder = results_folder(asked.results)
    return Listing(folder, [standing(store) for store in studies_in(folder)])


def told(found: Listing | Code, output: str) -> str:
    """Lay the studies or the files out."""
    if isinstance(found, Code):
        plain = asdict(found)
        return as_json(plain) if output == "json" else "\n".join(f"{kind} {x}" for kind in plain for x in plain[kind])
    if output == "json":
        return as_json({"results": str(found.results), "studies": [asdict(one) for one in found.studies]})
    return _table(found.studies) if found.studies else f"no studies in {found.results}"


def _table(found: "list[Standing]") -> str:
    """Lay the studies out for a reader."""
    from experiments.runs.progress import duration
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
