"""What a visitor has selected, as text that ``concord run`` takes, and what the command's own checks make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from experiments.settings.asked import Asked
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from experiments.settings.options import CALIBRATION, CHANNELS, INSTITUTION, QUARTERS, REPLICATION, SEED, WORLD
from model.errors import InvalidInput, nearest
from model.institution import Institution
from model.parameters import PARAMETERS, Parameters, parameter
from model.world import World

SIDES = ("A", "B")
BOTH = "both"
_SHOWN = {option.name: option for option in (WORLD, CALIBRATION, CHANNELS, SEED, REPLICATION, QUARTERS)}
FILES = tuple(name for name, option in _SHOWN.items() if option.composed)
"""Options that choose a file of ``conf``, into which further words may reach: ``world.size=12``."""
_NOT_OF_A_RUN = ("institutions", "host", "hosts", "port", "visitors", "open", "results")
"""Options of ``concord view`` that ``concord run`` does not have."""
_ROOM = 100_000
"""States times quarters: the 147 of the world for a century, or a thousand states for 25 years."""


@dataclass(frozen=True)
class Selection:
    """What a visitor has selected.

    Attributes
    ----------
    institutions : tuple of str
        A and B.
    options : mapping of str to str
        World, calibration, channels, seed, replication and quarters, as ``concord run`` takes them.
    rest : tuple of str
        What is set within their files, as typed on the command line.
    set_to : mapping of (str, str) to float
        Parameters by scope (``both``, ``A`` alone, ``B`` alone) and name.
    """

    institutions: tuple[str, str]
    options: Mapping[str, str]
    rest: tuple[str, ...] = ()
    set_to: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def values(self, side: int) -> dict[str, float]:
        """Parameters set for one side; those set for it alone win."""
        return {n: v for scope in (BOTH, SIDES[side]) for (of, n), v in self.set_to.items() if of == scope}

    def overrides(self, side: int) -> list[str]:
        """Write one side's run as ``concord run`` takes it."""
        options = [f"{name}={text}" for name, text in self.options.items()]
        values = [f"{name}={value!r}" for name, value in self.values(side).items()]
        return [f"institution={self.institutions[side]}", *options, *self.rest, *values]

    def composed_of(self, side: int) -> tuple[str, ...]:
        """Name the files behind one side's run; everything else in it is checked by its own declaration."""
        return self.institutions[side], *(self.options[name] for name in FILES), *self.rest

    def with_institution(self, side: int, name: str) -> "Selection":
        """Take another institution; what was set for this side alone belonged to the one before."""
        INSTITUTION.check(name)
        a, b = (name if at == side else other for at, other in enumerate(self.institutions))
        left = {key: value for key, value in self.set_to.items() if key[0] != SIDES[side]}
        return replace(self, institutions=(a, b), set_to=left)

    def with_option(self, name: str, text: str) -> "Selection":
        """Set one of `options`; what was set within the file before belonged to that file."""
        if name not in _SHOWN:
            raise InvalidInput(f"unknown option '{name}': {nearest(name, _SHOWN)}")
        value: int | str = int(text) if name not in FILES and text.strip().isdecimal() and len(text) < 20 else text
        _SHOWN[name].check(value)
        rest = self.rest
        if name in FILES and text != self.options[name]:
            rest = tuple(word for word in rest if not word.startswith(f"{name}."))
        return replace(self, options={**self.options, name: str(value)}, rest=rest)

    def with_value(self, scope: str, name: str, text: str | None) -> "Selection":
        """Set a parameter for both sides or one of them; None takes back whatever was set for it there."""
        if scope not in (BOTH, *SIDES):
            raise InvalidInput(f"'{scope}': a parameter is set for {BOTH}, A or B")
        over = (BOTH, *SIDES) if scope == BOTH else (scope,)
        left = {key: value for key, value in self.set_to.items() if key not in {(of, name) for of in over}}
        if text is not None:
            left[scope, name] = parameter(name).check(text)
        elif (BOTH, name) in left:
            # What is set for both and taken back for one alone stays set for the other alone.
            left.setdefault((SIDES[1 - SIDES.index(scope)], name), left.pop((BOTH, name)))
        return replace(self, set_to=left)

    def as_preset(self) -> "Selection":
        """Take back every parameter that was set."""
        return replace(self, set_to={})


class Start(NamedTuple):
    """What one side's run is made of; ``preset`` are its parameters with nothing set by hand."""

    institution: Institution
    parameters: Parameters
    preset: Parameters


@dataclass(frozen=True, eq=False)
class Ready:
    """A checked selection: what both runs are made of."""

    selection: Selection
    world: World
    seed: int
    replication: int
    quarters: int
    sides: tuple[Start, Start]
    settings: tuple[Setting, Setting]


def first_selection(view: Asked) -> Selection:
    """Take apart what ``concord view`` was asked; errors as `Asked.setting`."""
    a, b = view.institutions
    setting = view.setting([a, b])
    set_to = {(BOTH, name): value for name, value in setting.command_line.items()}
    for side, who in zip(SIDES, (a, b), strict=True):
        set_to |= {(side, name): value for name, value in setting.special(who).items()}
    known = (*_SHOWN, *PARAMETERS, *_NOT_OF_A_RUN)
    words = [word for word in view.words if word.partition("=")[0] not in known]
    rest = tuple(word for word in words if not word.startswith("override."))
    return Selection((a, b), {name: view.chosen.get(name, str(view[name])) for name in _SHOWN}, rest, set_to)


def prepared(selection: Selection, before: Ready | None = None) -> Ready:
    """Check both runs as ``concord run`` does.

    Parameters
    ----------
    selection : Selection
        What is to be run.
    before : Ready, optional
        What was run so far: files that it is composed of as well are not composed again.

    Raises
    ------
    InvalidInput
        For whatever does not fit, in one line.
    """
    quarters, settings = int(selection.options["quarters"]), []
    for side in (0, 1):
        if before is not None and before.selection.composed_of(side) == selection.composed_of(side):
            setting = before.settings[side]
        else:
            setting = asked("run", selection.overrides(side)).setting([selection.institutions[side]])
        settings.append(replace(setting, quarters=quarters, command_line=selection.values(side)))
    a, b = (
        Start(here.institutions[name], here.parameters(name), replace(here, command_line={}).parameters(name))
        for here, name in zip(settings, selection.institutions, strict=True)
    )
    seed, replication = (int(selection.options[name]) for name in ("seed", "replication"))
    return Ready(selection, settings[0].world, seed, replication, quarters, (a, b), (settings[0], settings[1]))


_opened: list[Ready] = []
"""Nothing in it can change, so it is prepared once for all visitors."""


def open_with(view: Asked) -> None:
    """Let sessions that start from now on open with this; errors as `prepared`."""
    _opened[:] = [prepared(first_selection(view))]


def opened() -> Ready:
    """Tell what a session opens with."""
    return _opened[0]


def check_room(ready: Ready) -> None:
    """Refuse a run larger than a visitor may have: whoever starts the server may begin with a larger one.

    Raises
    ------
    InvalidInput
        With how large a run there is room for.
    """
    wanted, begun = (one.world.size * one.quarters for one in (ready, opened()))
    if wanted > max(_ROOM, begun):
        raise InvalidInput(
            f"{ready.world.size:,} states over {ready.quarters} quarters: too much for a page, whose states times "
            f"quarters are at most {max(_ROOM, begun):,}"
        )
