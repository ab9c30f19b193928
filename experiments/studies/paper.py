"""The mechanisms that the claim works through, row by row of the paper that makes it (``conf/paper.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.settings.files import read_yaml
from experiments.settings.nodes import checked_keys, values_from
from experiments.settings.places import CONF
from model.errors import InvalidInput
from model.parameters import parameter

PAPER = CONF / "paper.yaml"


@dataclass(frozen=True)
class Mechanism:
    """Something that can be weak or strong.

    Attributes
    ----------
    name : str
        A parameter's, or one of ``conf/paper.yaml``.
    low, high : mapping of str to float
        What is set for every institution when it is off or weak, and when it is strong.
    """

    name: str
    low: Mapping[str, float]
    high: Mapping[str, float]


@dataclass(frozen=True)
class Row:
    """A row of the paper's account: what it says, its mechanisms, and single parameters that belong to it.

    Attributes
    ----------
    said : str
    mechanisms : tuple of Mechanism
    also : tuple of str
        Parameters.
    where : mapping of str to mapping of str to float
        Of those that act only where something else is set: what is set beside, weak or strong.
    """

    said: str
    mechanisms: tuple[Mechanism, ...]
    also: tuple[str, ...]
    where: Mapping[str, Mapping[str, float]]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all that stands for it."""
        return (*(each.name for each in self.mechanisms), *self.also)


def rows_of_paper(path: Path = PAPER) -> tuple[Row, ...]:
    """Read the rows of the paper.

    Parameters
    ----------
    path : Path
        A YAML file like ``conf/paper.yaml``.

    Returns
    -------
    tuple of Row
        In the file's order.

    Raises
    ------
    InvalidInput
        For an unreadable file, an unknown key or parameter, a value outside its range, a name that stands there twice,
        or a row without a mechanism.
    """
    content = read_yaml(path, path.name)
    if not isinstance(content, list):
        raise InvalidInput(f"{path.name}: must be a list of rows, each with row, mechanisms and also")
    found = tuple(_row(f"{path.name}: row {place}", node) for place, node in enumerate(content, 1))
    names = [name for row in found for name in row.names]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"{path.name}: '{name}' stands there twice, must stand in one row")
    return found


def _row(where: str, node: Any) -> Row:
    """Read one row."""
    keys = checked_keys(where, node, ("row", "mechanisms", "also", "where"))
    also = keys.get("also") or []
    mechanisms = keys.get("mechanisms") or {}
    if not isinstance(keys.get("row"), str) or not isinstance(also, list) or not isinstance(mechanisms, Mapping):
        raise InvalidInput(f"{where}: what the paper says, a mapping of mechanisms and a list of parameters are needed")
    if not (mechanisms or also):
        raise InvalidInput(f"{where}: must have a mechanism, or a parameter under also")
    for name in also:
        try:
            parameter(str(name))
        except InvalidInput as error:
            raise InvalidInput(f"{where}: {error}") from None
    found = tuple(_mechanism(f"{where}: {name}", str(name), each) for name, each in mechanisms.items())
    beside = keys.get("where") or {}
    if not isinstance(beside, Mapping) or not set(beside) <= set(also):
        raise InvalidInput(f"{where}: where must map parameters under also to what is set beside them")
    together = {str(name): values_from(f"{where}: where: {name}", each) for name, each in beside.items()}
    return Row(keys["row"], found, tuple(map(str, also)), together)


def _mechanism(where: str, name: str, node: Any) -> Mechanism:
    """Read one mechanism."""
    keys = checked_keys(where, node, ("weak", "strong"))
    low, high = (values_from(f"{where}: {key}", keys.get(key)) for key in ("weak", "strong"))
    if not low or not high:
        raise InvalidInput(f"{where}: values for weak and strong are needed")
    return Mechanism(name, low, high)
