"""What the page's server serves: its own files, and the studies pages with a real comparison; nothing beside them."""

import http.client
import json
import re
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from experiments import compare
from experiments.runs.identity import digest
from experiments.runs.lock import locked
from tests.browser.support import Served, Visit, wait_until

expect.set_options(timeout=120_000)

WORLD = ("world=stylised", "world.size=6")
ASKED = (*WORLD, "quarters=80")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished comparison; the same one stopped half way; odd ones; and what must stay out of sight."""
    folder = tmp_path_factory.mktemp("shelf") / "results"
    study = compare(
        *WORLD, "quarters=8", "institutions=[siloed,uk_pools]", "hypothesis=[joint_beats_siloed]",
        results=str(folder), study="first_look", replications=6, draws=6, channel_draws=0, workers=1,
    )  # fmt: skip
    stopped = folder / "compare" / "half_way"
    shutil.copytree(study.folder, stopped, ignore=shutil.ignore_patterns("README.md", "figures", "tables"))
    manifest = json.loads((stopped / "manifest.json").read_text())
    (stopped / "manifest.json").write_text(json.dumps(manifest | {"status": "stopped", "begun": "2001-04-01T09:00:00"}))
    handed = (
        "# From a colleague\n\n<script>document.title = 'run'</script>\n\n<img src=http://a.example/x.png> **bold**\n"
    )
    (stopped / "README.md").write_text(handed)
    bare = folder / "calibrate" / "bare"
    (bare / "tables").mkdir(parents=True)
    (bare / "manifest.json").write_text('{"status": "finished"}')
    (bare / "tables" / "parameters.csv").write_text("parameter,value\n<script>alert(1)</script>,-7.42510777\n")
    odd = folder / "sweep" / "odd"
    odd.mkdir(parents=True)
    told = {"status": "finished", "begun": "2000", "design": {"world": 3}, "design_digest": digest({"world": 3})}
    (odd / "manifest.json").write_text(json.dumps(told))
    (odd / "README.md").write_text("# What a colleague made of it\n")
    secret = folder.parent / "secret"
    secret.mkdir()
    (secret / "manifest.json").write_text('{"status": "finished"}')
    (folder / "compare" / "elsewhere").symlink_to(secret)
    return folder


def answer(server: Served, path: str, host: str | None = None) -> tuple[int, str]:
    """Ask for a path exactly as it is written."""
    place = urlsplit(server.address).netloc
    connection = http.client.HTTPConnection(place, timeout=120)
    connection.request("GET", path, headers={"Host": host or place})
    response = connection.getresponse()
    return response.status, response.read().decode(errors="replace")


def contacted(server: Served) -> set[str]:
    """Every name the server looked up, and every address it connected to."""
    return set(server.contacts.read_text().split())


def test_whatever_the_page_loads_is_served_from_here(served: Served) -> None:
    status, page = answer(served, "/")
    assert status == 200
    named = set(re.findall(r'(?:href|src)="([^"#][^"]*)"', page))
    assert len([path for path in named if path.startswith("/_solara/cdn/")]) >= 4
    assert {path: answer(served, path)[0] for path in sorted(named)} == dict.fromkeys(sorted(named), 200)


def test_what_the_assets_lack_is_missing_and_not_fetched(served: Served) -> None:
    assert answer(served, "/_solara/cdn/@widgetti/nothing@1.0.0/dist/main.js")[0] == 404
    assert contacted(served) <= {"127.0.0.1"}


def test_a_closed_page_leaves_no_model_behind(chromium: Browser, served: Served) -> None:
    visitor = Visit(chromium, served)
    page = visitor.go("/")
    expect(page.locator("#headline")).to_have_attribute("data-quarter", "0")
    page.locator("#tab-state").click()
    expect(page.locator("#card")).to_be_visible()
    wait_until(served, visitors=1, models=2)
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("document.querySelector('#headline').dataset.quarter >= 1")
    visitor.context.close()
    visitor.check()
    wait_until(served, visitors=0, models=0)
    assert contacted(served) <= {"127.0.0.1"}


def test_other_machines_are_not_listened_to(served: Served) -> None:
    place = urlsplit(served.address)
    assert place.hostname == "127.0.0.1"
    # All of 127.0.0.0/8 is this machine: who listens on every interface answers here, too.
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", place.port or 0), timeout=5)


def pictures(page: Page) -> list[tuple[str, str, int]]:
    """Source, text and width in pixels of every image, once all are loaded."""
    page.wait_for_function("[...document.images].every(image => image.complete)")
    found: list[list[object]] = page.eval_on_selector_all("img", "all => all.map(i => [i.src, i.alt, i.naturalWidth])")
    return [(str(source), str(text), int(str(width))) for source, text, width in found]


def test_every_study_is_listed_the_newest_first(visit: Visit) -> None:
    page = visit.go("/studies")
    rows = page.locator("#studies tbody tr").all_inner_texts()
    assert [[row.split("\t")[at] for at in (0, 2, 3)] for row in rows] == [
        ["first_look", "compare", "finished"],
        ["half_way", "compare", "stopped: not finished 270 of 270 runs"],
        ["odd", "sweep", "finished"],
        ["bare", "calibrate", "finished"],
    ]
    # Six futures and six draws with eight futures each, of five institutions.
    assert rows[0].split("\t")[5] == "270"


def test_the_finding_is_read_on_a_phone_where_the_list_is_still_a_table(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    page = visit.go("/studies")
    row = page.locator("#studies tbody tr").first
    name, finding = row.locator("th").bounding_box(), row.locator(".finding").bounding_box()
    assert name is not None and finding is not None
    assert finding["y"] >= name["y"] + name["height"] - 1 and finding["x"] + finding["width"] <= 390
    assert row.locator(".finding").inner_text().startswith("At history's money")
    table = page.get_by_role("table")
    assert table.get_by_role("row").count() == 5
    assert table.get_by_role("columnheader").count() == table.get_by_role("row").nth(1).locator("th, td").count() == 8
    table.get_by_role("link", name="study", exact=True).click()
    expect(page.get_by_role("columnheader", name="study")).to_have_attribute("aria-sort", "ascending")


def test_a_finished_study_shows_its_verdicts_and_figures(visit: Visit, results: Path) -> None:
    page = visit.go("/studies")
    page.get_by_role("link", name="first_look").click()
    page.wait_for_url("**/studies/compare/first_look/")
    assert page.locator("h1").all_inner_texts() == ["compare first_look"]
    assert page.locator("h2").first.inner_text() == "Do joint responses outperform siloed ones?"
    row = page.get_by_role("row").filter(has_text="Pools with shared analysis").first.inner_text().split("\t")
    told = pd.read_csv(results / "compare/first_look/tables/hypotheses.csv")
    judged = told[told["id"] == "joint_beats_siloed"].set_index("level")["verdict"]
    assert [row[2], row[5]] == [judged["across_ranges"], judged["defaults"]]
    shown = pictures(page)
    assert len(shown) == len(list((results / "compare/first_look/figures").glob("*.png"))) == 4
    assert all(width > 300 for _, _, width in shown)
    assert all("silo" in text.lower() for _, text, _ in shown)
    assert page.locator("#unfinished").count() == 0


def test_a_figure_says_the_value_under_the_pointer_and_under_the_arrow_keys(visit: Visit, results: Path) -> None:
    page = visit.go("/studies/compare/first_look/")
    told = json.loads((results / "compare/first_look/figures/difference_vs_siloed.json").read_text())["marks"]
    figure = page.locator("figure").filter(has=page.locator(f"title:text-is({json.dumps(told[0]['said'])})")).first
    figure.locator(".marks").scroll_into_view_if_needed()
    figure.locator(".marks rect").nth(0).hover()
    assert figure.locator("output").inner_text() == told[0]["said"]
    figure.locator(".marks").focus()
    page.keyboard.press("ArrowRight")
    assert figure.locator("output").inner_text() == told[1]["said"]
    box, image = figure.locator(".marks").bounding_box(), figure.locator("img").bounding_box()
    assert box is not None and image is not None
    assert all(abs(box[side] - image[side]) < 1.0 for side in ("x", "y", "width", "height"))


def test_the_list_is_sorted_by_what_is_clicked_and_shows_two_side_by_side(visit: Visit) -> None:
    page = visit.go("/studies")
    page.get_by_role("link", name="study", exact=True).click()
    names = [row.split("\t")[0] for row in page.locator("#studies tbody tr").all_inner_texts()]
    assert names == sorted(names)
    for study in ("compare/first_look", "compare/half_way"):
        page.get_by_role("checkbox", name=f"Show {study} beside another").check()
    page.get_by_role("button", name="Show both side by side").click()
    page.wait_for_url("**/studies/beside?*")
    left, right = (section.bounding_box() for section in page.locator("main > section").all()[1:])
    assert left is not None and right is not None and left["y"] == right["y"] and left["x"] < right["x"]


def test_a_study_that_runs_is_followed_without_loading_the_page_again(visit: Visit, results: Path) -> None:
    folder = results / "sweep" / "under_way"
    folder.mkdir(parents=True)
    planned = {"runs": 40, "first": 0, "count": 10, "rounds": {}}
    known = {"status": "running", "begun": "1999", "planned": {"runs": planned}}
    (folder / "manifest.json").write_text(json.dumps(known))
    try:
        with locked(folder):
            page = visit.go("/studies")
            row = page.locator("#studies tr").filter(has_text="under_way")
            expect(row.locator(".done")).to_have_text("0 of 40 runs")
            (folder / "manifest.json").write_text(json.dumps(known | {"status": "finished"}))
            (folder / "README.md").write_text("# T\n\n## What came out\n\nIt is lower.\n")
            expect(row.locator(".status")).to_have_text("finished")
        expect(row.locator(".finding")).to_have_text("It is lower.")
        expect(page.locator("#news")).to_have_text("sweep/under_way is finished.")
    finally:
        shutil.rmtree(folder)


def test_the_list_and_a_study_are_reached_by_keyboard(visit: Visit) -> None:
    page = visit.go("/studies")
    page.locator("#studies tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/studies/compare/first_look/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to content"


def test_an_unfinished_study_says_so(visit: Visit) -> None:
    page = visit.go("/studies/compare/half_way/")
    assert "not finished (status: stopped)" in page.locator("#unfinished").inner_text()


def test_html_in_a_readme_is_shown_as_text(visit: Visit) -> None:
    page = visit.go("/studies/compare/half_way/")
    assert page.locator("section script, section img").count() == 0
    assert "<img src=http://a.example/x.png> bold" in page.locator("section").inner_text()
    assert page.title() == "compare half_way – Concord"


def test_a_study_without_a_page_shows_its_tables_and_runs_nothing(visit: Visit) -> None:
    page = visit.go("/studies/calibrate/bare/")
    assert page.locator("tbody td").all_inner_texts() == ["<script>alert(1)</script>", "-7.425"]
    assert page.locator("main script").count() == 0


def test_a_study_with_an_odd_manifest_still_shows_its_page(visit: Visit) -> None:
    page = visit.go("/studies/sweep/odd/")
    assert page.locator("h2").all_inner_texts() == ["What a colleague made of it", "Files"]


@pytest.mark.parametrize(
    "path",
    [
        "/studies/../secret/manifest.json",
        "/studies/compare/../../secret/manifest.json",
        "/studies/compare/%2e%2e/%2e%2e/secret/manifest.json",
        "/studies/compare/..%2f..%2fsecret%2fmanifest.json",
        "/studies/compare/..%2f..%2fsecret/",
        "/studies/../secret/",
        "/studies/%2e%2e/secret/",
        "/studies/compare/elsewhere/",
        "/studies/compare/elsewhere/manifest.json",
        "/studies//etc/passwd",
        "/studies/compare/nowhere/",
        "/studies/compare/first_look/nothing.csv",
    ],
)
def test_nothing_outside_the_results_is_served(served: Served, path: str) -> None:
    assert answer(served, path)[0] == 404


def test_a_studys_files_are_served(served: Served, results: Path) -> None:
    path = "compare/first_look/tables/hypotheses.csv"
    assert answer(served, f"/studies/{path}") == (200, (results / path).read_text())


def test_another_sites_name_for_this_machine_is_refused(served: Served) -> None:
    assert answer(served, "/studies", host="attacker.example")[0] == 400
    assert answer(served, "/studies", host="localhost")[0] == 200


def test_the_handbook_opens_with_its_formulas_drawn(visit: Visit) -> None:
    page = visit.go("/handbook")
    assert page.title() == "Concord: the handbook"
    page.click("text=The model")
    height = page.eval_on_selector("math[display=block]", "formula => formula.getBoundingClientRect().height")
    assert height > 15
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
