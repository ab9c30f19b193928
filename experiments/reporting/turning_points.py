"""Under which conditions, of those that were tried, a comparison's answer would be another."""

from collections.abc import Iterable, Mapping

from experiments.reporting.wording import bracketed, counted, in_words
from experiments.settings.options import BASELINE
from experiments.studies.channels import SideBySide
from experiments.studies.comparison import MAIN_METRIC, Judgement
from experiments.studies.hypotheses import Hypothesis

_OF_CONDITIONS = {
    "counts": "Conditions that make a difference as large as what counts:",
    "open": "Conditions that make a difference of open size:",
    "small": "Conditions that make no difference as large as what counts:",
    "unknown": "Conditions of which these runs establish nothing:",
}
_UNKNOWN = "Conditions that were not varied could change it as well: the model's structure, another world or window."


def turning_points(
    claim: Hypothesis, judgements: Iterable[Judgement], channels: SideBySide | None, labels: Mapping[str, str]
) -> list[str]:
    """Say what becomes of an answer against others, under other channels and under other conditions.

    Parameters
    ----------
    claim : Hypothesis
        What the answer is about.
    judgements : iterable of Judgement
        Of the same level; those about the same institution and metric are told.
    channels : SideBySide or None
        The same comparison under sets of channels.
    labels : mapping of str to str
        Institutions as users see them.

    Returns
    -------
    list of str
        Paragraphs and lists in Markdown.
    """
    against, under = [], {kind: list[str]() for kind in _OF_CONDITIONS}
    for judgement in judgements:
        hypothesis = judgement.hypothesis
        if hypothesis == claim or hypothesis.metric != claim.metric:
            continue
        line = f"- {hypothesis.statement}: **{judgement.verdict}**, {bracketed(judgement.effect, 2, sign='+')}."
        if hypothesis.better == claim.better and not hypothesis.given and not hypothesis.rather_than:
            against.append(line)
        elif {better.institution for better, _ in hypothesis.pairs} == {claim.better.institution}:
            under[_kind(judgement)].append(line)
    told = _listed("Against another:", against)
    told += _listed("With other channels open:", _by_channels(claim, channels, labels))
    for kind, lines in under.items():
        told += _listed(_OF_CONDITIONS[kind], lines)
    return [*told, _UNKNOWN]


def _kind(judgement: Judgement) -> str:
    """Tell whether a condition makes a difference, as far as its interval says."""
    if judgement.verdict in ("supported", "refuted"):
        return "counts"
    if judgement.verdict == "equivalent":
        return "small"
    return "open" if judgement.effect.low > 0.0 or judgement.effect.high < 0.0 else "unknown"


def _by_channels(claim: Hypothesis, channels: SideBySide | None, labels: Mapping[str, str]) -> list[str]:
    """Say what the difference to the baseline is under every set of channels."""
    name = claim.better.name
    if channels is None or name not in next(iter(channels.differences.values())):
        return []
    return [
        f"- {channels.labels[channel]}: '{labels[name]}' differs from '{labels[BASELINE]}' by "
        f"{bracketed(found[name], 2, sign='+')} {in_words(MAIN_METRIC)} ({counted(channels.draws, 'draw')})."
        for channel, found in channels.differences.items()
    ]


def _listed(heading: str, lines: list[str]) -> list[str]:
    """Put a heading before lines, if there are any."""
    return [heading, "\n".join(lines)] if lines else []
