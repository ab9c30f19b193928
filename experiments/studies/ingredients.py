"""What an institution is made of, and every institution that can be made from a part of it.

``conf/ingredients.yaml`` says which parameters belong to which ingredient, costs included; it is the only place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.settings.configuration import Setting
from experiments.settings.files import read_yaml
from experiments.settings.nodes import checked_keys
from experiments.settings.places import CONF
from model.errors import InvalidInput
from model.parameters import PARAMETERS, parameter

INGREDIENTS = CONF / "ingredients.yaml"

MOST = 12
"""Ingredients that can be taken apart at once: 4,096 institutions."""


@dataclass(frozen=True)
class Ingredient:
    """One ingredient, as declared.

    Attributes
    ----------
    name, label : str
        In files, and as users see it.
    degrees : tuple of str
        Parameters of which one at least tells that an institution has it.
    brings : tuple of str
        Parameters that come with it.
    free : mapping of str to (float, float)
        Bounds between which ``concord design`` searches for a value, by parameter.
    """

    name: str
    label: str
    degrees: tuple[str, ...]
    brings: tuple[str, ...] = ()
    free: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """An ingredient as an institution has it.

    Attributes
    ----------
    ingredient : Ingredient
        Which.
    parameters : tuple of str
        What the institution sets that belongs to it, degrees first.
    """

    ingredient: Ingredient
    parameters: tuple[str, ...]


def declared_ingredients(path: Path = INGREDIENTS) -> tuple[Ingredient, ...]:
    """Read the ingredients.

    Parameters
    ----------
    path : Path
        A YAML file like ``conf/ingredients.yaml``.

    Returns
    -------
    tuple of Ingredient
        In the file's order.

    Raises
    ------
    InvalidInput
        For an unreadable file, an unknown key or parameter, or a degree of two ingredients.
    """
    content = read_yaml(path, path.name)
    if not isinstance(content, Mapping):
        raise InvalidInput(f"{path.name}: must map each ingredient to its label, degrees and brings")
    found = tuple(_ingredient(path.name, str(name), node) for name, node in content.items())
    degrees = [name for ingredient in found for name in ingredient.degrees]
    for name in degrees:
        if degrees.count(name) > 1:
            raise InvalidInput(f"{path.name}: '{name}' is a degree of two ingredients, must be of one")
    return found


def _ingredient(file: str, name: str, node: Any) -> Ingredient:
    """Read one ingredient."""
    where = f"{file}: {name}"
    keys = checked_keys(where, node, ("label", "degrees", "brings", "free"))
    lists = {key: keys.get(key) or [] for key in ("degrees", "brings")}
    if not isinstance(keys.get("label"), str) or not lists["degrees"] or not name.isidentifier():
        raise InvalidInput(f"{where}: a name in letters, digits and _, a label and a list of degrees are needed")
    for key, names in lists.items():
        if not isinstance(names, list):
            raise InvalidInput(f"{where}: {key} must be a list of parameters")
        for each in names:
            try:
                parameter(str(each))
            except InvalidInput as error:
                raise InvalidInput(f"{where}: {error}") from None
    free = keys.get("free") or {}
    if not isinstance(free, Mapping):
        raise InvalidInput(f"{where}: free must map parameters to the bounds of a search, as in {{pooling: [0, 1]}}")
    bounds = {str(each): bounds_from(f"{where}: free", str(each), ends) for each, ends in free.items()}
    return Ingredient(name, keys["label"], tuple(lists["degrees"]), tuple(lists["brings"]), bounds)


def bounds_from(where: str, name: str, ends: Any) -> tuple[float, float]:
    """Read the bounds of a search for a parameter's value.

    Raises
    ------
    InvalidInput
        For an unknown parameter, and for bounds that are not two allowed values, the lower one first.
    """
    try:
        declared = parameter(name)
        if ends is None:
            return declared.low, declared.high
        if not isinstance(ends, list) or len(ends) != 2:
            raise InvalidInput(f"{name}: two bounds are needed, as in [{declared.low:g},{declared.high:g}]")
        low, high = map(declared.check, ends)
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None
    if low >= high:
        raise InvalidInput(f"{where}: {name}: [{low:g},{high:g}]: the lower bound must come first")
    return low, high


def parts_of(setting: Setting, name: str, baseline: str, ingredients: Sequence[Ingredient]) -> tuple[Part, ...]:
    """Take an institution apart.

    Parameters
    ----------
    setting : Setting
        Holds both institutions and their overrides.
    name, baseline : str
        The institution, and the one that its ingredients are missing from.
    ingredients : sequence of Ingredient
        As declared.

    Returns
    -------
    tuple of Part
        In the order of `ingredients`; every parameter in which the two differ is in exactly one.

    Raises
    ------
    InvalidInput
        When they differ in a parameter that belongs to no ingredient, in nothing, or in more than can be run.
    """
    own, other = _values(setting, name), _values(setting, baseline)
    differing = [key for key in dict.fromkeys([*own, *other]) if _or_default(own, key) != _or_default(other, key)]
    present = [each for each in ingredients if any(degree in differing for degree in each.degrees)]
    owners = {key: _owner(name, baseline, key, present, ingredients) for key in differing}
    if not present:
        raise InvalidInput(f"institution={name}: it differs from '{baseline}' in no ingredient; must be another one")
    if len(present) > MOST:
        raise InvalidInput(
            f"institution={name}: it has {len(present)} ingredients; at most {MOST} can be taken apart "
            f"(2 to the power of {MOST} institutions)"
        )
    return tuple(Part(each, tuple(key for key in differing if owners[key] is each)) for each in present)


def _owner(
    name: str, baseline: str, key: str, present: Sequence[Ingredient], ingredients: Sequence[Ingredient]
) -> Ingredient:
    """Find the ingredient that a differing parameter belongs to: as a degree before what comes with one."""
    owners = [each for each in present if key in each.degrees] + [each for each in present if key in each.brings]
    if owners:
        return owners[0]
    homes = [each.name for each in ingredients if key in each.brings]
    where = f"institution={name}: it differs from '{baseline}' in {key}, which "
    if homes:
        raise InvalidInput(f"{where}comes with {' or '.join(homes)}, which it has not; must come with what it has")
    raise InvalidInput(f"{where}must belong to an ingredient in conf/{INGREDIENTS.name}")


def _values(setting: Setting, name: str) -> dict[str, float]:
    """What an institution sets, with what is set for it alone."""
    return {**setting.institutions[name].values, **setting.overrides.get(name, {})}


def _or_default(values: Mapping[str, float], key: str) -> float | None:
    """Value of a parameter; nothing where it is left to be drawn."""
    return values.get(key, None if PARAMETERS[key].swept else PARAMETERS[key].default)


def every_combination(
    setting: Setting, name: str, baseline: str, parts: Sequence[Part]
) -> tuple[Setting, tuple[str, ...]]:
    """Make every institution that has some of an institution's ingredients.

    Parameters
    ----------
    setting : Setting
        Holds both institutions.
    name, baseline : str
        With all the ingredients, and with none of them.
    parts : sequence of Part
        What the institution is made of.

    Returns
    -------
    setting : Setting
        The same with all these institutions. All but the baseline have the institution's pools.
    names : tuple of str, length 2**k
        Position n holds the ingredients whose bits are set in n, so the baseline comes first and the institution
        last; the others are named as in ``siloed+shared_analysis+mix``.
    """
    count = len(parts)
    institutions, overrides, names = {}, {}, []
    for number in range(1 << count):
        there = [part for i, part in enumerate(parts) if number >> i & 1]
        label = "+".join([baseline, *(part.ingredient.name for part in there)])
        code = baseline if not there else name if len(there) == count else label
        on = {key for part in there for key in part.parameters}
        off = {key for part in parts for key in part.parameters} - on
        pools = setting.institutions[name if there else baseline]
        values = _mixed(setting.institutions[name].values, setting.institutions[baseline].values, off)
        institutions[code] = replace(pools, name=code, values=values)
        overrides[code] = _mixed(setting.overrides.get(name, {}), setting.overrides.get(baseline, {}), off)
        names.append(code)
    return replace(setting, institutions=institutions, overrides=overrides), tuple(names)


def _mixed(own: Mapping[str, float], other: Mapping[str, float], off: Collection[str]) -> dict[str, float]:
    """Values of an institution, but those of what is off from the other."""
    kept = {key: value for key, value in own.items() if key not in off}
    return kept | {key: value for key, value in other.items() if key in off}
