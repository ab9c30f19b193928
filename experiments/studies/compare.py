"""Whether joint responses outperform siloed ones: institutions in the same replications, and hypotheses about them."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from experiments.reporting.drawing import UNCOLOURED, Drawing
from experiments.reporting.figures import comparison as figures
from experiments.reporting.render import in_markdown
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed, in_words, intervals_in_columns
from experiments.runs.cube import Cube, cube_of
from experiments.runs.plan import ACROSS_RANGES, DEFAULTS, FIRST_DRAW, LEVELS, SWEPT, level_plan
from experiments.runs.progress import duration
from experiments.runs.recorders import Paths
from experiments.runs.simulate import flat
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.options import BASELINE, BEST, NOTHING, REFERENCE, with_references
from experiments.statistics.hinges import Hinge, hinges
from experiments.statistics.intervals import Interval
from experiments.statistics.scenarios import (
    FEWEST,
    Shares,
    advised_replications,
    plausible_differences,
    shares_of_scenarios,
)
from experiments.studies.channels import SideBySide, other_plans, read_channels, side_by_side
from experiments.studies.comparison import (
    AVERTED,
    DERIVED,
    HEADLINE,
    MAIN_METRIC,
    SHARE_OF_REFERENCE,
    Comparison,
    analyse,
)
from experiments.studies.hypotheses import fewer_conflict_years, load_hypotheses, with_arms
from experiments.studies.over_time import over_time_table, shown_over_time
from experiments.studies.question import Question, Table
from experiments.studies.switched_off import TABLE as SWITCHED_OFF
from experiments.studies.switched_off import Without, gaps_without, switched_plan, switches
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from model.world import Floats

_FOLLOWED = 100
"""Replications at the defaults whose course over time is kept as well."""
_TABLES = {DEFAULTS: "runs", ACROSS_RANGES: "runs_across_ranges"}
"""Folders of the rows of each level; those under another set of mechanism switches lie beside them."""
_TITLES = {DEFAULTS: "at the defaults", ACROSS_RANGES: "across the ranges"}
_UNITS = {name: outcome.unit for name, outcome in OUTCOMES.items()} | {
    name: unit for name, (unit, _) in DERIVED.items()
}
_SHOWS = {
    "difference_vs_siloed": "Difference in conflict-years to siloed, across the ranges: {}.",
    "worlds_better": "Expected difference in conflict-years to siloed over plausible scenarios: {}.",
    "share_of_reference": "Share of what the reference averts, across the ranges: {}.",
    "over_time": "Four panels by year: states in conflict; conflict-years so far against silos, with a 95% interval of "
    "the mean; money brought to pools; the Treasury's belief beside the truth. Numbers: the table.",
    "channels": "Difference in conflict-years to siloed by set of channels. {}.",
}
"""What each figure shows, in words."""
_AGAINST, _CHANNELS = "Against another:", "With other channels open:"
_COUNTS = "Conditions that make a difference as large as what counts:"
_OPEN = "Conditions that make a difference of open size:"
_SMALL = "Conditions that make no difference as large as what counts:"
_UNKNOWN = "Conditions of which these runs establish nothing:"
_KINDS = {"at_least": _COUNTS, "less": _SMALL}
_REST = "Conditions that were not varied could change it as well: the model's structure, another world or window."


@dataclass(frozen=True)
class Compared:
    """Everything that a comparison found.

    Attributes
    ----------
    levels : mapping of str to Comparison
        By level, the defaults first.
    beside : SideBySide or None
        The first draws under every set of mechanism switches, where that was asked for.
    across : Cube
        Runs across the ranges, a point for each draw.
    hinges : sequence of Hinge
        How the difference that was asked for goes along with what is drawn.
    against_best : Shares or None
        Shares of draws by the difference to silos at their best that is to be expected; None where that is asked about.
    advised : int or None
        So many futures of each draw would tell scenarios from luck, where there are too few.
    without : sequence of Without
        The difference that was asked for without each thing that is switched off in turn.
    paths : DataFrame
        Rows of `experiments.runs.recorders.Paths`.
    """

    levels: Mapping[str, Comparison]
    beside: SideBySide | None
    against_best: Shares | None
    advised: int | None
    without: Sequence[Without]
    across: Cube
    hinges: Sequence[Hinge]
    paths: pd.DataFrame


class Compare(Question):
    """Institutions in the same replications, at the defaults and across the ranges, and hypotheses about them."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked, with_references(asked.institutions))
        whole = asked.setting(list(dict.fromkeys([*self.institutions, BEST])))
        self.known = {name: each.label for name, each in whole.institutions.items()}
        self.first = first_asked(asked)
        declared = load_hypotheses(asked.hypothesis)
        self.rivals = [rival for rival in (BASELINE, BEST) if rival != self.first]
        questions = [fewer_conflict_years(self.first, rival, self.known, load_hypotheses()) for rival in self.rivals]
        self.asks = questions[0]
        self.hypotheses = tuple({each.id: each for each in (*questions, *declared)}.values())
        setting, arms = with_arms(whole, self.hypotheses)
        self.everyone = tuple(dict.fromkeys([*self.institutions, BEST, *(arm.name for arm in arms)]))
        across = {"per_draw": asked.futures, "apart": True}
        followed = Paths(self.institutions, min(asked.replications, _FOLLOWED))
        self.levels = {
            DEFAULTS: level_plan(setting, self.everyone, asked.seed, DEFAULTS, asked.replications, recorder=followed),
            ACROSS_RANGES: level_plan(setting, self.everyone, asked.seed, ACROSS_RANGES, asked.draws, **across),
        }
        draws, chosen = min(asked.channel_draws, asked.draws), asked.chosen["channels"]
        self.others = other_plans(self.setting, chosen, self.institutions, asked.seed, draws)
        self.off = switches({**whole.command_line, **whole.channels}) if draws else ()
        together = dict.fromkeys((*self.rivals, self.first))
        self.switched = switched_plan(whole, self.off, tuple(together), asked.seed, draws) if self.off else None

    def plans(self) -> Sequence[Table]:
        """Both levels, then the first draws under every other set of mechanism switches."""
        levels = [Table(_TABLES[level], _TITLES[level], plan) for level, plan in self.levels.items()]
        levels += [Table(_beside(name), f"with {name}", plan) for name, plan in self.others.items()]
        said = f"{len(self.off)} things switched off in turn"
        return levels if self.switched is None else [*levels, Table(SWITCHED_OFF, said, self.switched)]

    def further(self) -> Mapping[str, Any]:
        """Say which hypotheses are judged, and who was asked for by name."""
        return {
            "hypotheses": {hypothesis.id: asdict(hypothesis) for hypothesis in self.hypotheses},
            "shown": list(dict.fromkeys([*self.asked.institutions, BASELINE])),
        }

    def tables(self) -> Sequence[str]:
        """Name the tables of the two levels."""
        return list(_TABLES.values())

    def analyse(self, rows: Store) -> Compared:
        """Estimate everything at both levels."""
        seed, asked = self.asked.seed, self.asked
        defaults = cube_of(rows.read(_TABLES[DEFAULTS]), self.everyone)
        across = cube_of(rows.read(_TABLES[ACROSS_RANGES]), self.everyone, per_draw=asked.futures, apart=True)
        across = across.paired_points()
        usual, drawn = flat(self.levels[DEFAULTS].setting.parameters(BASELINE)), self._drawn(across, rows)
        least, given = self.asks.smallest_effect, (self.institutions, self.hypotheses, seed)
        levels = {
            DEFAULTS: analyse(defaults, *given, assumptions=usual),
            ACROSS_RANGES: analyse(across, *given, least=least, assumptions={**usual, **drawn}),
        }
        beside = None
        if self.others:
            sets = {name: cube_of(rows.read(_beside(name)), self.institutions).paired() for name in self.others}
            labels = {name: read_channels(name)[0] for name in (asked.chosen["channels"], *sets)}
            own = {name: found[MAIN_METRIC] for name, found in levels[ACROSS_RANGES].differences.items()}
            beside = side_by_side(asked.chosen["channels"], own, sets, self.institutions, seed, labels)
        gap = across[MAIN_METRIC, self.first] - across[MAIN_METRIC, BASELINE]
        advised = advised_replications(gap)
        varied = {name: values for name, values in drawn.items() if np.ptp(values) > 0.0}
        hinged = hinges(gap.mean(axis=1), varied, seed)
        without = self._without(levels[ACROSS_RANGES], across, rows)
        best = None
        if self.first != BEST:
            best = shares_of_scenarios(across[MAIN_METRIC, self.first] - across[MAIN_METRIC, BEST], least, seed)
        return Compared(levels, beside, best, advised, without, across, hinged, rows.read(Paths.table).to_pandas())

    def _without(self, level: Comparison, across: Cube, rows: Store) -> Sequence[Without]:
        """Estimate the difference that was asked for, to either rival, without each thing that is switched off."""
        if self.switched is None:
            return []
        judged = dict(zip(self.rivals, level.judgements, strict=False))
        cube = cube_of(rows.read(SWITCHED_OFF), self.switched.institutions, [MAIN_METRIC])
        whole = {rival: each.effect for rival, each in judged.items()}
        return gaps_without(across, cube, self.off, self.first, whole, self.asked.seed)

    def _drawn(self, across: Cube, rows: Store) -> Mapping[str, Floats]:
        """Read what silos lived with in each draw: by drawn assumption (draws,)."""
        drawn = list(self.levels[ACROSS_RANGES].drawn)
        table = rows.read(_TABLES[ACROSS_RANGES], ["institution", "replication", "draw", *drawn]).to_pandas()
        own = table[table["institution"] == BASELINE].drop_duplicates("draw").set_index("draw").loc[across.points]
        return {name: own[name].to_numpy(np.float64) for name in drawn}

    def tell(self, found: Compared, facts: Facts) -> Result:
        """Say which institution did better, and how sure that is."""
        across, tables = found.levels[ACROSS_RANGES], self._tables(found)
        defaults = found.levels[DEFAULTS]
        verdicts = [judged.row(level) for level in LEVELS for judged in found.levels[level].judgements]
        checks = [judged.row(level) for level in LEVELS for judged in found.levels[level].checks]
        context = self._headline(found)
        institutions = [
            {"name": name, "label": label, "actors": ", ".join(self.setting.institutions[name].actors().values())}
            for name, label in self.labels.items()
        ]
        result = self.result(
            facts,
            {
                **context, "beside": found.beside, "skipped": across.skipped,
                "institutions": institutions,
                "verdicts": [*zip(across.judgements, defaults.judgements, strict=True)],
                "checks": [*zip(across.checks, defaults.checks, strict=True)],
                "turning_points": turning_points(across, found.beside, self.labels),
                "nothing": NOTHING, "baseline": BASELINE, "reference": REFERENCE,
                "outcomes": OUTCOMES, "derived": DERIVED, "swept": len(SWEPT), "first_draw": FIRST_DRAW,
            },
            data={
                "runs": facts.runs, "failed": facts.failed, **_data(found.levels[DEFAULTS]),
                "across_ranges": _data(across), "channels": as_json(found.beside and found.beside.differences),
                "verdicts": as_json(verdicts), "checks": as_json(checks), "hypotheses": as_json([*verdicts, *checks]),
                "hypotheses_not_tested": across.skipped, "futures_per_draw": self.asked.futures,
                "share_of_scenarios": _as_estimates(across.scenarios[self.first]),
                "share_of_scenarios_vs_best": None if found.against_best is None else _as_estimates(found.against_best),
                "hinges_on": [_as_hinge(hinge) for hinge in found.hinges if hinge.certain],
                "without": as_json(tables["without"]) if found.without else [],
            },
            tables=tables,
            figures=self._drawings(found, tables, facts),
        )  # fmt: skip
        return replace(result, data={"headline": " ".join(result.answer), **result.data})

    def _again(self, seconds: float, **more: int) -> dict[str, str]:
        """Say how to ask the same with more draws, replications or futures, and how long that takes at this rate.

        Parameters
        ----------
        seconds : float
            How long this study's runs took; 0 if nobody knows.
        **more
            Options and their values: the study is another one then, with all of its runs.
        """
        count = {"replications": self.asked.replications, "draws": self.asked.draws, "futures": self.asked.futures}
        now = sum(table.plan.runs for table in self.plans())
        arms = len(self.everyone)
        beside = now - arms * (count["replications"] + count["draws"] * count["futures"])
        count |= more
        runs = beside + arms * (count["replications"] + count["draws"] * count["futures"])
        kept = [word for word in self.asked.words if word.partition("=")[0] not in (*more, "study", "output")]
        words = shlex.join([*kept, *(f"{name}={value}" for name, value in more.items())])
        took = duration(seconds * runs / now) if seconds else ""
        return {"command": f"concord compare {words}", "time": took}

    def _headline(self, found: Compared) -> dict[str, Any]:
        """Choose what the answer speaks of: what silos avert, then the question, against them and at their best."""
        across, defaults = found.levels[ACROSS_RANGES], found.levels[DEFAULTS]
        rival = next((judged for judged in across.judgements[1:2] if self.first != BEST), None)
        return {
            "across": across, "defaults": defaults, "chosen": across.chosen, "rival": rival, "labels": self.known,
            "averted": across.institutions[BASELINE][AVERTED], "shares": across.scenarios.get(self.first),
            "least": self.asks.smallest_effect, "futures": self.asked.futures,
            "hinges": [hinge for hinge in found.hinges if hinge.certain], "PARAMETERS": PARAMETERS,
            "advised": found.advised, "again": self._again, "without": found.without,
            "rivals": self.rivals, "best": BEST, "against_best": found.against_best,
        }  # fmt: skip

    def _tables(self, found: Compared) -> dict[str, pd.DataFrame]:
        """Every number of the study in long form, by the name of its CSV file."""
        hinged = [
            {"assumption": hinge.assumption, **intervals_in_columns({"moves_gap": hinge.moves})}
            | {"sign_turns_at": hinge.turns_at}
            for hinge in found.hinges
        ]
        tables = {"hinges": [pd.DataFrame(hinged)]}
        if found.without:
            tables["without"] = [pd.DataFrame([each.plain() for each in found.without])]
        if found.beside is not None:
            tables["channels"] = [found.beside.table()]
        for level, comparison in found.levels.items():
            judged = [judged.row(level) for judged in (*comparison.judgements, *comparison.checks)]
            skipped = comparison.skipped.items()
            rows = {
                "institutions": _long(level, comparison.institutions),
                "differences_vs_siloed": _long(level, comparison.differences),
                "worlds_better": [
                    {"level": level, "institution": name, **intervals_in_columns({"share_better": better.fewer})}
                    | {"share_same": better.same, "share_worse": better.more}
                    for name, better in comparison.better.items()
                ],
                "scenarios": [
                    {"level": level, "institution": name, **intervals_in_columns(shares._asdict())}
                    for name, shares in comparison.scenarios.items()
                ],
                "hypotheses": judged
                + [{"id": id_, "level": level, "verdict": f"not tested: {reason}"} for id_, reason in skipped],
                "comparison": [
                    {"level": level, "institution": name, "label": self.labels[name], **intervals_in_columns(shown)}
                    | dict(zip(("share_better", "share_same", "share_worse"), shares, strict=True))
                    for name in comparison.institutions
                    for shown, shares in [comparison.main(name)]
                ],
            }
            for kind, given in rows.items():
                tables.setdefault(kind, []).append(pd.DataFrame(given))
        return {kind: pd.concat(frames, ignore_index=True) for kind, frames in tables.items()}

    def _drawings(self, found: Compared, tables: Mapping[str, pd.DataFrame], facts: Facts) -> dict[str, Drawing]:
        """Every figure, by the name of its files."""
        labels, across = self.labels, found.levels[ACROSS_RANGES]
        shown = _asked(labels, UNCOLOURED)
        texts = {"than": labels[BASELINE], "unit": f"state-years in {facts.years:g} years, {facts.world}"}
        counts = texts | {"smallest_effect": _smallest_effect(across)}
        differences = self._by_level(tables["differences_vs_siloed"], MAIN_METRIC, shown)
        achieved = self._by_level(tables["institutions"], SHARE_OF_REFERENCE, _asked(labels, (NOTHING, REFERENCE)))
        worlds = _scenarios(found.across, shown, labels, facts.seed)
        shares = {name: across.scenarios[name] for name in shown}
        scenarios = texts | {
            "futures": self.asked.futures, "shares": shares, "smallest_effect": self.asks.smallest_effect
        }  # fmt: skip
        followed = shown_over_time(labels, self.first)
        lines = {"labels": labels, "replications": found.paths["replication"].nunique()}
        reference = {"reference": labels[REFERENCE]}
        over_time = over_time_table(found.paths, followed, facts.seed)
        drawn = {
            "difference_vs_siloed": Drawing(
                figures.difference_vs_siloed, differences, _means(differences, "+.1f"), counts
            ),
            "worlds_better": Drawing(figures.worlds_better, worlds, _shares_in_words(shares, labels), scenarios),
            "share_of_reference": Drawing(figures.share_of_reference, achieved, _means(achieved, ".0%"), reference),
            "over_time": Drawing(figures.over_time, over_time, "", lines),
        }
        if found.beside is not None:
            sets = tables["channels"][tables["channels"]["institution"].isin(shown)]
            sets = sets.assign(set_label=sets["label"], label=sets["institution"].map(labels))
            said = "; ".join(f"{name}: {_means(own, '+.1f')}" for name, own in sets.groupby("set_label", sort=False))
            drawn["channels"] = Drawing(figures.channels, sets, said, counts | {"draws": found.beside.draws})
        return {name: drawing._replace(alt=_SHOWS[name].format(drawing.alt)) for name, drawing in drawn.items()}

    def _by_level(self, table: pd.DataFrame, metric: str, names: Sequence[str]) -> pd.DataFrame:
        """Choose an outcome's estimates, by institution and level, those across the ranges first."""
        own = table[(table["metric"] == metric) & table["institution"].isin(names)]
        own = own.assign(label=own["institution"].map(self.labels))
        place = {name: at for at, name in enumerate([*names, *reversed(LEVELS)])}
        own = own.sort_values(["institution", "level"], key=lambda column: column.map(place))
        return own[["institution", "label", "level", *Interval._fields]]


