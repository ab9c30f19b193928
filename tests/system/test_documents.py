"""Every code block of README and handbook: commands are composed and checked, Python runs with small values."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
import yaml

from experiments.settings import commands, compose, places
from experiments.settings.commandline import parsed
from experiments.settings.places import CHECKOUT
from tests.official_files import ACD, BORDERS, PANEL

HANDBOOK = CHECKOUT / "experiments" / "reporting" / "handbook"
DOCUMENTS = (CHECKOUT / "README.md", *sorted(HANDBOOK.glob("*.md")))
BLOCK = re.compile(r"(?:<!-- small: (?P<small>.*?) -->\n)?```(?P<kind>\w*)\n(?P<code>.*?)```", re.DOTALL)
BLOCKS = [found.groupdict() for path in DOCUMENTS for found in BLOCK.finditer(path.read_text(encoding="utf-8"))]
SHELL = [
    line.partition(" #")[0].strip()
    for block in BLOCKS
    if block["kind"] == ""
    for line in block["code"].replace("\\\n", " ").splitlines()
]
INLINE = [
    line for path in DOCUMENTS for line in re.findall(r"`(concord [a-z]+ [^`<]+)`", path.read_text(encoding="utf-8"))
]
LINES = sorted(
    {line for line in (*SHELL, *INLINE) if re.match(r"concord [a-z]+( |$)", line) and "concord help" not in line}
)
OTHERWISE = (
    r"make [\w./]+|uv run .*|docker .*|\.venv/bin/dask .*|(model|conf|experiments|results|tests)/  .*|reporting/ .*"
)
"""What else may stand in a block: named by a test below, or the list of folders."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that a user is said to have."""
    for file, text in (("acd", ACD), ("panel", PANEL), ("borders", BORDERS), ("points", "effect,veto\n0.01,0.2\n")):
        (tmp_path / f"{file}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "africa_2009.csv").write_text((places.CONF / "world" / "africa.csv").read_text("utf-8"), "utf-8")
    for file in ("ca.pem", "my.pem", "my_key.pem"):
        (tmp_path / file).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(places, "RESULTS", tmp_path / "results")
    return tmp_path


@pytest.mark.parametrize("line", LINES)
def test_a_command_is_composed(line: str, here: Path, conf: Path) -> None:
    # What an earlier line of the same block makes, and files that an earlier block shows.
    for block in BLOCKS:
        if block["kind"] == "yaml":
            name, _, content = block["code"].partition("\n")
            (conf.parent / name.removeprefix("# ")).write_text(content, encoding="utf-8")
    (conf / "calibration" / "mine.yaml").write_text((conf / "calibration" / "none.yaml").read_text())
    _, command, *words = shlex.split(line, comments=True)
    words = [word.replace("to=conf/calibration/mine.yaml", "to=mine.yaml") for word in words]
    words = ["to=world.csv" if word == "to=africa_2009.csv" else word for word in words]
    if "origins=[1994,1999,2004]" in words:  # the files here end in 1995
        words = [
            {"origins=[1994,1999,2004]": "origins=[1992,1993]", "years=5": "years=2"}.get(each, each) for each in words
        ]
    given = parsed(command, words)
    if given.multirun:
        compose.check_several(command, given.words)
    else:
        compose._check(compose.asked(command, given.words))


@pytest.mark.parametrize("block", [block for block in BLOCKS if block["kind"] == "python"])
@pytest.mark.usefixtures("here", "quick_pictures")
def test_python_runs(block: dict[str, Any]) -> None:
    code, small = block["code"], block["small"]
    if small:
        first = small.split(", ")[0]
        assert first in code
        code = code.replace(first, small, 1)
    exec(compile(code, "block", "exec"), {})


def test_every_line_of_a_block_is_tested() -> None:
    assert [line for line in SHELL if line not in LINES and not re.fullmatch(OTHERWISE, line)] == []
    made = {
        line for path in DOCUMENTS for line in re.findall(r"\bmake ([a-z./]+)[` ]", path.read_text(encoding="utf-8"))
    }
    targets = re.findall(r"^([a-z]+|\$\(VENV\)/\.installed):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    assert {"compare", "view", "test"} <= made & {*targets}
    assert {line.removeprefix("make ") for line in SHELL if line.startswith("make ")} <= {*targets}


@pytest.mark.parametrize("line", [line for line in SHELL if "/dask " in line])
def test_what_is_started_by_hand_takes_these_flags(line: str) -> None:
    _, part, *words = shlex.split(line)
    known = resolve_name(f"distributed.cli.dask_{part}:main").params
    assert {word for word in words if word.startswith("--")} <= {
        flag for each in known for flag in each.opts + each.secondary_opts
    }


def test_no_document_names_a_file_or_a_command_that_is_not_there() -> None:
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https://)([^)#]+)", text):
            assert (path.parent / target).exists(), (path.name, target)
        assert set(re.findall(r"`concord (\w+)`", text)) <= {*commands.questions(), "help"}


def test_the_citation_is_one() -> None:
    cited = yaml.safe_load((CHECKOUT / "CITATION.cff").read_text(encoding="utf-8"))
    preferred = cited["preferred-citation"]
    assert preferred["type"] == "software" and preferred["version"] == cited["version"] and preferred["authors"]


def test_installing_elsewhere_names_what_is_here() -> None:
    handbook = (HANDBOOK / "commands.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^uv run .*$", handbook, re.MULTILINE)
    options, _, asked = line.partition(" concord ")
    assert (CHECKOUT / options.split("--with-requirements ")[1].split()[0]).is_file()
    compose._check(compose.asked(asked))
    steps = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
    (run,) = re.findall(r"^RUN python (\S+)", steps, re.MULTILINE)
    assert (CHECKOUT / run).is_file()
    # Installed, and used, by somebody without rights.
    assert steps.index("USER 1000") < steps.index(run)


def test_a_linter_has_nothing_to_say_of_the_container(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /concord && sudo make\n", encoding="utf-8")
    linter = Path(sys.executable).with_name("hadolint")
    said = [
        subprocess.run([linter, "--no-color", file], check=False, capture_output=True, text=True).stdout
        for file in (CHECKOUT / "Dockerfile", tmp_path / "Dockerfile")
    ]
    assert said[0] == "" and "Always tag the version of an image" in said[1]
