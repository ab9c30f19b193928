"""One row of a study as the words of ``concord run`` that repeat it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from experiments.runs.manifest import differences
from experiments.runs.plan import Plan
from experiments.runs.simulate import flat
from experiments.runs.store import Store
from experiments.runs.work import Flags, Work
from experiments.settings import commands
from experiments.settings.asked import Asked
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from experiments.studies.finished import words_of
from experiments.studies.question import Question
from model.errors import InvalidInput, nearest
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS

_KEPT = ("world", "calibration", "channels")
"""What of a study's words stays in those of its runs."""


@dataclass(frozen=True)
class Row:
    """A row of a study.

    Attributes
    ----------
    words : sequence of str
        What is typed behind ``concord run``.
    outcomes : mapping of str to float
        As stored.
    """

    words: Sequence[str]
    outcomes: Mapping[str, float]

    @property
    def command(self) -> str:
        """The command line, as typed into a shell."""
        return shlex.join(["concord", "run", *self.words])


class _Heard(Work):
    """Hears what a study runs, and runs nothing."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.plans: list[tuple[str, Plan]] = []

    def run(
        self, table: str, title: str, plan: Plan, blocks: Sequence[int] | None = None, points: Flags | None = None
    ) -> None:
        """Note the plan."""
        self.plans.append((table, plan))


def row_of(store: Store, number: int, table: str | None = None) -> Row:
    """Find the words that repeat a row.

    Parameters
    ----------
    store : Store
        Of a finished study.
    number : int
        Of the row, counted from 0.
    table : str, optional
        Which rows; ``runs`` unless told.

    Raises
    ------
    InvalidInput
        When there is no such row, or its words cannot be told.
    """
    command, *words = words_of(store)
    one = asked(command, words)
    made = commands.question(command)
    if made is None or one.options.get("acd") is not None:
        raise InvalidInput(
            f"study '{command}/{store.name}': a row of concord {command} is not repeated by itself"
            f"{' where acd=FILE makes its world' if made else ''}; the same command under another study= repeats all"
        )
    question = cast(Question, made(one))
    # What was claimed since judges rows, and makes none: what claims have run stands in plans.
    apart = [each for each in differences(store.manifest["design"], question.content()) if each[:11] != "hypotheses."]
    if apart:
        raise InvalidInput(f"study '{command}/{store.name}': {apart[0]}: nothing repeats its rows here")
    plans = _plans(question, store)
    known = list(dict.fromkeys(name for name, _ in plans))
    table = table or ("runs" if "runs" in known else known[0])
    if table not in known:
        raise InvalidInput(f"table={table}: has no runs; {nearest(table, known)}")
    rows = store.read(table)
    if number >= rows.num_rows:
        raise InvalidInput(f"row={number}: must be below {rows.num_rows:,}, the number of rows of '{table}'")
    row = rows.slice(number, 1).to_pylist()[0]
    plan, replication = _place([plan for name, plan in plans if name == table], row)
    return Row(_words(one, plan, replication, row), {name: row[name] for name in OUTCOMES})


def _plans(question: Question, store: Store) -> list[tuple[str, Plan]]:
    """List the plans of a study, those that its own rows decided included."""
    heard = _Heard(store)
    for table in question.plans():
        heard.run(*table)
    question.go_on(heard)
    return heard.plans


def _place(plans: Sequence[Plan], row: Mapping[str, Any]) -> tuple[Plan, int]:
    """Find the plan that has a row's run, and the replication as that plan counts it."""
    for plan in plans:
        if row["institution"] in plan.institutions and row.get("point", 0) < plan.points:
            for first, last in plan.blocks:
                for replication in range(first, last):
                    if plan.name_of(replication) == row["replication"]:
                        return plan, replication
    raise InvalidInput("this row is in no plan of its study: nothing repeats it")


def _words(one: Asked, plan: Plan, replication: int, row: Mapping[str, Any]) -> list[str]:
    """Name institution, world and future, then every parameter that would stand otherwise."""
    design = plan.design
    values = () if design is None else design.values[row["point"]].tolist()
    used = flat(plan.scenario(replication).parameters(row["institution"], design, values))
    who = _file_of(one, plan.setting, row["institution"])
    kept = [word for word in one.words if word.partition("=")[0].split(".")[0] in _KEPT]
    named = [
        f"{name}={one.chosen[name]}"
        for name in _KEPT
        if name in one.chosen and f"{name}={one.chosen[name]}" not in kept
    ]
    future = [f"seed={row['seed']}", f"replication={row['replication']}", f"quarters={plan.setting.quarters}"]
    words = [f"institution={who}", *named, *kept, *future]
    otherwise = flat(asked("run", words).setting([who]).parameters(who))
    # What is expected follows from the rest: named, it would follow twice.
    follows = {name for name, declared in PARAMETERS.items() if declared.group == "expected"}
    other = {name: value for name, value in used.items() if value != otherwise[name] and name not in follows}
    return [*words, *(f"{name}={value!r}" for name, value in other.items())]


def _file_of(one: Asked, setting: Setting, institution: str) -> str:
    """Name the file whose institution has the same pools; its values are set one by one."""
    files = one.setting([*one.files]).institutions
    pools = setting.institutions[institution].pools
    alike = [name for name, each in files.items() if each.pools == pools]
    wanted = [name for name in (institution, institution.split(" ", maxsplit=1)[0]) if name in alike]
    if not alike:
        raise InvalidInput(
            f"institution '{institution}': no file of conf/institution has its pools, nothing repeats it"
        )
    return [*wanted, *alike][0]