def first_asked(asked: Asked) -> str:
    """Name the institution that the question is about: the first that was named, or that of the default question."""
    others = [name for name in asked.institutions if name not in (NOTHING, BASELINE)]
    usual = load_hypotheses([HEADLINE])[0].better.institution
    if usual in others and not asked.names("institutions"):
        return usual
    own = [name for name in others if name not in (BEST, REFERENCE)]
    return next(iter([*own, *others]), REFERENCE)


def _scenarios(across: Cube, shown: Sequence[str], labels: Mapping[str, str], seed: int) -> pd.DataFrame:
    """Lay out the difference of institutions to the baseline in each draw: that to be expected, if it can be told."""
    frames = []
    for name in shown:
        runs = across[MAIN_METRIC, name] - across[MAIN_METRIC, BASELINE]
        told = plausible_differences(runs, seed) if runs.shape[1] >= FEWEST else runs.mean(axis=1)
        frames.append(
            pd.DataFrame({"institution": name, "label": labels[name], "draw": across.points, "difference": told})
        )
    return pd.concat(frames, ignore_index=True)


def _as_hinge(hinge: Hinge) -> dict[str, Any]:
    """Write a hinge as JSON."""
    moves = dict(zip(("estimate", "low", "high"), hinge.moves, strict=True))
    return {"assumption": hinge.assumption, "moves_gap": as_json(moves), "sign_turns_at": hinge.turns_at}


