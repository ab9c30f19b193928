"""Finished studies, found by name, and what a page says of each."""

from pathlib import Path
from typing import Any

from experiments.reporting.page import Section, answer_in, code, details, from_markdown
from experiments.reporting.reproduce import command_of
from experiments.runs.store import MANIFEST, Store
from experiments.settings.asked import Asked
from experiments.settings.kinds import shown
from experiments.settings.places import RESULTS
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS

FINISHED = "finished"


def names_of(results: Path) -> list[str]:
    """List studies as ``<command>/<study>``, in alphabetical order."""
    return sorted(path.parent.relative_to(results).as_posix() for path in results.glob(f"*/*/{MANIFEST}"))


def finished_study(results: Path, name: str) -> Store:
    """Find a finished study.

    Parameters
    ----------
    results : Path
        Folder of all studies.
    name : str
        ``<command>/<study>``, or the study's name alone where only one command has it.

    Raises
    ------
    InvalidInput
        When there is none, several, or it is unfinished.
    """
    known = names_of(results)
    found = [each for each in known if name in (each, each.split("/", 1)[1])]
    if not found:
        raise InvalidInput(f"study '{name}': there is none in {results}; {nearest(name, known)}")
    if len(found) > 1:
        raise InvalidInput(f"study '{name}': several commands have one, must be one of {', '.join(found)}")
    store = Store(results / found[0])
    status = store.manifest.get("status")
    if status != FINISHED:
        raise InvalidInput(f"study '{found[0]}' is {status}, must be finished: give its command again to go on")
    if not (store.folder / "README.md").exists():
        raise InvalidInput(f"study '{found[0]}': {store.folder / 'README.md'} is missing")
    return store


def asked_for(cfg: Asked) -> list[Store]:
    """Find every study that a configuration names under ``studies``.

    Raises
    ------
    InvalidInput
        As `finished_study`.
    """
    results = RESULTS if cfg.results is None else Path(cfg.results).expanduser().absolute()
    names = [cfg.studies] if isinstance(cfg.studies, str | int) else list(cfg.studies)
    return [finished_study(results, str(name)) for name in names]


def section(store: Store) -> Section:
    """Write a study's part of the page: what came out, then assumptions, provenance and how to make it again."""
    manifest = store.manifest
    text = (store.folder / "README.md").read_text(encoding="utf-8")
    title = text.splitlines()[0].lstrip("# ").strip() or store.name
    again = command_of(manifest)
    parts = [
        from_markdown(text, store.folder),
        "<h3>Assumptions</h3>",
        details("Every value that was set", _assumptions(manifest["design"])),
        "<h3>Provenance</h3>",
        details("Versions, digests, seeds", _provenance(manifest)),
        "<h3>How to make it again</h3>",
        "<p>From a checkout of the same commit; the same rows come out, to the bit:</p>",
        code(again),
    ]
    return Section(title, answer_in(text), "\n".join(parts))


def _assumptions(design: dict[str, Any]) -> list[tuple[str, str]]:
    """List what was set, by whom; whatever is not named stood at its default or was drawn from its range."""
    values = design.get("values", {})
    rows = [(f"world {design['world']['name']}", design["world"]["states_sha256"][:16])] if "world" in design else []
    for source in ("world_and_calibration", "channels", "command_line"):
        rows += [(f"{name} ({source.replace('_', ' ')})", f"{x:g}") for name, x in values.get(source, {}).items()]
    for name, institution in design.get("institutions", {}).items():
        own = {**institution["values"], **values.get("override", {}).get(name, {})}
        rows.append((f"{name}: {institution['label']}", ", ".join(f"{key}={x:g}" for key, x in own.items()) or "none"))
    swept = [f"{name} {each.low:g}–{each.high:g}" for name, each in PARAMETERS.items() if each.swept]
    return [*rows, ("drawn across the ranges, where draws are made, unless set", "; ".join(swept))]


def _provenance(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """List what the manifest knows of how the numbers were made."""
    design = manifest["design"]
    told = ("command", "study", "begun", "ended", "seconds", "runs", "failed", "git_commit", "design_digest")
    rows = [(name, str(manifest[name])) for name in (*told, "numerics") if name in manifest]
    rows += [(name, shown(design[name])) for name in ("seed", "model_sources", "experiments_sources") if name in design]
    return [*rows, *((f"version of {name}", str(version)) for name, version in manifest.get("versions", {}).items())]
