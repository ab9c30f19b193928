"""Small mistakes and odd terminals cost one line at most, which says what is right."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import experiments
from experiments.settings.compose import asked
from experiments.settings.places import CHECKOUT
from experiments.studies.sweep import Sweep
from model.errors import InvalidInput
from model.rules import compiled

SMALL = ("world=stylised", "world.size=4", "quarters=4")


def test_what_a_terminal_cannot_show_is_replaced() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "experiments", "parameters"]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "share" in done.stdout and "?" in done.stdout


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("UK conflict pool", "did you mean 'uk_pools' (UK conflict pools)?"),
        ("uk_pool", "did you mean 'uk_pools'?"),
    ],
)
def test_an_institution_is_found_by_name_or_label(given: str, said: str) -> None:
    with pytest.raises(InvalidInput) as error:
        asked("run", (), {"institution": given})
    assert str(error.value).endswith(said)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("France", "state=France: is not in world 'africa'; known: AGO, BDI"),
        ("DEU", "state=DEU: is not in world 'africa'"),
        ("Mozambik", "did you mean 'MOZ' (Mozambique)?"),
        ("Kenia", "did you mean 'KEN'?"),
    ],
)
def test_a_state_is_found_by_code_or_name_or_said_to_be_elsewhere(given: str, said: str) -> None:
    with pytest.raises(InvalidInput) as error:
        experiments.explain(state=given)
    assert said in str(error.value)


def test_a_state_may_be_named() -> None:
    by_name, by_code = (experiments.explain(state=state, quarter=1) for state in ("kenya", "KEN"))
    assert by_name == by_code


def test_points_as_a_spreadsheet_saves_them_are_read(tmp_path: Path) -> None:
    found: list[Any] = []
    for text in (
        "effect,veto\n0.01,0.25\n0.03,0.5\n",
        "effect;veto\n0,01;0,25\n0.03;0,5\n",
        "effect\tveto\n0,01\t0,25\n0,03\t0,5\n",
    ):
        path = tmp_path / f"points{len(found)}.csv"
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
        found.append(Sweep(asked("sweep", [*SMALL, "design=points", f"design.path={path}"])).design)
    assert [one.names for one in found] == [("effect", "veto")] * 3
    assert [one.values.tolist() for one in found] == [[[0.01, 0.25], [0.03, 0.5]]] * 3


@pytest.mark.parametrize("make", ["run", "explain", "Concord"])
def test_whoever_waits_for_compiling_is_told(make: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    @contextlib.contextmanager
    def compiling(say: Any, seconds: float) -> Iterator[None]:
        say()
        yield

    monkeypatch.setattr(compiled, "said_if_compiled", compiling)
    if make == "Concord":
        experiments.Concord(**{"world": "stylised", "world.size": 4, "quarters": 4}).step()
    else:
        getattr(experiments, make)(*SMALL, **({"state": "S001", "quarter": 1} if make == "explain" else {}))
    assert "compiling the model, once: about a minute" in capsys.readouterr().err
