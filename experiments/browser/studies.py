"""The studies pages: what lies in the folder of results, as plain HTML that needs no Solara, and one script.

A study's page is that of ``concord report``, with what only a served folder has: its files, and whether it is finished.
"""

import json
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from experiments.browser.factor_map import factor_map
from experiments.browser.guard import FIGURE, notice, one_script
from experiments.browser.listing import COLUMNS, DAMAGE, facts_of, in_order, otherwise, studies_of
from experiments.reporting.handbook import handbook
from experiments.reporting.page import Section, file_of, page, readme_as_html, table_of, title_in
from experiments.runs.store import FINISHED, Store
from experiments.studies.finished import section
from model.errors import InvalidInput

_SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8")


class _Files(StaticFiles):
    """A study's files; a figure may style itself, as Matplotlib's do."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with a file."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        if Path(full_path).suffix == ".svg":
            answer.headers["content-security-policy"] = FIGURE
        return answer


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
        facts, by, down = in_order([*map(facts_of, studies_of(results))], request.query_params.get("by"))
        return _served(
            "Studies", [], layout="list", studies=facts, columns=COLUMNS, by=by, down=down, results=results.name
        )

    def one(request: Request) -> HTMLResponse:
        store = _found(results, "{command}/{study}".format_map(request.path_params))
        facts, shown = facts_of(store), _map_of(store, request)
        name = f"{facts['command']} {facts['study']}"
        return _served(name, [told(store)], study=facts, files=_files(store.folder), shown=shown)

    def two(request: Request) -> HTMLResponse:
        names = request.query_params.getlist("of")
        if len(names) != 2:
            return notice("Two studies", "Tick two studies in the list, no more and no fewer.", 400)
        found = [told(_found(results, name)) for name in names]
        sections = [replace(one, title=f"{name}: {one.title}") for name, one in zip(names, found, strict=True)]
        asked = otherwise(sections)
        return _served(" and ".join(names), sections, "beside.html.jinja", names=names, otherwise=asked)

    def standings(request: Request) -> Response:
        told = ("status", "done", "planned", "finding")
        facts = map(facts_of, studies_of(results))
        found = {f"{one['command']}/{one['study']}": {name: one[name] for name in told} for one in facts}
        return Response(json.dumps(found), media_type="application/json")

    return [
        Route("/handbook", lambda request: HTMLResponse(handbook(served=True))),
        Route("/page.js", lambda request: Response(_SCRIPT, media_type="text/javascript")),
        Route("/studies", every),
        Route("/studies/", lambda request: RedirectResponse("/studies")),
        Route("/studies/beside", two),
        Route("/studies/standing.json", standings),
        Route("/studies/{command}/{study}/", one),
        Mount("/studies", _Files(directory=results, check_dir=False)),
    ]


def _found(results: Path, name: str) -> Store:
    """Find a study by its command and name."""
    folder = results.resolve() / name
    store = next((store for store in studies_of(results) if store.folder == folder), None)
    if store is None:
        raise HTTPException(404, "There is no such study.")
    return store


def _map_of(store: Store, request: Request) -> dict[str, Any] | None:
    """Draw the map of two factors that was asked for; none of what is no sweep, or is damaged."""
    try:
        return factor_map(store.folder, store.manifest["design"]["axes"], request.query_params)
    except DAMAGE:
        return None


def _served(title: str, sections: list[Section], template: str = "served.html.jinja", **more: Any) -> HTMLResponse:
    """Serve a page; bytes of names that are no UTF-8 come out as question marks."""
    nonce = secrets.token_urlsafe(16)
    written = page(title, sections, template, nonce=nonce, **{"study": None, "shown": None, **more})
    policy = {"content-security-policy": one_script(nonce)}
    return HTMLResponse(written.encode("utf-8", "replace"), headers=policy)


def told(store: Store) -> Section:
    """Tell a study as ``concord report`` does; of one that cannot be told so, what there is so far, or why not."""
    try:
        if store.manifest.get("status") == FINISHED:
            return section(store)
    except (InvalidInput, *DAMAGE):
        pass
    try:
        return _so_far(store)
    except DAMAGE:
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
    shown = [
        Markup('<h3>{}</h3><div class="wide" tabindex="0">{}</div>').format(name, table[0])
        for name, table in tables
        if table
    ]
    return Section(store.name, "", Markup("").join([readme_as_html(figures, folder), *shown]), {}, "")


def _files(folder: Path) -> list[str]:
    """Everything a study holds that a reader may want by itself, relative to its folder, if its name can be written."""
    try:
        found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    except OSError:
        return []
    shown = (path for path in found if path.suffix != ".parquet" and str(path).isprintable())
    return sorted(str(path) for path in shown if not any(part.startswith(".") for part in path.parts))
