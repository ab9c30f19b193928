"""A study's lock: one process works on it at a time, in the place where it found it."""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from model.errors import InvalidInput

LOCK = ".lock"
_TRIES, _PAUSE = 5, 0.1


class Lock:
    """A lock that this process holds, which the system takes from a dead one."""

    def __init__(self, folder: Path, file: IO[str]) -> None:
        self._folder, self._file = folder, file

    def check_place(self) -> None:
        """Refuse to write where the study no longer is.

        Raises
        ------
        FileNotFoundError
            When the folder was moved or removed since the lock was taken.
        """
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(self._file.fileno()), (self._folder / LOCK).stat()):
                return
        said = "was moved or removed while the study ran; what was stored before is where it went"
        raise FileNotFoundError(errno.ENOENT, said, str(self._folder))


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[Lock]:
    """Take a study's lock.

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
        yield Lock(folder, file)


def _taken(file: IO[str]) -> bool:
    """Take a lock; several tries, since `is_locked` holds it for an instant."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


def is_locked(folder: Path) -> bool:
    """Tell whether a process works on a study right now."""
    try:
        with (folder / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
