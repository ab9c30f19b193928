"""What a real browser makes of hostile text, of other origins, and of a server that is full."""

import csv
import http.client
import json
import shutil
import threading
import uuid
from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from experiments.browser.listing import studies_of
from experiments.browser.studies import told
from experiments.reporting.page import page as page_of
from experiments.settings.places import CONF
from tests.browser.support import Served, Visit, serving, wait_until
from tests.hostile import HOSTILE

expect.set_options(timeout=120_000)

ROLES = ("defence", "development", "foreign", "treasury", "parliament")
_NUMBERS = {
    "population_millions": 5, "income_per_head": 900, "insecurity": 0.5, "deprivation": 0.5, "exclusion": 0.5,
    "level": 1, "years_in_conflict": 2, "years_at_peace": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a world whose states are called so, and a study that is handed on."""
    folder = tmp_path_factory.mktemp("hostile")
    codes = [f"A{chr(65 + i)}A" for i in range(len(HOSTILE))]
    with (folder / "states.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["iso3", "name", "region", "neighbours", *_NUMBERS])
        table.writeheader()
        for code, text in zip(codes, HOSTILE, strict=True):
            table.writerow({"iso3": code, "name": text, "region": "sub_saharan", "neighbours": "", **_NUMBERS})
    for i, text in enumerate(HOSTILE):
        study = folder / "results" / "compare" / f"study{i}"
        (study / "tables").mkdir(parents=True)
        (study / "manifest.json").write_text(json.dumps({"status": text, "begun": text, "asked": [text]}))
        (study / "README.md").write_text(
            f"# {text}\n\n{text}\n\n- [{text}]({text})\n- ![{text}](figures/f.png)\n\n![f](figures/f.png)\n"
        )
        (study / "figures").mkdir()
        (study / "figures" / "f.svg").write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" onload="window.ran = 1"><script>parent.ran = 1</script>'
            f"<text>{escape(text)}</text></svg>"
        )
        (study / "tables" / "t.html").write_text(f"{text}<script>window.ran = 1</script>")
    conf = shutil.copytree(CONF, folder / "conf")
    for i, text in enumerate(HOSTILE):
        named = text.replace("${", r"\${")  # else a reference to another value, which is refused
        pool = {"name": named, "region": "sub_saharan", "lead": "foreign"}
        whole = {"label": named, "names": dict.fromkeys(ROLES, named), "pools": [pool], "values": {"pooling": 1.0}}
        (conf / "institution" / f"hostile_{i}.yaml").write_text(yaml.safe_dump(whole))
        (conf / "institution" / f"{text.replace('/', '.')}.yaml").write_text(yaml.safe_dump({"label": [text]}))
        (conf / "world" / f"{text.replace('/', '.')}.yaml").write_text(text)
    asked = ("world=csv", "world.path=states.csv", "calibration=none", "quarters=4", "results=results")
    with serving(folder, *asked, CONF=str(conf)) as found:
        yield found
        assert set(found.contacts.read_text().split()) <= {"127.0.0.1"}


def opened(visitor: Visit) -> Page:
    """Open the page and live through a quarter."""
    page = visitor.go("/")
    expect(page.locator("#headline")).to_have_attribute("data-quarter", "0")
    page.get_by_role("button", name="Step", exact=True).click()
    expect(page.locator("#headline")).to_have_attribute("data-quarter", "1")
    return page


def test_names_from_a_file_run_nothing(visit: Visit) -> None:
    page = opened(visit)
    assert page.locator("[id^=tile-a-]").count() == len(HOSTILE)
    page.locator("#tab-state").click()
    for option in page.locator("#state option").all():
        code, shown = option.get_attribute("value") or "", option.inner_text()
        page.locator("#state").select_option(code)
        expect(page.locator("#card-a .standing")).to_contain_text(f"({code}):")
        assert HOSTILE[ord(code[1]) - 65] in shown
        assert HOSTILE[ord(code[1]) - 65] in (page.locator("#card-a .standing").text_content() or "")
    for tab in ("money", "institutions", "export", "map"):
        page.locator(f"#tab-{tab}").click()
        expect(page.locator(f"#view-{tab}")).to_be_visible()
    assert page.evaluate("window.ran") is None


def test_institutions_of_a_file_run_nothing(visit: Visit) -> None:
    page = opened(visit)
    for i in range(0, len(HOSTILE), 2):
        for side, at in (("a", i), ("b", i + 1)):
            page.locator(f"#institution-{side}").select_option(f"hostile_{at}")
            page.wait_for_url(f"**{side}=hostile_{at}&**")
            expect(page.locator(f"#institution-{side} option:checked")).to_contain_text(HOSTILE[at][:9])
        for tab in ("money", "state", "export"):
            page.locator(f"#tab-{tab}").click()
            for text in HOSTILE[i : i + 2]:
                expect(page.locator(f"#view-{tab} #drawn")).to_contain_text(text)
    for tab in ("why", "institutions", "map"):
        page.locator(f"#tab-{tab}").click()
        expect(page.locator(f"#view-{tab} #drawn")).to_be_visible()
    assert page.evaluate("window.ran") is None


def test_files_with_hostile_names_and_nothing_right_in_them_cost_one_line(visit: Visit) -> None:
    page = opened(visit)
    for text in HOSTILE:
        for field in ("institution-b", "world"):
            page.locator(f"#{field}").select_option(text.replace("/", "."))
            expect(page.locator("#error")).not_to_be_empty()
    assert page.evaluate("window.ran") is None
    page.get_by_role("button", name="Step", exact=True).click()
    expect(page.locator("#headline")).to_have_attribute("data-quarter", "2")


def test_typed_text_runs_nothing(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#tab-state").click()
    expect(page.locator("#state")).to_be_visible()
    page.locator("#find").fill("veto")
    fields = page.eval_on_selector_all("input[id]:not(#find), select[id]", "all => all.map(field => field.id)")
    assert {"seed", "world", "calibration", "institution-a", "value-veto", "slider-veto", "scope-a", "state"} <= set(
        fields
    )
    for text in HOSTILE:
        for field in fields:
            page.evaluate(
                """([id, text]) => {
                    const field = document.getElementById(id);
                    if (field.type === 'number' || field.type === 'range') field.type = 'text';
                    if (field.options) field.add(new Option(text, text));
                    field.value = text;
                    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, {bubbles: true}));
                }""",
                [field, text],
            )
        expect(page.locator("#error")).to_contain_text(text[:20])
        page.locator("#find").fill(text)
        page.locator("#find").fill("veto")
    assert page.evaluate("window.ran") is None


def test_studies_run_nothing(visit: Visit) -> None:
    page = visit.go("/studies")
    assert page.locator("#studies tbody tr").count() == len(HOSTILE)
    for i, text in enumerate(HOSTILE):
        visit.go(f"/studies/compare/study{i}/")
        assert page.evaluate("window.ran") is None
        assert page.locator("main script, iframe, section svg").count() == 0
        assert page.locator("figure img").count() == 1
        assert text[:9].strip(" #{") in page.locator("main").inner_text()


@pytest.mark.parametrize("file", ["tables/t.html", "figures/f.svg"])
def test_a_studys_own_page_runs_nothing(chromium: Browser, served: Served, file: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{served.address}/studies/compare/study0/{file}")
    assert page.evaluate("window.ran") is None
    context.close()


def test_a_report_of_such_studies_runs_and_fetches_nothing(chromium: Browser, served: Served) -> None:
    studies = studies_of(served.contacts.parent / "results")
    report = served.contacts.with_name("report.html")
    report.write_text(page_of("".join(HOSTILE), [told(study) for study in studies]), encoding="utf-8")
    context = chromium.new_context()
    page, heard = context.new_page(), list[str]()
    page.on("console", lambda message: heard.append(message.text))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(report.as_uri())
    assert page.locator("section.study").count() == page.locator("figure img").count() == len(HOSTILE)
    assert page.locator("script, iframe, section svg").count() == 0
    assert page.evaluate("window.ran") is None
    assert heard == [report.as_uri()], "nothing else is asked for, and the console is silent"
    context.close()


@pytest.fixture
def elsewhere(served: Served) -> Iterator[str]:
    """Serve a page of another origin, which frames the page and opens its socket."""
    socket = served.address.replace("http", "ws", 1) + "/jupyter/api/kernels/x/channels?session_id=y"
    content = f"""<!DOCTYPE html><iframe src="{served.address}/"></iframe>
        <iframe src="{served.address}/studies"></iframe>
        <script>
        const socket = new WebSocket("{socket}");
        socket.onopen = () => document.title = 'opened';
        socket.onerror = () => document.title = 'refused';
        fetch("{served.address}/studies").then(a => a.text()).then(() => window.got = 1, () => window.got = 0);
        </script>"""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_a_page_elsewhere_gets_no_socket_no_frame_and_no_text(
    chromium: Browser, served: Served, elsewhere: str
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(elsewhere)
    expect(page).to_have_title("refused")
    page.wait_for_function("window.got === 0")
    assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"] * 2
    context.close()
    wait_until(served, visitors=0, models=0)


def handshake(server: Served, path: str) -> int:
    """Ask for a socket as the page's own script does."""
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=60)
    asked = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    connection.request(
        "GET", path, headers={**asked, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": server.address}
    )
    status = connection.getresponse().status
    connection.close()
    return status


def test_who_finds_no_room_is_told_and_let_in_when_somebody_leaves(chromium: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, "world=stylised", "world.size=4", "quarters=4", "visitors=1", "results=none") as server:
        first, second = Visit(chromium, server), Visit(chromium, server)
        opened(first)
        wait_until(server, visitors=1, models=0)
        page = second.go("/")
        assert "as there is room for (1)" in page.locator("#notice").inner_text()
        assert handshake(server, "/jupyter/api/kernels/x/channels?session_id=y") == 403
        wait_until(server, visitors=1, models=0)
        first.context.close()
        expect(page.locator("#headline")).to_have_attribute("data-quarter", "0")
        second.context.close()
        first.check()
        assert [said for said in second.complaints if "503" not in said] == []
        wait_until(server, visitors=0, models=0)


@pytest.mark.parametrize("said", ["garbage", "[]", "{}", b"\x00\xff", ""])
def test_who_speaks_otherwise_than_the_page_does_leaves_no_room_taken(served: Served, said: str | bytes) -> None:
    there = urlsplit(served.address).netloc
    place = f"ws://{there}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id=a"
    cookie = {"Cookie": "solara-session-id=somebody"}
    with connect(place, origin=Origin(served.address), additional_headers=cookie) as opened:
        opened.send(said)
        with pytest.raises(ConnectionClosed):
            opened.recv(timeout=60)
    wait_until(served, visitors=0, models=0)


@pytest.mark.parametrize("path", ["/readyz", "/resourcez", "/resourcez?verbose", "/jupyter/api/kernels/x", "/static/",
                                  "/_solara/api/evict/x", "/docs", "/nothing", "/static/public/x"])  # fmt: skip
def test_nothing_else_is_served(served: Served, path: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(served.address).netloc, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    assert (response.status, response.getheader("server")) == (404, None)
    assert "frame-ancestors 'none'" in response.getheader("content-security-policy", "")
    assert response.read() == b"Not Found"


def test_a_page_that_closes_without_its_name_is_no_failure(served: Served) -> None:
    connection = http.client.HTTPConnection(urlsplit(served.address).netloc, timeout=60)
    connection.request("POST", "/_solara/api/close/x")
    response = connection.getresponse()
    assert response.status == 400
    assert "frame-ancestors 'none'" in response.getheader("content-security-policy", "")


def test_the_first_requests_headers_do_not_say_where_scripts_come_from(served: Served) -> None:
    connection = http.client.HTTPConnection(urlsplit(served.address).netloc, timeout=60)
    for name in ("script-name", "x-script-name", "x-forwarded-host", "x-forwarded-prefix"):
        connection.request("GET", "/", headers={name: "//attacker.example"})
        response = connection.getresponse()
        assert response.status == 200 and b"attacker.example" not in response.read()
