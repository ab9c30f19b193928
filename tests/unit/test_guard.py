"""Whom the server answers and with which headers; studies that anything happened to. Without a server or browser."""

import asyncio
import base64
import json
import os
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from experiments.browser import serving
from experiments.browser.guard import FIGURE, NOTHING_RUNS, OWN_SCRIPTS_RUN, Guard, notice, one_script
from experiments.browser.studies import study_routes
from experiments.reporting.page import STYLE_SOURCE
from experiments.runs.identity import digest
from tests.elements import Elements
from tests.hostile import HOSTILE

NAMES = ["127.0.0.1", "localhost", "[::1]", "server.example", "*.wild.example"]


def finished(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: tests with a browser leave a loop running in the first one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def answer(app: ASGIApp, path: str = "/", kind: str = "http", **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of what an application answers."""
    sent: list[Message] = []
    path, _, query = path.partition("?")

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": kind, "method": "GET", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "scheme": "http", "server": ("127.0.0.1", 80), "http_version": "1.1",
        "headers": [(name.encode(), text.encode()) for name, text in ({"host": "localhost"} | headers).items()],
    }  # fmt: skip

    async def once() -> None:
        await app(scope, receive, send)

    finished(once())
    body = b"".join(message.get("body", b"") for message in sent)
    named = {name.decode(): text.decode() for name, text in sent[0].get("headers", [])}
    # A socket that is closed before it is accepted is refused.
    status = sent[0].get("status") or {"websocket.accept": 200, "websocket.close": 403}[sent[0]["type"]]
    return int(status), named, body.decode()


async def welcome(scope: Any, receive: Any, send: Any) -> None:
    """What is behind the guard."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await notice("In", "Welcome", 200)(scope, receive, send)


GUARDED = Guard(welcome, NAMES)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8765", "127.0.0.1:1", "[::1]:8765", "server.example", "a.wild.example:80"]
)
def test_expected_names_are_answered(kind: str, host: str) -> None:
    assert answer(GUARDED, kind=kind, host=host, origin=f"http://{host}")[0] == 200


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "host",
    ["attacker.example", "localhost.attacker.example", "wild.example", "localhost@attacker.example", "", "127.0.0.1.",
     "192.0.2.1", "server.example/..", "[::1", "localhost:x"],
)  # fmt: skip
def test_any_other_name_is_refused_with_a_page_that_says_how_to_add_it(kind: str, host: str) -> None:
    status, _, text = answer(GUARDED, kind=kind, host=host, origin=f"http://{host}")
    if kind == "websocket":
        assert (status, text) == (403, "")
    else:
        assert status == 400
        assert "concord view &#39;hosts=[" in text and "Welcome" not in text


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "origin", ["http://attacker.example", "null", "http://localhost:81", "http://localhost.attacker.example", "", "file://"]
)  # fmt: skip
def test_other_origins_are_refused(kind: str, origin: str) -> None:
    status, _, text = answer(GUARDED, kind=kind, origin=origin)
    assert status == 403 and "Welcome" not in text


def test_a_socket_says_where_it_is_opened_from() -> None:
    assert answer(GUARDED, kind="websocket")[0] == 403
    assert answer(GUARDED, kind="http")[0] == 200


@pytest.mark.parametrize("host", ["localhost", "attacker.example"])
def test_every_answer_forbids_scripts_and_frames(host: str) -> None:
    _, headers, _ = answer(GUARDED, host=host)
    assert headers["content-security-policy"] == NOTHING_RUNS
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not {"server", "access-control-allow-origin"} & headers.keys()


def test_policies_admit_no_other_origin_and_no_frame() -> None:
    for policy in (NOTHING_RUNS, FIGURE, one_script("x"), OWN_SCRIPTS_RUN):
        told = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert told["frame-ancestors"] == "'none'"
        assert {word for each in told.values() for word in each.split()} <= {
            "'none'", "'self'", "data:", "blob:", "'unsafe-inline'", "'unsafe-eval'", "'nonce-x'", STYLE_SOURCE,
        }  # fmt: skip
    for policy in (NOTHING_RUNS, FIGURE):
        assert "script" not in policy and "eval" not in policy and "default-src 'none'" in policy
    for policy in (NOTHING_RUNS, one_script("x")):
        assert "unsafe" not in policy and "default-src 'none'" in policy


def test_what_fails_tells_nothing_and_has_the_headers_too(tmp_path: Path) -> None:
    def fail(request: Any) -> Any:
        raise RuntimeError(f"something at {tmp_path}")

    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")], "query_string": b""}
    app = Guard(Starlette(routes=[Route("/", fail)]), NAMES)
    with pytest.raises(RuntimeError, match="something"):
        finished(app(scope, receive, keep))
    begun, text = sent
    assert begun["status"] == 500 and text["body"] == b"Internal Server Error"
    assert (b"content-security-policy", NOTHING_RUNS.encode()) in begun["headers"]


def served(results: Path) -> Starlette:
    """The studies pages behind the guard."""
    return Starlette(routes=study_routes(results), middleware=[Middleware(Guard, hosts=NAMES)])


