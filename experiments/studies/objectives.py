"""What institutions are searched for: objectives by name (``conf/objectives.yaml``), and their values.

Values stand in arrays of one row per candidate; less is better, so what is better if there is more has its sign turned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.reporting.wording import in_words
from experiments.settings.files import read_yaml
from experiments.settings.nodes import checked_keys
from experiments.settings.places import CONF
from experiments.statistics.arrays import Floats
from experiments.statistics.intervals import Interval, bca_interval, mean_interval
from experiments.statistics.regret import worst_tenth
from model.errors import InvalidInput, nearest
from model.outcomes import OUTCOMES

OBJECTIVES = CONF / "objectives.yaml"

MEAN, WORST_TENTH, REGRET, CHANGES = "mean", "worst_tenth", "regret", "changes"
_STATISTICS = (MEAN, WORST_TENTH, REGRET, CHANGES)
_FEWEST = 2


@dataclass(frozen=True)
class Objective:
    """One objective.

    Attributes
    ----------
    name : str
        As in ``objectives=``.
    outcome : str
        Of which outcome; empty for `CHANGES`.
    statistic : str
        `MEAN`, `WORST_TENTH`, `REGRET` or `CHANGES`.
    sign : float
        1 if less is better, -1 if more is.
    """

    name: str
    outcome: str
    statistic: str
    sign: float

    @property
    def unit(self) -> str:
        """Of its values."""
        return OUTCOMES[self.outcome].unit if self.outcome else "changes"

    @property
    def heading(self) -> str:
        """In words, with the unit."""
        return f"{in_words(self.name)} ({self.unit})" if self.outcome else self.name

    def by_draw(self, means: Mapping[str, Floats], named: Mapping[str, Floats]) -> Floats:
        """Give what the statistic is taken of: the outcome in each draw, or how far it is from the best named one.

        Parameters
        ----------
        means : mapping of str to ndarray (..., draws)
            Mean over a draw's replications, by outcome.
        named : mapping of str to ndarray (institutions, draws)
            The same of the named institutions.

        Returns
        -------
        ndarray (..., draws)
            Less is better.
        """
        found = self.sign * means[self.outcome]
        return found - (self.sign * named[self.outcome]).min(axis=0) if self.statistic == REGRET else found

    def value(self, by_draw: Floats) -> Floats:
        """Take the statistic over draws, the last axis."""
        return by_draw.mean(axis=-1) if self.statistic == MEAN else worst_tenth(by_draw)

    def interval(self, by_draw: Floats, seed: int) -> Interval:
        """Estimate it with a 95% interval over draws (draws,); in its own direction."""
        found = mean_interval(by_draw) if self.statistic == MEAN else bca_interval(by_draw, worst_tenth, seed, 1_000)
        return found if self.sign > 0.0 else Interval(-found.mean, -found.high, -found.low)


def objectives_from(names: Sequence[str], path: Path = OBJECTIVES) -> tuple[Objective, ...]:
    """Read the objectives that are asked for.

    Parameters
    ----------
    names : sequence of str
        Of the file's; two at least.
    path : Path
        A YAML file like ``conf/objectives.yaml``.

    Returns
    -------
    tuple of Objective

    Raises
    ------
    InvalidInput
        For a name that the file has not, fewer than two, and for whatever in the file is not as it must be.
    """
    content = read_yaml(path, path.name)
    if not isinstance(content, Mapping):
        raise InvalidInput(f"{path.name}: must map each objective to its outcome, statistic and what is better")
    known = {str(name): _objective(path.name, str(name), node) for name, node in content.items()}
    for name in names:
        if name not in known:
            raise InvalidInput(f"objectives: nothing measures '{name}': {nearest(name, known)}")
    if len(names) < _FEWEST:
        raise InvalidInput(f"objectives: {_FEWEST} or more are needed; one alone has no trade-off")
    return tuple(known[name] for name in names)


def _objective(file: str, name: str, node: object) -> Objective:
    """Read one objective."""
    where = f"{file}: {name}"
    keys = checked_keys(where, node, ("outcome", "statistic", "better"))
    outcome, statistic, better = (str(keys.get(key, "")) for key in ("outcome", "statistic", "better"))
    if statistic not in _STATISTICS:
        raise InvalidInput(f"{where}: statistic={statistic}: must be {', '.join(_STATISTICS)}")
    if better not in ("less", "more"):
        raise InvalidInput(f"{where}: better={better}: must be less or more")
    if (outcome not in OUTCOMES) if statistic != CHANGES else bool(outcome):
        said = nearest(outcome, OUTCOMES) if statistic != CHANGES else "changes are of no outcome"
        raise InvalidInput(f"{where}: outcome={outcome}: {said}")
    return Objective(name, outcome, statistic, 1.0 if better == "less" else -1.0)
