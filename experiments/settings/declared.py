"""The structured configurations Hydra composes from, made from the declarations of options and parameters."""

import functools
from dataclasses import field, make_dataclass
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING, OmegaConf

from experiments.settings.commands import OPTIONS_OF, takes_parameters
from experiments.settings.options import CHOICES
from model.parameters import PARAMETERS

_ON_STDERR = {
    "version": 1,
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
    "loggers": {"hydra": {"level": "INFO"}},
    "disable_existing_loggers": False,
}

_NO_FILES = {
    "run": {"dir": "."},
    "sweep": {"dir": ".", "subdir": "."},
    "output_subdir": None,
    "job": {"chdir": False},
}


def _open_node() -> Any:
    """Make a node that takes any key: its reader knows the right ones and what is nearest to a wrong one."""
    return OmegaConf.create({}, flags={"struct": False})


@functools.cache
def declare(command: str) -> None:
    """Give Hydra the names that exist in a command; values are checked by their own declarations.

    Parameters
    ----------
    command : str
        A key of `OPTIONS_OF`.
    """
    store = ConfigStore.instance()
    fields: list[Any] = [
        (name, Any, field(default_factory=_open_node) if name in CHOICES else MISSING) for name in OPTIONS_OF[command]
    ]
    if takes_parameters(command):
        fields += [(name, Any, None) for name in PARAMETERS]
        fields.append(("override", Any, field(default_factory=_open_node)))
    store.store(name=f"declared_{command}", node=make_dataclass(command.capitalize(), fields))
    for group in ("hydra/job_logging", "hydra/hydra_logging"):
        store.store(group=group, name="stderr", node=_ON_STDERR)
    store.store(name="quiet", package="hydra", node=_NO_FILES)
