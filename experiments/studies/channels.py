"""The same draws under every file of ``conf/channels``: how far a result rests on what can help or hurt jointness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from experiments.runs.cube import Cube
from experiments.runs.plan import ACROSS_RANGES, Plan, level_plan
from experiments.settings.configuration import Setting
from experiments.settings.files import read_yaml
from experiments.settings.nodes import checked_keys, values_from
from experiments.settings.options import BASELINE
from experiments.settings.places import CONF, names_in
from experiments.statistics.intervals import Interval, simultaneous_intervals
from experiments.studies.comparison import MAIN_METRIC
from model.errors import InvalidInput


@dataclass(frozen=True)
class SideBySide:
    """Differences of conflict-years to the baseline under several sets of channels, on the same draws.

    Attributes
    ----------
    draws : int
        Futures in which no run failed under any set.
    labels : dict of str to str
        The sets' labels by name, the study's own first.
    differences : dict
        Interval by set and institution, simultaneous over a set's institutions.
    """

    draws: int
    labels: dict[str, str]
    differences: dict[str, dict[str, Interval]]

    def table(self) -> pd.DataFrame:
        """Lay the differences out in long form."""
        return pd.DataFrame(
            {"channels": name, "label": self.labels[name], "institution": institution, **interval._asdict()}
            for name, found in self.differences.items()
            for institution, interval in found.items()
        )


def read_channels(name: str) -> tuple[str, dict[str, float]]:
    """Read a file of ``conf/channels``: its label, and the values that switch channels off.

    Raises
    ------
    InvalidInput
        For unreadable YAML, unknown keys or names, values out of range.
    """
    content = read_yaml(CONF / "channels" / f"{name}.yaml", f"channels '{name}'")
    node = checked_keys(f"channels '{name}'", content, ("label", "values"))
    return str(node.get("label", name)), values_from(f"channels '{name}'", node.get("values"))


def other_plans(setting: Setting, chosen: str, institutions: tuple[str, ...], seed: int, draws: int) -> dict[str, Plan]:
    """Plan the first draws again under every other set of channels, by its name.

    Parameters
    ----------
    setting : Setting
        With the chosen set's values.
    chosen : str
        Name of the set that the study itself runs under.
    institutions : tuple of str
        Who lives through each future.
    seed, draws : int
        Of the study; how many of its draws.

    Returns
    -------
    dict of str to Plan
        None where no draws are asked for.
    """
    others = [name for name in reversed(names_in("channels")) if name != chosen] if draws else []
    settings = {name: replace(setting, channels=read_channels(name)[1]) for name in others}
    return {name: level_plan(each, institutions, seed, ACROSS_RANGES, draws) for name, each in settings.items()}


def side_by_side(cubes: Mapping[str, Cube], institutions: Sequence[str], seed: int) -> SideBySide:
    """Compare every set's runs.

    Parameters
    ----------
    cubes : mapping
        By set, the study's own set first, each paired; replications that are not in all sets are left out.
    institutions : sequence of str
        Who is compared.
    seed : int
        Of the resampling.

    Returns
    -------
    SideBySide
    """
    shared = set.intersection(*(set(cube.replications.tolist()) for cube in cubes.values()))
    if not shared:
        raise InvalidInput("no draw in which every run under every set of channels ended well; see failures/")
    others = [name for name in institutions if name != BASELINE]
    differences = {}
    for name, cube in cubes.items():
        common = cube.only(shared)
        paired = np.array([common.difference(MAIN_METRIC, other, BASELINE) for other in others]).T
        intervals = simultaneous_intervals(paired, seed=seed)
        differences[name] = dict(zip(others, intervals, strict=True))
    return SideBySide(len(shared), {name: read_channels(name)[0] for name in cubes}, differences)
