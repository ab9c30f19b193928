"""What came out of a study, once: everything that is told of it is rendered from this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from experiments.reporting.drawing import Drawing


@dataclass(frozen=True)
class Facts:
    """What was run.

    Attributes
    ----------
    study : str
        The study's folder, as users see it.
    world : str
        Its name.
    states : int
        Partner states in it.
    years : float
        Length of a run.
    seed : int
        Of the study.
    runs, failed : int
        Runs in all, and those that failed.
    money : str
        Whether institutions had equal money, in a sentence.
    estimate : mapping or None
        What a pilot said before they were run, where there was one.
    seconds : float
        How long the runs took; 0 if nobody knows. No file may say it: the same command gives the same files.
    """

    study: str
    world: str
    states: int
    years: float
    seed: int
    runs: int
    failed: int
    money: str = ""
    estimate: Mapping[str, Any] | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Result:
    """What came out of a study.

    Attributes
    ----------
    template : str
        Name of its templates, ``<template>.txt.jinja`` for the terminal and ``<template>.md.jinja`` for the README.
    question : str
        What was asked, as a heading.
    facts : Facts
        What was run.
    answer : sequence of str
        In a few sentences of plain text; no more than the numbers say.
    data : mapping
        Everything in plain data, as ``output=json`` prints it.
    tables : mapping of str to DataFrame
        Every number, by the name of its CSV file.
    figures : mapping of str to Drawing
        By the name of their files.
    context : mapping
        What templates need beside this.
    files : mapping of str to str
        Further files of the study, by name.
    """

    template: str
    question: str
    facts: Facts
    answer: Sequence[str]
    data: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Drawing] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Everything by the name that templates have for it."""
        return {**vars(self.facts), **vars(self), **self.context}
