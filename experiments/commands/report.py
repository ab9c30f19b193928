"""``concord report``: what did finished studies find, on one page to hand on?"""

from pathlib import Path

from experiments.reporting.page import Section, answer_in, page, readme_as_html, title_in
from experiments.runs.parts import write_whole
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.kinds import NewFile, shown
from experiments.settings.options import RESULTS, STUDIES, Option
from experiments.studies.finished import command_of, finished_studies, values_set
from model.errors import InvalidInput
from model.parameters import PARAMETERS

TO = Option("to", NewFile(optional=True), "file to write the result to")

OPTIONS = (STUDIES, RESULTS, TO)

EXAMPLES = (
    "concord report studies=compare/first_look",
    "concord report 'studies=[compare/africa,attribute/africa,sensitivity/africa]' to=evidence.html",
)

NOTES = """\
Writes one HTML page with text, verdicts, figures with the tables behind them, assumptions, provenance and the command
that makes each study again. It needs no network and nothing beside it. Without to=FILE it lies in the first study's
folder as report.html, where it replaces an earlier one; its address is printed."""

_TOLD = ("command", "study", "begun", "ended", "seconds", "runs", "failed", "git_commit", "design_digest", "numerics")


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
    studies = finished_studies(asked)
    sections = [_section(store) for store in studies]
    title = "Concord: a study" if len(sections) == 1 else "Concord: the evidence"
    path = studies[0].folder / "report.html" if asked.to is None else Path(asked.to).expanduser().absolute()
    write_whole(path, page(title, sections).encode())
    return path


def told(path: Path, output: str) -> str:
    """Say where the page is."""
    return str(path)


def _section(store: Store) -> Section:
    """Write a study's part: what came out, then assumptions, provenance and how to make it again."""
    readme = store.folder / "README.md"
    try:
        text = readme.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(f"{readme}: cannot be read; give the study's command again to mend it") from None
    manifest = store.manifest
    design = manifest["design"]
    drawn = "; ".join(f"{name} {each.low:g}–{each.high:g}" for name, each in PARAMETERS.items() if each.swept)
    facts = [(name, str(manifest[name])) for name in _TOLD if name in manifest]
    facts += [(name, shown(design[name])) for name in ("seed", "rows_code") if name in design]
    facts += [("analysis_code", str(manifest.get("analysis")))]
    facts += [(f"version of {name}", str(each)) for name, each in manifest.get("versions", {}).items()]
    return Section(
        title=title_in(text, store.name),
        answer=answer_in(text),
        content=readme_as_html(text, store.folder),
        folded={
            "Assumptions": [
                *values_set(design),
                ("drawn across the ranges, where draws are made, unless set", drawn),
            ],
            "Provenance": facts,
        },
        command=command_of(store),
    )
