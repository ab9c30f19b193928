"""``concord attribute``: which ingredient of an institution does the work."""

import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application, tell

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.studies.evidence import EvidenceStudy


def attribute(*overrides: str, **options: object) -> "EvidenceStudy":
    """Do in a notebook what the command does, without printing results.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"institution=stability_fund"``.
    **options : object
        The same by keyword: ``replications=100, level="defaults"``.

    Returns
    -------
    EvidenceStudy
        With ``runs()``, ``report``, ``figures`` and ``result()``; progress goes to standard error.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.settings.configuration import composed
    from experiments.studies.attribution import conduct

    return conduct(composed("attribute", overrides, options))


def _command(cfg: "DictConfig") -> None:
    """Take an institution apart and print what came out."""
    from experiments.studies.attribution import conduct

    study = conduct(cfg)
    tell(cfg.output, study.result, study.report.terminal)


main = application("attribute", _command)

if __name__ == "__main__":
    sys.exit(main())
