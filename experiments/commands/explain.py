"""``concord explain`` asks of one run why a state got the money it got in a quarter."""

import json
import sys
from typing import TYPE_CHECKING, Any

from experiments.settings.application import application

if TYPE_CHECKING:
    from omegaconf import DictConfig


def explain(*overrides: str, **options: object) -> dict[str, Any]:
    """Do in a notebook what the command does, without printing.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"institution=uk_pools"``, ``"override.uk_pools.veto=0"``.
    **options : object
        The same by keyword: ``state="KEN"``, ``quarter=33``.

    Returns
    -------
    dict
        Plain data, see `experiments.accounts.account.account`; `experiments.accounts.wording.words` puts it into words.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.settings.configuration import composed

    return _conduct(composed("explain", overrides, options))


def _conduct(cfg: "DictConfig") -> dict[str, Any]:
    """Live through the run up to the quarter, and ask."""
    from experiments.accounts.account import account, position_of
    from experiments.accounts.witness import Witness
    from experiments.settings.configuration import setting_from
    from model.errors import InvalidInput
    from model.runs import simulate

    name = cfg.chosen.institution
    setting = setting_from(cfg, [name])
    position = position_of(setting.world, cfg.state)
    if cfg.quarter > setting.quarters:
        raise InvalidInput(f"quarter={cfg.quarter}: must be a whole number, 1 to quarters={setting.quarters}")
    who = (setting.institutions[name], setting.world, setting.parameters(name), cfg.seed, cfg.replication)
    model = Witness(*who, setting.quarters)
    for _ in range(cfg.quarter):
        model.step()
    compiled = simulate(*who, setting.quarters).trajectory
    if model.trajectory().tobytes() != compiled[: cfg.quarter].tobytes():
        raise RuntimeError("the run explained is not the run that concord run gives; this is a bug")
    return {**cfg.chosen, "seed": cfg.seed, "replication": cfg.replication, **account(model, position)}


def _command(cfg: "DictConfig") -> None:
    """Print why."""
    from experiments.accounts.wording import words

    told = _conduct(cfg)
    print(json.dumps(told, allow_nan=False, ensure_ascii=False) if cfg.output == "json" else words(told))


main = application("explain", _command)

if __name__ == "__main__":
    sys.exit(main())
