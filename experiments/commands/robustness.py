"""``concord robustness``: which institution holds up across worlds, and what would be worth knowing first."""

import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application, tell

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.studies.evidence import EvidenceStudy


def robustness(*overrides: str, **options: object) -> "EvidenceStudy":
    """Do in a notebook what the command does, without printing results.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"institutions=[siloed_best,uk_pools]"``.
    **options : object
        The same by keyword: ``draws=200, futures=4``.

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
    from experiments.studies.robustness import conduct

    return conduct(composed("robustness", overrides, options))


def _command(cfg: "DictConfig") -> None:
    """Run worlds and print what came out."""
    from experiments.studies.robustness import conduct

    study = conduct(cfg)
    tell(cfg.output, study.result, study.report.terminal)


main = application("robustness", _command)

if __name__ == "__main__":
    sys.exit(main())
