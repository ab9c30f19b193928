"""One run, by either engine: the door through which everything outside ``model`` asks for a future."""

from typing import NamedTuple

from model.parameters import Parameters
from model.world import Floats, Layout, World

ENGINES = ("ensemble", "mesa")


class Run(NamedTuple):
    """What one run gives: outcomes by name, and its trajectory (quarters, variables)."""

    outcomes: dict[str, float]
    trajectory: Floats
