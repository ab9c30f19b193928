"""The list of studies: what is told of each in a line, in which order, and what two of them were asked otherwise."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.reporting.page import Section, answer_in, file_of
from experiments.runs.listing import UNREADABLE, Standing, standing, studies_in
from experiments.runs.store import Store

DAMAGE = (OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading a folder may raise that was handed on, or that anything happened to."""
COLUMNS = ("study", "finding", "command", "status", "begun", "runs", "world")
_NEWEST = "-begun"
_LONGEST = 240
"""Characters of a finding."""


def studies_of(results: Path) -> list[Store]:
    """List every command's studies; whatever leads out of the folder of results is none.

    Parameters
    ----------
    results : Path
        Folder of all studies; it need not exist.

    Returns
    -------
    list of Store
    """
    return [store for store in studies_in(results.resolve()) if store.folder.resolve() == store.folder]


def facts_of(store: Store) -> dict[str, Any]:
    """How far a study has come, its world and its finding; of one whose rows are gone its manifest has their number."""
    manifest = store.manifest
    try:
        told = standing(store)
    except DAMAGE:
        told = Standing(store.folder.parent.name, store.name, UNREADABLE)
    try:
        world = str(manifest["design"]["world"]["name"])
    except DAMAGE:
        world = ""
    numbers = {name: manifest.get(name) for name in ("runs", "failed")}
    return vars(told) | numbers | {"world": world, "finding": _finding(store)}


def _finding(store: Store) -> str:
    """Take the first sentence of a study's answer that is no question, cut where it is long."""
    readme = file_of(store.folder, "README.md")
    try:
        text = "" if readme is None else answer_in(readme.read_text("utf-8", "replace"))
    except OSError:
        text = ""
    first, found, _ = re.sub(r"\A[^.?]*\? ", "", text).partition(". ")
    said = first + found.strip()
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST].rsplit(' ', 1)[0]} …"


def in_order(facts: Sequence[Mapping[str, Any]], asked: str | None) -> tuple[list[Mapping[str, Any]], str, bool]:
    """Sort a list by one of `COLUMNS`.

    Parameters
    ----------
    facts : sequence of mapping
        From `facts_of`.
    asked : str or None
        A column, with a minus before it if its greatest values come first; another text asks for the newest first.

    Returns
    -------
    tuple of (list, str, bool)
        The list, the column, whether its greatest values come first. Where there is no value, a study is last.
    """
    wanted = asked if asked is not None and asked.removeprefix("-") in COLUMNS else _NEWEST
    column, down = wanted.removeprefix("-"), wanted.startswith("-")

    def key(one: Mapping[str, Any]) -> tuple[float, str, str, str]:
        value = one[column]
        number = float(value) if isinstance(value, int | float) else -1.0
        return number, str(value or ""), str(one["command"]), str(one["study"])

    there = sorted((one for one in facts if one[column] not in (None, "")), key=key, reverse=down)
    return [*there, *(one for one in facts if one[column] in (None, ""))], column, down


def otherwise(sections: Sequence[Section]) -> list[tuple[str, list[str]]]:
    """List what studies tell of how they were asked, where that is not the same; a dash where one tells nothing."""
    told = [dict([pair for rows in section.folded.values() for pair in rows]) for section in sections]
    names = dict.fromkeys(name for each in told for name in each if name not in _OF_ITS_OWN)
    rows = [(name, [each.get(name, "–") for each in told]) for name in names]
    return [(name, values) for name, values in rows if len(set(values)) > 1]


_OF_ITS_OWN = ("study", "begun", "ended", "seconds", "design_digest")
"""What differs between any two studies."""
