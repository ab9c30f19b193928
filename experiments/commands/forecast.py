"""``concord forecast``: how much conflict lies ahead, and how good were such forecasts?"""

from typing import TYPE_CHECKING

from experiments.settings.application import as_json
from experiments.settings.kinds import Number, Whole
from experiments.settings.options import (
    ACD,
    BORDERS,
    CALIBRATION,
    FIRST,
    INSTITUTION,
    OUTPUT,
    PANEL,
    REGION,
    REPLICATIONS,
    SEED,
    WORKERS,
    WORLD,
    Option,
)
from experiments.settings.text import aligned
from model.specification import Prose

if TYPE_CHECKING:
    from experiments.records.forecasting import Forecast, Scores
    from experiments.settings.asked import Asked
    from experiments.statistics.intervals import Interval

YEARS = Option("years", Whole(1, 100, of="a whole number of years"), "how many years ahead")
COVERAGE = Option("coverage", Number(0.5, 0.99), "how often a forecast interval should hold")

_LIKELIEST = 15

OPTIONS = (
    FIRST,
    YEARS,
    INSTITUTION,
    WORLD,
    CALIBRATION,
    ACD,
    PANEL,
    BORDERS,
    REGION,
    SEED,
    REPLICATIONS,
    COVERAGE,
    WORKERS,
    OUTPUT,
)

EXAMPLES: tuple[Prose, ...] = (
    "concord forecast world=csv world.path=my_states.csv first=2009 years=10 output=json",
    "concord forecast world=csv world.path=my_states.csv first=1999 years=10 acd=acd.csv panel=p.csv borders=b.csv",
)

NOTES: Prose = """\
Each future has parameters of its own, one of the sets that the calibration keeps: intervals hold the uncertainty of
parameters, shocks and transitions. The world stands on 1 January of first: concord import makes it. With acd, panel
and borders the forecast is scored against that record beside persistence (the last year's share, with an interval of
past changes) and a constant (the mean share so far); an interval score is better when lower. output=json prints
years (share_active, share_at_war: median, low, high), states (probabilities by year), and scores with a record."""


def conduct(asked: "Asked") -> "Forecast":
    """Live through the years ahead; see `experiments.records.forecasting.conduct`."""
    from experiments.records.forecasting import conduct

    return conduct(asked)


def told(found: "Forecast", output: str) -> str:
    """Say how much conflict lies ahead."""
    from experiments.records.forecasting import result

    return as_json(result(found)) if output == "json" else _terminal(found)


def _terminal(found: "Forecast") -> str:
    """Lay a forecast out for reading."""
    asked = ", ".join(f"{key} {value}" for key, value in found.asked.items())
    drawn = ", ".join(found.drawn) or "none: this calibration keeps no draws, intervals leave their uncertainty out"
    parts = [f"{asked}\nparameters drawn anew in every future: {drawn}", _shares(found), _states(found)]
    return "\n\n".join([*parts, *([] if found.scores is None else [_scores(found.scores, found.asked["coverage"])])])


def _shares(found: "Forecast") -> str:
    """Lay out the shares by year, in numbers of states too."""
    n = len(found.codes)

    def cells(given: "Interval") -> tuple[str, str]:
        return _between(given), f"{round(given.mean * n)} [{round(given.low * n)}, {round(given.high * n)}]"

    rows = [
        (str(year), *cells(found.shares["active"][ahead]), *cells(found.shares["at_war"][ahead]))
        for ahead, year in enumerate(found.years)
    ]
    return aligned([("year", "share active", "states", "share at war", "states"), *rows])


def _states(found: "Forecast") -> str:
    """Name the states most likely to be active, in the first year and in the last."""
    likeliest = sorted(range(len(found.codes)), key=lambda place: -found.probability[place].mean())[:_LIKELIEST]
    rows = [
        (found.codes[place], f"{found.probability[place, 0]:.2f}", f"{found.probability[place, -1]:.2f}")
        for place in likeliest
    ]
    head = ("likeliest active", str(found.years[0]), str(found.years[-1]))
    return aligned([head, *rows], right=(1, 2))


def _scores(scores: "Scores", coverage: float) -> str:
    """Hold the forecast against what came, beside simple forecasters."""
    parts = [_score_table(scores, share) for share in scores.intervals]
    brier = ", ".join(f"{who.replace('_', ' ')} {value:.3f}" for who, value in scores.brier.items())
    parts.append(
        f"score: mean interval score of {coverage:.0%} intervals (Gneiting & Raftery 2007), lower is better\n"
        f"single states, mean Brier score, lower is better: {brier}"
    )
    return "\n\n".join(parts)


def _score_table(scores: "Scores", share: str) -> str:
    """Lay out one share: what came, every forecaster's interval by year, and its score."""
    by, held = scores.intervals[share], scores.scores[share].values()
    rows = []
    for ahead, (year, came) in enumerate(zip(scores.years, scores.truth[share], strict=True)):
        cells = [_between(given[ahead]) + ("" if _inside(given[ahead], came) else " missed") for given in by.values()]
        rows.append((str(year), f"{came:.3f}", *cells))
    last = ("score", "", *(f"{row.interval_score:.3f}, {row.inside} of {row.years} inside" for row in held))
    return aligned([(f"share {share.replace('_', ' ')}", "came", *by), *rows, last])


def _between(given: "Interval") -> str:
    """Write an estimate with its interval."""
    return f"{given.mean:.2f} [{given.low:.2f}, {given.high:.2f}]"


def _inside(given: "Interval", came: float) -> bool:
    """Tell whether an interval held."""
    return given.low <= came <= given.high
