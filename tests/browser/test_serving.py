"""How ``concord view`` begins: where it listens, what it opens and what it says; no browser is needed."""

import re
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.browser import selection, serving, two_runs
from experiments.cli import main


def test_a_port_in_use_costs_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["view", f"port={port}", "open=false"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    said = (
        f"concord view: cannot listen on 127.0.0.1, port {port}: Address already in use; port=0 takes any that is free"
    )
    assert shown.err == f"{said}\n"


def test_an_address_of_another_machine_costs_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", "--host", "192.0.2.1", "open=false"]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("concord view: cannot listen on 192.0.2.1, port 0: ")
    assert shown.err.count("\n") == 1


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Start the command up to where the server would run; what it was given, and which addresses were opened."""
    seen: list[Any] = []
    asked: list[Any] = []

    def serve(taken: socket.socket, results: Path, names: list[str], visitors: int, ready: Callable[[], None]) -> None:
        with taken:
            seen.append((taken.getsockname()[0], results, *asked))
            ready()
        for thread in threading.enumerate():
            if thread.name == "open the browser":
                thread.join()

    monkeypatch.setattr(serving, "serve", serve)
    monkeypatch.setattr(two_runs, "warm_up", lambda: None)
    monkeypatch.setattr(selection, "open_with", asked.append)
    monkeypatch.setattr(webbrowser, "open", seen.append)
    monkeypatch.setenv("DISPLAY", ":0")
    return seen


def test_the_page_begins_with_what_was_typed(
    begun: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["institutions=[three_ds,none]", f"results={tmp_path}", "seed=7", "veto=0.25", "open=false"]
    assert main(["view", *typed]) == 0
    [(host, results, asked)] = begun
    assert (host, results) == ("127.0.0.1", tmp_path)
    first = selection.first_selection(asked)
    assert (first.institutions, first.options["seed"], first.rest) == (("three_ds", "none"), "7", ())
    assert first.values(0) == first.values(1) == {"veto": 0.25}
    shown = capsys.readouterr()
    assert re.fullmatch(r"Concord is at http://127\.0\.0\.1:\d+ \(Ctrl-C ends it\)\n", shown.out)
    assert shown.err == ""


@pytest.mark.parametrize("typed", [["--host", "0.0.0.0"], ["--host=0.0.0.0"], ["host=0.0.0.0"]])
def test_exposing_takes_a_word_and_is_said(
    begun: list[Any], capsys: pytest.CaptureFixture[str], typed: list[str]
) -> None:
    assert main(["view", "open=false", *typed]) == 0
    assert begun[0][0] == "0.0.0.0"
    shown = capsys.readouterr()
    assert shown.out.startswith("Concord is at http://127.0.0.1:")
    said, how = shown.err.splitlines()
    assert said == "Everyone who can reach this machine can use it and read its studies."
    assert how == "They are let in by names that hosts lists, as in 'hosts=[192.168.1.20]'."


def test_the_browser_is_opened_where_it_can_be_seen(begun: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["view"]) == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", begun.pop())
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert main(["view"]) == 0
    assert not isinstance(begun[-1], str)
