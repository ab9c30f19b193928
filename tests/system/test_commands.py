"""Commands as a user types them: what they print, what they write, and that they write nothing else."""

import hashlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments import run
from experiments.cli import main
from experiments.reporting.moved import moved
from experiments.settings import commands
from experiments.settings.application import Guard
from experiments.settings.commandline import parsed
from experiments.settings.commands import options, questions, takes_parameters
from experiments.settings.compose import asked
from experiments.settings.manual import manual
from experiments.settings.places import CHECKOUT, CONF
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from model.trajectory import sha256

SMALL = ("world=stylised", "world.size=6", "quarters=8")


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command in an empty folder, in this process; returns what it printed on stdout."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> str:
        assert main(list(arguments)) == 0
        return capsys.readouterr().out

    return call


def in_a_shell(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a Python module as a user does."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_overview_is_there_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, experiments.cli as cli; cli.main(['--help']);"
        "sys.exit(sum(name in sys.modules for name in ('numpy', 'numba', 'mesa', 'hydra', 'pandas', 'yaml')))"
    )
    shown = in_a_shell("-c", code, folder=tmp_path)
    assert shown.returncode == 0
    for command, question in questions().items():
        assert f"{command} " in shown.stdout
        assert question in shown.stdout


def test_one_run_loads_neither_agents_nor_tables(tmp_path: Path) -> None:
    code = (
        f"import sys, experiments.cli as cli; cli.main(['run', *{SMALL!r}]);"
        "sys.exit(sum(name in sys.modules for name in ('mesa', 'pandas', 'pyarrow', 'scipy.linalg', 'matplotlib')))"
    )
    assert in_a_shell("-c", code, folder=tmp_path).returncode == 0


def test_run_prints_one_json_object_and_nothing_else(tmp_path: Path) -> None:
    wanted = ("institution=uk_pools", "seed=7", "replication=3", *SMALL, "output=json")
    seen = {}
    for way in (("experiments.cli", "run"), ("experiments", "run")):
        shown = in_a_shell("-m", *way, *wanted, "engine=ensemble", folder=tmp_path)
        assert shown.returncode == 0, shown.stderr
        seen[way] = json.loads(shown.stdout)
        assert shown.stdout.count("\n") == 1
    told = seen["experiments", "run"]
    assert told == seen["experiments.cli", "run"]
    assert list(told) == [
        "institution",
        "world",
        "seed",
        "replication",
        "engine",
        "outcomes",
        "trajectory_sha256",
        "calibration",
        "channels",
        "actors",
    ]
    assert told["actors"]["development"] == "DFID"
    assert [told[key] for key in list(told)[:5]] == ["uk_pools", "stylised", 7, 3, "ensemble"]
    assert list(told["outcomes"]) == list(OUTCOMES)
    assert len(told["trajectory_sha256"]) == 64
    assert list(tmp_path.iterdir()) == []


def test_a_run_names_its_actors_as_the_institution_does(printed: Callable[..., str]) -> None:
    told = printed("run", "institution=three_ds", *SMALL)
    assert "DND, CIDA, Foreign Affairs Canada, Finance, Parliament, Privy Council committee" in told
    assert "MOD" not in told


def test_a_choice_can_be_named_or_numbered(printed: Callable[..., str]) -> None:
    def digest(rule: str) -> str:
        told: dict[str, Any] = json.loads(printed("run", *SMALL, f"budget_rule={rule}", "output=json"))
        return str(told["trajectory_sha256"])

    assert digest("endogenous") == digest("2")
    assert digest("neutral") == digest("0")
    assert len({digest("neutral"), digest("equal_programme"), digest("endogenous")}) == 3


def test_both_engines_print_the_same_but_for_their_name(printed: Callable[..., str]) -> None:
    ensemble, mesa = (
        json.loads(printed("run", "institution=uk_pools", *SMALL, f"engine={engine}", "output=json"))
        for engine in ("ensemble", "mesa")
    )
    assert ensemble.pop("engine") != mesa.pop("engine")
    assert ensemble == mesa


def test_a_run_says_nothing_beside_its_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for engine in ("ensemble", "mesa"):
        assert main(["run", *SMALL, f"engine={engine}"]) == 0
        assert capsys.readouterr().err == ""


def test_seed_and_replication_name_the_future(printed: Callable[..., str]) -> None:
    def digest(*overrides: str) -> str:
        told: dict[str, Any] = json.loads(printed("run", *SMALL, *overrides, "output=json"))
        return str(told["trajectory_sha256"])

    assert digest("seed=1") == digest("replication=0", "seed=1")
    assert len({digest("seed=1"), digest("seed=2"), digest("seed=1", "replication=1")}) == 3


