"""``concord breakeven``: at which delay, overhead or shared error joint stops winning."""

import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application, tell

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.studies.evidence import EvidenceStudy


def breakeven(*overrides: str, **options: object) -> "EvidenceStudy":
    """Do in a notebook what the command does, without printing results.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"assumptions=[herding]"``.
    **options : object
        The same by keyword: ``replications=100, than="siloed_best"``.

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
    from experiments.studies.breakeven import conduct

    return conduct(composed("breakeven", overrides, options))


def _command(cfg: "DictConfig") -> None:
    """Find break-evens and print what came out."""
    from experiments.studies.breakeven import conduct

    study = conduct(cfg)
    tell(cfg.output, study.result, study.report.terminal)


main = application("breakeven", _command)

if __name__ == "__main__":
    sys.exit(main())
