"""What a shell completes, asked of a real bash; parameters found by name and by what is said of them."""

import json
import shutil
import subprocess

import pytest

from experiments.cli import main
from experiments.settings.commands import questions

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def completed(script: str, line: str) -> list[str]:
    """Ask bash what may follow."""
    told = 'COMP_LINE="$1"; COMP_POINT=${#1}; COMP_WORDBREAKS="=:"; _concord; printf "%s\\n" "${COMPREPLY[@]}"'
    asked = f"{script}\n{told}"
    found = subprocess.run(["bash", "-c", asked, "bash", line], capture_output=True, text=True, check=True)
    return found.stdout.split()


@needs_bash
def test_bash_completes_commands_options_names_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    script = printed(capsys, "completion", "bash")
    assert completed(script, "concord ") == ["help", *questions()]
    assert completed(script, "concord compa") == ["compact", "compare"]
    assert completed(script, "concord run appr") == ["approval_delay="]
    assert completed(script, "concord run world=st") == ["stylised"]
    assert completed(script, "concord run veto=0.2 engine=") == ["ensemble", "mesa"]
    assert completed(script, "concord status resu") == ["results="]
    assert completed(script, "concord run zzz") == []


def test_other_shells_get_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("zsh", "fish"):
        script = printed(capsys, "completion", shell)
        assert all(command in script for command in questions())
    assert "bashcompinit" in printed(capsys, "completion", "shell=zsh")


def test_an_unknown_shell_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bas"]) == 2
    assert "did you mean 'bash'?" in capsys.readouterr().err


def test_a_parameter_is_found_by_its_name_or_by_what_is_said_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = json.loads(printed(capsys, "parameters", "veto", "output=json"))
    assert one["name"] == "veto"
    assert main(["parameters", "vetoo"]) == 2
    assert "did you mean 'veto'?" in capsys.readouterr().err
    found = json.loads(printed(capsys, "parameters", "find=DELAY", "output=json"))
    assert {"approval_delay", "start_up_delay"} <= {each["name"] for each in found}
    assert all("delay" in f"{each['name']} {each['meaning']} {each['source']}".lower() for each in found)
    assert printed(capsys, "parameters", "find=xyzzy").strip() == "no parameter has that in its name, meaning or source"
