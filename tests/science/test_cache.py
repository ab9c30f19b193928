"""An edited rule never runs stale: Numba looks only at the file of a function itself, the project at all of them."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from model.rules import compiled

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from model.parameters import Trust
from model.rules.trust import next_trust
print(next_trust(0.9, 0.0, 1.0, 0.0, Trust()))
"""


def answer(folder: Path) -> float:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return float(done.stdout)


def copied(folder: Path) -> Path:
    shutil.copytree(ROOT / "model", folder / "model", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copied(tmp_path)


@pytest.fixture(scope="module")
def same_checkout(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """One for several tests, each of which leaves it compiled; and what it answers."""
    folder = copied(tmp_path_factory.mktemp("checkout"))
    return folder, answer(folder)


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


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def replaced(path: Path) -> None:
    path.write_bytes(b"\x80\x04garbage")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("ending", "harm"), [("nbi", cut), ("nbi", a_folder), ("nbc", cut), ("nbc", replaced), ("folder", None)]
)
def test_damaged_compiled_code_is_taken_away_and_said(
    same_checkout: tuple[Path, float], ending: str, harm: Callable[[Path], None]
) -> None:
    checkout, right = same_checkout
    [digest] = (checkout / ".cache" / "numba").iterdir()
    if ending == "folder":
        # A file where Numba keeps a folder: nothing can be cached before it is gone.
        for folder in list(digest.iterdir()):
            shutil.rmtree(folder)
            folder.write_text("in the way")
    else:
        for path in digest.rglob(f"*.{ending}"):
            harm(path)
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=checkout, capture_output=True, text=True, check=True)
    assert float(done.stdout) == right
    assert done.stderr.count("\n") == 1 and f"{digest}: compiled code is damaged" in done.stderr


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files, and a checkout beside it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(compiled, "_MODEL", tmp_path / "checkout" / "model")
    monkeypatch.setattr(numba.config, "CACHE_DIR", "restored afterwards")
    return folder


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_where_the_checkout_cannot_be_written_the_cache_is_the_users_own(temporary: Path) -> None:
    (temporary.parent / "checkout").mkdir()
    (temporary.parent / "checkout" / ".cache").write_text("in the way")
    used = compiled._use_cache_of("0123")
    assert used == temporary / f"concord-{os.getuid()}" / "0123" and mode(used.parent) == 0o700
    assert compiled._use_cache_of("0123") == used


@pytest.mark.parametrize("plant", ["open to all", "a link", "another's"])
def test_a_planted_folder_is_not_used(temporary: Path, monkeypatch: pytest.MonkeyPatch, plant: str) -> None:
    (temporary / "planted").mkdir(mode=0o700)
    name = temporary / f"concord-{os.getuid()}"
    if plant == "a link":
        name.symlink_to(temporary / "planted")
    else:
        name.mkdir(mode=0o700)
        name.chmod(0o777 if plant == "open to all" else 0o700)
    if plant == "another's":
        name.rename(temporary / "concord-12345")
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    before = set(temporary.iterdir())
    used = compiled._own_folder()
    assert used not in before and used.resolve() != temporary / "planted" and mode(used) == 0o700


def test_a_complete_cache_that_cannot_be_written_is_used(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = temporary.parent / "checkout" / ".cache" / "numba" / "0123"
    (shipped / "rules").mkdir(parents=True)
    (shipped / "rules" / "trust.nbi").write_bytes(b"compiled")

    def read_only(dir: Path) -> None:
        raise PermissionError(13, "Read-only file system", str(dir))

    monkeypatch.setattr(tempfile, "TemporaryFile", read_only)
    used = compiled._use_cache_of("0123")
    assert used.parent == temporary / f"concord-{os.getuid()}"
    assert (used / "rules" / "trust.nbi").read_bytes() == b"compiled"
    assert [path.name for path in used.parent.iterdir()] == ["0123"], "no leftovers"


def test_compiling_is_said_only_if_something_is_compiled(checkout: Path) -> None:
    program = """
import sys, threading
from model.parameters import Trust
from model.rules.compiled import said_if_compiled
from model.rules.trust import next_trust
with said_if_compiled(lambda: print("compiling", file=sys.stderr), 0.0):
    next_trust(0.9, 0.0, 1.0, 0.0, Trust())
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()
"""
    for expected in ("compiling\n", ""):
        done = subprocess.run([sys.executable, "-c", program], cwd=checkout, capture_output=True, text=True, check=True)
        assert done.stderr == expected


def test_what_is_compiled_already_is_loaded_without_what_compiles(same_checkout: tuple[Path, float]) -> None:
    look = "import sys; sys.exit('scipy.linalg' in sys.modules or 'numba.np.arraymath' in sys.modules)"
    subprocess.run([sys.executable, "-c", PROGRAM + look], cwd=same_checkout[0], capture_output=True, check=True)


def test_a_stage_becomes_machine_code_only_where_it_is_inlined() -> None:
    @compiled.stage
    def twice(x: float) -> float:
        return x + x

    calling: Any = numba.njit(lambda x: twice(x) + 1.0)
    assert calling(2.0) == 5.0
    inlined: Any = twice
    [alone], [used] = inlined.overloads.values(), calling.overloads.values()
    machine = used.library.codegen._engine
    assert machine.is_symbol_defined(used.fndesc.llvm_func_name)
    assert not machine.is_symbol_defined(alone.fndesc.llvm_func_name)