def test_an_override_reaches_the_run_it_names(printed: Callable[..., str]) -> None:
    def digest(*overrides: str) -> str:
        told: dict[str, Any] = json.loads(printed("run", *SMALL, *overrides, "output=json"))
        return str(told["trajectory_sha256"])

    plain = digest()
    assert digest("onset_base=-5.8") != plain
    assert digest("onset_base=-5.8") == digest("override.siloed.onset_base=-5.8")
    assert digest("onset_base=-6", "override.siloed.onset_base=-5.8") == digest("onset_base=-5.8")
    assert digest(f"effect={PARAMETERS['effect'].default}") == plain


def test_a_table_of_ones_own_gives_what_the_same_table_here_gives(printed: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "states.csv").write_bytes((CONF / "world" / "africa.csv").read_bytes())
    here = json.loads(printed("run", "world=africa", "quarters=4", "output=json"))
    # Money goes by the number of states unless it is said.
    money = ("settlement=84", "reserve_cap=188", "programme_target=60")
    own = json.loads(printed("run", "world=csv", "world.path=states.csv", "quarters=4", *money, "output=json"))
    assert (here.pop("world"), own.pop("world")) == ("africa", "csv")
    assert here == own


def test_the_table_says_every_outcome_with_unit_and_meaning(printed: Callable[..., str]) -> None:
    lines = printed("run", *SMALL).splitlines()
    for name, outcome in OUTCOMES.items():
        assert [line for line in lines if line.startswith(f"{name} ") and f"{outcome.unit} " in line] != []
        assert any(line.endswith(outcome.meaning) for line in lines)


def test_the_trajectory_file_holds_every_bit(printed: Callable[..., str], tmp_path: Path) -> None:
    told = json.loads(printed("run", "institution=uk_pools", *SMALL, "output=json", "trajectory=future.parquet"))
    assert [path.name for path in tmp_path.iterdir()] == ["future.parquet"]
    table = pq.read_table(tmp_path / "future.parquet")
    assert table.column_names[0] == "quarter"
    assert table["quarter"].to_pylist() == list(range(1, 9))
    values = np.stack([column.to_numpy() for column in table.columns[1:]], axis=1)
    assert hashlib.sha256(values.astype("<f8").tobytes()).hexdigest() == told["trajectory_sha256"]
    assert "trust.S000" in table.column_names
    assert len(set(table.column_names)) == table.num_columns


def test_several_values_mean_several_runs_and_no_files(printed: Callable[..., str], tmp_path: Path) -> None:
    shown = printed("run", "seed=1,2", "-m", "institution=siloed,none", *SMALL, "output=json")
    told = [json.loads(line) for line in shown.splitlines()]
    assert [(run["seed"], run["institution"]) for run in told] == [
        (1, "siloed"),
        (1, "none"),
        (2, "siloed"),
        (2, "none"),
    ]
    assert list(tmp_path.iterdir()) == []


def test_hydra_shows_the_configuration(printed: Callable[..., str], tmp_path: Path) -> None:
    shown = printed("run", "veto=0.25", "--cfg", "job")
    assert "veto: 0.25" in shown
    assert "label: Siloed departments" in shown
    assert list(tmp_path.iterdir()) == []


def test_the_notebook_function_gives_what_the_command_prints(printed: Callable[..., str]) -> None:
    told = json.loads(printed("run", "institution=uk_pools", "seed=5", *SMALL, "output=json"))
    result = run("institution=uk_pools", *SMALL, seed=5, engine="ensemble")
    assert result.outcomes == told["outcomes"]
    assert sha256(result.trajectory) == told["trajectory_sha256"]


def test_parameters_lists_every_declaration(printed: Callable[..., str]) -> None:
    told = json.loads(printed("parameters", "output=json"))
    assert [entry["name"] for entry in told] == list(PARAMETERS)
    for entry in told:
        declared = PARAMETERS[entry["name"]]
        words, prior, moves = entry.pop("words"), entry.pop("prior"), entry.pop("moves")
        assert moves == moved().get(entry["name"])
        assert tuple(words) == declared.words
        assert prior == {"law": declared.prior.law} | vars(declared.prior)
        assert {key: getattr(declared, key) for key in entry} == entry
        assert {"default", "unit", "low", "high", "group", "meaning", "source"} < set(entry)


