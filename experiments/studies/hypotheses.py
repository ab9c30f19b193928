"""Hypotheses, declared as YAML before results are looked at: one file each in ``conf/hypotheses/``."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.runs.cube import Cube
from experiments.settings.configuration import Setting
from experiments.settings.files import read_yaml
from experiments.settings.nodes import checked_keys, values_from
from experiments.settings.places import CONF
from experiments.studies.conditions import read_condition
from model.errors import InvalidInput, nearest
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS

_DIRECTIONS = {"more": 1, "less": -1}


@dataclass(frozen=True)
class Arm:
    """An institution, or one that lives with values of its own: one side of a claim.

    Attributes
    ----------
    institution : str
        A file of ``conf/institution``.
    values : mapping of str to float
        Parameters set for this side alone, whatever else sets them.
    """

    institution: str
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def condition(self) -> str:
        """Its values as users write them; empty if it has none."""
        return ", ".join(f"{name}={value:g}" for name, value in self.values.items())

    @property
    def name(self) -> str:
        """How rows name it: as the institution, or with its values."""
        return f"{self.institution} ({self.condition})" if self.values else self.institution

    def given(self, values: Mapping[str, float]) -> "Arm":
        """Live with further values; its own come first."""
        return Arm(self.institution, {**values, **self.values})


@dataclass(frozen=True)
class Hypothesis:
    """A claim that one side does better than another, or that it does so by more under one condition than another.

    Attributes
    ----------
    id : str
        Its file's name.
    statement : str
        The claim in plain words.
    metric : str
        The outcome in which it shows.
    better, than : Arm
        The first is claimed to do better than the second; an effect is its outcome minus that of the second.
    smallest_effect : float
        The least difference that would matter, in the metric's unit.
    why : str
        Where the smallest effect comes from.
    direction : str or None
        ``more`` or ``less``, for an outcome that only describes: which of them is claimed.
    given, rather_than : mapping of str to float
        Values that both sides live with. With ``rather_than`` the claim is about a gain: that of ``better`` over
        ``than`` is larger with the values of ``given`` than with those.
    where : str or None
        A condition on assumptions, ``mission_cost > 20``: the claim is about the draws in which it holds.
    check : bool
        Whether it holds by construction, or should: then it tests the model, not the world, and is told apart.
    """

    id: str
    statement: str
    metric: str
    better: Arm
    than: Arm
    smallest_effect: float
    why: str
    direction: str | None = None
    given: Mapping[str, float] = field(default_factory=dict)
    rather_than: Mapping[str, float] = field(default_factory=dict)
    where: str | None = None
    check: bool = False

    def __post_init__(self) -> None:
        """Check every field, naming the one at fault."""
        where = f"hypothesis '{self.id}'"
        for name in ("statement", "metric", "why"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise InvalidInput(f"{where}: {name} must be text, not {value!r}")
        if self.metric not in OUTCOMES:
            raise InvalidInput(f"{where}: unknown metric '{self.metric}': {nearest(self.metric, OUTCOMES)}")
        describes = OUTCOMES[self.metric].better == 0
        if self.direction not in (None, *_DIRECTIONS):
            raise InvalidInput(f"{where}: direction={self.direction} must be more or less")
        if describes and self.direction is None:
            raise InvalidInput(
                f"{where}: metric '{self.metric}' describes, neither more nor less of it is better; "
                "direction must say which is claimed: more or less"
            )
        if not describes and self.direction is not None:
            raise InvalidInput(f"{where}: direction must not be given, '{self.metric}' has one of its own")
        if self.better == self.than:
            raise InvalidInput(f"{where}: better and than are both '{self.than.name}'")
        if self.rather_than and self.given == self.rather_than:
            raise InvalidInput(f"{where}: given and rather_than are the same values")
        if self.where is not None:
            self._check_condition(where)
        if not isinstance(self.check, bool):
            raise InvalidInput(f"{where}: check={self.check} must be true or false")
        effect = self.smallest_effect
        number = isinstance(effect, int | float) and not isinstance(effect, bool)
        if not number or not 0.0 < effect < math.inf:
            raise InvalidInput(f"{where}: smallest_effect={effect} must be a number above 0")

    def _check_condition(self, place: str) -> None:
        """Read the condition once, to refuse what cannot be read."""
        try:
            read_condition(str(self.where), (), PARAMETERS)
        except InvalidInput as error:
            raise InvalidInput(f"{place}: where: {error}") from None

    def held(self, assumptions: Mapping[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.bool_]:
        """Tell in which draws (draws,) the condition holds, from assumptions (draws,) by name; there must be one."""
        return read_condition(str(self.where), (), PARAMETERS).holds(assumptions)

    @property
    def sign(self) -> float:
        """Sign of metric(better) - metric(than) if the claim holds."""
        own = OUTCOMES[self.metric].better
        return float(own if self.direction is None else _DIRECTIONS[self.direction])

    @property
    def pairs(self) -> tuple[tuple[Arm, Arm], ...]:
        """The two sides; for a claim about a gain, twice: under the claimed condition, then under the other."""
        conditions = (self.given, self.rather_than) if self.rather_than else (self.given,)
        return tuple((self.better.given(values), self.than.given(values)) for values in conditions)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Everything that has to be run for it, none twice."""
        found = {arm.name: arm for pair in self.pairs for arm in pair}
        return tuple(found.values())

    def effect(self, cube: Cube) -> npt.NDArray[np.float64]:
        """Work out the effect run by run (replications,), from a cube that has every arm: `better` minus `than`.

        Of a claim about a gain: that difference under the claimed condition, minus that under the other.
        """
        differences = [cube.difference(self.metric, better.name, than.name) for better, than in self.pairs]
        return differences[0] - differences[1] if self.rather_than else differences[0]


