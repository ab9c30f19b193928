"""Institutions as their files in ``conf/institution`` describe them."""

from typing import Any

from experiments.settings.nodes import checked_keys, values_from
from model.errors import InvalidInput
from model.institution import DEPARTMENTS, Institution, Pool

_KEYS = ("label", "names", "pools", "values")
_POOL_KEYS = ("name", "region", "lead", "weight_per_state")
_ROLES = ("defence", "development", "foreign", "treasury", "parliament")


def institution_from(name: str, node: Any) -> Institution:
    """Read an institution.

    Parameters
    ----------
    name : str
        Its file's name.
    node : mapping
        What the file holds: ``label``, ``names``, ``pools``, ``values``; all may be left out.

    Returns
    -------
    Institution

    Raises
    ------
    InvalidInput
        For an unknown key, a value of the wrong kind, or what `Institution` itself refuses.
    """
    where = f"institution '{name}'"
    keys = checked_keys(where, node, _KEYS)
    names = checked_keys(f"{where} names", keys.get("names"), _ROLES)
    given: dict[str, Any] = {
        "label": _text(where, "label", keys.get("label", name)),
        "names": {role: _text(f"{where} names", role, called) for role, called in names.items()},
        "values": values_from(where, keys.get("values")),
    }
    pools = keys.get("pools")
    if pools is not None:
        if not isinstance(pools, list):
            raise InvalidInput(f"{where}: pools must be a list of name, region, lead and weight_per_state")
        given["pools"] = tuple(_pool(where, pool) for pool in pools)
        _check_spenders(where, [pool.name for pool in given["pools"]])
    return Institution(name=name, **given)


def _check_spenders(where: str, pools: list[str]) -> None:
    """Refuse a pool named like another spender: a trajectory names money by who spends it."""
    for position, name in enumerate(pools):
        if name in (*DEPARTMENTS, *pools[:position]):
            raise InvalidInput(f"{where}: pool '{name}': must have a name that no department or other pool has")


def _pool(where: str, node: Any) -> Pool:
    """Read one pool or committee."""
    keys = checked_keys(f"{where} pools", node, _POOL_KEYS)
    for key in ("name", "region", "lead"):
        if key not in keys:
            raise InvalidInput(f"{where}: a pool lacks '{key}'; needed: name, region, lead")
    name, region, lead = (_text(f"{where} pools", key, keys[key]) for key in ("name", "region", "lead"))
    weight = keys.get("weight_per_state", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise InvalidInput(f"{where}: pool '{name}': weight_per_state={weight} must be a number above 0")
    try:
        return Pool(name=name, region=region, lead=lead, weight_per_state=float(weight))
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None


def _text(where: str, key: str, value: Any) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{where}: {key} must be text, not '{value}'")
    if not value.isprintable():
        raise InvalidInput(f"{where}: {key} must be text without control characters, not {value!r}")
    return value
