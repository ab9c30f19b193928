"""Every view on every screen, light and dark: nothing is cut, and axe finds nothing serious."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from experiments import sweep
from tests.browser.support import Served, Visit

expect.set_options(timeout=120_000)

ASKED = ("world=stylised", "world.size=12", "quarters=24", "seed=5", "onset_base=-5.5", "effect=0.05")
SCREENS = (390, 768, 1280, 1920)
LOOKED_AT = (390, 1280)
"""By axe, which takes most of the time: a phone and a desk; between them and beyond nothing may be cut."""
STUDY = "/studies/sweep/points/"
PAGES = ("/studies", STUDY, "/studies/beside?of=sweep/points&of=sweep/points", "/studies/beside", "/handbook")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep, which has a figure, tables and a map."""
    folder = tmp_path_factory.mktemp("shelf") / "results"
    sweep(
        *ASKED[:2], "quarters=8", "design.points=12", "axes=[effect,uk_pools.veto]", "institutions=[uk_pools]",
        results=str(folder), study="points", replications=2, workers=1,
    )  # fmt: skip
    return folder


@pytest.fixture(params=["light", "dark"])
def screen(request: pytest.FixtureRequest, chromium: Browser, served: Served) -> Iterator[Visit]:
    """One visitor, who likes it light or dark."""
    visitor = Visit(chromium, served, request.param)
    yield visitor
    visitor.context.close()
    assert [said for said in visitor.complaints if "400" not in said] == []


def serious(page: Page) -> list[str]:
    """What axe holds to keep somebody out, and where."""
    found = Axe().run(page).response["violations"]
    worst = [each for each in found if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in worst for node in each["nodes"]]


def unseen(page: Page) -> list[str]:
    """Words of drawings that are as dark as what they stand on: axe does not look into drawings."""
    found: list[str] = page.evaluate(
        """() => {
            const light = colour => colour.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
            const ground = light(getComputedStyle(document.querySelector('.v-application')).backgroundColor);
            return [...document.querySelectorAll('#drawn svg text, #strip text')]
                .filter(text => Math.abs(light(getComputedStyle(text).fill) - ground) < 150)
                .map(text => text.textContent);
        }"""
    )
    return found


def is_cut(page: Page) -> bool:
    """Whether anything reaches beyond the screen's right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def beyond(page: Page) -> list[str]:
    """Buttons and fields that end where nobody sees them, and commands of which a part is out of sight."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('.concord :is(button, select, textarea), #drawn ~ * button')]
            .filter(one => one.getBoundingClientRect().right > innerWidth || one.matches('textarea')
                && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth))
            .map(one => one.outerHTML)"""
    )
    return found


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_every_screen_and_keeps_nobody_out(screen: Visit, path: str) -> None:
    # The handbook is long, and says the same on a phone.
    looked_at = LOOKED_AT[1:] if path == "/handbook" else LOOKED_AT
    for width in SCREENS:
        screen.page.set_viewport_size({"width": width, "height": 900})
        page = screen.go(path)
        assert not is_cut(page), width
        assert page.locator("h1").count() == 1
        assert width not in looked_at or serious(page) == [], width


def opened(visitor: Visit, quarter: int = 24) -> Page:
    """Open the page and go to its end."""
    page = visitor.go("/")
    page.locator("#last").click()
    expect(page.locator("#headline")).to_have_attribute("data-quarter", str(quarter))
    return page


VIEWS = ("map", "why", "money", "institutions", "state", "export")


@pytest.mark.parametrize("width", LOOKED_AT)
def test_every_view_fits_the_screen_and_keeps_nobody_out(screen: Visit, width: int) -> None:
    screen.page.set_viewport_size({"width": width, "height": 900})
    page = opened(screen)
    assert page.evaluate("document.documentElement.lang") == "en"
    for view in VIEWS:
        page.locator(f"#tab-{view}").click()
        expect(page.locator(f"#view-{view} #drawn")).to_be_visible()
        assert not is_cut(page), view
        assert serious(page) == [], view
        assert unseen(page) == [], view
        assert beyond(page) == [], view
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("width", [768, 1920])
def test_every_view_fits_the_screens_between(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    page = opened(visit)
    for view in VIEWS:
        page.locator(f"#tab-{view}").click()
        expect(page.locator(f"#view-{view} #drawn")).to_be_visible()
        assert not is_cut(page), view
    left, middle, right = (page.locator(f".answer .{part}").bounding_box() for part in ("end0", "middle", "end1"))
    assert left is not None and middle is not None and right is not None
    assert page.locator(".answer .middle").evaluate("part => part.scrollWidth <= part.clientWidth")
    assert left["x"] + left["width"] <= right["x"]


def test_no_state_is_out_of_sight_where_the_world_is_too_wide_for_the_screen(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 900})
    page = visit.go("/?world=global")
    caption = page.locator("#map-b figcaption")
    expect(caption).to_contain_text("of 147 states in conflict")
    expect(caption).to_contain_text("in rows from the north to the south")
    boxes = [tile.bounding_box() for tile in page.locator("[id^=tile-b-]").all()]
    assert len(boxes) == 147
    assert all(box is not None and box["width"] > 24 and box["x"] + box["width"] <= 390 for box in boxes)
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(caption).not_to_contain_text("in rows")


def test_focus_stays_where_enter_left_it(visit: Visit) -> None:
    page = opened(visit)
    page.locator("#tile-b-S003").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_be_focused()
    assert page.locator("#state").input_value() == "S003"
    page.locator("#replication").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("#headline")).to_have_attribute("data-quarter", "24")
    expect(page.locator("#replication")).to_have_value("3")
    expect(page.locator("#replication")).to_be_focused()


def test_a_screen_reader_is_told_what_changed(visit: Visit) -> None:
    page = opened(visit)
    spoken = page.locator("#spoken[aria-live=polite]")
    difference = page.locator("#difference").inner_text()
    expect(spoken).to_contain_text(f"B minus A: {difference} conflict-years")
    page.locator("#back").click()
    expect(spoken).to_contain_text("quarter 23 of 24")


def test_why_adds_up_to_the_difference_to_the_last_digit(visit: Visit) -> None:
    page = opened(visit)
    difference = float(page.locator("#difference").get_attribute("data-value") or "nan")
    assert difference != 0.0
    page.locator("#tab-why").click()
    expect(page.locator("#view-why article").first).to_contain_text("conflict-years")
    for table in ("by-state", "by-year"):
        cells = page.locator(f"#{table} tbody td:nth-child(4)").all_inner_texts()
        assert sum(float(cell.replace("−", "-")) for cell in cells) == difference
