"""Where numbers come from: versions, commit and digests for a study's manifest."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

from experiments.settings.places import CHECKOUT

PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "mesa", "pandas", "pyarrow", "hydra-core")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def git_commit() -> str | None:
    """Name the checkout's commit, marked when files but results differ from it; nothing where there is none."""

    def ask(*arguments: str) -> str:
        command = ["git", "-C", str(CHECKOUT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    try:
        changed = ask("status", "--porcelain", "--", ".", ":!results")
        return ask("rev-parse", "--verify", "HEAD") + (" with changes" if changed else "")
    except (OSError, subprocess.SubprocessError):
        return None


def now() -> str:
    """Date and time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def facts(command: str, study: str, asked: Sequence[str], design: Mapping[str, Any]) -> dict[str, Any]:
    """Say in a manifest what a study is and with what it begins.

    Parameters
    ----------
    command, study : str
        Names.
    asked : sequence of str
        The command line.
    design : mapping
        What determines the numbers.

    Returns
    -------
    dict
        Plain data.
    """
    return {
        "command": command, "study": study, "asked": list(asked), "begun": now(), "design_digest": digest(design),
        "versions": versions(), "git_commit": git_commit(),
    }  # fmt: skip


def sources_digest(*modules: ModuleType) -> str:
    """Digest the sources of modules that determine numbers, beside those of the model.

    Returns
    -------
    str
        First 16 hexadecimal digits of the SHA-256 over the modules' files, in the order of their names.
    """
    found = hashlib.sha256()
    for module in sorted(modules, key=lambda module: module.__name__):
        found.update(module.__name__.encode())
        found.update(Path(str(module.__file__)).read_bytes())
    return found.hexdigest()[:16]


def tree_digest(*folders: Path) -> str:
    """Digest every Python source in some folders to 16 hexadecimal digits."""
    found = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            found.update(path.relative_to(folder.parent).as_posix().encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def digest(content: Mapping[str, Any]) -> str:
    """Digest plain data to 16 hexadecimal digits; the order of keys does not matter."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
