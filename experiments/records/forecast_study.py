"""How much conflict lies ahead: runs with parameters of their own each, and what is told of them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from experiments.records.forecasting import SHARES, Forecast, Scores, outlook
from experiments.records.refitting import REFITTED
from experiments.records.starts import Starts
from experiments.reporting.drawing import Drawing
from experiments.reporting.figures.forecast import intervals_and_truth
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.statistics.intervals import Interval

NO_FORECAST_OF_STATES = "This is no forecast for, and no judgement of, any named state."

_LIKELIEST = 15

_DEFAULTS = {"first": 1960, "last": 2008}
"""Years that the defaults of the conflict process were learnt from: without a calibration nothing unseen is scored."""

Cells = list[list[str]]


class ForecastStudy(Starts):
    """A world's years ahead, each run with one of the calibration's sets of values."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        if self.files is not None and not asked.names("world"):
            world = self.world_before(asked.first)
            self.setting = self.setting.moved(world)
            self.asked = replace(self.asked, chosen={**self.asked.chosen, "world": world.name})
        self.starts[asked.first] = self.start(asked.first, self.setting.world, "", "futures")
        self.years = tuple(range(asked.first, asked.first + asked.years))

    def analyse(self, rows: Store) -> Forecast:
        """Put the runs into distributions by year."""
        first = self.asked.first
        levels = self.levels(first, rows)
        own = outlook(levels, self.asked.coverage)
        setting = self.calibrated(first, rows)
        return Forecast(dict(own.shares), own.probability, self.scores(first, levels), setting)

    def tell(self, found: Forecast, facts: Facts) -> Result:
        """Say how much conflict lies ahead."""
        chosen = {name: value for name, value in self.asked.chosen.items() if name != "runner"}
        asked = {**chosen, **{key: self.asked[key] for key in ("seed", "replications", "coverage")}}
        drawn = ", ".join(found.setting.draws) or (
            "none: this calibration keeps no draws, intervals leave their uncertainty out"
        )
        parts: list[tuple[Cells, tuple[int, ...]]] = [(self._shares(found), ())]
        if self.asked.states:
            parts.append((self._states(found), (1, 2)))
        reading = []
        if found.scores is not None:
            parts += [(_score_table(found.scores, share), ()) for share in SHARES]
            reading = how_scored(found.scores, self.asked.coverage)
            if (seen := in_sample(self.asked, found.scores)) is not False:
                saw = "saw years that are scored" if seen else "does not say which years it saw, perhaps those scored"
                reading.append(f"in sample: the calibration {saw}, which tells nothing of its foresight")
        parts += [(cells, ()) for cells in self.made_cells({self.asked.first: found.setting})]
        first, last = (found.shares["active"][year] for year in (0, -1))
        return Result(
            template="record",
            question="How much conflict lies ahead?",
            facts=facts,
            answer=[
                NO_FORECAST_OF_STATES,
                f"The share of states in conflict is {_between(first)} in {self.years[0]} and {_between(last)} in "
                f"{self.years[-1]} (median, {self.asked.coverage:.0%} interval).",
            ],
            data={"disclaimer": NO_FORECAST_OF_STATES, **asked, **self._data(found)},
            tables=self._tables(found),
            figures={} if found.scores is None else {"intervals_and_truth": self._drawing(found.scores)},
            context={
                "caveat": NO_FORECAST_OF_STATES,
                "title": f"{', '.join(f'{key} {value}' for key, value in asked.items())}\n"
                f"parameters drawn anew in every future: {drawn}",
                "parts": parts,
                "reading": reading,
                "files": "`statuses/`: Parquet, the status of every state in every quarter of every run.",
            },
        )

    def _data(self, found: Forecast) -> dict[str, Any]:
        """Everything in plain data."""
        plain: dict[str, Any] = {
            "parameters_drawn": list(found.setting.draws),
            "number_of_states": self.setting.world.size,
            "years": [
                {"year": year}
                | {f"share_{share}": _plain(by_year[ahead], "median") for share, by_year in found.shares.items()}
                for ahead, year in enumerate(self.years)
            ],
            "states": dict(zip(self.setting.world.codes, found.probability.tolist(), strict=True)),
        }
        if found.scores is not None:
            plain["scores"] = {**scores_as_data(found.scores), "in_sample": in_sample(self.asked, found.scores)}
        read: dict[str, Any] = as_json(plain)
        return read | self.made({self.asked.first: found.setting})

    def _tables(self, found: Forecast) -> dict[str, pd.DataFrame]:
        """Shares by year, probabilities by state and year, and scores."""
        shares = [
            {"share": share, "year": year, **_plain(interval, "median")}
            for share, by_year in found.shares.items()
            for year, interval in zip(self.years, by_year, strict=True)
        ]
        codes = pd.Index(self.setting.world.codes, name="state")
        states = pd.DataFrame(found.probability, index=codes, columns=list(map(str, self.years))).reset_index()
        tables = {"shares": pd.DataFrame(shares), "states": states}
        if found.scores is not None:
            tables["scores"] = pd.DataFrame(
                {"share": share, "forecaster": who, **score._asdict()}
                for (share, who), score in found.scores.scores.items()
            )
        return tables

    def _drawing(self, scores: Scores) -> Drawing:
        """Draw every forecaster beside what came."""
        rows = [
            {"share": share, "forecaster": who, "year": year, **_plain(interval, "centre"), "came": came}
            for (share, who), own in scores.intervals.items()
            for (year, came), interval in zip(scores.truth[share].items(), own, strict=True)
        ]
        where = (
            f"world {self.asked.chosen['world']}, {self.asked.replications} runs, {self.asked.coverage:.0%} intervals"
        )
        return Drawing(
            intervals_and_truth,
            pd.DataFrame(rows),
            "Intervals of the model, the chain, persistence and a constant by year, and what came",
            {"labels": {share: share.replace("_", " ") for share in SHARES}, "sample": where},
        )

    def _shares(self, found: Forecast) -> Cells:
        """Lay out the shares by year, in numbers of states too."""
        n = self.setting.world.size

        def cells(given: Interval) -> tuple[str, str]:
            return _between(given), f"{round(given.mean * n)} [{round(given.low * n)}, {round(given.high * n)}]"

        rows = [
            [str(year), *cells(found.shares["active"][ahead]), *cells(found.shares["at_war"][ahead])]
            for ahead, year in enumerate(self.years)
        ]
        return [["year", "share active", "states", "share at war", "states"], *rows]

    def _states(self, found: Forecast) -> Cells:
        """Name the states most likely to be active, in the first year and in the last."""
        likeliest = np.argsort(-found.probability.mean(axis=1), kind="stable")[:_LIKELIEST].tolist()
        ends = found.probability[:, [0, -1]].tolist()
        rows = [[self.setting.world.codes[place], *(f"{chance:.2f}" for chance in ends[place])] for place in likeliest]
        return [["likeliest active", str(self.years[0]), str(self.years[-1])], *rows]


