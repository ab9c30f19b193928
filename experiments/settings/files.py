"""The one reader of YAML: whatever stands in a file, it costs a bounded time and, if wrong, one line."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from experiments.settings import places
from experiments.settings.nodes import checked_keys
from model.errors import InvalidInput

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST = 4_000_000
"""Bytes; the draws of a calibration take some 20,000."""
_DEEPEST = 50
_MOST = 100_000
"""Values, those that an alias repeats counted as often as they are repeated."""


def read_yaml(path: Path, where: str) -> Any:
    """Read a file of plain data.

    Parameters
    ----------
    path : Path
        In UTF-8.
    where : str
        What it is, for messages.

    Returns
    -------
    object
        Mappings, lists, texts, numbers; None for an empty file.

    Raises
    ------
    InvalidInput
        When it cannot be read, is no YAML of plain data, is too large or nests too deep, or refers to itself.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise InvalidInput(f"{where}: no readable YAML (must be at most {_LARGEST:,} bytes)")
        text = content.decode("utf-8-sig")
        _check_size(text, where)
        return yaml.load(text, Loader=_LOADER)
    except OSError as error:
        raise InvalidInput(f"{where}: {path}: {(error.strerror or 'cannot be read').lower()}") from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        # An impossible date, for one, is a ValueError of the reader's.
        raise InvalidInput(f"{where}: no readable YAML ({' '.join(str(error).split())})") from None


def _check_size(text: str, where: str) -> None:
    """Refuse what would nest, repeat or go round without end, before anything is built of it."""
    open_nodes: list[tuple[str | None, int]] = []
    sizes: dict[str, int] = {}
    count = 0
    for event in yaml.parse(text, Loader=_LOADER):
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.CollectionEndEvent):
            name, before = open_nodes.pop()
            sizes |= {} if name is None else {name: count - before}
        elif isinstance(event, yaml.AliasEvent):
            if anchor in (name for name, _ in open_nodes):
                raise InvalidInput(f"{where}: no readable YAML (*{anchor} refers to itself)")
            count += sizes.get(anchor, 1) if anchor is not None else 1
        elif isinstance(event, yaml.NodeEvent):
            count += 1
            if isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append((anchor, count))
        if len(open_nodes) > _DEEPEST:
            raise InvalidInput(f"{where}: no readable YAML (nests deeper than {_DEEPEST} levels)")
        if count > _MOST:
            raise InvalidInput(f"{where}: no readable YAML (holds more than {_MOST:,} values)")


def check_conf(group: str, name: str, seen: frozenset[str] = frozenset()) -> None:
    """Read a file of ``conf``, and those it builds on, before Hydra does, which knows no bounds.

    Parameters
    ----------
    group, name : str
        The file's folder and its name without ending.

    Raises
    ------
    InvalidInput
        As `read_yaml`, or when a file builds on itself.
    """
    if f"{group}/{name}" in seen:
        raise InvalidInput(f"configuration: {group}/{name} builds on itself")
    path = places.CONF / group / f"{name}.yaml"
    content = read_yaml(path, f"configuration: {group}/{name}") if path.is_file() else None
    below = content.get("defaults") if isinstance(content, dict) else None
    for entry in below if isinstance(below, list) else ():
        if isinstance(entry, str) and entry != "_self_":
            check_conf(group, entry, seen | {f"{group}/{name}"})


def defaults(command: str, known: Iterable[str]) -> dict[str, Any]:
    """Read a command's defaults: of an option that chooses a file, the file's name.

    Parameters
    ----------
    command : str
        ``conf/<command>.yaml`` is read.
    known : iterable of str
        Names that can be set.

    Raises
    ------
    InvalidInput
        When the file cannot be read or sets what does not exist.
    """
    where = f"conf/{command}.yaml"
    read = read_yaml(places.CONF / f"{command}.yaml", where)
    content = dict(checked_keys(where, read, (*known, "defaults")))
    for entry in content.pop("defaults", None) or ():
        content |= entry if isinstance(entry, dict) else {}
    return content
