"""What is free in an institution that is searched for, and the institution that a candidate's values make."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.runs.simulate import flat
from experiments.settings.configuration import Setting
from experiments.statistics.arrays import Flags, Floats
from experiments.studies.ingredients import bounds_from, declared_ingredients
from model.errors import InvalidInput, nearest
from model.institution import DEPARTMENTS, EVERYWHERE, REST, Institution, Pool
from model.parameters import PARAMETERS

INGREDIENTS = "ingredients"
"""``free=ingredients``: what ``conf/ingredients.yaml`` says is free."""

LEAD, WEIGHT = "lead_", "weight_"
"""Of the pools of the institution that candidates follow: ``lead_1`` (0 to 2: `DEPARTMENTS`), ``weight_1``, …."""
POOLS = "pools"
"""How many of them there are: the last one covers what the others leave, one alone covers all."""
_HEAVIEST = 4.0
_AS_GOOD_AS = 0.05
"""Part of its bounds by which a degree may differ from today's and still count as unchanged."""
_DIGITS = 3
"""Decimals of a degree: more say nothing that could be built."""


@dataclass(frozen=True)
class Degrees:
    """What is free.

    Attributes
    ----------
    names : tuple of str
        Parameters, and ``pools``, ``lead_1``, ``weight_1``, … of the pools.
    low, high : ndarray (degrees,)
        Bounds of the search.
    whole : ndarray of bool (degrees,)
        Which take whole numbers alone.
    today : ndarray (degrees,)
        Of the institution that changes are counted from.
    like : Institution
        All that is not free is as in this one.
    """

    names: tuple[str, ...]
    low: Floats
    high: Floats
    whole: Flags
    today: Floats
    like: Institution

    def at(self, shares: Floats) -> Floats:
        """Values at shares of the bounds (candidates, degrees); what is as good as today's is today's."""
        values = self.low + shares * (self.high - self.low)
        values = np.where(self.whole, np.rint(values), np.round(values, _DIGITS))
        near = np.abs(values - self.today) <= np.where(self.whole, 0.0, _AS_GOOD_AS) * (self.high - self.low)
        return np.where(near, np.clip(self.today, self.low, self.high), values)

    def shares(self, values: Floats) -> Floats:
        """Turn values into shares of the bounds; what lies beyond is at them."""
        return np.clip((values - self.low) / (self.high - self.low), 0.0, 1.0)

    def changes(self, values: Floats) -> Floats:
        """Count how far candidates (candidates, degrees) are from today: half each, and up to half for size.

        Another lead is a whole change.
        """
        size = np.minimum(np.abs(values - self.today) / (self.high - self.low), 1.0)
        other = np.array([name.startswith(LEAD) for name in self.names])
        counted = np.where(other, 1.0, 0.5 + 0.5 * size)
        return np.asarray(np.where(size > 0.0, counted, 0.0).sum(axis=-1))

    def made(self, name: str, values: Floats, label: str = "Candidate") -> Institution:
        """Make the institution of some values (degrees,)."""
        given = dict(zip(self.names, values.tolist(), strict=True))
        pools = tuple(
            replace(
                pool,
                lead=DEPARTMENTS[int(given[f"{LEAD}{i}"])] if f"{LEAD}{i}" in given else pool.lead,
                weight_per_state=given.get(f"{WEIGHT}{i}", pool.weight_per_state),
            )
            for i, pool in enumerate(_covering(self.like.pools, given.get(POOLS)), 1)
        )
        own = {degree: value for degree, value in given.items() if degree in PARAMETERS}
        return replace(self.like, name=name, label=label, pools=pools, values={**self.like.values, **own})

    def of(self, setting: Setting, name: str) -> Floats:
        """Give the degrees of a named institution; of pools that it has not, those that candidates have."""
        values = {**_of_pools(self.like), **_of_pools(setting.institutions[name]), **flat(setting.parameters(name))}
        return np.array([values[degree] for degree in self.names])


def _covering(pools: tuple[Pool, ...], count: float | None) -> tuple[Pool, ...]:
    """Keep so many pools, the last of which takes over the regions of those that go."""
    if count is None or count >= len(pools):
        return pools
    *kept, last = pools[: int(count)]
    return (*kept, replace(last, region=REST if kept else EVERYWHERE))


def _of_pools(institution: Institution) -> dict[str, float]:
    """Number, leads and weights of an institution's pools, by name of the degree."""
    leads = {POOLS: float(len(institution.pools))}
    leads |= {f"{LEAD}{i}": float(DEPARTMENTS.index(pool.lead)) for i, pool in enumerate(institution.pools, 1)}
    return {**leads, **{f"{WEIGHT}{i}": pool.weight_per_state for i, pool in enumerate(institution.pools, 1)}}


def degrees_from(free: Any, fixed: Mapping[str, float], setting: Setting, like: str, than: str) -> Degrees:
    """Read the option ``free``.

    Parameters
    ----------
    free : str, list or mapping
        `INGREDIENTS`; names; or names with their bounds.
    fixed : mapping of str to float
        What every candidate has.
    setting : Setting
        Holds the institutions, and what the command line sets.
    like, than : str
        The institution that candidates follow in all else, and the one that changes are counted from.

    Returns
    -------
    Degrees

    Raises
    ------
    InvalidInput
        For an unknown name, bounds that are not allowed or contradict, what is fixed too, and where nothing is free.
    """
    pools = _of_pools(setting.institutions[like])
    if free == INGREDIENTS:
        bounds = {
            name: ends for each in declared_ingredients() for name, ends in each.free.items() if name not in fixed
        }
    else:
        listed = free if isinstance(free, Mapping) else dict.fromkeys(free)
        bounds = {str(name): _bounds(str(name), ends, pools) for name, ends in listed.items()}
    for name in bounds:
        if name in fixed or name in setting.command_line:
            raise InvalidInput(f"free: {name} is fixed too; must be one of both")
    if not bounds:
        raise InvalidInput("free: nothing is free; must name one degree or more")
    low, high = np.array(list(bounds.values()), np.float64).T
    whole = np.array(
        [name == POOLS or name.startswith(LEAD) or (name in PARAMETERS and PARAMETERS[name].whole) for name in bounds]
    )
    base = setting.institutions[like]
    kept = {name: value for name, value in base.values.items() if name not in bounds}
    found = Degrees(tuple(bounds), low, high, whole, low, replace(base, values={**kept, **fixed}))
    return replace(found, today=found.of(setting, than))


def _bounds(name: str, ends: Any, pools: Mapping[str, float]) -> tuple[float, float]:
    """Read the bounds of one degree."""
    if name == POOLS:
        if ends is not None or pools[POOLS] < 2.0:
            raise InvalidInput(f"free: {name}: from one to all that there are, and two are needed; must have no bounds")
        return 1.0, pools[POOLS]
    if not name.startswith((LEAD, WEIGHT)):
        return bounds_from("free", name, ends)
    if name not in pools:
        raise InvalidInput(f"free: {name}: no such pool: {nearest(name, pools)}")
    if name.startswith(LEAD):
        if ends is not None:
            raise InvalidInput(f"free: {name}: every department may lead; must have no bounds")
        return 0.0, len(DEPARTMENTS) - 1.0
    if ends is None:
        return 1.0 / _HEAVIEST, _HEAVIEST
    plain = isinstance(ends, list) and len(ends) == 2 and all(type(end) in (int, float) for end in ends)
    if not plain or not 0.0 < ends[0] < ends[1]:
        raise InvalidInput(f"free: {name}: two bounds above 0 are needed, the lower one first, as in [0.25,4]")
    return float(ends[0]), float(ends[1])
