"""How fast the page is here, and whether minutes of Play grow memory: run by hand, nothing is asserted about either.

python -m pytest -q -s tests/benchmarks/test_view.py
"""

import statistics
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.support import Visit, browser_path, launched, serving

STATES = 54
STEPS_TIMED = 20
QUARTERS = 80
ROUNDS = 10
"""Of Play to the end and Reset."""


def resident(process: int) -> float:
    """Memory of a process, MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return float(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1e3


def shown(page: Page, quarter: int) -> None:
    """Wait until so many quarters are shown, or more."""
    page.wait_for_function(f"document.querySelector('#headline')?.dataset.quarter >= {quarter}", timeout=600_000)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heap(page: Page) -> float:
    """Memory of the page's scripts after collecting garbage, MB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return used


def test_speed_and_memory_of_the_page(tmp_path: Path) -> None:
    path = browser_path()
    if path is None:
        pytest.skip("there is no browser here")
    asked = ("world=stylised", f"world.size={STATES}", f"quarters={QUARTERS}", f"results={tmp_path}")
    begun = time.perf_counter()
    with serving(tmp_path, *asked) as server, launched(path) as browser:
        print(f"\nfrom the command to its address   {time.perf_counter() - begun:8.2f} s")
        for which in ("first view, nothing cached", "first view of the next visitor"):
            visit = Visit(browser, server)
            begun = time.perf_counter()
            page = visit.go("/")
            shown(page, 0)
            print(f"{which:33} {time.perf_counter() - begun:8.2f} s")
            if which.startswith("first view,"):
                visit.context.close()
        seconds = []
        for quarter in range(1, STEPS_TIMED + 1):
            begun = time.perf_counter()
            press(page, "Step")
            shown(page, quarter)
            seconds.append(time.perf_counter() - begun)
        print(f"a step of {STATES} states, until drawn    {1e3 * statistics.median(seconds):8.0f} ms (median)")
        print("quarters played      server      page's scripts")
        for round_ in range(ROUNDS):
            press(page, "Play")
            shown(page, QUARTERS)
            played = (round_ + 1) * QUARTERS
            print(f"{played:15} {resident(server.process):8.1f} MB {heap(page):12.1f} MB", flush=True)
            press(page, "Reset")
            page.wait_for_function("document.querySelector('#headline')?.dataset.quarter == 0")
        visit.context.close()
        visit.check()
