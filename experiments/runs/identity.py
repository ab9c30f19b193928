"""What a study is made of: two digests of code by whole packages, and facts about versions for its manifest.

*Rows* depend on the packages of `ROWS` and on what is asked (a study's design). What is made *of* rows depends on the
packages of `ANALYSIS`. Digests are of syntax trees: comments, docstrings and whatever is declared to be `Prose` count
for nothing.
"""

import ast
import contextlib
import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from experiments.settings.places import CHECKOUT
from model.ensemble import NO_TRACE, simulate
from model.institution import Institution
from model.parameters import build_parameters
from model.randomness import draw_chance
from model.world import stylised

ROWS = ("model", "experiments/settings", "experiments/runs")
ANALYSIS = ("experiments/statistics", "experiments/studies", "experiments/records", "experiments/commands")

PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "mesa", "pandas", "pyarrow", "hydra-core", "statsmodels")

_PROSE = ("Prose", "tuple[Prose, ...]")
"""Types of what only people read; see `model.specification`."""

Texts = dict[str, dict[str, int]]
"""By class, the names and places of the fields that only people read."""


def files_of(packages: tuple[str, ...], root: Path = CHECKOUT) -> list[str]:
    """List the Python files of packages, as paths in a checkout, in alphabetical order."""
    return sorted(path.relative_to(root).as_posix() for package in packages for path in (root / package).rglob("*.py"))


@cache
def code_digest(packages: tuple[str, ...], root: Path = CHECKOUT) -> str:
    """Digest the code of packages to 16 hexadecimal digits, as this process found it at first.

    Parameters
    ----------
    packages : tuple of str
        `ROWS` or `ANALYSIS`.
    root : Path
        The checkout; this one unless told.
    """
    sources = {name: (root / name).read_bytes() for name in files_of((*ROWS, *ANALYSIS), root)}
    # Reading trees takes a second: done once for every state of the sources, by this very file.
    known = root / ".cache" / "code" / _raw({**sources, " ".join(packages): Path(__file__).read_bytes()})
    with contextlib.suppress(OSError, ValueError):
        if re.fullmatch("[0-9a-f]{16}", said := known.read_text(encoding="ascii")):
            return said
    texts = {name: fields for source in sources.values() for name, fields in _texts_of(source).items()}
    found = _raw({name: _meaning_of(sources[name], texts).encode() for name in files_of(packages, root)})
    with contextlib.suppress(OSError):
        known.parent.mkdir(parents=True, exist_ok=True)
        known.write_text(found, encoding="ascii")
    return found


@cache
def raw_digest() -> str:
    """Digest every Python source of the project byte by byte, for workers that must have the same."""
    return _raw({name: (CHECKOUT / name).read_bytes() for name in files_of(("model", "experiments"))})


def _raw(sources: Mapping[str, bytes]) -> str:
    return digest_of(b"".join(name.encode() + source for name, source in sources.items()))


def _texts_of(source: bytes) -> Texts:
    """Find fields that a source declares as `Prose`: by class, their names and places among its fields."""
    found: Texts = {}
    if f": {_PROSE[0]}".encode() in source:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef):
                declared = [each for each in node.body if isinstance(each, ast.AnnAssign)]
                fields = [each for each in declared if not ast.unparse(each.annotation).startswith("ClassVar")]
                found[node.name] = {ast.unparse(each.target): at for at, each in enumerate(fields) if _is_text(each)}
    return {name: fields for name, fields in found.items() if fields}


def _is_text(node: ast.AnnAssign) -> bool:
    """Tell whether a name is declared as text."""
    return ast.unparse(node.annotation) in _PROSE


def _says_nothing(node: Any) -> bool:
    """Tell whether a statement is a string that stands alone, or declares a text."""
    if isinstance(node, ast.AnnAssign):
        return _is_text(node) and node.value is not None
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _meaning_of(source: bytes, texts: Texts) -> str:
    """Write what a source means."""
    return _meaning(ast.parse(source), texts)


def _meaning(node: Any, texts: Texts) -> str:
    """Write a syntax tree, without places, texts and what is absent, so that every Python writes it alike."""
    if isinstance(node, list):
        return f"[{','.join(_meaning(each, texts) for each in node if not _says_nothing(each))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: getattr(node, name, None) for name in node._fields if name not in ("kind", "type_comment")}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in texts:
        prose = texts[node.func.id]
        fields["args"] = [None if at in prose.values() else each for at, each in enumerate(node.args)]
        fields["keywords"] = [each for each in node.keywords if each.arg not in prose]
    present = ((name, value) for name, value in fields.items() if value is not None and value != [])
    return f"{type(node).__name__}({','.join(f'{name}={_meaning(value, texts)}' for name, value in present)})"


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers depend on."""
    return {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}


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


def digest_of(content: bytes) -> str:
    """Digest bytes to 16 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()[:16]


def digest(content: Any) -> str:
    """Digest plain data to 16 hexadecimal digits; the order of keys does not matter."""
    return digest_of(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


@cache
def numerics_fingerprint() -> str:
    """Digest a small run: machines with the same fingerprint compute the same numbers.

    Returns
    -------
    str
        First 16 hexadecimal digits of the SHA-256 of the run's outcomes.
    """
    world = stylised(6)
    institution = Institution()
    chance = draw_chance(0, 0, world.size, 8)
    outcomes = simulate(build_parameters(), institution.layout(world), world.terrain(), chance, NO_TRACE)
    return digest_of((outcomes + 0.0).astype("<f8").tobytes())
