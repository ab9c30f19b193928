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


def is_cut(page: Page) -> bool:
    """Whether anything reaches beyond the screen's right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_every_screen_and_keeps_nobody_out(screen: Visit, path: str) -> None:
    for width in SCREENS:
        screen.page.set_viewport_size({"width": width, "height": 900})
        page = screen.go(path)
        assert not is_cut(page), width
        assert page.locator("h1").count() == 1
        assert serious(page) == [], width
