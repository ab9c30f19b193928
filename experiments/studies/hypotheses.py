"""Hypotheses, declared as YAML before results are looked at: one file each in ``conf/hypotheses/``."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from experiments.settings.places import CONF
from model.errors import InvalidInput, nearest
from model.outcomes import OUTCOMES


@dataclass(frozen=True)
class Hypothesis:
    """A claim that one institution does better than another.

    Attributes
    ----------
    id : str
        Its file's name.
    statement : str
        The claim in plain words.
    metric : str
        The outcome in which it shows.
    better, than : str
        Names of institutions: the first is claimed to do better than the second.
    smallest_effect : float
        The least difference that would matter, in the metric's unit.
    why : str
        Where the smallest effect comes from.
    """

    id: str
    statement: str
    metric: str
    better: str
    than: str
    smallest_effect: float
    why: str

    def __post_init__(self) -> None:
        """Check every field, naming the one at fault."""
        where = f"hypothesis '{self.id}'"
        for name in ("statement", "metric", "better", "than", "why"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise InvalidInput(f"{where}: {name} must be text, not {value!r}")
        if self.metric not in OUTCOMES:
            raise InvalidInput(f"{where}: unknown metric '{self.metric}': {nearest(self.metric, OUTCOMES)}")
        if OUTCOMES[self.metric].better == 0:
            raise InvalidInput(f"{where}: metric '{self.metric}' describes, neither more nor less of it is better")
        if self.better == self.than:
            raise InvalidInput(f"{where}: better and than are both '{self.than}'")
        effect = self.smallest_effect
        number = isinstance(effect, int | float) and not isinstance(effect, bool)
        if not number or not 0.0 < effect < math.inf:
            raise InvalidInput(f"{where}: smallest_effect={effect} must be a number above 0")

    @property
    def sign(self) -> float:
        """Sign of metric(better) - metric(than) if the claim holds."""
        return float(OUTCOMES[self.metric].better)


def load_hypotheses(wanted: str | Sequence[str] = "all", folder: Path = CONF / "hypotheses") -> tuple[Hypothesis, ...]:
    """Read declared hypotheses.

    Parameters
    ----------
    wanted : str or sequence of str
        ``all``, or names of files.
    folder : Path
        Where the YAML files are.

    Returns
    -------
    tuple of Hypothesis
        In the order asked for; all of them in alphabetical order.

    Raises
    ------
    InvalidInput
        For an unknown name, an unreadable file, or a missing, unknown or wrong field.
    """
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    names: Iterable[str] = [wanted] if isinstance(wanted, str) else wanted
    if wanted == "all":
        names = known
    return tuple(_load(folder, str(name), known) for name in dict.fromkeys(names))


def _load(folder: Path, name: str, known: list[str]) -> Hypothesis:
    if name not in known:
        raise InvalidInput(f"unknown hypothesis '{name}': {nearest(name, known)}")
    try:
        content: Any = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"hypothesis '{name}': no readable YAML ({' '.join(str(error).split())})") from None
    needed = [field.name for field in fields(Hypothesis) if field.name != "id"]
    if not isinstance(content, dict):
        raise InvalidInput(f"hypothesis '{name}': needs the fields {', '.join(needed)}")
    for field in needed:
        if field not in content:
            raise InvalidInput(f"hypothesis '{name}': field '{field}' is missing; needed: {', '.join(needed)}")
    for field in content:
        if field not in needed:
            raise InvalidInput(f"hypothesis '{name}': unknown field '{field}': {nearest(str(field), needed)}")
    return Hypothesis(id=name, **content)
