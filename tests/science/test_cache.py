"""An edited rule never runs stale: Numba looks only at the file of a function itself, the project at all of them."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from model.parameters import Trust
from model.rules.trust import next_trust
print(next_trust(0.9, 0.0, 1.0, Trust()))
"""


def answer(folder: Path) -> float:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, capture_output=True, text=True, check=True)
    return float(done.stdout)


def test_an_edit_in_another_module_changes_a_cached_rule(tmp_path: Path) -> None:
    # next_trust lives in trust.py and inlines clip from elementary.py, the file that is edited.
    shutil.copytree(ROOT / "model", tmp_path / "model", ignore=shutil.ignore_patterns("__pycache__"))
    before = answer(tmp_path)
    assert answer(tmp_path) == before
    elementary = tmp_path / "model" / "rules" / "elementary.py"
    text = elementary.read_text(encoding="utf-8")
    edited = text.replace("return 1.0 if low > 1.0 else low", "return 0.5 if low > 0.5 else low")
    assert edited != text
    elementary.write_text(edited, encoding="utf-8")
    assert answer(tmp_path) == 0.5 != before
