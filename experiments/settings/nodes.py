"""What every configuration file's content is checked for: known keys, and parameter values by name."""

from collections.abc import Iterable, Mapping
from typing import Any

from model.errors import InvalidInput, nearest
from model.parameters import parameter


def checked_keys(where: str, node: Any, known: Iterable[str]) -> Mapping[str, Any]:
    """Return a mapping of known keys; nothing at all counts as an empty one.

    Raises
    ------
    InvalidInput
        When it is no mapping or holds an unknown key.
    """
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        raise InvalidInput(f"{where}: '{node}' must be a mapping of {', '.join(known)}")
    for key in node:
        if key not in known:
            raise InvalidInput(f"{where}: unknown key '{key}': {nearest(str(key), known)}")
    return node


def values_from(where: str, node: Any) -> dict[str, float]:
    """Read parameter values by name.

    Parameters
    ----------
    where : str
        Whose values they are, for messages.
    node : mapping
        Name to number; nothing at all counts as an empty one.

    Returns
    -------
    dict of str to float

    Raises
    ------
    InvalidInput
        For an unknown name or a value the parameter's declaration refuses.
    """
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        raise InvalidInput(f"{where}: values must be a mapping of parameter names to numbers, not '{node}'")
    try:
        return {str(name): parameter(str(name)).check(value) for name, value in node.items()}
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None
