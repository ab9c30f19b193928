"""Reading ``name=value`` before Hydra does: a mistyped name costs one line with the nearest right one."""

import re

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from hydra.errors import HydraException

from experiments.settings.commands import OPTIONS_OF, takes_parameters
from experiments.settings.options import CHOICES, OPTIONS
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS


def read_override(command: str, text: str, loader: ConfigLoader) -> Override:
    """Read one override and check that what it sets exists; only values that name files are checked as well.

    Parameters
    ----------
    command : str
        A key of `OPTIONS_OF`.
    text : str
        As typed; several values (``seed=1,2``) are admitted.
    loader : ConfigLoader
        Hydra's, for ``institution=glob(*)``.

    Returns
    -------
    Override

    Raises
    ------
    InvalidInput
        In one line: the text, the rule, the nearest right name.
    """
    override = _parsed(command, text, loader)
    key = override.key_or_group
    root = key.split(".")[0]
    if root == "hydra" or root.startswith("hydra/"):
        return override
    if root not in _names(command):
        raise InvalidInput(f"'{text}': {command} has no option or parameter '{root}': {_close(command, root)}")
    if "." in key and root not in (*CHOICES, "override"):
        raise InvalidInput(f"'{text}': {root} has no parts, must be {root}=value")
    if override.type is not OverrideType.CHANGE or override.package is not None:
        raise InvalidInput(f"'{text}': every name exists already, must be {key}=value")
    if key == "axes":
        _refuse_doubles(text)
    if key in CHOICES and not override.is_sweep_override():
        OPTIONS[key].check(key, override.value())
    return override


def _refuse_doubles(text: str) -> None:
    """Refuse a mapping that names an axis twice: reading it would keep the last one without a word."""
    names = re.findall(r"([\w.]+)\s*:", text)
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"axes: {name} stands there twice, must stand there once")


def _parsed(command: str, text: str, loader: ConfigLoader) -> Override:
    """Parse one override."""
    try:
        return OverridesParser.create(config_loader=loader).parse_overrides([text])[0]
    except HydraException:
        name, equals, _ = text.partition("=")
    if not equals:
        raise InvalidInput(f"'{text}': must be name=value; {_close(command, name.strip('+~'))}")
    raise InvalidInput(
        f"'{text}' cannot be read: must be name=value, a value with special characters in quotes "
        f"(name='\"a=b\"'), a list in brackets ('name=[a,b]')"
    )


def _names(command: str) -> list[str]:
    """List what can stand before the equals sign or its first dot."""
    return [*OPTIONS_OF[command], *([*PARAMETERS, "override"] if takes_parameters(command) else [])]


def _close(command: str, name: str) -> str:
    """Say which name was meant, or where all of them are listed."""
    said = nearest(name, _names(command))
    return said if said.startswith("did you mean") else f"concord {command} --help lists them"
