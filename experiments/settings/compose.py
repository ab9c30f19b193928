"""Stand-in until the settings are rebuilt."""

from collections.abc import Mapping, Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from experiments.settings.configuration import Setting, composed, resolved, setting_from
from experiments.settings.runner import Runner, runner_from


class Asked:
    def __init__(self, command: str, cfg: DictConfig) -> None:
        self.command, self._cfg = command, cfg
        self._plain = OmegaConf.to_container(cfg, resolve=True)

    def __getattr__(self, name: str) -> Any:
        plain = self.__dict__.get("_plain", {})
        if name in plain:
            return plain[name]
        if name in ("dry_run", "large"):
            return False
        raise AttributeError(name)

    def __contains__(self, name: str) -> bool:
        return name in self._plain

    @property
    def chosen(self) -> Mapping[str, str]:
        return self._plain["chosen"]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._plain["asked"])

    def setting(self, names: Sequence[str]) -> Setting:
        return setting_from(self._cfg, list(names))

    @property
    def runner(self) -> Runner:
        return runner_from(self._cfg)

    def plain(self, setting: Setting) -> dict[str, Any]:
        return resolved(self._cfg, setting)


def asked(command: str, overrides: Sequence[str] = (), options: Mapping[str, object] | None = None) -> Asked:
    return Asked(command, composed(command, list(overrides), options))
