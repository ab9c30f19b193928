"""Every tutorial runs from its first cell to its last, with the small numbers that it names itself."""

import re
from pathlib import Path
from typing import Any

import pytest

from experiments.reporting.handbook import TUTORIALS, handbook
from experiments.settings import places
from tests.official_files import ACD, BORDERS, PANEL

FOLDER = Path(places.CHECKOUT) / "experiments" / "tutorials"


def shrunk(line: str) -> str:
    """Give what a line's comment names the value that it names."""
    for name, value in re.findall(r"(\w+)=(\w+)", line.partition("# small: ")[2]):
        line, count = re.subn(rf"(\b{name}\b\"?(?: ?=|:) ?)\w+", rf"\g<1>{value}", line, count=1)
        assert count == 1, line
    return line


def test_every_tutorial_is_in_the_handbook() -> None:
    assert sorted(TUTORIALS) == sorted(path.stem for path in FOLDER.glob("*.py"))
    page = handbook()
    assert all(f'id="tutorials-{words}"' in page for words in ("a-first-answer", "your-own-institution"))
    assert "# small:" not in page.partition('id="tutorials"')[2].partition('id="glossary"')[0].replace(
        "<code># small:", ""
    )


@pytest.mark.parametrize("name", TUTORIALS)
@pytest.mark.usefixtures("quick_pictures")
def test_a_tutorial_runs(name: str, conf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file, text in (("acd", ACD), ("panel", PANEL), ("borders", BORDERS)):
        (tmp_path / f"{file}.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(places, "RESULTS", tmp_path / "results")
    lines = (FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()
    cells: dict[str, Any] = {}
    exec(compile("\n".join(map(shrunk, lines)), f"{name}.py", "exec"), cells)
    assert sorted(path.name for path in (conf / "institution").glob("joint*")) == []
