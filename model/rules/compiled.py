"""How rules are compiled, so that both engines compute the same bits on every machine.

Strict floating point: no ``fastmath`` (it reorders sums), no SVML (it changes the last bit), NumPy's division
(``x / 0`` is infinite and is found by the finiteness check, instead of an exception inside a loop).

Numba's disk cache looks only at the file of the function itself, so an edited rule would leave a stale engine
behind. The cache directory is therefore keyed by a digest of every source file in ``model/``.
"""

import contextlib
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import entrypoints, event
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.runtime.nrt import rtsys

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


def _use_cache_of(digest: str) -> Path:
    """Point Numba's cache at a directory of this digest and drop the oldest others."""
    shipped = _MODEL.parent / ".cache" / "numba" / digest
    try:
        shipped.mkdir(parents=True, exist_ok=True)
        shipped.touch()
        tempfile.TemporaryFile(dir=shipped).close()
        here = shipped
    except OSError:
        here = _own_folder() / digest
        # Numba uses no cache that it cannot write.
        if not here.exists():
            _copy(shipped, here)
        here.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        by_age = sorted(here.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in by_age[_KEPT_DIGESTS:]:
            shutil.rmtree(old, ignore_errors=True)
    numba.config.CACHE_DIR = str(here)  # type: ignore[attr-defined]
    return here


def _copy(cache: Path, to: Path) -> None:
    """Copy compiled code as far as it can be read, but not its permissions; others see all of it or none."""
    aside = Path(tempfile.mkdtemp(dir=to.parent))
    with contextlib.suppress(OSError):
        for path in cache.rglob("*.nb?"):
            place = aside / path.relative_to(cache)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        aside.rename(to)
    shutil.rmtree(aside, ignore_errors=True)


def _own_folder() -> Path:
    """Find a folder for temporary files that nobody else can write: what lies in a cache is executed."""
    folder = Path(tempfile.gettempdir()) / f"concord-{os.getuid()}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return folder
    return Path(tempfile.mkdtemp(prefix="concord-"))


numba.config.DISABLE_INTEL_SVML = True  # type: ignore[attr-defined]
# What other packages add to Numba is not wanted here, and looking for it takes longer than a run.
entrypoints._already_initialized = True
_CACHE = _use_cache_of(source_digest())

_compile: Callable[..., Any] = numba.njit
_STRICT: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": False, "no_cfunc_wrapper": True}


class _Mended:
    """A function's compiled code on disk; if that is damaged, all of it is taken away and compiled again."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Load compiled code; None where there is none, or none that can be read.

        Numba would first import all that it can compile, and SciPy with it. What is compiled already needs none of
        that but the counting of references: a third of the time of ``concord run``.
        """
        try:
            rtsys.initialize(context)
            return self._cache._load_overload(signature, context)
        except MemoryError:
            raise
        except Exception as error:
            _take_away(type(error).__name__)
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep compiled code; without room for it, it is compiled again the next time."""
        with contextlib.suppress(OSError):
            self._cache.save_overload(signature, compiled)


def _take_away(why: str) -> None:
    """Remove compiled code that cannot be used, and say so."""
    shutil.rmtree(_CACHE, ignore_errors=True)
    sys.stderr.write(f"{_CACHE}: compiled code is damaged ({why}); compiling again\n")


def _cached(function: Function, **options: bool) -> Function:
    """Compile a function that is kept on disk, and survives whatever happens there."""
    found = _kept(function, options)
    if found is None:
        _take_away("its folder cannot be written")
        found = _kept(function, options)
    return cast("Function", found or _compile(**_STRICT, **options)(function))


def _kept(function: Function, options: dict[str, bool]) -> Any:
    """Compile a function that is kept in the cache; None if Numba would keep it elsewhere, where edits go unseen."""
    try:
        found = _compile(**_STRICT, cache=True, **options)(function)
    except RuntimeError:
        return None
    if not Path(found._cache.cache_path).is_relative_to(_CACHE):
        return None
    found._cache = _Mended(found._cache)
    return found


# Options are given in so many words: a function takes over those it has not from whatever compiles it first.
_BORROWS: dict[str, bool] = {"_nrt": False}
"""Arrays are the caller's, and references to them are not counted, which took a seventh of a run.

Such a function must make no array, and call nothing that returns one. Numba refuses the first, and a test finds the
second: nobody would free it.
"""
_HAS_MEMORY: dict[str, bool] = {"_nrt": True}


def rule(function: Function) -> Function:
    """Compile a scalar rule: small, pure, inlined wherever it is called so that loops over states use SIMD."""
    return _cached(function, forceinline=True, **_BORROWS)


def direct(rule: Function) -> Function:
    """Call a rule from Python without asking at every call what its arguments are, which of parameters takes 2 µs.

    A rule has one signature, which its first call tells.
    """
    way_in: Callable[..., Any] | None = None

    def called(*arguments: Any) -> Any:
        nonlocal way_in
        if way_in is not None:
            return way_in(*arguments)
        found, known = rule(*arguments), cast("Any", rule)
        way_in = known.overloads[tuple(known.typeof_pyval(each) for each in arguments)].entry_point
        return found

    return cast("Function", called)


def kernel(function: Function) -> Function:
    """Compile a rule that works on whole arrays (a loop over states, a choice among programmes) and makes none."""
    return _cached(function, forceinline=False, **_BORROWS)


def kernel_with_memory(function: Function) -> Function:
    """Compile a `kernel` that makes arrays."""
    return _cached(function, forceinline=False, **_HAS_MEMORY)


class _Inlined(JITCodeLibrary):
    """Code that is nothing by itself: it is optimized and made the machine's where it has been inlined, not before.

    A quarter of all compiling went into code that nobody runs, at each stage with all the stages that it calls.
    """

    def _optimize_final_module(self) -> None:
        """Leave that to whoever inlines it."""

    def _finalize_final_module(self) -> None:
        """Be ready to be inlined: no machine code."""
        self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]
        self._finalized = True

    def get_pointer_to_function(self, _: str) -> int:
        """Say that there is nothing to call."""
        self._ensure_finalized()  # type: ignore[no-untyped-call]
        return 0

    @property
    def codegen(self) -> "_Inlined":
        """Whom Numba tells the environment of machine code: there is none."""
        return self

    def set_env(self, *_: object) -> None:
        """Pass over what is for machine code."""


class _Inlining(Compiler):
    """Numba's compiler up to what is ready to be inlined."""

    def define_pipelines(self) -> Any:
        """Go the usual way, with another place for what comes out."""
        self.state.library = _Inlined(self.state.targetctx.codegen(), self.state.func_id.func_qualname)  # type: ignore[no-untyped-call]
        return super().define_pipelines()  # type: ignore[no-untyped-call]


_STAGE: dict[str, Any] = {**_STRICT, "no_cpython_wrapper": True, "forceinline": True, "pipeline_class": _Inlining}


def stage(function: Function) -> Function:
    """Compile a part of the ensemble that only compiled code calls, and that makes no array.

    It has no way in from Python: for functions that take the whole state, building that way in takes most of the
    compilation. It is inlined where it is called: handing over the state would take as long as some stages' work.
    """
    return cast("Function", _compile(**_STAGE, **_BORROWS)(function))


def stage_with_memory(function: Function) -> Function:
    """Compile a `stage` that makes arrays, or calls what returns one."""
    return cast("Function", _compile(**_STAGE, **_HAS_MEMORY)(function))


class _Watched(event.Listener):
    """Waits for something to be compiled, and says so unless it is quick."""

    def __init__(self, say: Callable[[], None], seconds: float) -> None:
        self._timer = threading.Timer(seconds, say)
        self._timer.daemon = True
        self._waits = True

    def on_start(self, event: event.Event) -> None:
        """Begin to wait with what is compiled first."""
        if self._waits:
            self._waits = False
            self._timer.start()

    def on_end(self, event: event.Event) -> None:
        """Others may follow."""

    def end(self) -> None:
        """Say nothing any more."""
        self._timer.cancel()


@contextlib.contextmanager
def said_if_compiled(say: Callable[[], None], seconds: float = 1.5) -> Iterator[None]:
    """Say that compiled code is being made, if it is and takes long; loading what lies on disk is not said.

    Parameters
    ----------
    say : callable
        Says it, on another thread.
    seconds : float
        How long compiling may take without a word.
    """
    watched = _Watched(say, seconds)
    try:
        with event.install_listener("numba:compile", watched):
            yield
    finally:
        watched.end()
