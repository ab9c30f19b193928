"""Finished studies, found by name: the command that makes each again, and its section of a page."""

import shlex
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from experiments.reporting.page import Section, answer_in, file_of, readme_as_html, title_in
from experiments.runs.listing import studies_in
from experiments.runs.store import FINISHED, Store
from experiments.settings.asked import Asked
from experiments.settings.kinds import shown
from experiments.settings.manual import plausible
from experiments.settings.places import results_folder
from experiments.studies.question import NOT_DESIGN
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS

_NOT_AGAIN = {*NOT_DESIGN} - {"large"}
"""What need not be typed to make a study again; consent to a large one has to be given every time."""
_TOLD = ("command", "study", "begun", "ended", "seconds", "runs", "failed", "git_commit", "design_digest", "numerics")


def finished_studies(asked: Asked) -> list[Store]:
    """Find every study that is named under ``studies``.

    Raises
    ------
    InvalidInput
        When there is none of a name, or several, or it is unfinished.
    """
    names = [asked.studies] if isinstance(asked.studies, str | int) else list(asked.studies)
    return [finished_study(results_folder(asked.results), str(name)) for name in names]


def finished_study(results: Path, name: str) -> Store:
    """Find a finished study, see `study_named`.

    Raises
    ------
    InvalidInput
        When it is unfinished, too.
    """
    store = study_named(results, name)
    manifest, found = store.manifest, f"{store.folder.parent.name}/{store.name}"
    if manifest.get("status") != FINISHED or "design" not in manifest:
        status = manifest.get("status", "damaged") if "design" in manifest else "damaged"
        raise InvalidInput(f"study '{found}' is {status}, must be finished: give its command again to go on")
    return store


def study_named(results: Path, name: str) -> Store:
    """Find a study: ``<command>/<study>``, or the study's name alone where only one command has it.

    Raises
    ------
    InvalidInput
        When there is none of the name, or several.
    """
    known = {store.folder.relative_to(results).as_posix(): store for store in studies_in(results)}
    found = [each for each in known if name in (each, each.split("/", 1)[1])]
    if not found:
        said = f"; {nearest(name, _names(known))}" if known else ", which holds no studies"
        raise InvalidInput(f"study '{name}': there is none in {results}{said}")
    if len(found) > 1:
        raise InvalidInput(f"study '{name}': several commands have one, must be one of {', '.join(found)}")
    return known[found[0]]


def _names(known: Collection[str]) -> list[str]:
    """List what a study may be called, in full and without its command."""
    return [*known, *(each.split("/", 1)[1] for each in known)]


def words_of(store: Store) -> list[str]:
    """List what was typed behind ``concord``, without what changes no number; the study's name comes last.

    Raises
    ------
    InvalidInput
        For a study whose manifest does not keep its command line.
    """
    manifest, command = store.manifest, store.folder.parent.name
    if "asked" not in manifest:
        raise InvalidInput(
            f"study '{command}/{store.name}': its manifest does not keep the command line, must be made again"
        )
    kept = [word for word in manifest["asked"] if word.partition("=")[0].split(".")[0] not in _NOT_AGAIN]
    return [command, *kept, f"study={store.name}"]


def command_of(store: Store) -> str:
    """Write the command line that makes a study again, as typed into a shell; errors as `words_of`."""
    return shlex.join(["concord", *words_of(store)])


def _values_set(design: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what was set, by whom; whatever is not named stood at its default or was drawn from its range."""
    values = design.get("values", {})
    rows = [(f"world {design['world']['name']}", design["world"]["states_sha256"][:16])] if "world" in design else []
    for source in ("world_and_calibration", "channels", "command_line"):
        rows += [(f"{name} ({source.replace('_', ' ')})", f"{x:g}") for name, x in values.get(source, {}).items()]
    for name, institution in design.get("institutions", {}).items():
        own = {**institution["values"], **values.get("override", {}).get(name, {})}
        rows.append((f"{name}: {institution['label']}", ", ".join(f"{key}={x:g}" for key, x in own.items()) or "none"))
    return rows


def section(store: Store) -> Section:
    """Write a study's part: what came out, then assumptions, provenance and how to make it again."""
    readme = file_of(store.folder, "README.md")
    try:
        if readme is None:
            raise FileNotFoundError
        text = readme.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        said = "cannot be read; give the study's command again to mend it"
        raise InvalidInput(f"{store.folder / 'README.md'}: {said}") from None
    manifest = store.manifest
    design = manifest["design"]
    drawn = "; ".join(f"{name} {plausible(each)}" for name, each in PARAMETERS.items() if each.swept)
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
                *_values_set(design),
                ("drawn across the ranges, where draws are made, unless set", drawn),
            ],
            "Provenance": facts,
        },
        command=command_of(store),
    )
