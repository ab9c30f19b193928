"""The studies pages: what lies in the folder of results, as plain HTML that needs no script and no Solara.

A study's page is that of ``concord report``, with what only a served folder has: its files, and whether it is finished.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from experiments.reporting.handbook import handbook
from experiments.reporting.page import Section, file_of, page, readme_as_html, table_of, title_in
from experiments.runs.listing import UNREADABLE, Standing, standing, studies_in
from experiments.runs.store import FINISHED, Store
from experiments.studies.finished import section
from model.errors import InvalidInput

_DAMAGE = (OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading a folder may raise that was handed on, or that anything happened to."""


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
    """Make the pages: ``/handbook``, ``/studies``, ``/studies/<command>/<study>/``, and a study's files below it.

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
        return _served("Studies", [], study=None, studies=facts, results=results.name)

    def one(request: Request) -> HTMLResponse:
        folder = results.resolve() / request.path_params["command"] / request.path_params["study"]
        store = next((store for store in studies_of(results) if store.folder == folder), None)
        if store is None:
            raise HTTPException(404, "There is no such study.")
        facts = _facts(store)
        name = f"{facts['command']} {facts['study']}"
        return _served(name, [told(store)], study=facts, files=_files(folder))

    return [
        Route("/handbook", lambda request: HTMLResponse(handbook(served=True))),
        Route("/studies", every),
        Route("/studies/", lambda request: RedirectResponse("/studies")),
        Route("/studies/{command}/{study}/", one),
        Mount("/studies", StaticFiles(directory=results, check_dir=False)),
    ]


def _served(title: str, sections: list[Section], **more: Any) -> HTMLResponse:
    """Serve a page; bytes of names that are no UTF-8 come out as question marks."""
    written = page(title, sections, "served.html.jinja", **more)
    return HTMLResponse(written.encode("utf-8", "replace"))


def _facts(store: Store) -> Mapping[str, Any]:
    """How far a study has come; of one whose rows are gone its manifest still says how many they were."""
    try:
        told = standing(store)
    except _DAMAGE:
        told = Standing(store.folder.parent.name, store.name, UNREADABLE)
    return vars(told) | {name: store.manifest.get(name) for name in ("runs", "failed")}


def told(store: Store) -> Section:
    """Tell a study as ``concord report`` does; of one that cannot be told so, what there is so far, or why not."""
    try:
        if store.manifest.get("status") == FINISHED:
            return section(store)
    except (InvalidInput, *_DAMAGE):
        pass
    try:
        return _so_far(store)
    except _DAMAGE:
        line = Markup('<p class="caution" id="damaged">{}</p>')
        said = "Something in this study's folder is damaged or cannot be read; its command, given again, mends it."
        return Section(store.name, "", line.format(said), {}, "")


def _so_far(store: Store) -> Section:
    """Show what README, figures and tables there are."""
    folder, readme = store.folder, file_of(store.folder, "README.md")
    if readme is not None:
        text = readme.read_text("utf-8", "replace")
        return Section(title_in(text, store.name), "", readme_as_html(text, folder), {}, "")
    figures = "\n\n".join(f"![{path.stem}](figures/{path.stem}.png)" for path in sorted(folder.glob("figures/*.svg")))
    tables = ((path.name, table_of(folder, f"tables/{path.name}")) for path in sorted(folder.glob("tables/*.csv")))
    shown = [Markup("<h3>{}</h3>{}").format(name, table[0]) for name, table in tables if table]
    return Section(store.name, "", Markup("").join([readme_as_html(figures, folder), *shown]), {}, "")


def _files(folder: Path) -> list[str]:
    """Everything a study holds that a reader may want by itself, relative to its folder, if its name can be written."""
    try:
        found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    except OSError:
        return []
    shown = (path for path in found if path.suffix != ".parquet" and str(path).isprintable())
    return sorted(str(path) for path in shown if not any(part.startswith(".") for part in path.parts))
