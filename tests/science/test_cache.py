"""An edited rule never runs stale: Numba looks only at the file of a function itself, the project at all of them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from model.parameters import Trust
from model.rules.trust import next_trust
print(next_trust(0.9, 0.0, 1.0, 0.0, Trust()))
"""


def answer(folder: Path) -> float:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "model", tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")


def lower_the_clip(checkout: Path) -> None:
    """Edit a rule: next_trust lives in trust.py and inlines clip from elementary.py."""
    clip = checkout / "model" / "rules" / "elementary.py"
    edit(clip, "return 1.0 if low > 1.0 else low", "return 0.5 if low > 0.5 else low")


def compiled_code(checkout: Path) -> dict[Path, int]:
    """Files of compiled code, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in (checkout / ".cache").rglob("*.nb?")}


def test_an_edit_in_another_module_changes_a_cached_rule(checkout: Path) -> None:
    before, compiled = answer(checkout), compiled_code(checkout)
    assert any("next_trust" in path.name for path in compiled)
    assert answer(checkout) == before
    assert compiled_code(checkout) == compiled  # nothing was compiled again
    lower_the_clip(checkout)
    assert answer(checkout) == 0.5 != before


def test_a_cache_that_did_not_look_at_all_sources_would_be_stale(checkout: Path) -> None:
    # The trap is real: with one digest for all sources, the edited rule is not run.
    digest = checkout / "model" / "rules" / "compiled.py"
    edit(digest, "    return digest.hexdigest()[:16]", '    return "always the same"')
    before = answer(checkout)
    lower_the_clip(checkout)
    assert answer(checkout) == before
