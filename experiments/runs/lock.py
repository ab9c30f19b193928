"""A study's lock: one process works on it at a time, in the place where it found it."""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from model.errors import InvalidInput

LOCK = ".lock"
_TRIES, _PAUSE = 5, 0.1


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[Callable[[], None]]:
    """Take a study's lock, which the system takes from a dead process.

    Yields
    ------
    callable
        Raises FileNotFoundError once the folder is no longer where it was: nothing is to be written there.

    Raises
    ------
    InvalidInput
        When another process has it.
    """
    with (folder / LOCK).open("a") as file:
        if not _taken(file):
            raise InvalidInput(
                f"study '{folder.name}' ({folder}) is in use by another process; wait, or choose another study="
            )

        def check_place() -> None:
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), (folder / LOCK).stat()):
                    return
            said = "was moved or removed while the study ran; what was stored before is where it went"
            raise FileNotFoundError(errno.ENOENT, said, str(folder))

        yield check_place


def _taken(file: IO[str]) -> bool:
    """Take a lock; several tries, since `is_locked` holds it for an instant."""
    for _ in range(_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_PAUSE)
    return False


def is_locked(folder: Path) -> bool:
    """Tell whether a process works on a study right now."""
    path = folder / LOCK
    try:
        # A pipe of that name would be waited on for ever.
        if path.is_file():
            with path.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return isinstance(error, BlockingIOError)
    return False
