"""``concord parameters``: what can be changed, from what default, within which range?

Examples
--------
concord parameters group=degrees
concord parameters output=json
"""

from collections.abc import Iterable

from experiments.settings.application import as_json
from experiments.settings.asked import Asked
from experiments.settings.kinds import Choice
from experiments.settings.manual import allowed
from experiments.settings.options import OUTPUT, Option
from experiments.settings.text import aligned
from model.parameters import GROUPS, PARAMETERS
from model.specification import Parameter


def _groups() -> Iterable[str]:
    return GROUPS


GROUP = Option(
    "group", Choice(_groups, optional=True, said="a group of parameters"), "only this group of parameters; null: all"
)

OPTIONS = (GROUP, OUTPUT)


def conduct(asked: Asked) -> list[Parameter]:
    """List every declared parameter, or those of one group."""
    return [parameter for parameter in PARAMETERS.values() if asked.group in (None, parameter.group)]


def told(found: list[Parameter], output: str) -> str:
    """Lay them out by group, or write all that is declared."""
    if output == "json":
        return as_json([{name: getattr(parameter, name) for name in _TOLD} for parameter in found])
    parts = []
    for group in GROUPS:
        rows = [_row(parameter) for parameter in found if parameter.group == group]
        if rows:
            header = ("name", "default", "range", "unit", "meaning", "source")
            parts.append(f"{group}\n{aligned([header, *rows], right=(1,), indent='  ')}\n")
    return "\n".join(parts)


_TOLD = (
    "name", "default", "unit", "low", "high", "group", "meaning", "source", "swept", "off", "whole", "words",
)  # fmt: skip


def _row(parameter: Parameter) -> tuple[str, ...]:
    """Write one parameter for a reader."""
    return (
        parameter.name,
        f"{parameter.default:g}",
        allowed(parameter),
        parameter.unit,
        parameter.meaning,
        parameter.source,
    )
