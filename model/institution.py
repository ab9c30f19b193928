"""An institution is data: names, degrees and pools; nothing in the code knows it by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from model.errors import InvalidInput, nearest
from model.parameters import parameter
from model.world import Layout, World

DEPARTMENTS = ("defence", "development", "foreign")
"""Roles in the order of their instruments (security, development, diplomacy) and of the drivers they work on."""

EVERYWHERE, REST = "all", "rest"
"""Regions of pools that are none of a world's: every one, and what no other pool covers."""


@dataclass(frozen=True)
class Pool:
    """One pool of money (or, without pooled money, one committee of joint analysis).

    Attributes
    ----------
    name : str
        As users see it.
    region : str
        A region of the world, ``all``, or ``rest`` (what no other pool covers).
    lead : str
        The leading role: defence, development or foreign.
    weight_per_state : float
        Its claim on pooled money and desks per state it covers, against the other pools'.
    """

    name: str
    region: str
    lead: str
    weight_per_state: float = 1.0

    def __post_init__(self) -> None:
        """Refuse an unknown lead or a negative weight."""
        if self.lead not in DEPARTMENTS:
            raise InvalidInput(
                f"pool '{self.name}': lead '{self.lead}' is no department: {nearest(self.lead, DEPARTMENTS)}"
            )
        if not 0.0 < self.weight_per_state < float("inf"):
            raise InvalidInput(f"pool '{self.name}': weight_per_state={self.weight_per_state} must be above 0")


@dataclass(frozen=True)
class Institution:
    """A way of organising departments.

    Attributes
    ----------
    name : str
        Its file's name in ``conf/institution``.
    label : str
        As users see it in tables and figures.
    names : mapping of str to str
        What each actor is called: the three roles, ``treasury``, ``parliament``.
    pools : tuple of Pool
        At least one; without pooled money they only say who leads the analysis of a region.
    values : mapping of str to float
        The parameters it sets: its degrees, and any other (budgets, interests) that belong to it.
    """

    name: str = "siloed"
    label: str = "Siloed departments"
    names: Mapping[str, str] = field(default_factory=dict)
    pools: tuple[Pool, ...] = (Pool("Cabinet committee", EVERYWHERE, "foreign"),)
    values: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check every value against its declaration."""
        if not self.pools:
            raise InvalidInput(f"institution '{self.name}': at least one pool (or committee) is needed")
        spenders = [*DEPARTMENTS, *(pool.name for pool in self.pools)]
        for name in spenders:
            if spenders.count(name) > 1:
                raise InvalidInput(f"institution '{self.name}': '{name}' names two departments or pools")
        for name, value in self.values.items():
            try:
                parameter(name).check(value)
            except InvalidInput as error:
                raise InvalidInput(f"institution '{self.name}': {error}") from None

    def called(self, role: str) -> str:
        """Name of an actor as users see it."""
        return self.names.get(role, role.capitalize())

    def actors(self) -> dict[str, str]:
        """Name departments, Treasury and Parliament as users see them, by role."""
        return {role: self.called(role) for role in (*DEPARTMENTS, "treasury", "parliament")}

    def layout(self, world: World) -> Layout:
        """Which pool covers which state, and who leads it.

        Parameters
        ----------
        world : World
            The partner states.

        Returns
        -------
        Layout
            ``pool_of_state`` (states,), ``lead`` and ``share`` (pools,).

        Raises
        ------
        InvalidInput
            When a state is covered by no pool or by two.
        """
        named = {pool.region for pool in self.pools}
        for region in sorted(named - {EVERYWHERE, REST}):
            if region not in world.regions:
                raise InvalidInput(
                    f"institution '{self.name}': no state of world '{world.name}' is in region '{region}': "
                    f"{nearest(region, set(world.regions))}"
                )
        covering = np.empty(world.size, np.int64)
        for state, region in enumerate(world.regions):
            fitting = [
                index
                for index, pool in enumerate(self.pools)
                if pool.region in (EVERYWHERE, region) or (pool.region == REST and region not in named)
            ]
            if len(fitting) != 1:
                raise InvalidInput(
                    f"institution '{self.name}': region '{region}' is covered by {len(fitting)} pools, not one"
                )
            covering[state] = fitting[0]
        covered = np.bincount(covering, minlength=len(self.pools))
        claims = covered * np.array([pool.weight_per_state for pool in self.pools])
        return Layout(
            pool_of_state=covering,
            lead=np.array([DEPARTMENTS.index(pool.lead) for pool in self.pools], np.int64),
            share=claims / claims.sum(),
        )
