"""From what the user typed to what a command runs: composed by Hydra, checked by us, before anything runs.

Precedence, later wins: defaults and draws, the world's values, the calibration's, the institution's, the channels',
``name=value`` on the command line (for every institution), ``override.<institution>.<name>=value`` (for one).
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Any

import yaml
from hydra import compose, initialize_config_dir
from hydra.conf import HydraConf
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from experiments.settings.commands import OPTIONS_OF
from experiments.settings.declared import declare
from experiments.settings.institutions import institution_from
from experiments.settings.nodes import checked_keys, values_from
from experiments.settings.options import BASELINE, CHOICES, OPTIONS, shown, with_references
from experiments.settings.overrides import read_override
from experiments.settings.places import CONF
from experiments.settings.uncertainty import Draws, draw_values, draws_from
from experiments.settings.worlds import world_from
from model.errors import InvalidInput, nearest
from model.institution import Institution
from model.parameters import PARAMETERS, Parameters, build_parameters
from model.world import World

HYDRA_VERSION = "1.3"
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

    def drawn(self, seed: int, replication: int) -> "Setting":
        """Draw one of the calibration's sets of values, for one run by its name."""
        return replace(self, shared={**self.shared, **draw_values(self.draws, seed, replication)})


@contextlib.contextmanager
def hydra_ready() -> Iterator[None]:
    """Let Hydra compose from ``conf``, inside one of its jobs or outside; its errors become one line."""
    with contextlib.ExitStack() as stack:
        if not GlobalHydra.instance().is_initialized():
            stack.enter_context(initialize_config_dir(str(CONF), job_name="concord", version_base=HYDRA_VERSION))
        try:
            yield
        except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
            raise InvalidInput(_one_line(error)) from error


