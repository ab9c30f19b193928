"""Whatever is wrong in a file of ``conf``, one line names the file, the line and the rule."""

import re
from pathlib import Path

import pytest

from experiments.settings import commands, compose, places
from experiments.settings.application import Guard
from experiments.settings.manual import manual

FILES = sorted(str(path.relative_to(places.CONF)) for path in places.CONF.rglob("*.yaml"))
ASKING = {
    "institution": ("run", "institution={}"),
    "world": ("run", "world={}"),
    "calibration": ("run", "calibration={}"),
    "channels": ("run", "channels={}"),
    "design": ("sweep", "design={}"),
    "hypotheses": ("compare", "hypothesis=[{}]"),
    "lens": ("run", "world=csv", "world.lenses={}"),
    "runner": ("compare", "runner={}"),
}
"""What reads a file of each folder."""
READ_BY = {
    "ingredients.yaml": "attribute",
    "objectives.yaml": "design",
    "paper.yaml": "mechanisms",
    "switched_off.yaml": "compare",
}
UNREAD = ("record/",)
"""What one reader of records alone reads, as `read_yaml` does: see test_record.py."""


def said_of(file: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said by a command that reads the file; nothing runs."""
    folder, _, name = file.rpartition("/")
    with Guard("x") as guard:
        if folder:
            command, *words = ASKING[folder]
            compose._check(compose.asked(command, [word.format(name.removesuffix(".yaml")) for word in words]))
        elif file in READ_BY:
            compose._check(compose.asked(READ_BY[file]))
        else:
            command = file.removesuffix(".yaml")
            assert command in commands.questions()
            manual(command)
            compose.asked(command)
    said = capsys.readouterr().err
    assert guard.code == 2, said
    assert said.count("\n") == 1
    return said


READ = [file for file in FILES if not file.startswith(UNREAD)]
ONE_OF_EACH = {file.rpartition("/")[0] or READ_BY.get(file, "a command's own"): file for file in READ}
"""A file of each folder and for each reader: what one reader says of one it says of all."""


@pytest.mark.parametrize("file", READ)
def test_a_file_that_is_no_yaml_names_file_line_and_rule(
    conf: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (conf / file).write_bytes(b"label Mine\n")
    assert re.search(rf"{file} line 1: must be name: value", said_of(file, capsys))


@pytest.mark.parametrize("file", ONE_OF_EACH.values())
def test_whatever_makes_a_file_no_yaml_is_named(conf: Path, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = conf / file
    text = path.read_bytes()
    path.write_bytes(text + b"\n# caf\xe9\n")
    line = text.count(b"\n") + 2
    said = said_of(file, capsys)
    assert re.search(rf"{file} line {line}: no readable YAML \(byte 0xE9 is not UTF-8; must be saved", said)
    path.write_bytes(b"label Mine\nvalues:\n  veto: 0.3\n")
    assert re.search(rf"{file} line \d: no readable YAML \(.*must be name: value", said_of(file, capsys))


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "rule"),
    [
        ("institution/uk_pools.yaml", "label: UK conflict pools", "label: 3", 10, "label must be text, not '3'"),
        ("institution/uk_pools.yaml", "values:", "vlaues:", None, "unknown key 'vlaues': did you mean 'values'"),
        ("run.yaml", "quarters: 80", "quarters: many", None, "quarters=many: must be a whole number of years"),
        ("compare.yaml", "replications:", "replicatons:", None, "unknown key 'replicatons': did you mean"),
    ],
)
def test_a_wrong_name_or_type_names_file_line_and_rule(
    conf: Path, file: str, old: str, new: str, line: int | None, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = conf / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    line = line or 1 + text[: text.index(old)].count("\n")
    assert re.search(rf"{file} line {line}: .*{re.escape(rule)}", said_of(file, capsys))


@pytest.mark.parametrize(
    ("file", "added", "said"),
    [
        ("institution/uk_pools.yaml", "label: Again\n", "'label' stands here again, must stand once"),
        ("hypotheses/joint_beats_siloed.yaml", "metric: war_years\n", "'metric' stands here again, must stand once"),
        ("compare.yaml", "seed: 2\n", "'seed' stands here again, must stand once"),
        ("world/csv.yaml", "~: 2\n", "'~' must be a name"),
        ("channels/all.yaml", "more:\n\tveto: 0\n", r"no readable YAML \(a tab; must be indented with blanks\)"),
    ],
)
def test_what_a_reader_would_pass_over_names_file_line_and_rule(
    conf: Path, file: str, added: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = conf / file
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n" + added
    path.write_text(text, encoding="utf-8")
    assert re.search(rf"{file} line {text.count(chr(10))}: {said}$", said_of(file, capsys).rstrip("\n"))


def test_a_file_builds_on_a_list_and_only_files_are_chosen(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (conf / "institution" / "mine.yaml").write_text("defaults: {siloed: x}\n", encoding="utf-8")
    assert "institution/mine: defaults must be a list of files" in said_of("institution/mine.yaml", capsys)
    (conf / "institution" / "mine.yaml").unlink()
    (conf / "institution" / "mine.yaml").mkdir()
    assert "institution=mine: must be the name of a file" in said_of("institution/mine.yaml", capsys)
