"""The one reader of YAML: whatever stands in a file, it costs a bounded time and, if wrong, one line."""

import contextlib
import re
from collections.abc import Iterable, Iterator
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
        _check_names(text, where, path)
        found = yaml.load(text, Loader=_LOADER)
    except OSError as error:
        raise InvalidInput(f"{where}: {path}: {(error.strerror or 'cannot be read').lower()}") from None
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        said = f"byte 0x{content[error.start]:02X} is not UTF-8; must be saved as UTF-8"
        raise InvalidInput(f"{_placed(where, path, line)}: no readable YAML ({said})") from None
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, InvalidInput):
            raise
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        # An impossible date, for one, is a ValueError of the reader's.
        said = f"{problem}; must be name: value, with a colon and a blank" if problem else " ".join(str(error).split())
        # What is never closed is missed after the last line.
        if mark and "".join(text.split("\n")[mark.line : mark.line + 1]).lstrip(" ").startswith("\t"):
            said = "a tab; must be indented with blanks"
        raise InvalidInput(f"{_placed(where, path, mark and mark.line + 1)}: no readable YAML ({said})") from None
    if not isinstance(found, dict | list | None):
        said = f"must be name: value, with a colon and a blank, on every line; not '{str(found)[:40]}'"
        raise InvalidInput(f"{_placed(where, path, 1)}: {said}")
    return found


def _placed(where: str, path: Path, line: int | None) -> str:
    """Name a file and, where it is known, the line that is wrong."""
    shown = str(path.relative_to(places.CHECKOUT) if path.is_relative_to(places.CHECKOUT) else path)
    return (where if where == shown else f"{where}: {shown}") + (f" line {line}" if line else "")


_FOLDERS = {"hypothesis": "hypotheses", "lenses": "lens"}
"""Where what a message names otherwise than its folder lies."""


def located(said: str) -> str:
    """Say in which file of ``conf`` and line what is wrong stands, if it is one: the deepest name that is mentioned.

    Parameters
    ----------
    said : str
        A message that begins with what a file holds, as in "institution 'mine': …", or with the file.
    """
    found = re.match(r"(?:(\w+) '([\w-]+)'|(?:conf/)?(\w+(?:/[\w-]+)?)\.yaml)(?=[ :])", said)
    if found is None or re.search(r" (line|row) \d", said):
        return said
    kind, name, file = found.groups()
    path = places.CONF / f"{file or f'{_FOLDERS.get(kind, kind)}/{name}'}.yaml"
    if not path.is_file():
        return said
    mentioned = set(re.findall(r"\w+", said[found.end() :]))
    lines = [(value in mentioned, depth, -line) for key, value, depth, line in _keys(path) if key in mentioned]
    if not lines:
        return said
    where = _placed("", path, -max(lines)[2]).removeprefix(": ")
    return f"{where}: {said[found.end() :].lstrip(': ')}" if file else f"{where}: {said}"


def _keys(path: Path) -> Iterator[tuple[str, str, int, int]]:
    """List a file's names, each with its value where that is one word, how deep it stands, and its line."""
    for node, depth in _nodes(path.read_text(encoding="utf-8-sig")):
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            word = value.value if isinstance(value, yaml.ScalarNode) else ""
            yield str(key.value), str(word), depth, key.start_mark.line + 1


def _nodes(text: str) -> Iterator[tuple[Any, int]]:
    """List what stands in a file, each with how deep."""
    below = [(yaml.compose(text, Loader=_LOADER), 0)]
    while below:
        node, depth = below.pop()
        yield node, depth
        for entry in node.value if isinstance(node, yaml.CollectionNode) else ():
            below.append((entry[1] if isinstance(entry, tuple) else entry, depth + 1))


def _check_names(text: str, where: str, path: Path) -> None:
    """Refuse a name that stands twice, of which a reader would take the last, and one that is left out."""
    for node, _ in _nodes(text):
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode):
                continue  # the reader says it better
            if key.value in seen or key.tag.endswith(":null"):
                rule = "stands here again, must stand once" if key.value in seen else "must be a name"
                raise InvalidInput(f"{_placed(where, path, key.start_mark.line + 1)}: '{key.value}' {rule}")
            seen.add(key.value)


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


def labels_in(group: str) -> dict[str, str]:
    """Say what the files of a folder of ``conf`` call what they hold, by name, as far as they can be read."""
    found = {}
    for name in places.names_in(group):
        with contextlib.suppress(InvalidInput):
            content = read_yaml(places.CONF / group / f"{name}.yaml", name)
            found[name] = str(content["label"]) if isinstance(content, dict) and "label" in content else name
    return found


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
    if not isinstance(below, list | None):
        raise InvalidInput(f"configuration: {group}/{name}: defaults must be a list of files, as in [siloed, _self_]")
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
