"""``concord calibrate``: which conflict process reproduces the record."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import application

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.records.calibration import Calibrated


def calibrate(*overrides: str, **options: object) -> "Calibrated":
    """Do in a notebook what the command does, without printing results.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"free=[onset_base,termination_base]"``.
    **options : object
        The same by keyword: ``replications=50, study="quick"``.

    Returns
    -------
    Calibrated
        Optimum, covariance, checks of every pattern; progress goes to standard error.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.settings.configuration import composed

    return _conduct(composed("calibrate", overrides, options))


def _conduct(cfg: "DictConfig") -> "Calibrated":
    """Fit, and write the values where that is asked for."""
    from experiments.records.calibration import conduct
    from experiments.records.calibration_report import calibration_yaml
    from experiments.runs.store import write_whole

    found = conduct(cfg)
    if cfg.to is not None:
        write_whole(Path(cfg.to).expanduser(), calibration_yaml(found).encode())
    return found


def _command(cfg: "DictConfig") -> None:
    """Fit and print what came out."""
    from experiments.records.calibration_report import result, terminal

    found = _conduct(cfg)
    print(json.dumps(result(found), ensure_ascii=False, allow_nan=False) if cfg.output == "json" else terminal(found))


main = application("calibrate", _command)

if __name__ == "__main__":
    sys.exit(main())
