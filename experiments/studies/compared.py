"""What questions about a pair of institutions over a design have in common."""

from experiments.runs.factors import SWEPT, Factor, factors_from
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from model.errors import InvalidInput

Pair = tuple[str, str]
"""The institution that another is compared with, and that other one."""


def compared(asked: Asked) -> Pair:
    """Name the institution that is compared with, and the one that is compared.

    Raises
    ------
    InvalidInput
        When they are the same.
    """
    than, name = str(asked.than), asked.chosen["institution"]
    if than == name:
        raise InvalidInput(f"institution={name}: is compared with itself; must be another one than than={than}")
    return than, name


def factors_of(asked: Asked, setting: Setting) -> tuple[tuple[Factor, ...], bool]:
    """Read the option ``axes`` where points are sampled.

    Returns
    -------
    factors : tuple of Factor
    yields : bool
        Whether they give way to what an institution sets itself: if nobody named them.
    """
    return factors_from(asked.axes, setting, sampled=True), asked.axes == SWEPT
