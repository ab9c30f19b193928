"""What the value of information says: sentences, cells, plain data and tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.reporting.wording import ends
from experiments.statistics.evppi import Information, Worth
from experiments.statistics.regret import regrets
from model.parameters import PARAMETERS
from model.world import Floats

_SHOWN = 6
"""Parameters on the terminal."""


def said(found: Information | None, labels: Mapping[str, str]) -> list[str]:
    """Say what would be worth knowing; no more than the numbers say.

    Parameters
    ----------
    found : Information or None
        Nothing where there are too few worlds.
    labels : mapping of str to str
        Institutions as users see them, in the order of their numbers.

    Returns
    -------
    list of str
        Sentences.
    """
    if found is None:
        return ["Too few worlds to say what would be worth knowing."]
    best = list(labels.values())[found.best]
    bound = (
        f"Knowing beforehand which of these does best in each world, its luck included, would be worth "
        f"{found.everything:.2f} conflict-years: a bound for all knowledge together."
    )
    if not found.found:
        return [
            f"In these worlds no single parameter stands out as worth knowing before choosing: none of "
            f"{len(found.worth)} exceeds the floor of {found.floor:.2f} conflict-years. Not knowing any, one would "
            f"choose {best}.",
            bound,
        ]
    sentences = [
        f"Worth knowing: {name} ({PARAMETERS[name].meaning}): {worth.evppi:.2f} conflict-years (floor "
        f"{found.floor:.2f}, p = {worth.p:.3f} over all {len(found.worth)}). Not knowing, one would choose {best}; "
        f"knowing it, another in {worth.changed:.0%} of worlds ({worth.changed_by_noise:.0%} if it told nothing): "
        f"{_choices(name, worth, labels)}."
        for name in found.found
        for worth in [found.worth[name]]
    ]
    return [*sentences, bound]


def _choices(name: str, worth: Worth, labels: Mapping[str, str]) -> str:
    """Write which institution is best along a parameter."""
    names = list(labels.values())
    whole = PARAMETERS[name].high - PARAMETERS[name].low
    return "; ".join(f"{names[c.institution]} from {' to '.join(ends(c.start, c.end, whole))}" for c in worth.choices)


def plain(found: Information, names: Sequence[str]) -> dict[str, Any]:
    """Everything in plain data, institutions by name."""
    return {
        "best": names[found.best],
        "floor": found.floor,
        "everything": found.everything,
        "found": found.found,
        "parameters": {
            name: {
                "evppi": worth.evppi,
                "p": worth.p,
                "changed": worth.changed,
                "changed_by_luck": worth.changed_by_noise,
                "choices": [{"institution": names[c.institution], "from": c.start, "to": c.end} for c in worth.choices],
            }
            for name, worth in found.worth.items()
        },
    }


def cells(found: Information) -> list[list[str]]:
    """Lay out the parameters that would be worth most, the heading first."""
    rows = [["worth knowing first", "EVPPI", "floor", "p", "changes the choice (by luck)"]]
    for name, worth in list(found.worth.items())[:_SHOWN]:
        changes = f"{worth.changed:.0%} ({worth.changed_by_noise:.0%})"
        rows.append([name, f"{worth.evppi:.2f}", f"{found.floor:.2f}", f"{worth.p:.3f}", changes])
    return rows


def worth_table(found: Information) -> pd.DataFrame:
    """One row per parameter, the most worth first."""
    return pd.DataFrame(
        {
            "parameter": name,
            "evppi": worth.evppi,
            "floor": found.floor,
            "p": worth.p,
            "changed": worth.changed,
            "changed_by_luck": worth.changed_by_noise,
        }
        for name, worth in found.worth.items()
    )


def choices_table(found: Information, names: Sequence[str]) -> pd.DataFrame:
    """One row per stretch of a parameter over which one institution is best."""
    return pd.DataFrame(
        {"parameter": name, "institution": names[c.institution], "start": c.start, "end": c.end}
        for name, worth in found.worth.items()
        for c in worth.choices
    )


def regret_map(found: Information, column: Floats, means: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Mean regret by tenths of the parameter that would be worth knowing most, a row per tenth and institution.

    Parameters
    ----------
    found : Information
        Says which parameter that is.
    column : ndarray (scenarios,)
        Its values.
    means : ndarray (scenarios, institutions)
        Mean outcome of each.
    names : sequence of str
        Institutions.
    """
    name = next(iter(found.worth))
    place: npt.NDArray[np.int64] = np.argsort(np.argsort(column, kind="stable"), kind="stable") * 10 // len(column)
    regret = regrets(means)
    return pd.DataFrame(
        {
            "parameter": name,
            "tenth": tenth + 1,
            "from": column[place == tenth].min(),
            "to": column[place == tenth].max(),
            "institution": who,
            "regret": float(regret[place == tenth, i].mean()),
        }
        for tenth in range(10)
        for i, who in enumerate(names)
    )
