"""Which code a study depends on: every file of either list, and no comment, docstring or text in it."""

import ast
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache, partial
from operator import methodcaller
from pathlib import Path

import pytest

from experiments.runs import identity
from experiments.runs.identity import ANALYSIS, ROWS, code_digest, files_of
from experiments.settings.places import CHECKOUT

NEITHER = ("experiments/reporting", "experiments/accounts", "experiments/browser", "experiments/maintenance", "conf")
COMMANDS = sorted(path.stem for path in (CHECKOUT / "experiments" / "commands").glob("*.py") if path.stem != "__init__")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("model", "experiments", "conf"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


class Digests:
    """Digests of the copy; trees of files that did not change are not read again."""

    def __init__(self, checkout: Path, patch: pytest.MonkeyPatch) -> None:
        self._checkout = checkout
        patch.setattr(identity, "_texts_of", cache(identity._texts_of))
        meanings: dict[tuple[bytes, str], str] = {}
        meaning_of = identity._meaning_of

        def remembered(source: bytes, texts: identity.Texts) -> str:
            key = (source, repr(texts))
            return meanings.get(key) or meanings.setdefault(key, meaning_of(source, texts))

        patch.setattr(identity, "_meaning_of", remembered)
        self.before = self.now()

    def now(self) -> tuple[str, str]:
        shutil.rmtree(self._checkout / ".cache", ignore_errors=True)
        code_digest.cache_clear()
        return code_digest(ROWS, self._checkout), code_digest(ANALYSIS, self._checkout)

    def changed(self, file: Path, edit: Callable[[str], str]) -> tuple[bool, bool]:
        """Edit a file, tell whether rows and analysis are others, and put it back."""
        text = file.read_text(encoding="utf-8")
        file.write_text(edit(text), encoding="utf-8")
        try:
            rows, analysis = self.now()
        finally:
            file.write_text(text, encoding="utf-8")
        return rows != self.before[0], analysis != self.before[1]


@pytest.fixture(scope="module")
def digests(checkout: Path) -> Iterator[Digests]:
    with pytest.MonkeyPatch.context() as patch:
        yield Digests(checkout, patch)
        code_digest.cache_clear()


def with_code(text: str) -> str:
    return f"{text}\nADDED = 1\n"


def with_words(text: str) -> str:
    """Add a comment, a blank line and a docstring to every function, and change those that are there."""
    lines = []
    for line in text.splitlines():
        lines.append(line)
        if re.match(r"    \S.*[^\\]$", line) is None and re.match(r"(def|class) .*:$", line):
            lines += ['    """Said otherwise."""', "", "    # Why."]
    return "\n".join([*lines, '"""The end."""', ""])


def test_every_file_of_rows_counts_for_rows_alone(checkout: Path, digests: Digests) -> None:
    files = files_of(ROWS, checkout)
    assert len(files) > 50
    for name in files:
        assert digests.changed(checkout / name, with_code) == (True, False), name


def test_every_file_of_the_analysis_counts_for_the_analysis_alone(checkout: Path, digests: Digests) -> None:
    files = files_of(ANALYSIS, checkout)
    assert {f"experiments/commands/{command}.py" for command in COMMANDS} <= set(files)
    for name in files:
        assert digests.changed(checkout / name, with_code) == (False, True), name


def test_files_of_neither_count_for_nothing(checkout: Path, digests: Digests) -> None:
    files = [path for room in NEITHER for path in sorted((checkout / room).rglob("*.*")) if path.suffix != ".vue"]
    names = {path.suffix for path in files}
    assert {".py", ".jinja", ".yaml"} <= names and len(files) > 100
    listed = {*files_of(ROWS, checkout), *files_of(ANALYSIS, checkout)}
    assert not listed & {path.relative_to(checkout).as_posix() for path in files}
    for path in files[::20]:
        assert digests.changed(path, with_code) == (False, False), path


def test_comments_and_docstrings_count_for_nothing(checkout: Path, digests: Digests) -> None:
    for name in [*files_of(ROWS, checkout)[::6], *files_of(ANALYSIS, checkout)[::6]]:
        text = (checkout / name).read_text(encoding="utf-8")
        assert ast.parse(with_words(text)) and with_words(text) != text
        assert digests.changed(checkout / name, with_words) == (False, False), name


def test_a_new_file_counts(checkout: Path, digests: Digests) -> None:
    new = checkout / "experiments" / "runs" / "new.py"
    new.write_text("")
    try:
        rows, analysis = digests.now()
    finally:
        new.unlink()
    assert rows != digests.before[0] and analysis == digests.before[1]


WORDS = {
    "model/parameters.py": ["pull of a driver towards its structural level", "order of EM-DAT records", "1/quarter"],
    "model/outcomes.py": ["years of war, summed over states", "weighted state-years"],
    "experiments/settings/options.py": ["which of the seed's futures"],
    "experiments/commands/status.py": ["concord status code=true output=json", "A study is running, stopped"],
}
NUMBERS = {
    "model/parameters.py": ['"1/quarter", 0.02, 0.15', '"1/quarter", 0.02, 0.16'],
    "model/outcomes.py": ['Outcome("state-years", -1', 'Outcome("state-years", 1'],
    "experiments/settings/options.py": ["MOST_WORKERS = max(1024", "MOST_WORKERS = max(1025"],
}


@pytest.mark.parametrize("name", WORDS)
def test_what_only_people_read_counts_for_nothing(checkout: Path, digests: Digests, name: str) -> None:
    text = (checkout / name).read_text(encoding="utf-8")
    for words in WORDS[name]:
        assert words in text, f"choose other words of {name}"
        assert digests.changed(checkout / name, partial(re.sub, re.escape(words), "said otherwise")) == (False, False)


@pytest.mark.parametrize("name", NUMBERS)
def test_what_stands_beside_it_counts(checkout: Path, digests: Digests, name: str) -> None:
    before, after = NUMBERS[name]
    assert before in (checkout / name).read_text(encoding="utf-8"), f"choose another number of {name}"
    assert digests.changed(checkout / name, lambda text: text.replace(before, after, 1)) == (True, False)


def test_another_prior_makes_other_rows(checkout: Path, digests: Digests) -> None:
    file = checkout / "model" / "parameters.py"
    for before, after in (("prior=Normal(2.86, 0.43)", ""), ("Normal(2.86, 0.43)", "Normal(2.86, 0.44)")):
        assert before in file.read_text(encoding="utf-8"), "choose another prior"
        assert digests.changed(file, methodcaller("replace", before, after)) == (True, False)


def test_a_digest_is_remembered_as_long_as_the_sources_are_the_same(checkout: Path, digests: Digests) -> None:
    digests.now()
    [*known] = (checkout / ".cache" / "code").iterdir()
    assert sorted(path.read_text() for path in known) == sorted(digests.before)
    for path in known:
        path.write_text("cut")
    code_digest.cache_clear()
    assert (code_digest(ROWS, checkout), code_digest(ANALYSIS, checkout)) == digests.before


def git(folder: Path, *arguments: str) -> None:
    named = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    subprocess.run(["git", "-C", str(folder), *named, *arguments], check=True, capture_output=True)


def test_a_commit_is_marked_when_files_differ_but_not_for_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "CHECKOUT", tmp_path)
    assert identity.git_commit() is None
    git(tmp_path, "init")
    (tmp_path / "rule.py").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--message", "one")
    commit = identity.git_commit()
    assert commit is not None and len(commit) == 40
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "table.csv").write_text("made")
    assert identity.git_commit() == commit
    (tmp_path / "rule.py").write_text("two")
    assert identity.git_commit() == f"{commit} with changes"
