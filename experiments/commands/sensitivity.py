"""``concord sensitivity``: which assumptions drive the difference."""

import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application, tell

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.studies.evidence import EvidenceStudy


def sensitivity(*overrides: str, **options: object) -> "EvidenceStudy":
    """Do in a notebook what the command does.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"world=stylised"``, ``"axes=[effect,veto]"``.
    **options : object
        The same by keyword: ``replications=20, study="first_look"``.

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
    from experiments.studies.sensitivity import conduct

    return conduct(composed("sensitivity", overrides, options))


def _command(cfg: "DictConfig") -> None:
    """Run what is missing and print what came out."""
    from experiments.studies.sensitivity import conduct

    study = conduct(cfg)
    tell(cfg.output, study.result, study.report.terminal)


main = application("sensitivity", _command)

if __name__ == "__main__":
    sys.exit(main())
