"""``concord parameters`` lists what can be changed, from what default, within which range."""

import json
import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application
from experiments.settings.manual import allowed
from experiments.settings.text import aligned
from model.parameters import GROUPS, PARAMETERS
from model.specification import Parameter

if TYPE_CHECKING:
    from omegaconf import DictConfig


def parameters(cfg: "DictConfig") -> None:
    """Print every declared parameter, or those of one group."""
    declared = [parameter for parameter in PARAMETERS.values() if cfg.group in (None, parameter.group)]
    if cfg.output == "json":
        print(json.dumps([_record(parameter) for parameter in declared], ensure_ascii=False, allow_nan=False))
        return
    for group in GROUPS:
        rows = [_row(parameter) for parameter in declared if parameter.group == group]
        if rows:
            header = ("name", "default", "range", "unit", "meaning", "source")
            print(f"{group}\n{aligned([header, *rows], right=(1,), indent='  ')}\n")


def _record(parameter: Parameter) -> dict[str, object]:
    """Write one parameter for a script."""
    return {
        "name": parameter.name,
        "default": parameter.default,
        "unit": parameter.unit,
        "low": parameter.low,
        "high": parameter.high,
        "group": parameter.group,
        "meaning": parameter.meaning,
        "source": parameter.source,
        "swept": parameter.swept,
        "off": parameter.off,
        "whole": parameter.whole,
        "words": parameter.words,
    }


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


main = application("parameters", parameters)

if __name__ == "__main__":
    sys.exit(main())
