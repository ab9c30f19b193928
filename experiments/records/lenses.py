"""What each department's lens sees: conflict's beginnings and ends regressed on its own variables alone.

Defence looks at conflict's past and at neighbours, development at mortality and size, foreign affairs at exclusion. All
six regressions are of the same state-years, so their errors are not independent: the covariance is joint (stacked
estimating equations, clustered by state). Coefficients are brought to quarters as the joint fit's constants are.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from experiments.records.cases import HALF_LIFE, Sample
from experiments.records.files.sources import Sources
from experiments.records.given import say
from experiments.records.history import History, history_before, went_on
from experiments.records.stage_one import fit_of
from experiments.settings.worlds import KNOWN, lenses_known
from model.errors import InvalidInput
from model.lenses import NAMES, Lenses, factor_of
from model.world import Floats, Integers, World

_OTHERS = (("constant", "deprivation", "population"), ("constant", "exclusion"))
_COLUMNS = {
    "onset": (("constant", "memory", "neighbour"), *_OTHERS),
    "ending": (("constant", "duration", "war"), *_OTHERS),
}
"""Variables of defence, development and foreign affairs, in the order of `NAMES`."""


QUARTERLY = {"onset": -math.log(4.0), "ending": -0.65}
"""What a yearly constant moves by: hazards of onset add up, a year's end is a quiet calendar year, see the ODD."""


_SHIPPED_FROM, _EARLIER = 2001, "known_1989"
"""From which start on the lenses are known that worlds have unless they say otherwise; which ones before."""


class _Rows(NamedTuple):
    """State-years at risk: variables by name (rows,), whether it happened and which state."""

    told: dict[str, Floats]
    happened: Floats
    state: Integers


def known_before(sources: Sources, first: int) -> Lenses:
    """Fit all lenses on what files say of the years before one, brought to quarters.

    In the panel's own first year its figures are those of the start, as a world's are: they stand for the years before.

    Raises
    ------
    InvalidInput
        When nothing is known before, or too little for a lens.
    """
    begins = int(sources.states["year"].min()) == first
    history = history_before(sources, first + 1).before(first) if begins else history_before(sources, first)
    return quarterly(fitted(history))


def with_lenses(world: World, sources: Sources, first: int) -> World:
    """Give a world that files make the lenses of what they knew before its year; those shipped if that is too little.

    Which is said.
    """
    try:
        return replace(world, lenses=known_before(sources, first))
    except InvalidInput as reason:
        shipped = KNOWN if first >= _SHIPPED_FROM else _EARLIER
        say(f"{first}: departments' lenses are those of conf/lens/{shipped}.yaml: {reason}")
        return replace(world, lenses=lenses_known(shipped))


def fitted(history: History) -> Lenses:
    """Fit all lenses on what a history knows.

    Raises
    ------
    InvalidInput
        When a lens's regression has no maximum that is found.
    """
    estimates, spreads, scores = [], [], []
    groups = len(history.states)
    for transition, rows in _rows(history).items():
        for columns in _COLUMNS[transition]:
            regressors = np.column_stack([rows.told[name] for name in columns])
            fit = fit_of(Sample(regressors, rows.happened, rows.state))
            if fit is None:
                raise InvalidInput(f"the record does not tell what goes with its {transition} through {columns[1]}")
            score = fit.model.score_obs(fit.params)
            by_state = np.zeros((groups, len(columns)))
            np.add.at(by_state, rows.state, score)
            estimates.append(np.asarray(fit.params))
            spreads.append(np.linalg.inv(-fit.model.hessian(fit.params)))
            scores.append(by_state)
    bread = np.zeros((len(NAMES), len(NAMES)))
    at = 0
    for spread in spreads:
        bread[at : at + len(spread), at : at + len(spread)] = spread
        at += len(spread)
    stacked = np.concatenate(scores, axis=1)
    covariance = bread @ (stacked.T @ stacked) @ bread * groups / (groups - 1)
    # As it is written: the factor is that of the file's own digits.
    covariance = np.array([[float(f"{value:.6g}") for value in row] for row in covariance])
    return Lenses(np.concatenate(estimates), covariance, factor_of(covariance))


def quarterly(lenses: Lenses) -> Lenses:
    """Bring yearly lenses to quarters: their constants move as those of the calibrated process did."""
    moved = [QUARTERLY[name.split("_")[1]] if name.endswith("_constant") else 0.0 for name in NAMES]
    return Lenses(lenses.estimate + np.array(moved), lenses.covariance, lenses.factor)


def written(lenses: Lenses, first: int) -> str:
    """Write lenses as the file that worlds read."""
    lines = [
        f"# Lenses as the record before {first} tells them: concord calibrate lenses=true last={first - 1}",
        "# Log-hazards a quarter, their joint covariance and its factor, a row per coefficient in the same order.",
        "estimate:",
    ]
    lines += [f"  {name}: {value:.4f}" for name, value in zip(NAMES, lenses.estimate, strict=True)]
    lines += ["covariance: |", *(f"  {','.join(f'{value:.6g}' for value in row)}" for row in lenses.covariance)]
    # To the last bit: machines would work it out a little differently, and a run is the same on all.
    lines += ["factor: |", *(f"  {','.join(repr(float(value)) for value in row)}" for row in lenses.factor)]
    return "\n".join(lines) + "\n"


def _rows(history: History) -> dict[str, _Rows]:
    """Read state-years from the second year on; all that explains is of the year before."""
    active, quiet, spell = history.level > 0, history.quiet, history.spell
    found: dict[str, list[tuple[Floats, Floats, Integers]]] = {name: [] for name in _COLUMNS}
    names = ("constant", "memory", "neighbour", "deprivation", "population", "exclusion", "duration", "war")
    for year in range(1, len(history.years)):
        before = active[year - 1]
        if year > 1:
            quiet, spell = went_on(quiet, spell, before)
        at_risk = history.there[year - 1] & history.there[year]
        told = np.column_stack([
            np.ones(len(before)),
            np.where(quiet < 0.0, 0.0, np.exp2(-quiet / HALF_LIFE)),
            np.append(before, False)[history.around[year - 1]].any(axis=1),
            history.deprivation[year - 1], history.log_population[year - 1], history.exclusion[year - 1],
            np.log1p(spell), history.level[year - 1] == 2,
        ]).astype(np.float64)  # fmt: skip
        for name, happened, which in (
            ("onset", active[year], at_risk & ~before), ("ending", ~active[year], at_risk & before)
        ):  # fmt: skip
            found[name].append((told[which], happened[which].astype(np.float64), np.flatnonzero(which)))
    result = {}
    for name, samples in found.items():
        told, happened, state = map(np.concatenate, zip(*samples, strict=True))
        result[name] = _Rows(dict(zip(names, told.T, strict=True)), happened, state)
    return result
