"""Which patterns count as reproduced, and the naive look at peacekeeping, on cases worked by hand."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.records.association import STRENGTH, Association, Ends, association, blind, returns
from experiments.records.pattern_labels import labelled, meaning_of
from experiments.records.patterns import Pattern, block_name
from experiments.records.stored_record import stored_record
from experiments.records.validation import FITTED, IMPLIED, UNFITTED, checks, counts
from experiments.runs.plan import Blocks, Plan
from experiments.runs.simulate import run_task
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from model.parameters import PARAMETERS

RECORD = stored_record("africa", 1989, 2008)


def model_like_the_record() -> dict[str, Pattern]:
    return {name: found["estimate"] for name, found in RECORD.patterns.items()}


def test_the_record_reproduces_itself() -> None:
    found = counts(checks(RECORD, model_like_the_record()))
    assert found == {
        "fitted": (len(FITTED), len(FITTED)),
        "unfitted": (len(UNFITTED), len(UNFITTED)),
        "implied": (len(IMPLIED), len(IMPLIED)),
    }


def test_every_pattern_has_a_meaning_a_unit_and_one_role() -> None:
    names = list(RECORD.table().index)
    assert sorted((*FITTED, *UNFITTED, *IMPLIED)) == sorted(names)
    assert all(meaning_of(name).text and meaning_of(name).unit for name in names)
    assert len({meaning_of(name).text for name in names}) == len(names)


def test_a_window_of_any_length_has_a_meaning_for_every_block() -> None:
    table = RECORD.table()
    blocks = pd.DataFrame({"estimate": 0.2}, index=[block_name(block) for block in range(50)])
    shown = labelled(pd.concat([blocks, table.drop(index=[name for name in blocks.index if name in table.index])]))
    assert sorted(shown["pattern"]) == sorted({*blocks.index, *table.index})
    texts = shown["label"].tolist()
    first = texts.index("state-years in conflict, years 1–5")
    assert texts[first + 49] == "state-years in conflict, years 246–250"
    assert len(set(texts)) == len(texts)


def test_ends_count_as_inside_beyond_does_not_and_the_undefined_is_not_counted() -> None:
    model = model_like_the_record()
    interval = RECORD.patterns["war_share"]
    assert isinstance(interval["high"], float)
    model["war_share"] = interval["high"]
    model["recurrence_5"] = RECORD.patterns["recurrence_5"]["low"]
    model["active_share"] = 0.9
    model["recurrence_10"] = math.nan
    matrix = model["transition_matrix"]
    assert isinstance(matrix, list)
    model["transition_matrix"] = [*matrix[:2], [0.5, 0.1, 0.4]]
    table = checks(RECORD, model)
    rows = {row.Index: row for row in table.itertuples()}
    assert rows["war_share"].inside is True and rows["recurrence_5"].inside is True
    assert rows["active_share"].inside is False
    assert rows["recurrence_10"].inside is None
    assert rows["war_to_peace"].model == 0.5 and rows["war_to_peace"].inside is False
    assert rows["war_to_minor"].model == 0.1 and rows["war_to_minor"].inside is False
    assert counts(table)["fitted"] == (len(FITTED) - 3, len(FITTED))
    assert counts(table)["unfitted"] == (len(UNFITTED) - 1, len(UNFITTED) - 1)


def quarters(*years: int) -> list[float]:
    """A state's status: one quarter of conflict in each year named, of ten."""
    return [1.0 if quarter % 4 == 2 and quarter // 4 in years else 0.0 for quarter in range(40)]


def test_returns_by_hand() -> None:
    status = np.array(
        [
            quarters(0, 4),  # ends in year 0, back after four years: returned; ends in year 4
            quarters(0, 6),  # back after six: too late to count as returned
            quarters(0, 2),  # a lull of one year is no end; ends in year 2, no return
            quarters(0, 5, 7),  # returned; its next end, in year 7, has no five years left
            quarters(),
        ]
    ).T
    mission = np.zeros(status.shape)
    assert returns(status, mission).tolist() == [[0, 0], [2, 5]]
    mission[3, 0] = mission[3, 1] = STRENGTH
    assert returns(status, mission).tolist() == [[1, 2], [1, 3]]
    assert returns(status[:16], mission[:16]).tolist() == [[0, 0], [0, 0]]


def simulated(setting: Setting) -> Association:
    plan = Plan(setting, ("siloed",), 1, Blocks(0, 30), recorder=Ends())
    (ends, without) = (run_task(each.task(0, 30)).extra["ends"] for each in (plan, blind(plan)))
    return association(ends["told"], ends["conflict_years"], without["conflict_years"])


def test_missions_avert_conflict_only_through_the_built_in_effect() -> None:
    setting = asked("forecast", ["world=stylised", "world.size=12", "years=20"]).setting(["siloed"])
    strong = replace(setting, command_line={"missions_on_recurrence": -1.9, "missions_on_ending": 0.95})
    none = replace(setting, command_line={n: 0.0 for n in PARAMETERS if n.startswith("missions_on_")})
    protected, bare = (simulated(each) for each in (strong, none))
    assert bare.averted.mean == 0.0
    assert protected.averted.low > 0.0
    assert protected.difference.mean == pytest.approx(protected.with_mission.mean - protected.without_mission.mean)
