"""The studies pages: what lies in the folder of results, as plain HTML that needs no script and no Solara.

What a study says is what its folder holds: its README if it has one, else its figures and tables.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from markdown import Markdown
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from experiments.browser.style import filled
from experiments.runs.manifest import MANIFEST, read_manifest
from experiments.settings.text import readable

_ROWS_SHOWN = 60
"""Of a table; the file has all of them."""

_HARMLESS = "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"
"""A study may come from a colleague: nothing in it is run, and nothing is fetched from elsewhere."""


@dataclass(frozen=True)
class Excerpt:
    """A CSV file as far as it is shown: its header, its first rows, and how many rows there are."""

    name: str
    header: list[str]
    rows: list[list[str]]
    length: int


@dataclass(frozen=True)
class Shelved:
    """A study as its folder tells it, finished or not.

    Attributes
    ----------
    folder : Path
        ``<results>/<command>/<name>``.
    manifest : mapping
        What its manifest says; empty where it cannot be read.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def command(self) -> str:
        """The command that made it."""
        return self.folder.parent.name

    @property
    def name(self) -> str:
        """Its name."""
        return self.folder.name

    @property
    def status(self) -> str:
        """``finished``, ``stopped``, ``running`` (or killed: a dead process says nothing), or ``unreadable``."""
        return str(self.manifest.get("status", "unreadable"))

    @property
    def finished(self) -> bool:
        """Whether everything that was asked is there."""
        return self.status == "finished"

    def when(self, moment: str) -> str:
        """Write when it was ``begun`` or ``ended``, in UTC; a dash where nobody knows."""
        try:
            return f"{datetime.fromisoformat(self.manifest[moment]):%Y-%m-%d %H:%M}"
        except (KeyError, TypeError, ValueError):
            return "–"

    def count(self, what: str) -> str:
        """Write how many ``runs`` or ``failed`` runs; a dash where nobody knows."""
        found = self.manifest.get(what)
        return f"{found:,}" if isinstance(found, int) else "–"

    def readme(self) -> Markup | None:
        """Its page for a colleague, as HTML; none where it has none."""
        path = self.folder / "README.md"
        return _as_html(path.read_text(encoding="utf-8")) if path.is_file() else None

    def figures(self) -> list[tuple[str, Excerpt | None]]:
        """Its figures: each one's file, relative to the folder, and the table behind it."""
        return [
            (f"figures/{path.name}", _table(path.with_suffix(".csv")) if path.with_suffix(".csv").is_file() else None)
            for path in sorted((self.folder / "figures").glob("*.svg"))
        ]

    def tables(self) -> list[Excerpt]:
        """Its tables."""
        return [_table(path) for path in sorted((self.folder / "tables").glob("*.csv"))]

    def files(self) -> list[str]:
        """Everything it holds that a reader may want by itself, relative to the folder."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and path.suffix != ".parquet")
        shown = (path.relative_to(self.folder) for path in found)
        return sorted(str(path) for path in shown if not any(part.startswith(".") for part in path.parts))


def studies_in(results: Path) -> list[Shelved]:
    """List every command's studies, the newest first.

    Parameters
    ----------
    results : Path
        Folder of all studies; it need not exist.

    Returns
    -------
    list of Shelved
    """
    found = (study_at(results, path.parent.parent.name, path.parent.name) for path in results.glob(f"*/*/{MANIFEST}"))
    known = [study for study in found if study is not None]
    return sorted(known, key=lambda study: (str(study.manifest.get("begun", "")), study.folder), reverse=True)


def study_at(results: Path, command: str, name: str) -> Shelved | None:
    """Find one study.

    Parameters
    ----------
    results : Path
        Folder of all studies.
    command, name : str
        As in the address of its page; whatever would lead out of the folder of results finds nothing.

    Returns
    -------
    Shelved or None
    """
    folder = (results / command / name).resolve()
    if folder.parent.parent != results.resolve() or (folder.parent.name, folder.name) != (command, name):
        return None
    return Shelved(folder, read_manifest(folder)) if (folder / MANIFEST).is_file() else None


def study_routes(results: Path) -> list[BaseRoute]:
    """Make the pages: ``/studies``, ``/studies/<command>/<study>/``, and a study's files below it.

    Parameters
    ----------
    results : Path
        Folder of all studies; nothing outside it is served.

    Returns
    -------
    list of BaseRoute
    """

    def every(request: Request) -> HTMLResponse:
        return _page("studies.html.jinja", studies=studies_in(results), results=results)

    def one(request: Request) -> HTMLResponse:
        study = study_at(results, request.path_params["command"], request.path_params["study"])
        if study is None:
            raise HTTPException(404, "There is no such study.")
        return _page("study.html.jinja", study=study)

    def to_the_list(request: Request) -> RedirectResponse:
        return RedirectResponse("/studies")

    return [
        Route("/studies", every),
        Route("/studies/", to_the_list),
        Route("/studies/{command}/{study}/", one),
        Mount("/studies", _Files(directory=results, check_dir=False)),
    ]


class _Files(StaticFiles):
    """Files of studies, as they are; Starlette refuses whatever lies outside their folder."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["content-security-policy"] = _HARMLESS
        return response


def _page(template: str, **content: Any) -> HTMLResponse:
    """Fill a template."""
    return HTMLResponse(
        filled(template, rows_shown=_ROWS_SHOWN, **content), headers={"content-security-policy": _HARMLESS}
    )


def _as_html(text: str) -> Markup:
    """Turn a README into HTML; HTML that it holds itself is shown as text."""
    reader = Markdown(extensions=["tables"])
    reader.preprocessors.deregister("html_block")
    reader.inlinePatterns.deregister("html")
    return Markup(reader.convert(text))


def _table(path: Path) -> Excerpt:
    """Read what is shown of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = [[_cell(text) for text in row] for row in csv.reader(file)] or [[]]
    return Excerpt(str(path.name), header, rows[:_ROWS_SHOWN], len(rows))


def _cell(text: str) -> str:
    """Write numbers for reading, everything else as it is."""
    try:
        number = float(text)
    except ValueError:
        return text
    if text.lstrip("-").isdigit():
        return text
    return f"{number:.3g}" if 0.0 < abs(number) < 0.1 else readable(number)
