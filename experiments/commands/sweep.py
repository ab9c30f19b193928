"""``concord sweep``: how outcomes move over a design of points."""

import json
import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.runs.pilot import Estimate
    from experiments.studies.sweep import SweepStudy


def sweep(*overrides: str, **options: object) -> "SweepStudy | Estimate":
    """Do in a notebook what the command does.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"design=sobol"``, ``"design.points=512"``, ``"axes={effect:[0.01,0.05],veto:null}"``.
    **options : object
        The same by keyword: ``axes=["effect", "veto"]``, ``replications=20``.

    Returns
    -------
    SweepStudy
        With ``runs()``, ``points()``, ``table()``, ``figures`` and ``result()``; progress goes to standard error.
        With ``dry_run=True`` an `Estimate` instead, and no study.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.settings.configuration import composed
    from experiments.studies.sweep import conduct

    return conduct(composed("sweep", overrides, options))


def _command(cfg: "DictConfig") -> None:
    """Run a sweep and print what came out."""
    from experiments.runs.pilot import Estimate
    from experiments.studies.sweep import conduct

    found = conduct(cfg)
    if cfg.output == "json":
        print(json.dumps(found.result(), ensure_ascii=False, allow_nan=False))
    else:
        print(found.text() if isinstance(found, Estimate) else found.report.terminal())


main = application("sweep", _command)

if __name__ == "__main__":
    sys.exit(main())
