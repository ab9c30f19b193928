"""``concord parameters``: what can be changed, from what default, within which range?

A prior says how plausible the values of a range are: it is what draws and sampled points (concord sweep, sensitivity,
discover) follow, cut off at the ends of the range. normal(mean, standard deviation), t5(centre, scale): Student's t
with 5 degrees of freedom, beta(a, b), log-normal(median, standard deviation of the logarithm); "1 in 5 nothing":
exactly 0 in a fifth of draws. Whole numbers and choices with names are equally likely.
Moves: whether it moves conflict or money in results/reference, and the gap between pools and silos in conflict-years
across the priors, from its 5% to its 95% quantile (concord mechanisms); no such column where the reference has none.

Examples
--------
concord parameters veto
concord parameters find=delay output=json
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from experiments.reporting.moved import moved
from experiments.settings.application import as_json
from experiments.settings.asked import Asked
from experiments.settings.kinds import Choice, Text
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

NAME = Option(
    "name",
    Choice(lambda: PARAMETERS, optional=True, said="a parameter"),
    "only this parameter, which may stand alone; null: all",
)
FIND = Option("find", Text(numbers=True, optional=True), "only those whose name, meaning or source has this text in it")

OPTIONS = (NAME, FIND, GROUP, OUTPUT)

FIRST = "name"
"""``concord parameters veto`` is ``concord parameters name=veto``."""


def conduct(asked: Asked) -> list[Parameter]:
    """List every declared parameter, or those that are asked for."""
    looked_for = str(asked.find or "").lower()
    return [
        each
        for each in PARAMETERS.values()
        if asked.group in (None, each.group)
        and asked.name in (None, each.name)
        and any(looked_for in text.lower() for text in (each.name, each.meaning, each.source))
    ]


def told(found: list[Parameter], output: str) -> str:
    """Lay them out by group, or write all that is declared."""
    if output == "json":
        return as_json([_as_data(parameter) for parameter in found])
    if not found:
        return "no parameter has that in its name, meaning or source"
    parts = []
    for group in GROUPS:
        rows = [_row(parameter) for parameter in found if parameter.group == group]
        if rows:
            header = (
                "name",
                "default",
                "range",
                "prior",
                *(("moves",) if moved() else ()),
                "unit",
                "meaning",
                "source",
            )
            parts.append(f"{group}\n{aligned([header, *rows], right=(1,), indent='  ')}\n")
    return "\n".join(parts)


_TOLD = (
    "name", "default", "unit", "low", "high", "group", "meaning", "source", "swept", "off", "whole", "words",
)  # fmt: skip


def _as_data(parameter: Parameter) -> dict[str, Any]:
    """Write one parameter for a program: of its prior, how the distribution is called, and its numbers."""
    prior = parameter.prior
    return {name: getattr(parameter, name) for name in _TOLD} | {
        "prior": {"law": prior.law, **asdict(prior)}, "moves": moved().get(parameter.name),
    }  # fmt: skip


def _row(parameter: Parameter) -> tuple[str, ...]:
    """Write one parameter for a reader."""
    return (
        parameter.name,
        f"{parameter.default:g}",
        allowed(parameter),
        str(parameter.prior),
        *((moved().get(parameter.name, "–"),) if moved() else ()),
        parameter.unit,
        parameter.meaning,
        parameter.source,
    )
