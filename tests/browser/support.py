"""The real server in a process of its own, and a visitor's browser."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from experiments.settings.places import CHECKOUT

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREEN = ViewportSize(width=1280, height=720)
STARTED = re.compile(r"Concord is at (http://\S+) ")


@dataclass(frozen=True)
class Served:
    """A running ``concord view``.

    Attributes
    ----------
    address : str
        Where it is.
    process : int
        Its number.
    contacts : Path
        A line per name the server looked up and per address it connected to.
    """

    address: str
    process: int
    contacts: Path


def browser_path() -> str | None:
    """Find a Chromium."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def launched(path: str) -> Iterator[Browser]:
    """Run a Chromium that nobody sees."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextlib.contextmanager
def serving(folder: Path, *asked: str, **environment: str) -> Iterator[Served]:
    """Start ``concord view`` in a folder, wait until it says where it is, and stop it as a user does."""
    contacts, said, complained = folder / "contacts", folder / "stdout", folder / "stderr"
    with said.open("w") as out, complained.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.audited", str(contacts), "view", "open=false", *asked],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), **environment},
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    try:
        while not (started := STARTED.search(said.read_text())):
            assert process.poll() is None, complained.read_text()
            time.sleep(0.05)
        yield Served(started[1], process.pid, contacts)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 130
    finally:
        process.kill()
        process.wait()
    complaints = [line for line in complained.read_text().splitlines() if not line.startswith("preparing the model")]
    assert complaints == ["concord view: stopped"]


def alive(server: Served) -> dict[str, Any]:
    """How many visitors and models there are."""
    port = int(Path(f"{server.contacts}.port").read_text())
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        found: dict[str, Any] = json.loads(connection.makefile().read())
    return found


def wait_until(server: Served, visitors: int, models: int) -> None:
    """Wait until so many visitors, and no more than so many models, are left."""
    until = time.monotonic() + 120.0
    while (left := alive(server))["visitors"] != visitors or left["models"] > models:
        assert time.monotonic() < until, left
        time.sleep(0.1)


class Visit:
    """A browser's visit in a context of its own (cookies, storage); whatever it complains about or asks for is kept."""

    def __init__(self, browser: Browser, server: Served, likes: Literal["light", "dark"] = "light") -> None:
        self.server = server
        self.complaints: list[str] = []
        self.asked_for: list[str] = []
        self.context = browser.new_context(viewport=SCREEN, accept_downloads=True, color_scheme=likes)
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked_for.append(request.url))
        self.page.on("websocket", lambda opened: self.asked_for.append(opened.url))
        self.page.set_default_timeout(120_000)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def go(self, path: str = "/") -> Page:
        """Open one of the server's pages."""
        self.page.goto(self.server.address + path)
        return self.page

    def check(self) -> None:
        """No error in the console, and nothing asked for elsewhere."""
        assert self.complaints == []
        here = (self.server.address, self.server.address.replace("http", "ws", 1), "data:", "blob:")
        assert [address for address in self.asked_for if not address.startswith(here)] == []
