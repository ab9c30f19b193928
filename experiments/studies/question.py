"""The only skeleton of a study: what is run for a question, what its rows say, and how that is told.

A question is a class::

    class Attribute(Question):
        def __init__(self, asked):           # read and check everything; a mistake ends it before anything is made
            super().__init__(asked, [asked.chosen["institution"], BASELINE])
        def plans(self):                     # what is run, as far as it is known before anything is
            return [Table("runs", "256 combinations", plan)]
        def analyse(self, rows):             # rows in, estimates out
            return attribution(cube_of(rows.read("runs"), …))
        def tell(self, found, facts):        # estimates in, everything that is told out
            return self.result(facts, {"cells": …}, data=…, tables=…, figures=…)

and needs nothing else to be resumed, run on Dask, estimated (``dry_run=true``), listed, reported, plotted and opened.
Where earlier rows decide later ones, `go_on` runs these, and each decision is stored with the rows.
"""

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from experiments.reporting.render import sentences, template
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_csv
from experiments.runs.executors import usable_cores
from experiments.runs.identity import ANALYSIS, ROWS, code_digest, digest, git_commit, now, versions
from experiments.runs.manifest import CODE
from experiments.runs.pilot import Estimate, estimate
from experiments.runs.plan import Plan
from experiments.runs.store import FINISHED, Store
from experiments.runs.work import Work, working
from experiments.settings.asked import Asked
from experiments.settings.places import results_folder
from experiments.studies.study import RESULT, Study
from model.errors import InvalidInput

NOT_DESIGN = ("study", "results", "runner", "workers", "output", "dry_run", "large", "to", "save")
"""Options that change no number."""


class Table(NamedTuple):
    """A table of a study: the folder of its rows, what the user is told is being run, its runs; some blocks or all."""

    name: str
    title: str
    plan: Plan
    blocks: Sequence[int] | None = None


class Question(ABC):
    """One question, as one study asks it.

    Parameters
    ----------
    asked : Asked
        What the user asked for.
    institutions : sequence of str
        Who takes part.

    Raises
    ------
    InvalidInput
        For anything that is not as it must be, in one line, before anything is made.
    """

    made_by: tuple[str, ...] = ROWS
    """Packages of the code that the rows depend on; more where earlier rows decide later ones by code of their own."""

    def __init__(self, asked: Asked, institutions: Sequence[str]) -> None:
        self.asked = asked
        self.institutions = tuple(institutions)
        self.setting = asked.setting(self.institutions)
        self.labels = {name: self.setting.institutions[name].label for name in self.institutions}

    @abstractmethod
    def plans(self) -> Sequence[Table]:
        """List what is run, as far as it is known before anything is."""

    def later(self) -> int:
        """Count the runs that will be planned when earlier ones are done."""
        return 0

    def estimate(self, workers: int) -> Estimate:
        """Say what the study will take."""
        return estimate([table.plan for table in self.plans()], workers, self.later())

    def begin(self, store: Store) -> Mapping[str, Any]:
        """Do what comes before the first run; return what the manifest shall say of it."""
        return {}

    def go_on(self, work: Work) -> None:  # noqa: B027 most questions know beforehand all that is run
        """Run what earlier rows decide, when all else is done; nothing unless a question says otherwise."""

    @abstractmethod
    def analyse(self, rows: Store) -> Any:
        """Work out what the rows say."""

    @abstractmethod
    def tell(self, found: Any, facts: Facts) -> Result:
        """Put what was found into words, tables and figures."""

    def answered(self) -> Study | Estimate:
        """Run what is missing of a study, and make everything that is made of its rows.

        Returns
        -------
        Study, or Estimate with ``dry_run=true``

        Raises
        ------
        InvalidInput
            For a study of that name that was made from something else.
        Stopped
            After Ctrl-C, when what is in work is stored.
        """
        asked, design = self.asked, self.content()
        name = str(asked.study) if asked.study is not None else f"{self.setting.world.name}-{digest(design)[:8]}"
        store = Store(results_folder(asked.results) / asked.command / name)
        if asked.dry_run:
            found = self.estimate(asked.runner.workers or usable_cores())
            if asked.output == "json":
                print(found.text(), file=sys.stderr)
            return found
        facts = {
            "command": asked.command, "study": name, "asked": list(asked.words), "begun": now(),
            "versions": versions(), "git_commit": git_commit(),
        }  # fmt: skip
        config = yaml.safe_dump(asked.plain(self.setting), sort_keys=False, allow_unicode=True)
        with store.opened(design, facts, config):
            if begun := self.begin(store):
                store.note(begun)
            with working(store, asked.runner) as work:
                for table in self.plans():
                    work.run(*table)
                self.go_on(work)
                work.end()
                return finished(self, store)

    def result(self, facts: Facts, context: Mapping[str, Any], **made: Any) -> Result:
        """Put a result together in words of the command's own templates.

        Parameters
        ----------
        facts : Facts
            What was run.
        context : mapping
            What templates need beside the question's attributes. ``<command>.answer.jinja`` gives the question on its
            first line, then a sentence of the answer on each.
        **made
            Data, tables and figures of the `Result`.
        """
        given = {**vars(self), **context}
        question, *answer = sentences(f"{self.asked.command}.answer", facts, **given)
        return Result(self.asked.command, question, facts, answer, context=given, **made)

    def further(self) -> Mapping[str, Any]:
        """Say what else determines the study's numbers and words, in plain data."""
        return {}

    def content(self) -> dict[str, Any]:
        """Everything that determines the study's rows, and what is made of them but for the code of the analysis."""
        plain = self.asked.plain(self.setting)
        kept = {name: value for name, value in plain.items() if name not in NOT_DESIGN}
        plans = {table.name: table.plan.content() for table in self.plans()}
        design: dict[str, Any] = json.loads(json.dumps({**kept, **self.further(), "plans": plans}))
        return {**design, CODE: code_digest(self.made_by)}

    def facts(self, store: Store) -> Facts:
        """Say what was run."""
        failed, setting = len(store.failures()), self.setting
        done = sum(part.rows for table in self.tables() for part in store.parts(table))
        return Facts(
            study=as_seen_from_here(store.folder),
            world=setting.world.name,
            states=setting.world.size,
            years=setting.quarters / 4,
            seed=int(self.asked.seed),
            runs=done + failed,
            failed=failed,
            money=setting.money(),
            estimate=store.manifest.get("estimate"),
            seconds=float(store.manifest.get("seconds", 0.0)),
        )

    def tables(self) -> Sequence[str]:
        """Name the tables whose rows are runs."""
        return [table.name for table in self.plans()]


