"""The studies pages: what lies in the folder of results, as plain HTML that needs no script and no Solara.

A study's page is that of ``concord report``, with what only a served folder has: its files, and whether it is finished.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from experiments.reporting.page import Section, page, readme_as_html, table_behind, title_in
from experiments.runs.listing import standing, studies_in
from experiments.runs.store import FINISHED, Store
from experiments.studies.finished import section
from model.errors import InvalidInput

_HARMLESS = {"content-security-policy": "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"}
"""A study may come from a colleague: nothing in it is run, and nothing is fetched from elsewhere."""


def studies_of(results: Path) -> list[Store]:
    """List every command's studies, the newest first; whatever leads out of the folder of results is none.

    Parameters
    ----------
    results : Path
        Folder of all studies; it need not exist.

    Returns
    -------
    list of Store
    """
    own = [store for store in studies_in(results.resolve()) if store.folder.resolve() == store.folder]
    return sorted(own, key=lambda store: (str(store.manifest.get("begun", "")), store.folder), reverse=True)


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
        facts = [_facts(store) for store in studies_of(results)]
        return _served("Studies", [], study=None, studies=facts, results=results)

    def one(request: Request) -> HTMLResponse:
        folder = results.resolve() / request.path_params["command"] / request.path_params["study"]
        store = next((store for store in studies_of(results) if store.folder == folder), None)
        if store is None:
            raise HTTPException(404, "There is no such study.")
        facts = _facts(store)
        name = f"{facts['command']} {facts['study']}"
        return _served(name, [told(store)], study=facts, files=_files(folder))

    return [
        Route("/studies", every),
        Route("/studies/", lambda request: RedirectResponse("/studies")),
        Route("/studies/{command}/{study}/", one),
        Mount("/studies", _Files(directory=results, check_dir=False)),
    ]


class _Files(StaticFiles):
    """Files of studies, as they are; Starlette refuses whatever lies outside their folder."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_HARMLESS)
        return response


def _served(title: str, sections: list[Section], **more: Any) -> HTMLResponse:
    return HTMLResponse(page(title, sections, "served.html.jinja", **more), headers=_HARMLESS)


def _facts(store: Store) -> Mapping[str, Any]:
    """How far a study has come; of one whose rows are gone its manifest still says how many they were."""
    return vars(standing(store)) | {name: store.manifest.get(name) for name in ("runs", "failed")}


def told(store: Store) -> Section:
    """Tell a study as ``concord report`` does; of one that cannot be told so, what there is so far."""
    folder, readme = store.folder, store.folder / "README.md"
    try:
        if store.manifest.get("status") == FINISHED:
            return section(store)
    except (InvalidInput, LookupError, TypeError, ValueError, AttributeError):
        pass  # Anything may stand in a manifest that was handed on.
    if readme.is_file():
        text = readme.read_text("utf-8", "replace")
        return Section(title_in(text, store.name), "", readme_as_html(text, folder), {}, "")
    figures = "\n\n".join(f"![{path.stem}](figures/{path.stem}.png)" for path in sorted(folder.glob("figures/*.svg")))
    tables = ((path.name, table_behind(path)) for path in sorted(folder.glob("tables/*.csv")))
    shown = [Markup("<h3>{}</h3>{}").format(name, table[0]) for name, table in tables if table]
    return Section(store.name, "", Markup("").join([readme_as_html(figures, folder), *shown]), {}, "")


def _files(folder: Path) -> list[str]:
    """Everything a study holds that a reader may want by itself, relative to its folder."""
    shown = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    return sorted(str(path) for path in shown if not any(part.startswith(".") for part in path.parts))