def _as_estimates(shares: Shares) -> dict[str, Any]:
    """Write shares of scenarios as JSON."""
    return {
        name: as_json(dict(zip(("estimate", "low", "high"), each, strict=True)))
        for name, each in shares._asdict().items()
    }


def turning_points(
    comparison: Comparison, beside: SideBySide | None, labels: Mapping[str, str]
) -> list[tuple[str, Sequence[str]]]:
    """Say under which conditions, of those that were tried, the headline's answer would be another.

    Parameters
    ----------
    comparison : Comparison
        Across the ranges.
    beside : SideBySide or None
        The same comparison under sets of mechanism switches.
    labels : mapping of str to str
        Institutions as users see them.

    Returns
    -------
    list of (str, sequence of str)
        Headings, each with its lines.
    """
    claim = comparison.chosen.hypothesis
    told: dict[str, list[str]] = {heading: [] for heading in (_AGAINST, _CHANNELS, _COUNTS, _OPEN, _SMALL, _UNKNOWN)}
    for judged in comparison.judgements:
        other = judged.hypothesis
        effect = bracketed(judged.effect, 2, sign="+")
        line = Markup(f"{in_markdown(other.statement)}: **{judged.words}**, {effect}.")
        if other == claim or other.metric != claim.metric:
            continue
        if other.better == claim.better and not (other.given or other.rather_than or other.where):
            told[_AGAINST].append(line)
        elif {better.institution for better, _ in other.pairs} == {claim.better.institution}:
            direction, size = judged.verdict
            told[_KINDS.get(size, _UNKNOWN if direction == "open" else _OPEN)].append(line)
    name = claim.better.name
    if beside is not None:
        told[_CHANNELS] = [
            f"{beside.labels[each]}: '{labels[name]}' differs from '{labels[BASELINE]}' by "
            f"{bracketed(found[name], 2, sign='+')} {in_words(MAIN_METRIC)}."
            for each, found in beside.differences.items()
            if name in found
        ]
    return [*((heading, lines) for heading, lines in told.items() if lines), (_REST, [])]