def in_sample(asked: Asked, scores: Scores) -> bool | None:
    """Whether what runs go by was fitted to years that are scored; None where a calibration's file does not say."""
    if asked.chosen["calibration"] == REFITTED:
        return False
    made = _DEFAULTS if asked.chosen["calibration"] == "none" else asked.calibration.get("made") or {}
    if not {"first", "last"} <= made.keys():
        return None
    return any(made["first"] <= year <= made["last"] for year in scores.truth.index)


def scores_as_data(scores: Scores) -> dict[str, Any]:
    """Everything about how good a forecast was, in plain data."""
    by_share = {share: [who for of, who in scores.intervals if of == share] for share in SHARES}
    return {
        "years": list(scores.truth.index),
        "number_of_states": scores.states,
        "truth": scores.truth.to_dict("list"),
        "intervals": {
            share: {who: [_plain(each, "centre") for each in scores.intervals[share, who]] for who in those}
            for share, those in by_share.items()
        },
        "shares": {
            share: {who: scores.scores[share, who]._asdict() for who in those} for share, those in by_share.items()
        },
        "brier": scores.brier,
        "auc": scores.auc,
    }


def _plain(given: Interval, middle: str) -> dict[str, float]:
    """Write an interval, its middle under the name of what it is."""
    return {middle: given.mean, "low": given.low, "high": given.high}


def how_scored(scores: Scores, coverage: float) -> list[str]:
    """Say what the scores are, and those of single states."""
    brier, auc = (
        ", ".join(f"{who.replace('_', ' ')} {value:.3f}" for who, value in by_who.items())
        for by_who in (scores.brier, scores.auc)
    )
    return [
        f"score: mean interval score of {coverage:.0%} intervals (Gneiting & Raftery 2007), lower is better; of the "
        "states that the record has in every year from the one before the forecast on",
        "chain: yearly logits of six coefficients (onset: ln income, ln population, recency, neighbours; end: ln "
        "population, duration), fitted to what was known before the forecast",
        f"single states, mean Brier score, lower is better: {brier}",
        f"single states, area under ROC, higher is better: {auc}",
    ]


def _score_table(scores: Scores, share: str) -> Cells:
    """Lay out one share: what came, every forecaster's interval by year, and its score."""
    columns = [[f"share {share.replace('_', ' ')}", *map(str, scores.truth.index), "score"]]
    columns.append(["came", *(f"{came:.3f}" for came in scores.truth[share]), ""])
    for (of, who), given in scores.intervals.items():
        if of == share:
            held = scores.scores[share, who]
            cells = [
                _between(each) + ("" if each.low <= came <= each.high else " missed")
                for each, came in zip(given, scores.truth[share], strict=True)
            ]
            score = f"{held.interval_score:.3f}, {held.inside} of {held.years} inside"
            columns.append([who, *cells, score])
    return [list(row) for row in zip(*columns, strict=True)]


def _between(given: Interval) -> str:
    """Write an estimate with its interval."""
    return f"{given.mean:.2f} [{given.low:.2f}, {given.high:.2f}]"
