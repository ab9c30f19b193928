"""What a comparison says, in sentences: no more than the numbers say."""

import math
from collections.abc import Iterable, Mapping, Sequence

from experiments.reporting.render import counted
from experiments.reporting.wording import bracketed, in_words
from experiments.runs.plan import ACROSS_RANGES, DEFAULTS
from experiments.settings.options import BASELINE
from experiments.studies.channels import SideBySide
from experiments.studies.comparison import MAIN_METRIC, Comparison, Judgement
from experiments.studies.hypotheses import Arm, Hypothesis

HEADLINE = "joint_beats_siloed"
"""The hypothesis that the first sentences are about, if it was tested."""

_MEANING = {
    "supported": "supported, since all of the interval is beyond {}",
    "refuted": "refuted, since all of the interval is beyond {}, the wrong way",
    "equivalent": "equivalent, since all of the interval is below {} either way",
    "inconclusive": "inconclusive, since the interval has effects below and beyond {}",
}
_OF_CONDITIONS = {
    "counts": "Conditions that make a difference as large as what counts:",
    "open": "Conditions that make a difference of open size:",
    "small": "Conditions that make no difference as large as what counts:",
    "unknown": "Conditions of which these runs establish nothing:",
}


def headline(levels: Mapping[str, Comparison], labels: Mapping[str, str]) -> list[str]:
    """Say in two or three sentences what came out.

    Parameters
    ----------
    levels : mapping of str to Comparison
        By level.
    labels : mapping of str to str
        Institutions as users see them.
    """
    across, defaults = levels[ACROSS_RANGES], levels[DEFAULTS]
    chosen = chosen_judgement(across)
    if chosen is None:
        return ["No hypothesis was tested; the differences below are estimates without a verdict."]
    claim = chosen.hypothesis
    at_defaults = next(judged for judged in defaults.judgements if judged.hypothesis.id == claim.id)
    sentences = [
        f"Across the declared ranges of what nobody has measured about coordination and delivery "
        f"({counted(across.futures, 'draw')}; the conflict process within its calibration's uncertainty), "
        f"{finding(chosen, labels)}"
    ]
    if claim.pairs == ((claim.better, Arm(BASELINE)),) and claim.metric == MAIN_METRIC and not claim.better.values:
        sentences.append(_shares(across, claim.better.name))
    found = finding(at_defaults, labels)
    return [*sentences, f"At the default values ({counted(defaults.futures, 'future')}), {found}"]


def chosen_judgement(comparison: Comparison) -> Judgement | None:
    """Choose what the first sentences are about."""
    judged = comparison.judgements
    return next((each for each in judged if each.hypothesis.id == HEADLINE), judged[0] if judged else None)


def finding(judgement: Judgement, labels: Mapping[str, str]) -> str:
    """Put a judgement into words."""
    hypothesis, effect = judgement.hypothesis, judgement.effect
    (better, than), *other = ([_side(arm, labels) for arm in pair] for pair in hypothesis.pairs)
    metric = in_words(hypothesis.metric)
    mean, low, high = (_direction(hypothesis.sign * value) for value in effect)
    what = f"{metric} under '{better}' {'are' if metric.endswith('s') else 'is'} {mean} than under '{than}'"
    if other:
        mean, low, high = (_direction(value, ("smaller", "larger")) for value in effect)
        elsewhere = f"that of '{other[0][0]}' over '{other[0][1]}'"
        what = f"the gain of '{better}' over '{than}' in {metric} is {mean} than {elsewhere}"
    if math.isnan(effect.low):
        return f"{what} (no interval): inconclusive, since so few futures bound nothing."
    meaning = _MEANING[judgement.verdict].format(f"the smallest effect that counts ({hypothesis.smallest_effect:g})")
    if judgement.verdict == "inconclusive" and (effect.low > 0.0 or effect.high < 0.0):
        meaning += ": the direction is established, the size is not"
    return f"{what} (95% interval: {low} to {high}): {meaning}."


def _side(arm: Arm, labels: Mapping[str, str]) -> str:
    """Name a side as users see it."""
    label = labels[arm.institution]
    return f"{label} ({arm.condition})" if arm.values else label


def _direction(difference: float, words: tuple[str, str] = ("lower", "higher")) -> str:
    """Say by how much something is lower or higher."""
    if round(difference, 2) == 0.0:
        return "no different"
    return f"{abs(difference):.2f} {words[difference > 0]}"


def _shares(comparison: Comparison, name: str) -> str:
    """Say in what share of plausible worlds an institution does better than the baseline."""
    found = comparison.better[name]
    return (
        f"It sees fewer {in_words(MAIN_METRIC)} in {found.fewer.mean:.0%} of these plausible worlds "
        f"(95% interval {found.fewer.low:.0%} to {found.fewer.high:.0%}), more in {found.more:.0%} and "
        f"exactly as many in {found.same:.0%}; each world is seen in one future, so luck plays a part."
    )


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
    chosen = chosen_judgement(comparison)
    if chosen is None:
        return [("No hypothesis was tested.", [])]
    claim = chosen.hypothesis
    against, under = _conditions(claim, comparison.judgements)
    told = {"Against another:": against, "With other channels open:": _switched(claim, beside, labels)}
    told |= {_OF_CONDITIONS[kind]: lines for kind, lines in under.items()}
    rest = "Conditions that were not varied could change it as well: the model's structure, another world or window."
    return [*((heading, lines) for heading, lines in told.items() if lines), (rest, [])]


def _conditions(claim: Hypothesis, judgements: Iterable[Judgement]) -> tuple[list[str], dict[str, list[str]]]:
    """Sort judgements about the same institution and metric: against another, and under conditions."""
    against: list[str] = []
    under: dict[str, list[str]] = {kind: [] for kind in _OF_CONDITIONS}
    for judged in judgements:
        hypothesis = judged.hypothesis
        if hypothesis == claim or hypothesis.metric != claim.metric:
            continue
        line = f"{hypothesis.statement}: **{judged.verdict}**, {bracketed(judged.effect, 2, sign='+')}."
        if hypothesis.better == claim.better and not hypothesis.given and not hypothesis.rather_than:
            against.append(line)
        elif {better.institution for better, _ in hypothesis.pairs} == {claim.better.institution}:
            under[_kind(judged)].append(line)
    return against, under


def _kind(judgement: Judgement) -> str:
    """Tell whether a condition makes a difference, as far as its interval says."""
    if judgement.verdict in ("supported", "refuted"):
        return "counts"
    if judgement.verdict == "equivalent":
        return "small"
    return "open" if judgement.effect.low > 0.0 or judgement.effect.high < 0.0 else "unknown"


def _switched(claim: Hypothesis, beside: SideBySide | None, labels: Mapping[str, str]) -> list[str]:
    """Say what the difference to the baseline is under every set of mechanism switches."""
    name = claim.better.name
    if beside is None or name not in next(iter(beside.differences.values())):
        return []
    return [
        f"{beside.labels[each]}: '{labels[name]}' differs from '{labels[BASELINE]}' by "
        f"{bracketed(found[name], 2, sign='+')} {in_words(MAIN_METRIC)} ({counted(beside.draws, 'draw')})."
        for each, found in beside.differences.items()
    ]
