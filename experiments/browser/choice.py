"""What a visitor has chosen, as text that ``concord run`` takes, and what the command's own checks make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from experiments.browser.opening import Opening
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from experiments.settings.options import INSTITUTION, QUARTERS, REPLICATION, SEED, WORLD
from experiments.settings.places import names_in
from model.errors import InvalidInput, nearest
from model.institution import Institution
from model.parameters import PARAMETERS, Parameters, parameter
from model.world import World

SIDES = ("A", "B")
BOTH = "both"
_WHOLE = {option.name: option for option in (SEED, REPLICATION, QUARTERS)}


@dataclass(frozen=True)
class Choice:
    """A visitor's choice.

    Attributes
    ----------
    institutions : tuple of str
        A and B.
    world, seed, replication, quarters : str
        Options of ``concord run``.
    rest : tuple of str
        Other options, as typed on the command line.
    both, own : mapping of str to float
        Parameters set for both institutions; for A alone and for B alone.
    """

    institutions: tuple[str, str]
    world: str
    seed: str
    replication: str
    quarters: str
    rest: tuple[str, ...] = ()
    both: Mapping[str, float] = field(default_factory=dict)
    own: tuple[Mapping[str, float], Mapping[str, float]] = ({}, {})

    def values(self, side: int) -> dict[str, float]:
        """Parameters set for one side; those set for it alone win."""
        return {**self.both, **self.own[side]}

    def overrides(self, side: int) -> list[str]:
        """Write one side's run as ``concord run`` takes it."""
        options = [f"{name}={getattr(self, name)}" for name in ("world", *_WHOLE)]
        values = [f"{name}={value!r}" for name, value in self.values(side).items()]
        return [f"institution={self.institutions[side]}", *options, *self.rest, *values]

    def with_institution(self, side: int, name: str) -> "Choice":
        """Take another institution; what was set for this side alone belonged to the one before."""
        INSTITUTION.check(name)
        institutions, own = list(self.institutions), list(self.own)
        institutions[side], own[side] = name, {}
        return replace(self, institutions=(institutions[0], institutions[1]), own=(own[0], own[1]))

    def with_option(self, name: str, text: str) -> "Choice":
        """Set world, seed, replication or quarters."""
        if name == "world":
            WORLD.check(text)
            other = tuple(word for word in self.rest if not word.startswith("world."))
            return replace(self, world=text, rest=self.rest if text == self.world else other)
        if name not in _WHOLE:
            raise InvalidInput(f"unknown option '{name}': {nearest(name, ('world', *_WHOLE))}")
        value: int | str = int(text) if text.strip().isdecimal() else text
        _WHOLE[name].check(value)
        taken = {option: getattr(self, option) for option in _WHOLE} | {name: str(value)}
        return replace(self, seed=taken["seed"], replication=taken["replication"], quarters=taken["quarters"])

    def with_value(self, scope: str, name: str, text: str | None) -> "Choice":
        """Set a parameter for both sides or one of them; None takes back whatever was set for it there."""
        value = {} if text is None else {name: parameter(name).check(text)}
        both = {other: set_to for other, set_to in self.both.items() if other != name}
        own = [{other: set_to for other, set_to in side.items() if other != name} for side in self.own]
        if scope == BOTH:
            return replace(self, both=both | value, own=(own[0], own[1]))
        this = SIDES.index(scope)
        other_value = self.values(1 - this).get(name)
        # What is set for both and taken back for one alone stays set for the other alone.
        own[1 - this] |= {} if other_value is None or name not in self.both or value else {name: other_value}
        own[1 - this] |= {name: self.own[1 - this][name]} if name in self.own[1 - this] else {}
        own[this] |= value
        return replace(self, both=self.both if value else both, own=(own[0], own[1]))

    def as_preset(self) -> "Choice":
        """Take back every parameter that was set."""
        return replace(self, both={}, own=({}, {}))


@dataclass(frozen=True)
class Start:
    """What one side's run is made of; ``preset`` are its parameters with nothing set by hand."""

    institution: Institution
    parameters: Parameters
    preset: Parameters


@dataclass(frozen=True, eq=False)
class Ready:
    """A checked choice: what both runs are made of."""

    choice: Choice
    world: World
    seed: int
    replication: int
    quarters: int
    sides: tuple[Start, Start]


def first_choice(opening: Opening) -> Choice:
    """Take what was typed on the command line apart.

    Raises
    ------
    InvalidInput
        As ``concord run`` would.
    """
    special = [text for text in opening.overrides if text.startswith("override.")]
    shared = [text for text in opening.overrides if text not in special]
    run = asked("run", shared)
    taken = ("world", *_WHOLE)
    rest = tuple(text for text in shared if text.split("=")[0] not in (*taken, *PARAMETERS))
    both = {name: parameter(name).check(value) for name, value in run.parameters.items()}
    own: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for text in special:
        name, _, value = text.partition("=")
        _, institution, called = name.split(".")
        for side in (0, 1):
            if opening.institutions[side] == institution:
                own[side][called] = parameter(called).check(value)
    options = {name: str(run[name]) for name in _WHOLE}
    return Choice(opening.institutions, run.chosen["world"], rest=rest, both=both, own=own, **options)


def prepared(choice: Choice) -> Ready:
    """Compose and check both runs as ``concord run`` does.

    Raises
    ------
    InvalidInput
        For whatever does not fit, in one line.
    """
    runs = [asked("run", choice.overrides(side)) for side in (0, 1)]
    settings = [run.setting([choice.institutions[side]]) for side, run in enumerate(runs)]
    starts = [_start(setting, choice.institutions[side]) for side, setting in enumerate(settings)]
    run, world = runs[0], settings[0].world
    return Ready(choice, world, run.seed, run.replication, settings[0].quarters, (starts[0], starts[1]))


@cache
def first_ready(opening: Opening) -> Ready:
    """What every session opens with: nothing in it can change, so it is prepared once for all visitors."""
    return prepared(first_choice(opening))


def _start(setting: Setting, name: str) -> Start:
    """Parameters of one side, and what they would be had nothing been set."""
    plain = replace(setting, command_line={})
    return Start(setting.institutions[name], setting.parameters(name), plain.parameters(name))


def worlds(current: str) -> list[str]:
    """Worlds to choose from; one that needs a file is there only if it was given one on the command line."""
    return [name for name in names_in("world") if name != "csv" or name == current]