def _one_line(error: BaseException) -> str:
    """Say what Hydra says in one line, innermost cause first."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines()]
    return "configuration: " + "; ".join(
        line for line in lines if line and not line.startswith(("object_type=", "full_key:"))
    )


def composed(command: str, overrides: Sequence[str], options: Mapping[str, object] | None = None) -> DictConfig:
    """Compose a command's configuration.

    Parameters
    ----------
    command : str
        A key of `OPTIONS_OF`.
    overrides : sequence of str
        As on the command line, one value each.
    options : mapping of str to object, optional
        The same by name, as a notebook gives them.

    Returns
    -------
    DictConfig
        As `finished` leaves it.

    Raises
    ------
    InvalidInput
        For a name that does not exist or an option's value that is not admitted, in one line.
    """
    overrides = [*overrides, *(f"{name}={shown(value)}" for name, value in (options or {}).items())]
    declare(command)
    with hydra_ready():
        for text in overrides:
            read_override(command, text, GlobalHydra.instance().config_loader())
        cfg = compose(command, overrides, return_hydra_config=True)
        hydra = cfg.hydra
        with open_dict(cfg):
            del cfg["hydra"]
        return finished(command, cfg, hydra)


def finished(command: str, cfg: DictConfig, hydra: HydraConf) -> DictConfig:
    """Note which files were chosen, under ``chosen``, and what was asked, under ``asked``; check every other option.

    Raises
    ------
    InvalidInput
        For an option's value that is not admitted.
    """
    with hydra_ready():
        with open_dict(cfg):
            cfg.chosen = {name: hydra.runtime.choices[name] for name in OPTIONS_OF[command] if name in CHOICES}
            cfg.asked = list(hydra.overrides.task)
        plain = OmegaConf.to_container(cfg, resolve=True)
    assert isinstance(plain, dict)
    for name in OPTIONS_OF[command]:
        OPTIONS[name].check(name, plain["chosen"].get(name, plain[name]))
    return cfg


def institution_names(cfg: DictConfig) -> list[str]:
    """Name the institutions a configuration means: in a comparison those it asks for and the references.

    A sweep needs the baseline alone.
    """
    if "institutions" not in cfg:
        return [cfg.chosen.institution]
    if "design" in cfg.chosen:
        return list(dict.fromkeys([BASELINE, *cfg.institutions]))
    return with_references(cfg.institutions)


def setting_from(cfg: DictConfig, institution_names: Sequence[str]) -> Setting:
    """Make what runs are made of, and check all of it.

    Parameters
    ----------
    cfg : DictConfig
        A configuration that went through `finished`, as commands receive it.
    institution_names : sequence of str
        Files of ``conf/institution``; each is composed by itself.

    Returns
    -------
    Setting

    Raises
    ------
    InvalidInput
        For anything unknown, out of range or that does not fit together, in one line.
    """
    with hydra_ready():
        plain = OmegaConf.to_container(cfg, resolve=True)
        assert isinstance(plain, dict)
        nodes = _institution_nodes(plain, institution_names)
    chosen = plain["chosen"]
    world = world_from(chosen["world"], plain["world"])
    institutions = {name: institution_from(name, nodes[name]) for name in institution_names}
    for institution in institutions.values():
        institution.layout(world)
    calibration = checked_keys(f"calibration '{chosen['calibration']}'", plain["calibration"], CALIBRATION_KEYS)
    shared = {
        **values_from(f"world '{chosen['world']}'", plain["world"].get("values")),
        **values_from(f"calibration '{chosen['calibration']}'", calibration.get("values")),
    }
    channels = f"channels '{chosen.get('channels')}'"
    switched = checked_keys(channels, plain.get("channels"), ("label", "values")).get("values")
    set_here = {name: plain[name] for name in PARAMETERS if plain[name] is not None}
    return Setting(
        world=world,
        quarters=_quarters(plain),
        institutions=institutions,
        shared=shared,
        draws=draws_from(f"calibration '{chosen['calibration']}'", calibration, set_here),
        channels=values_from(channels, switched),
        command_line={name: PARAMETERS[name].check(value) for name, value in set_here.items()},
        overrides=_overrides(plain["override"], institution_names),
    )


def _quarters(plain: Mapping[Any, Any]) -> int:
    """Length of a run: in quarters where a command asks so, else that of the years it is about."""
    if "quarters" in plain:
        return int(plain["quarters"])
    return 4 * int(plain["years"] if "years" in plain else plain["last"] - plain["first"] + 1)


def _institution_nodes(plain: Mapping[Any, Any], names: Sequence[str]) -> dict[str, Any]:
    """Get each institution's content: as composed already where the command chose it, else composed now."""
    nodes = {plain["chosen"]["institution"]: plain["institution"]} if "institution" in plain else {}
    missing = [name for name in names if name not in nodes]
    for name in missing:
        OPTIONS["institution"].check("institution", name)
    if missing:
        # A list cannot stand in Hydra's defaults: each goes to a place of its own, all in one composition.
        wanted = {name: f"institution_{position}" for position, name in enumerate(missing)}
        together = compose(overrides=[f"+institution@{place}={name}" for name, place in wanted.items()])
        container = OmegaConf.to_container(together, resolve=True)
        assert isinstance(container, dict)
        nodes |= {name: container.get(place) for name, place in wanted.items()}
    return nodes


def _overrides(node: Any, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Read ``override.<institution>.<name>=value``."""
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


def resolved(cfg: DictConfig, setting: Setting) -> dict[str, Any]:
    """Write everything a command was asked into plain data, for a manifest.

    Parameters
    ----------
    cfg : DictConfig
        A configuration that went through `finished`.
    setting : Setting
        What `setting_from` made of it.

    Returns
    -------
    dict
        Every option; ``world`` with a digest of its states; ``institutions`` in full; ``values`` as set by
        world and calibration, by the command line, and for single institutions.
    """
    plain = OmegaConf.to_container(cfg, resolve=True)
    assert isinstance(plain, dict)
    options = {str(name): plain[name] for name in plain if name in OPTIONS and name not in CHOICES}
    states = repr(setting.world.states).encode()
    return options | {
        "world": {
            **plain["world"],
            "chosen": plain["chosen"]["world"],
            "name": setting.world.name,
            "states": setting.world.size,
            "states_sha256": sha256(states).hexdigest(),
        },
        "calibration": plain["chosen"]["calibration"],
        "channels": plain["chosen"].get("channels"),
        "institutions": {name: asdict(institution) for name, institution in setting.institutions.items()},
        "values": {
            "world_and_calibration": dict(setting.shared),
            "draws": {"of": list(setting.draws), "sha256": sha256(repr(dict(setting.draws)).encode()).hexdigest()},
            "channels": dict(setting.channels),
            "command_line": dict(setting.command_line),
            "override": {name: dict(values) for name, values in setting.overrides.items()},
        },
    }
