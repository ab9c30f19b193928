"""A browser and a server for every module of tests that asks for them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.support import NAMES, Served, Visit, browser_path, launched, serving


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium; without one the test is skipped, but never where the whole suite has to run (CI)."""
    path = browser_path()
    if path is None:
        reason = f"there is no browser here (none of {', '.join(NAMES)}); on Debian or Ubuntu: apt install chromium"
        if os.environ.get("CI", "false") not in ("", "0", "false"):
            pytest.fail(f"CI is set, but {reason}")
        pytest.skip(f"browser test: {reason}")
    with launched(path) as browser:
        yield browser


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server finds studies: nowhere, unless a module says otherwise."""
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, results: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve what the module asks for in ``ASKED``, in its ``ENVIRONMENT``; at the end Ctrl-C stops it, in one line."""
    folder = tmp_path_factory.mktemp("served")
    environment = getattr(request.module, "ENVIRONMENT", {})
    with serving(folder, *request.module.ASKED, f"results={results}", **environment) as found:
        yield found


def visiting(chromium: Browser, served: Served) -> Iterator[Visit]:
    """Come, and go again without a complaint."""
    visitor = Visit(chromium, served)
    yield visitor
    visitor.context.close()
    visitor.check()


@pytest.fixture
def visit(chromium: Browser, served: Served) -> Iterator[Visit]:
    """One visitor."""
    yield from visiting(chromium, served)


@pytest.fixture
def other(chromium: Browser, served: Served) -> Iterator[Visit]:
    """Another visitor."""
    yield from visiting(chromium, served)