def test_parameters_say_what_they_move_as_far_as_the_reference_has_it(
    printed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.commands.parameters.moved", lambda: {"veto": "no: moves less than counts"})
    shown = printed("parameters", "group=priorities").splitlines()
    (veto,) = (line for line in shown if line.startswith("  veto "))
    assert shown[1].index("moves") == veto.index("no: moves less than counts")
    assert json.loads(printed("parameters", "veto", "output=json"))[0]["moves"] == "no: moves less than counts"
    monkeypatch.setattr("experiments.commands.parameters.moved", dict)
    assert "moves" not in printed("parameters", "group=priorities").splitlines()[1]


def test_parameters_of_one_group_are_readable(printed: Callable[..., str]) -> None:
    shown = printed("parameters", "group=trust")
    for declared in PARAMETERS.values():
        assert (f"  {declared.name} " in shown) == (declared.group == "trust")


def test_a_prior_is_told_by_parameters_and_help(
    printed: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = {entry["name"]: entry["prior"] for entry in json.loads(printed("parameters", "output=json"))}
    assert told["onset_deprivation"] == {"law": "normal", "mean": 2.86, "sd": 0.43, "nothing": 0.0}
    assert told["veto"] == {"law": "uniform", "nothing": 0.0}
    lines = printed("parameters").splitlines()
    assert any(
        re.search(r"^  onset_deprivation +2.86 +1 to 5 +normal\(2.86, 0.43\) .*log-hazard", line) for line in lines
    )
    assert any(re.search(r"^  veto +0.3 +0 to 1 +uniform .*share", line) for line in lines)
    assert main(["run", "--help"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"\n  onset_deprivation +2.86  1 to 5, normal\(2.86, 0.43\) +log-hazard", shown)
    assert re.search(r"\n  veto +0.3  0 to 1 +share", shown)


@pytest.mark.parametrize("command", questions())
def test_help_answers_what_can_be_set(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"concord {command}: {questions()[command]}")
    for name in options(command):
        assert f"\n  {name} " in shown
    for declared in PARAMETERS.values() if takes_parameters(command) else ():
        assert f"\n  {declared.name} " in shown
        assert declared.meaning in shown


@pytest.mark.parametrize("way", [("help", "run"), ("--help", "run"), ("-h", "run"), ("run", "--help")])
def test_help_of_a_command_is_asked_for_either_way(way: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(way) == 0
    assert capsys.readouterr().out.startswith("concord run: what happens")


@pytest.mark.parametrize("command", questions())
def test_help_fits_a_screen_before_parameters_and_notes(command: str) -> None:
    before = manual(command).partition("\n\nParameters of the model")[0].partition("\n\nNotes\n")[0]
    # Of 120 columns: what is wider is shown in several lines.
    assert sum(1 + (len(line) - 1) // 120 for line in before.splitlines()) <= 44
    assert before.index("\nExamples\n") < before.index("\nOptions [")


@pytest.mark.parametrize("command", questions())
def test_the_examples_in_help_are_right(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_states.csv").write_bytes((CONF / "world" / "africa.csv").read_bytes())
    examples = [line for line in manual(command).splitlines() if f"{line} ".startswith(f"  concord {command} ")]
    assert len(examples) == 2
    for example in examples:
        words = shlex.split(example)
        for option, _, value in (word.partition("=") for word in words):
            if option in ("acd", "panel", "borders"):
                (tmp_path / value).touch()
        one = asked(command, parsed(command, words[2:]).words)
        if takes_parameters(command):
            one.setting(one.institution_names)
        getattr(commands.module(command), "check", lambda one: None)(one)


def failing(error: BaseException) -> int:
    """Fail in a command's work; returns its exit code."""
    with Guard("parameters") as guard:
        raise error
    return guard.code


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "concord parameters: stopped\n"),
        (OSError(28, "No space left on device", "results"), 1, "concord parameters: results: No space left"),
        (PermissionError("no"), 1, "concord parameters: no\n"),
    ],
)
def test_what_is_no_bug_costs_one_line(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(error) == code
    shown = capsys.readouterr()
    assert shown.err.startswith(said)
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError, match="a bug"):
        failing(ZeroDivisionError("a bug"))


def test_garbage_is_collected_again_once_a_command_is_loaded() -> None:
    program = (
        "import gc, sys; from experiments import cli; from experiments.settings import commands; "
        "commands.conducting = lambda command: lambda asked: sys.exit(3 if gc.isenabled() else 4); "
        "sys.argv = ['concord', 'run']; sys.exit(cli.main())"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 3