def _beside(name: str) -> str:
    """Name the table of another set of mechanism switches."""
    return f"{_TABLES[ACROSS_RANGES]}_{name}"


def _data(comparison: Comparison) -> dict[str, Any]:
    """Give a level in plain data."""
    return {
        "futures": comparison.futures, "futures_left_out": comparison.left_out,
        "scenarios": {key: _as_estimates(shares) for key, shares in comparison.scenarios.items()},
        "institutions": as_json(comparison.institutions),
        "differences_vs_siloed": as_json(comparison.differences),
        "share_of_worlds_better": {key: as_json(better.fewer) for key, better in comparison.better.items()},
        "share_of_worlds_same": {key: better.same for key, better in comparison.better.items()},
    }  # fmt: skip


def _long(level: str, means: Mapping[str, Mapping[str, Interval]]) -> list[dict[str, Any]]:
    """Lay estimates out, a row per institution and metric."""
    return [
        {"level": level, "institution": name, "metric": metric, "unit": _UNITS[metric], **interval._asdict()}
        for name, by_metric in means.items()
        for metric, interval in by_metric.items()
    ]


def _asked(institutions: Iterable[str], leave_out: Sequence[str]) -> list[str]:
    """Choose the institutions of a figure, in the order asked for; with nothing but references, the references."""
    asked = [name for name in institutions if name not in leave_out]
    return asked or [name for name in institutions if name != BASELINE]


def _smallest_effect(comparison: Comparison) -> float | None:
    """Smallest effect of interest in conflict-years, if the hypotheses agree on one."""
    judged = [each.hypothesis for each in comparison.judgements]
    declared = {each.smallest_effect for each in judged if each.metric == MAIN_METRIC}
    return declared.pop() if len(declared) == 1 else None


def _shares_in_words(shares: Mapping[str, Shares], labels: Mapping[str, str]) -> str:
    """Write in which share of scenarios each institution does better, worse, or as well."""
    return "; ".join(
        f"{labels[name]} better {better.mean:.0%}, worse {worse.mean:.0%}, less {less.mean:.0%}"
        for name, (better, worse, less) in shares.items()
        if better.mean == better.mean
    )


def _means(table: pd.DataFrame, form: str) -> str:
    """Write what a figure shows across the ranges, by institution."""
    if "level" in table:
        table = table[table["level"] == ACROSS_RANGES]
    return "; ".join(
        f"{label} {mean:{form}}" for label, mean in table.groupby("label", sort=False)["mean"].mean().items()
    )