def compared(asked: Asked) -> tuple[str, str]:
    """Name the institution that is compared with, and the one that is compared.

    Raises
    ------
    InvalidInput
        When they are the same.
    """
    than, name = str(asked.than), asked.chosen["institution"]
    if than == name:
        raise InvalidInput(f"institution={name}: is compared with itself; must be another one than than={than}")
    return than, name


def finished(question: Question, store: Store, anew: bool = False) -> Study:
    """Make everything that is made of a study's rows, and write what does not stand there already.

    Parameters
    ----------
    question : Question
        Whose.
    store : Store
        Opened, with every row.
    anew : bool
        Whether to write all of it even if it stands.

    Returns
    -------
    Study
    """
    facts = question.facts(store)
    result = question.tell(question.analyse(store), facts)
    analysis = code_digest(ANALYSIS)
    done = store.manifest.get("status") == FINISHED and store.manifest.get("analysis") == analysis
    if anew or not done or not store.outputs_stand():
        if done:
            print(f"{facts.study}: writing again what was made of its rows", file=sys.stderr)
        outputs, before = written(result, store), store.manifest.get("outputs", {})
        store.remove_outputs({name: before[name] for name in before if name not in outputs})
        store.note(
            {"status": FINISHED, "ended": now(), "runs": facts.runs, "failed": facts.failed, "analysis": analysis,
             "outputs": outputs}
        )  # fmt: skip
    return Study(store.folder, result)


def written(result: Result, store: Store) -> dict[str, str]:
    """Write tables, figures, README and the result into a study's folder.

    Returns
    -------
    dict of str to str
        Digest by file.
    """
    files = {name: text.encode() for name, text in result.files.items()}
    for name, table in result.tables.items():
        files[f"tables/{name}.csv"] = as_csv(table)
    for name, drawing in result.figures.items():
        files |= {f"figures/{name}.{ending}": content for ending, content in drawing.files().items()}
    files[RESULT] = json.dumps(result.data, ensure_ascii=False, allow_nan=False, indent=1).encode()
    readme = template(f"{result.template}.md").render(result.told())
    files["README.md"] = f"{readme.rstrip()}\n".encode()
    return {name: store.write_output(name, content) for name, content in files.items()}


def as_seen_from_here(folder: Path) -> str:
    """Write a folder relative to where the user is, if it lies below."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
