"""A manifest says which commit made it, and whether files differed from it."""

import subprocess
from pathlib import Path

import pytest

from experiments.runs import provenance


def git(folder: Path, *arguments: str) -> None:
    named = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", "-C", str(folder), *named, *arguments], check=True, capture_output=True)


def test_a_commit_is_marked_when_files_differ_but_not_for_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "CHECKOUT", tmp_path)
    assert provenance.git_commit() is None
    git(tmp_path, "init")
    (tmp_path / "rule.py").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--message", "one")
    commit = provenance.git_commit()
    assert commit is not None and len(commit) == 40
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "table.csv").write_text("made")
    assert provenance.git_commit() == commit
    (tmp_path / "rule.py").write_text("two")
    assert provenance.git_commit() == f"{commit} with changes"


def test_facts_keep_the_command_line() -> None:
    found = provenance.facts("compare", "x", ["seed=3"], {"seed": 3})
    assert (found["command"], found["study"], found["asked"]) == ("compare", "x", ["seed=3"])
    assert found["design_digest"] != provenance.facts("compare", "x", ["seed=3"], {"seed": 4})["design_digest"]
