"""What runs are made of, from a command's plain configuration; everything in it is checked.

Precedence, later wins: defaults and draws, the world's values, the calibration's, the institution's, the channels',
``name=value`` on the command line (for every institution), ``override.<institution>.<name>=value`` (for one).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from experiments.settings.institutions import institution_from
from experiments.settings.nodes import checked_keys, values_from
from experiments.settings.uncertainty import Draws, draw_values, draws_from
from experiments.settings.worlds import scaled_values, values_of, world_from
from model.errors import InvalidInput, nearest
from model.institution import Institution
from model.parameters import PARAMETERS, Parameters, build_parameters
from model.rules.treasury import ENDOGENOUS, EQUAL_PROGRAMME, ON_TOP
from model.world import World

CALIBRATION_KEYS = ("values", "draws", "made")
"""What a file of ``conf/calibration`` may hold: values, sets that may be as true, and how they were made."""


@dataclass(frozen=True)
class Setting:
    """What runs are made of, apart from the run's name (seed, replication).

    Attributes
    ----------
    world : World
        The partner states.
    quarters : int
        Length of a run.
    institutions : dict of str to Institution
        By name.
    shared : mapping of str to float
        Values of the world and the calibration.
    draws : mapping of str to tuple of float
        Sets of the calibration's values, without those that the command line sets; empty where it keeps none.
    channels : mapping of str to float
        Values that switch channels off, for every institution.
    command_line : mapping of str to float
        Values set for every institution.
    overrides : mapping of str to mapping of str to float
        Values set for one institution.
    """

    world: World
    quarters: int
    institutions: dict[str, Institution]
    shared: Mapping[str, float] = field(default_factory=dict)
    draws: Draws = field(default_factory=dict)
    channels: Mapping[str, float] = field(default_factory=dict)
    command_line: Mapping[str, float] = field(default_factory=dict)
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def special(self, institution_name: str) -> Mapping[str, float]:
        """Values set for one institution alone."""
        return self.overrides.get(institution_name, {})

    def parameters(
        self,
        institution_name: str,
        drawn: Mapping[str, float] | None = None,
        fixed: Mapping[str, float] | None = None,
    ) -> Parameters:
        """Build the parameters of one institution's runs.

        Parameters
        ----------
        institution_name : str
            One of `institutions`.
        drawn : mapping of str to float, optional
            Values that replace defaults; whatever is set stays as it is.
        fixed : mapping of str to float, optional
            Values that win over whatever is set.

        Returns
        -------
        model.parameters.Parameters
        """
        own = self.institutions[institution_name].values
        set_here = {**self.shared, **own, **self.channels, **self.command_line, **self.special(institution_name)}
        return build_parameters(drawn or {}, set_here, fixed or {})

    def money(self) -> str:
        """Say in one sentence whether every institution has the same money, as far as it is set and not varied."""
        each = [self.parameters(name) for name in self.institutions]
        rules = {p.budgeting.budget_rule for p in each}
        sources = {p.budgeting.top_up_source for p in each if p.degrees.top_up > 0.0}
        granted = {(p.finance.settlement, p.finance.reserve_cap, p.budgeting.programme_target) for p in each}
        if len(rules) > 1 or len(granted) > 1:
            return "Institutions did not have equal money: rules or sums differ."
        settled, cap, target = granted.pop()
        said = {
            EQUAL_PROGRAMME: f"£{target:g}m a year were settled on each institution, all peacekeeping on top of it",
            ENDOGENOUS: f"£{settled:g}m a year, moved by attention and belief, were settled on each institution, "
            f"and a Reserve paid up to £{cap:g}m of assessed peacekeeping",
        }.get(
            rules.pop(),
            f"Every institution had the same money, £{settled:g}m a year and a Reserve that paid up to £{cap:g}m of "
            "assessed peacekeeping",
        )
        if ON_TOP in sources:
            return f"{said}; the top-up came on top, so that those who pooled had more."
        return f"{said}; a top-up came out of it." if sources else f"{said}."

    def moved(self, world: World) -> "Setting":
        """The same in another world, of no file's: its money goes by the number of states."""
        return replace(self, world=world, shared={**self.shared, **scaled_values(world)})

    def drawn(self, seed: int, replication: int) -> "Setting":
        """Draw one of the calibration's sets of values, for one run by its name."""
        return replace(self, shared={**self.shared, **draw_values(self.draws, seed, replication)})


def setting_from(
    chosen: Mapping[str, str], options: Mapping[str, Any], set_here: Mapping[str, Any], institutions: Mapping[str, Any]
) -> Setting:
    """Make what runs are made of, and check all of it.

    Parameters
    ----------
    chosen : mapping of str to str
        The file of ``conf`` that each option names.
    options : mapping
        Value of every option, the file's content where one names a file; and what stands under ``override``.
    set_here : mapping
        Values of parameters for every institution, as typed.
    institutions : mapping
        Content of the institutions' files, by name.

    Returns
    -------
    Setting

    Raises
    ------
    InvalidInput
        For anything unknown, out of range or that does not fit together, in one line.
    """
    world = world_from(chosen["world"], options["world"])
    made = {name: institution_from(name, node) for name, node in institutions.items()}
    for institution in made.values():
        institution.layout(world)
    where = f"calibration '{chosen['calibration']}'"
    calibration = checked_keys(where, options["calibration"], CALIBRATION_KEYS)
    channels = f"channels '{chosen.get('channels')}'"
    switched = checked_keys(channels, options.get("channels"), ("label", "values")).get("values")
    return Setting(
        world=world,
        quarters=_quarters(options),
        institutions=made,
        shared={
            **values_of(world, options["world"]),
            **values_from(where, calibration.get("values")),
        },
        draws=draws_from(where, calibration, set_here),
        channels=values_from(channels, switched),
        command_line={name: PARAMETERS[name].check(value) for name, value in set_here.items()},
        overrides=_overrides(options.get("override"), list(institutions)),
    )


def _quarters(options: Mapping[str, Any]) -> int:
    """Length of a run: in quarters where a command asks so, else that of the years it is about."""
    if "quarters" in options:
        return int(options["quarters"])
    return 4 * int(options["years"] if "years" in options else options["last"] - options["first"] + 1)


def _overrides(node: Any, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Read ``override.<institution>.<name>=value``."""
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        raise InvalidInput(f"override={node}: must be override.<institution>.<parameter>=value")
    for name, values in node.items():
        if name not in names:
            raise InvalidInput(
                f"override.{name}: must be override.<institution>.<parameter>=value with an institution "
                f"that is run here; {nearest(str(name), names)}"
            )
        if not isinstance(values, Mapping):
            raise InvalidInput(f"override.{name}={values}: must be override.{name}.<parameter>=value")
    return {str(name): values_from(f"override.{name}", values) for name, values in node.items()}
