"""How good are forecasts from several starts? Each is run from the world of its year, and scored on the years after."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.records.forecast_study import (
    NO_FORECAST_OF_STATES,
    Cells,
    ForecastStudy,
    how_scored,
    in_sample,
    scores_as_data,
)
from experiments.records.forecasting import SHARES, Scores
from experiments.records.starts import Starts
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.studies.question import Question


class Found(NamedTuple):
    """What was found from every start: its scores, and what its runs were made of."""

    scores: dict[int, Scores]
    settings: dict[int, Setting]


_SAID = ("region", "origins", "years", "seed", "replications", "coverage")
"""Of what was asked, what stands in the answer."""
_SEEN = {True: " (model in sample)", False: "", None: " (calibration does not say what it saw)"}


def forecast_study(asked: Asked) -> Question:
    """Forecast from one start, or side by side from several where these are asked for."""
    return ForecastStudy(asked) if asked.origins is None else OriginsStudy(asked)


class OriginsStudy(Starts):
    """Forecasts from several starts, side by side."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        for first in sorted(asked.origins):
            self.starts[first] = self.start(first, self.world_before(first), f"_{first}", f"futures from {first}")
        last = self.starts[max(self.starts)].setting
        self.setting = replace(last, world=replace(last.world, name=asked.region))

    def analyse(self, rows: Store) -> Found:
        """Score the forecasts of every start."""
        scores = {first: self.scores(first, self.levels(first, rows)) for first in self.starts}
        return Found(
            {first: own for first, own in scores.items() if own is not None},
            {first: self.calibrated(first, rows) for first in self.starts},
        )

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say how good they were."""
        told = {
            first: {**scores_as_data(scores), "in_sample": in_sample(self.asked, scores)}
            for first, scores in found.scores.items()
        }
        chosen = {name: value for name, value in self.asked.chosen.items() if name not in ("runner", "world")}
        asked = {**chosen, **{key: self.asked[key] for key in _SAID}}
        over_all = all_origins(told)
        reading = how_scored(next(iter(found.scores.values())), self.asked.coverage)[:2]
        if any(each["in_sample"] is not False for each in told.values()):
            reading.append(
                "in sample: the calibration saw years that are scored, or does not say which it saw; all means are "
                "over the other origins, and where there are none the model has none"
            )
        parts = [*(_cells(told, over_all, share) for share in SHARES), _by_state(told, over_all)]
        parts += self.made_cells(found.settings)
        active = over_all["shares"]["active"]
        said = f"Mean interval score of the share active over {len(over_all['origins'])} of {len(told)} origins: "
        said += ", ".join(f"{who} {score['interval_score']:.3f}" for who, score in active.items() if score) + "."
        return Result(
            template="record",
            question="How good were forecasts of conflict?",
            facts=facts,
            answer=[NO_FORECAST_OF_STATES, said],
            data={
                "disclaimer": NO_FORECAST_OF_STATES,
                **asked,
                "parameters_drawn": list(found.settings[max(found.settings)].draws),
                **as_json({"scores": {str(first): each for first, each in told.items()}, "all_origins": over_all}),
                **self.made(found.settings),
            },
            tables={"scores": _table(told)},
            context={
                "caveat": NO_FORECAST_OF_STATES,
                "title": ", ".join(f"{key} {value}" for key, value in asked.items()),
                "parts": [(cells, ()) for cells in parts],
                "reading": reading,
                "files": "`statuses_*/`: Parquet, the status of every state in every quarter of every run.",
            },
        )


def all_origins(told: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Average over origins: every forecaster over the same, those whose years the calibration surely did not see.

    Parameters
    ----------
    told : mapping of int to mapping
        Scores in plain data, by origin.

    Returns
    -------
    dict
        ``shares`` by share and forecaster (mean interval score, years inside and scored), ``brier`` and ``auc`` by
        forecaster; ``origins``, those averaged over. Where the calibration may have seen years of every origin, the
        model has no mean (None) and the others' are over all.
    """
    unseen = [first for first, each in told.items() if each["in_sample"] is False]
    over = unseen or list(told)

    def share(name: str, who: str) -> dict[str, Any] | None:
        if who == "model" and not unseen:
            return None
        own = [told[first]["shares"][name][who] for first in over]
        counts = {key: sum(each[key] for each in own) for key in ("inside", "years")}
        return {"interval_score": float(np.mean([each["interval_score"] for each in own])), **counts}

    def by_state(key: str, who: str) -> float | None:
        return None if who == "model" and not unseen else float(np.mean([told[first][key][who] for first in over]))

    one = next(iter(told.values()))
    return {
        "origins": over,
        "shares": {name: {who: share(name, who) for who in one["shares"][name]} for name in SHARES},
        **{key: {who: by_state(key, who) for who in one[key]} for key in ("brier", "auc")},
    }


def _cells(told: Mapping[int, Mapping[str, Any]], over_all: Mapping[str, Any], share: str) -> Cells:
    """Lay out one share: a row per origin, every forecaster's score and how many years were inside."""
    forecasters = list(over_all["shares"][share])
    rows = [[f"share {share.replace('_', ' ')}, from", *forecasters]]
    by_row = [(_named(first, each), each["shares"][share]) for first, each in told.items()]
    for label, scores in [*by_row, ("mean", over_all["shares"][share])]:
        rows.append([label, *(_written(scores[who]) for who in forecasters)])
    return rows


def _by_state(told: Mapping[int, Mapping[str, Any]], over_all: Mapping[str, Any]) -> Cells:
    """Lay out single states: Brier score and area under ROC."""
    forecasters = list(over_all["brier"])
    rows = [["states: Brier, area under ROC", *(who.replace("_", " ") for who in forecasters)]]
    for label, scores in [*((_named(first, each), each) for first, each in told.items()), ("mean", over_all)]:
        pairs = [(scores["brier"][who], scores["auc"][who]) for who in forecasters]
        rows.append([label, *("–" if pair[0] is None else f"{pair[0]:.3f}, {pair[1]:.3f}" for pair in pairs)])
    return rows


def _named(first: int, scores: Mapping[str, Any]) -> str:
    """Name an origin, and say whether the model is in sample."""
    return f"{first}, {len(scores['years'])} years" + _SEEN[scores["in_sample"]]


def _written(score: Mapping[str, Any] | None) -> str:
    """Write a score."""
    return "–" if score is None else f"{score['interval_score']:.3f}, {score['inside']} of {score['years']} inside"


def _table(told: Mapping[int, Mapping[str, Any]]) -> pd.DataFrame:
    """Every score, a row per origin, share and forecaster."""
    return pd.DataFrame(
        {"origin": first, "share": share, "forecaster": who, "in_sample": each["in_sample"] and who == "model", **score}
        for first, each in told.items()
        for share, by in each["shares"].items()
        for who, score in by.items()
    )
