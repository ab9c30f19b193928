"""Commands from Python, whatever was imported before; and that every one is a file in one folder."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import experiments as concord
from experiments.settings import commands
from experiments.settings.commands import questions
from experiments.settings.compose import asked
from experiments.settings.places import CHECKOUT
from model.errors import InvalidInput

SMALL = ("world=stylised", "world.size=6", "quarters=8")


def test_importing_loads_nothing_heavy() -> None:
    heavy = ("numpy", "numba", "hydra", "pandas", "yaml", "mesa", "omegaconf")
    code = f"import sys, experiments as c; dir(c); sys.exit(sum(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False).returncode == 0


def test_every_command_is_offered_and_says_what_it_answers() -> None:
    for command, question in questions().items():
        name = "import_" if command == "import" else command
        assert name in dir(concord)
        offered = getattr(concord, name)
        assert callable(offered) and question[1:] in offered.__doc__


def test_no_room_has_a_commands_name() -> None:
    rooms = {path.stem for path in (CHECKOUT / "experiments").iterdir()}
    assert not rooms & set(questions())


def test_a_command_stays_callable_when_its_file_was_imported() -> None:
    commands.module("run")
    assert concord.run(*SMALL, seed=3).outcomes == concord.run(*SMALL, "seed=3", engine="mesa").outcomes


def test_a_wrong_name_gets_the_nearest_right_one() -> None:
    with pytest.raises(AttributeError, match="did you mean 'compare'"):
        _ = concord.compair
    with pytest.raises(InvalidInput, match="did you mean 'institution'"):
        concord.run(instituton="siloed")


def test_what_is_asked_is_one_plain_object() -> None:
    one = asked("compare", ["veto=0.2", "override.uk_pools.desks=6", *SMALL], {"institutions": ["siloed", "uk_pools"]})
    assert (one.command, one.seed, one.chosen["world"]) == ("compare", 1, "stylised")
    assert one.words == ("veto=0.2", "override.uk_pools.desks=6", *SMALL, "institutions=[siloed,uk_pools]")
    assert "seed" in one and "state" not in one and not hasattr(one, "state")
    again = pickle.loads(pickle.dumps(one))
    assert again == one
    assert again.setting(["siloed", "uk_pools"]) == one.setting(["siloed", "uk_pools"])
    assert one.setting(["siloed", "uk_pools"]).overrides == {"uk_pools": {"desks": 6.0}}
    with pytest.raises(AttributeError, match="compare has no option 'state'"):
        _ = one.state


def test_a_command_is_composed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.settings import compose

    calls: list[object] = []
    once: Any = vars(compose)["compose"]

    def counted(*given: Any) -> Any:
        calls.append(given)
        return once(*given)

    monkeypatch.setattr(compose, "compose", counted)
    one = asked("compare", ["institutions=[three_ds,uk_pools]", "veto=0.2"])
    made = one.setting(one.institution_names)
    assert list(made.institutions) == ["none", "siloed", "three_ds", "uk_pools", "full_information"]
    assert len(calls) == 1


def test_a_command_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "toy.py").write_text('"""``concord toy``: what is a toy?"""\n', encoding="utf-8")
    (tmp_path / "import_.py").write_text('"""``concord import``: from where?\n\nMore."""\n', encoding="utf-8")
    monkeypatch.setattr(commands, "FOLDER", tmp_path)
    commands.questions.cache_clear()
    try:
        assert questions() == {"import": "from where?", "toy": "what is a toy?"}
        (tmp_path / "bad.py").write_text("x = 1\n", encoding="utf-8")
        commands.questions.cache_clear()
        with pytest.raises(SyntaxError, match=r"bad\.py: its first line must say what the command answers"):
            questions()
    finally:
        commands.questions.cache_clear()
