"""``concord forecast``: how much conflict lies ahead, and how good such forecasts were."""

import json
import sys
from typing import TYPE_CHECKING

from experiments.settings.application import application
from experiments.settings.text import aligned

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from experiments.records.forecasting import Forecast, Scores
    from experiments.statistics.intervals import Interval

_LIKELIEST = 15


def forecast(*overrides: str, **options: object) -> "Forecast":
    """Do in a notebook what the command does, without printing.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"world=csv"``, ``"world.path=africa_2009.csv"``.
    **options : object
        The same by keyword: ``first=2009, years=10``.

    Returns
    -------
    Forecast
        Intervals of the shares by year, probabilities of the states, scores where a record is given.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    """
    from experiments.records.forecasting import conduct
    from experiments.settings.configuration import composed

    return conduct(composed("forecast", overrides, options))


def _command(cfg: "DictConfig") -> None:
    """Print a forecast."""
    from experiments.records.forecasting import conduct, result

    found = conduct(cfg)
    print(json.dumps(result(found), ensure_ascii=False, allow_nan=False) if cfg.output == "json" else _terminal(found))


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


main = application("forecast", _command)

if __name__ == "__main__":
    sys.exit(main())
