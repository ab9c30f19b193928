"""A calibration of one's own for every start of a forecast: estimated on what was known before, and centred there."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.records.cases import cases_of
from experiments.records.centring import expected
from experiments.records.estimation import estimated
from experiments.records.files.sources import Sources
from experiments.records.given import say
from experiments.records.history import history_before
from experiments.records.kept_draws import columns_of, kept_of, means_of
from experiments.records.spread import spread
from experiments.records.stage_one import regressions
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.settings.options import BASELINE
from model.errors import InvalidInput

REFITTED = "refitted"
"""What a calibration is called that a forecast makes for itself."""


def can_be_refitted(sources: Sources | None, first: int) -> bool:
    """Tell whether there are files that say enough of the years before one; say why not if there are."""
    if sources is None:
        return False
    try:
        regressions(cases_of(history_before(sources, first)))
    except InvalidInput as reason:
        say(f"{first}: nothing is estimated, a stored calibration stands for every start: {reason}")
        return False
    return True


def without_calibration(asked: Asked) -> Asked:
    """Ask the same without the calibration that stands in ``conf``: one is made."""
    return replace(
        asked,
        chosen={**asked.chosen, "calibration": REFITTED},
        options={**asked.options, "calibration": {}},
    )


def refitted(asked: Asked, sources: Sources, first: int, setting: Setting, work: Work) -> Setting:
    """Give a setting the values and draws of an estimation on what was known before a year.

    Parameters
    ----------
    asked : Asked
        With ``seed``, and without a calibration.
    sources : Sources
        What all is known; nothing from the year on is looked at.
    first : int
        The year.
    setting : Setting
        With the world of that year.
    work : Work
        Where runs are done, and where the result is stored: a study that goes on does not estimate again.

    Raises
    ------
    InvalidInput
        When too little was known to learn from.
    """
    work.store.decided(_name(first), lambda: _made(asked, sources, first, setting, work))
    return with_calibration(setting, first, work.store)


def with_calibration(setting: Setting, first: int, rows: Store) -> Setting:
    """Give a setting the values and draws that a study made for a year."""
    found = rows.manifest["decisions"][_name(first)]
    draws = {name: tuple(of) for name, of in found["draws"].items() if name not in setting.command_line}
    return replace(setting, shared={**setting.shared, **found["values"]}, draws=draws)


def summary(setting: Setting) -> dict[str, dict[str, float]]:
    """Give mean and standard deviation of what is drawn, by parameter."""
    return {
        name: {"mean": float(np.mean(values)), "sd": float(np.std(values, ddof=1))}
        for name, values in setting.draws.items()
    }


def _name(first: int) -> str:
    """Name the calibration of a year among a study's decisions."""
    return f"calibration_{first}"


def _made(asked: Asked, sources: Sources, first: int, setting: Setting, work: Work) -> Mapping[str, Any]:
    """Estimate both stages, then what is expected under siloed in the world that results."""
    say(f"{first}: estimating the conflict process on what was known before")
    began, pool = time.monotonic(), work.start()
    found = estimated(history_before(sources, first), asked.seed, spread(pool, work.stop))
    kept = kept_of(found, first, asked.seed)
    # Their mean, not the estimate: it lies within the declared ranges as they do.
    values = means_of(kept)
    baseline = replace(setting, institutions=asked.setting([BASELINE]).institutions, overrides={})
    centred = expected(baseline, values, asked.seed, pool, work.stop)
    say(f"{first}: estimated in {time.monotonic() - began:.0f} s")
    return {"values": {**values, **centred}, "draws": columns_of(kept)}
