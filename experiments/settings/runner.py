"""Which runner a command's chunks of runs go to, as the user chose it: checked, and free of anything heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.settings.nodes import checked_keys
from experiments.settings.places import path_of
from model.errors import InvalidInput

THREADS, PROCESSES, DASK = "threads", "processes", "dask"
CERTIFICATES = ("tls_ca", "tls_cert", "tls_key")
_PLAIN, _ENCRYPTED = "tcp://", "tls://"


@dataclass(frozen=True)
class Runner:
    """Where chunks are done; it changes no number.

    Attributes
    ----------
    kind : str
        `THREADS` of this process, `PROCESSES` of this machine, or `DASK`.
    workers : int, optional
        Threads, or processes of a cluster on this machine; every core unless told.
    scheduler : str, optional
        Address of a cluster that exists already; without one, Dask starts a cluster on this machine.
    certificates : mapping of str to Path
        By `CERTIFICATES`, for a scheduler at ``tls://``; else empty.
    """

    kind: str = THREADS
    workers: int | None = None
    scheduler: str | None = None
    certificates: Mapping[str, Path] = field(default_factory=dict)


def runner_from(kind: str, content: Any, workers: int | None) -> Runner:
    """Read which runner is asked for.

    Parameters
    ----------
    kind : str
        Name of a file of ``conf/runner``.
    content : mapping
        What the file holds, with what was typed.
    workers : int or None
        The option of that name.

    Returns
    -------
    Runner

    Raises
    ------
    InvalidInput
        For an unknown part, an address that is none, a certificate that is missing or not asked for, in one line.
    """
    if kind != DASK and isinstance(content, dict):
        for name, value in content.items():
            raise InvalidInput(f"runner.{name!s}={value}: must be left out unless runner={DASK}")
    given = checked_keys(f"runner '{kind}'", content, ("scheduler", *CERTIFICATES))
    scheduler = given.get("scheduler")
    certificates = {name: given[name] for name in CERTIFICATES if given.get(name) is not None}
    if scheduler is not None:
        _check_address(scheduler)
        if workers is not None:
            raise InvalidInput(f"workers={workers}: must be null with runner.scheduler, which has its own workers")
    _check_together(scheduler, certificates)
    return Runner(kind, workers, scheduler, {name: _file(name, path) for name, path in certificates.items()})


def _check_address(scheduler: Any) -> None:
    """Refuse what is no address of a scheduler."""
    host, _, port = str(scheduler).removeprefix(_PLAIN).removeprefix(_ENCRYPTED).rpartition(":")
    if not str(scheduler).startswith((_PLAIN, _ENCRYPTED)) or not host or not port.isdecimal():
        raise InvalidInput(f"runner.scheduler={scheduler}: must be tcp://host:port or tls://host:port, or null")


def _check_together(scheduler: str | None, certificates: Mapping[str, Any]) -> None:
    """Refuse certificates without encryption, and encryption without certificates."""
    if scheduler is not None and scheduler.startswith(_ENCRYPTED):
        for name in CERTIFICATES:
            if name not in certificates:
                raise InvalidInput(f"runner.{name}=null: must be a PEM file for runner.scheduler={scheduler}")
        return
    for name, path in certificates.items():
        raise InvalidInput(f"runner.{name}={path}: must be null unless runner.scheduler={_ENCRYPTED}host:port")


def _file(name: str, path: Any) -> Path:
    """Find a certificate's file."""
    found = path_of(str(path))
    if not found.is_file():
        raise InvalidInput(f"runner.{name}={path}: must be a PEM file; there is none")
    return found
