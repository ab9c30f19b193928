"""``concord compare``: whether joint responses outperform siloed ones."""

import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application, tell

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.studies.compare_study import Study


def compare(*overrides: str, **options: object) -> "Study":
    """Do in a notebook what the command does.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"world=stylised"``, ``"override.uk_pools.approval_delay=0"``.
    **options : object
        The same by keyword: ``replications=20``, ``institutions=["siloed", "uk_pools"]``.

    Returns
    -------
    Study
        With ``runs()``, ``table()``, ``figures`` and ``result()``; progress goes to standard error.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.settings.configuration import composed
    from experiments.studies.compare_study import conduct

    return conduct(composed("compare", overrides, options))


def _command(cfg: "DictConfig") -> None:
    """Run a comparison and print what came out."""
    from experiments.studies.compare_study import conduct

    study = conduct(cfg)
    tell(cfg.output, study.result, study.report.terminal)


main = application("compare", _command)

if __name__ == "__main__":
    sys.exit(main())
