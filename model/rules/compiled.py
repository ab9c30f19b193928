"""How rules are compiled, so that both engines compute the same bits on every machine.

Strict floating point: no ``fastmath`` (it reorders sums), no SVML (it changes the last bit), NumPy's division
(``x / 0`` is infinite and is found by the finiteness check, instead of an exception inside a loop).

Numba's disk cache looks only at the file of the function itself, so an edited rule would leave a stale engine
behind. The cache directory is therefore keyed by a digest of every source file in ``model/``.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_MODEL = Path(__file__).resolve().parents[1]
_KEPT_DIGESTS = 4


def source_digest() -> str:
    """Digest the sources of the model: two equal digests mean the same behaviour.

    Returns
    -------
    str
        First 16 hexadecimal digits of the SHA-256 over every ``model/**/*.py``, names included.
    """
    digest = hashlib.sha256()
    for path in sorted(_MODEL.rglob("*.py")):
        digest.update(path.relative_to(_MODEL).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _use_cache_of(digest: str) -> None:
    """Point Numba's cache at a directory of this digest and drop the oldest others."""
    root = _MODEL.parent / ".cache" / "numba"
    try:
        (root / digest).mkdir(parents=True, exist_ok=True)
        (root / digest).touch()
    except OSError:
        root = Path(tempfile.gettempdir()) / "concord-numba"
        (root / digest).mkdir(parents=True, exist_ok=True)
    by_age = sorted(root.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in by_age[_KEPT_DIGESTS:]:
        shutil.rmtree(old, ignore_errors=True)
    numba.config.CACHE_DIR = str(root / digest)  # type: ignore[attr-defined]


numba.config.DISABLE_INTEL_SVML = True  # type: ignore[attr-defined]
_use_cache_of(source_digest())

_compile: Callable[..., Any] = numba.njit
_STRICT: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": False, "no_cfunc_wrapper": True}


def rule(function: Function) -> Function:
    """Compile a scalar rule: small, pure, inlined wherever it is called so that loops over states use SIMD."""
    return cast("Function", _compile(**_STRICT, cache=True, forceinline=True)(function))


def kernel(function: Function) -> Function:
    """Compile a rule that works on whole arrays (a loop over states, a choice among programmes)."""
    # Inlining is ruled out in so many words: a function takes over the option of whatever compiles it first.
    return cast("Function", _compile(**_STRICT, cache=True, forceinline=False)(function))


def stage(function: Function) -> Function:
    """Compile a part of the ensemble that only compiled code calls.

    It has no way in from Python: for functions that take the whole state, building that way in takes most of the
    compilation. It is inlined where it is called: handing over the state would take as long as some stages' work.
    """
    return cast("Function", _compile(**_STRICT, no_cpython_wrapper=True, forceinline=True)(function))