def damage(folder: Path, how: str) -> None:
    """Let something happen to a finished study."""
    folder.mkdir(parents=True)
    design: dict[str, Any] = {"institutions": {}}
    known = {"status": "finished", "command": "compare", "design": design, "design_digest": digest(design)}
    (folder / "manifest.json").write_text(json.dumps(known))
    (folder / "README.md").write_text("# Title\n\n![f](figures/f.png)\n")
    for inner in ("figures", "tables"):
        (folder / inner).mkdir()
    match how:
        case "manifest":
            (folder / "manifest.json").write_bytes(b"\xff\xfe{")
        case "nested":
            (folder / "manifest.json").write_text("[" * 100_000)
        case "readme":
            (folder / "README.md").write_bytes(b"# T\xe4tel\n\n\xff\x00 *x*\n")
        case "no readme":
            (folder / "README.md").unlink()
            (folder / "tables/a.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
            (folder / "figures/f.svg").write_bytes(b"\xff")
        case "folders":
            for name in ("README.md", "manifest.json"):
                (folder / name).unlink()
                (folder / name).mkdir()
            (folder / "tables/a.csv").mkdir()
            (folder / "figures/f.svg").mkdir()
        case "figure":
            (folder / "figures/f.svg").symlink_to("f.svg")
            (folder / "figures/f.csv").write_bytes(b'"\n\x00')
        case "planned":
            (folder / "manifest.json").write_text(json.dumps(known | {"planned": {"runs": 7}, "asked": 3, "begun": {}}))
        case "pipes":
            (folder / "README.md").unlink()
            (folder / "manifest.json").write_text(json.dumps({"status": "running"}))
            for name in ("README.md", ".lock", "tables/a.csv", "figures/f.svg", "figures/f.png", "figures/f.csv"):
                os.mkfifo(folder / name)
        case "huge":
            for name in ("README.md", "tables/a.csv", "figures/f.svg", "figures/f.png", "figures/f.csv"):
                os.truncate(folder / name, 10**12) if (folder / name).exists() else (folder / name).touch()
                os.truncate(folder / name, 10**12)
        case "empty":
            (folder / "manifest.json").write_bytes(b"")
            (folder / "README.md").write_bytes(b"")


@pytest.mark.parametrize(
    "how",
    ["manifest", "nested", "readme", "no readme", "folders", "figure", "planned", "pipes", "huge", "empty", "nothing"],
)
def test_a_damaged_study_is_listed_and_shows_something(tmp_path: Path, how: str) -> None:
    damage(tmp_path / "compare" / "x", how)
    app = served(tmp_path)
    status, _, listed = answer(app, "/studies")
    assert status == 200 and 'href="/studies/compare/x/"' in listed
    status, headers, shown = answer(app, "/studies/compare/x/")
    assert status == 200 and "<h1>compare x</h1>" in shown
    [nonce] = re.findall('<script src="/page.js" nonce="(.*?)" defer></script>', shown)
    assert headers["content-security-policy"] == one_script(nonce)
    assert answer(app, "/studies/standing.json")[0] == 200
    assert answer(app, "/studies/beside?of=compare/x&of=compare/x")[0] == 200


@pytest.mark.parametrize("finished", [True, False])
def test_no_link_in_a_study_leads_out_of_it(tmp_path: Path, finished: bool) -> None:
    folder = tmp_path / "results" / "compare" / "x"
    damage(folder, "nothing")
    if not finished:
        (folder / "manifest.json").write_text("{}")
    (tmp_path / "secret").write_text("of,this\nmachine,alone\n")
    for name in ("README.md", "tables/a.csv", "figures/f.svg", "figures/f.csv"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(tmp_path / "secret")
    (folder / "figures/g.svg").write_text("<svg/>")
    app = served(tmp_path / "results")
    for path in ("", "README.md", "tables/a.csv", "figures/f.svg"):
        shown = answer(app, f"/studies/compare/x/{path}")[2]
        assert "machine" not in shown and base64.b64encode(b"of,this").decode()[:8] not in shown
    # A link to what lies in the study is followed.
    (folder / "README.md").unlink()
    (folder / "notes.md").write_text("# Title\n\n## What came out\n\nSomething.\n")
    (folder / "README.md").symlink_to("notes.md")
    assert "Something." in answer(app, "/studies/compare/x/")[2]


def test_what_cannot_be_read_costs_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(tmp_path / "compare" / "x", "nothing")

    def refuse(path: Path, *_: Any, **__: Any) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    status, _, shown = answer(served(tmp_path), "/studies/compare/x/")
    assert (status == 200 and "Something in this study&#39;s folder" in shown) or 'id="damaged"' in shown
    assert str(tmp_path) not in shown


def test_names_that_are_no_text_cost_a_line(tmp_path: Path) -> None:
    try:
        os.makedirs(os.fsencode(tmp_path) + b"/compare/caf\xe9")
    except OSError:
        pytest.skip("this file system takes text only")
    damage(tmp_path / "compare" / "good", "nothing")
    for name in (b"compare/caf\xe9/manifest.json", b"compare/good/tables/\xff.csv"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("{}")
    status, _, listed = answer(served(tmp_path), "/studies")
    assert status == 200 and "caf? (its folder's name is no text)" in listed
    status, _, shown = answer(served(tmp_path), "/studies/compare/good/")
    assert status == 200 and "manifest.json</a>" in shown and "?.csv" not in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_of_folders_and_files_make_no_element(tmp_path: Path, text: str) -> None:
    name = text.replace("/", "\\")
    damage(tmp_path / name / name, "nothing")
    for inner in (f"tables/{name}.csv", f"figures/{name}.svg", f"{name}.html"):
        (tmp_path / name / name / inner).write_text("a\n1\n")
    (tmp_path / name / name / "README.md").unlink()
    status, _, listed = answer(served(tmp_path), "/studies")
    links = Elements.of(listed).links
    place = next(place for place in links if place.startswith("/studies/") and place != "/studies/beside")
    found, _, told = answer(served(tmp_path), f"/studies/{name}/{name}/")
    assert status == found == 200 and place == f"/studies/{quote(name)}/{quote(name)}/"
    for shown in (listed, told):
        elements = Elements.of(shown)
        assert not elements.names & {"iframe", "svg", "math", "object", "embed", "base"}
        assert [each for each in elements.found if each[0] == "script"] == [("script", "src", "nonce", "defer")]
        assert [each for each in elements.found if each[0] == "form"] == [("form", "action", "method")] * (
            '<table id="studies"' in shown
        )
        assert not [
            attribute for attribute in elements.attributes if attribute.startswith("on") or attribute == "srcdoc"
        ]


def test_the_list_does_not_say_where_on_this_machine_studies_lie(tmp_path: Path) -> None:
    assert str(tmp_path.parent) not in answer(served(tmp_path / "results"), "/studies")[2]
    damage(tmp_path / "results" / "compare" / "x", "nothing")
    assert str(tmp_path.parent) not in answer(served(tmp_path / "results"), "/studies")[2]


_PAGES = ("/studies", "/studies/compare/x/", "/studies/beside?of=compare/x&of=compare/x")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_any_file_of_a_study_makes_no_element(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "compare" / "x"
    damage(folder, "nothing")
    known = json.loads((folder / "manifest.json").read_text())
    design = {"institutions": {text: {"label": text, "values": {text: text}}}}
    known |= {"design": design, "design_digest": digest(design), "versions": {text: text}, "asked": [text]}
    known |= {"begun": text, "ended": text, "numerics": text}
    (folder / "manifest.json").write_text(json.dumps(known))
    (folder / "README.md").write_text(
        f"# {text}\n\n## What came out\n\n{text}\n\n| a |\n|---|\n| {text} |\n\n- {text}\n"
    )
    (folder / "tables/a.csv").write_text(f"{json.dumps(text)}\n{json.dumps(text)}\n")
    pages = [answer(served(tmp_path), path)[2] for path in _PAGES]
    (folder / "README.md").unlink()
    (folder / "manifest.json").write_text(json.dumps(known | {"status": text}))
    pages += [answer(served(tmp_path), path)[2] for path in _PAGES]
    assert all("<h1>" in shown for shown in pages)
    for shown in pages:
        found = Elements.of(shown)
        assert not found.names & {"iframe", "svg", "math", "object", "embed", "base"}
        assert [each for each in found.found if each[0] == "script"] == [("script", "src", "nonce", "defer")]
        assert [each for each in found.found if each[0] == "form"] == [("form", "action", "method")] * (
            '<table id="studies"' in shown
        )
        assert not [name for name in found.attributes if name.startswith("on") or name == "srcdoc"]
        assert not [
            place for place in found.links if place.lower().startswith(("javascript:", "data:text", "vbscript:"))
        ]


def test_a_visitor_counts_from_the_moment_his_socket_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before Solara has a thread for him."""
    import solara.server.starlette as solara

    inside: list[str] = []

    async def session(room: Any) -> None:
        leave = asyncio.Event()

        async def waiting(opened: Any) -> None:
            inside.append(opened.path_params["kernel_id"])
            await leave.wait()

        async def visit(visitor: str) -> None:
            path = f"/jupyter/api/kernels/{visitor}/channels"
            await room({"type": "websocket", "path": path, "headers": [], "query_string": b""}, None, refused)

        async def refused(message: Message) -> None:
            inside.append(f"{visitor}: {message['type']}")

        monkeypatch.setattr(solara, "kernel_connection", waiting)
        open_ = []
        for visitor in ("first", "second", "first"):
            open_.append(asyncio.create_task(visit(visitor)))
            await asyncio.sleep(0.01)
        leave.set()
        await asyncio.gather(*open_)
        await visit("third")

    finished(session(Starlette(routes=serving._page_for(1))))
    assert inside == ["first", "second: websocket.close", "first", "third"]
