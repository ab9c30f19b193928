"""What other mechanism switches would give: ``conf/channels``, its plans, and results beside one's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from experiments.runs.cube import Cube
from experiments.runs.plan import ACROSS_RANGES, Plan, level_plan
from experiments.settings.configuration import Setting
from experiments.settings.files import read_yaml
from experiments.settings.nodes import checked_keys, values_from
from experiments.settings.options import BASELINE
from experiments.settings.places import CONF, names_in
from experiments.statistics.intervals import Interval
from experiments.studies.comparison import MAIN_METRIC, paired_differences
from model.errors import InvalidInput


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


@dataclass(frozen=True)
class SideBySide:
    """Differences of conflict-years to the baseline under several sets of channels.

    Attributes
    ----------
    draws : int
        Draws of the other sets, each in its first future, in which no run failed under any of them.
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


def side_by_side(
    chosen: str,
    differences: Mapping[str, Interval],
    cubes: Mapping[str, Cube],
    institutions: Sequence[str],
    seed: int,
    labels: Mapping[str, str],
) -> SideBySide:
    """Set what other mechanism switches give beside the study's own.

    Parameters
    ----------
    chosen : str
        The study's own set.
    differences : mapping
        By institution, under that set.
    cubes : mapping
        By other set, each paired; replications that are not in all of them are left out.
    institutions : sequence of str
        Who is compared.
    seed : int
        Of the resampling.
    labels : mapping of str to str
        The sets' labels.

    Returns
    -------
    SideBySide

    Raises
    ------
    InvalidInput
        When there is no draw in which all went well.
    """
    shared = set.intersection(*(set(cube.replications.tolist()) for cube in cubes.values()))
    if not shared:
        raise InvalidInput("no draw in which every run under every set of channels ended well; see failures/")
    others = [name for name in institutions if name != BASELINE]
    sets = {name: paired_differences(cube.only(shared), MAIN_METRIC, others, seed) for name, cube in cubes.items()}
    return SideBySide(len(shared), dict(labels), {chosen: dict(differences)} | sets)