SMALLEST_EFFECT = 1.0
"""Least difference in conflict-years that counts where no file says otherwise."""


def fewer_conflict_years(name: str, than: str, labels: Mapping[str, str], declared: Iterable[Hypothesis]) -> Hypothesis:
    """Ask whether an institution sees fewer conflict-years than another, as a file does that asks just that.

    Parameters
    ----------
    name, than : str
        Institutions.
    labels : mapping of str to str
        Theirs.
    declared : iterable of Hypothesis
        From files.
    """
    asked = Hypothesis(
        id=f"{name}_beats_{than}",
        statement=f"{labels[name]} sees fewer conflict-years than {labels[than]}",
        metric="conflict_years",
        better=Arm(name),
        than=Arm(than),
        smallest_effect=SMALLEST_EFFECT,
        why="One state-year of conflict averted over the whole world and time, as in conf/hypotheses.",
    )
    same = (each for each in declared if (each.metric, each.pairs, each.where) == (asked.metric, asked.pairs, None))
    return next(same, asked)


def with_arms(setting: Setting, hypotheses: Iterable[Hypothesis]) -> tuple[Setting, list[Arm]]:
    """Add to a setting what hypotheses need beside its institutions.

    Parameters
    ----------
    setting : Setting
        With the institutions that were asked for.
    hypotheses : iterable of Hypothesis
        What will be judged.

    Returns
    -------
    Setting, list of Arm
        The setting with an institution for each further arm, and those arms. A hypothesis about an institution that
        was not asked for adds none.
    """
    can_be_judged = [h for h in hypotheses if all(arm.institution in setting.institutions for arm in h.arms)]
    added = {arm.name: arm for hypothesis in can_be_judged for arm in hypothesis.arms if arm.values}
    institutions = {name: setting.institutions[arm.institution] for name, arm in added.items()}
    institutions = {**setting.institutions, **institutions}
    special = {name: {**setting.overrides.get(arm.institution, {}), **arm.values} for name, arm in added.items()}
    overrides = {**setting.overrides, **special}
    return replace(setting, institutions=institutions, overrides=overrides), list(added.values())


def load_hypotheses(wanted: str | Sequence[str] = "all", folder: Path = CONF / "hypotheses") -> tuple[Hypothesis, ...]:
    """Read declared hypotheses.

    Parameters
    ----------
    wanted : str or sequence of str
        ``all``, ``none``, or names of files.
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
    if isinstance(wanted, str) and wanted in ("all", "none"):
        names = known if wanted == "all" else ()
    return tuple(_load(folder, str(name), known) for name in dict.fromkeys(names))


_OPTIONAL = ("direction", "given", "rather_than", "where", "check")


def _load(folder: Path, name: str, known: list[str]) -> Hypothesis:
    if name not in known:
        raise InvalidInput(f"unknown hypothesis '{name}': {nearest(name, known)}")
    where = f"hypothesis '{name}'"
    known_keys = [field.name for field in fields(Hypothesis) if field.name != "id"]
    needed = [key for key in known_keys if key not in _OPTIONAL]
    content = checked_keys(where, read_yaml(folder / f"{name}.yaml", where), known_keys)
    if missing := [key for key in needed if key not in content]:
        lacking = "', '".join(missing)
        raise InvalidInput(f"{where}: field '{lacking}' is missing; needed: {', '.join(needed)}")
    read: dict[str, Any] = {side: _arm(f"{where}: {side}", content[side]) for side in ("better", "than")}
    read |= {key: values_from(f"{where}: {key}", content[key]) for key in ("given", "rather_than") if key in content}
    return Hypothesis(id=name, **{**content, **read})


def _arm(where: str, node: Any) -> Arm:
    """Read one side: an institution's name, or its name with values."""
    if isinstance(node, str) and node.strip():
        return Arm(node)
    if not isinstance(node, dict):
        raise InvalidInput(f"{where} must be the name of an institution, or {{institution: name, values: ...}}")
    checked = checked_keys(where, node, ("institution", "values"))
    if not isinstance(checked.get("institution"), str):
        raise InvalidInput(f"{where}: institution must be the name of a file in conf/institution")
    return Arm(checked["institution"], values_from(f"{where}: values", checked.get("values")))
