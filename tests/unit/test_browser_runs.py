"""What the page runs and shows, as plain data: both runs, their money, the choice behind them, what is exported."""

import csv
import gc
import io
import math
import shlex
import weakref

import pytest

from experiments import run
from experiments.accounts.account import account
from experiments.browser import charts, controls, export, flow, scene, selection, views
from experiments.browser.agents import Followed
from experiments.browser.money import PARLIAMENT, TREASURY, flows_of_quarter, imbalance, through
from experiments.browser.selection import BOTH, Selection, first_selection, prepared
from experiments.browser.two_runs import Moment, TwoRuns
from experiments.browser.whole_run import KEPT
from experiments.settings.compose import asked
from model.errors import InvalidInput
from model.institution import DEPARTMENTS
from model.parameters import PARAMETERS
from model.rules.measurement import MONEY_LINES
from model.rules.table import DRIVER, LINES, MONEY, SEEN, STATUS
from model.trajectory import INSTRUMENTS
from model.world import stylised

SMALL = ("world=stylised", "world.size=9", "quarters=8", "seed=3")


def choice(*overrides: str, institutions: tuple[str, str] = ("siloed", "uk_pools")) -> Selection:
    return first_selection(asked("view", [*SMALL, *overrides], {"institutions": list(institutions)}))


def lived(chosen: Selection, quarters: int = 8) -> Moment:
    return TwoRuns(prepared(chosen)).at(quarters)


@pytest.fixture(scope="module")
def pair() -> Moment:
    return lived(choice())


def test_both_runs_are_those_of_the_command(pair: Moment) -> None:
    for index, side in enumerate(pair.sides):
        words = shlex.split(export.command(pair, index))
        assert words[:2] == ["concord", "run"]
        found = run(*words[2:])
        assert found.trajectory.tobytes() == side.trajectory().tobytes()
        assert {name: found.outcomes[name] for name in SHOWN} == {name: side.last(kept) for name, kept in SHOWN.items()}


SHOWN = {"conflict_years": "conflict_years", "duplication": "duplication", "gaps": "gaps",
         "first_money_wait": "waiting", "lapsed_money": "lapsed", "overhead_money": "overhead"}  # fmt: skip


def told_by_agents(side: Followed) -> dict[str, float]:
    """What the page tells of a quarter, as the Mesa agents have it."""
    outcomes, treasury = side.outcomes(), side.treasury
    lines = [f"{line}_money" for line in MONEY_LINES if line not in ("lapsed", "undrawn")]
    return {
        **{kept: outcomes[name] for name, kept in SHOWN.items()},
        "spent": sum(outcomes[line] for line in lines),
        "in_conflict": sum(state.status > 0.0 for state in side.states),
        "pooled": float(side.books()[3:, MONEY : MONEY + 3].sum()),
        "belief": treasury.belief,
        "belief_error": math.sqrt(treasury.belief_variance),
        "yielded": treasury.yielded if side.quarter >= 4 else math.nan,
        **{f"joined_{role}": each.joined for role, each in zip(DEPARTMENTS, side.departments, strict=True)},
    }


@pytest.mark.parametrize("institutions", [("siloed", "uk_pools"), ("three_ds", "full_information")])
def test_every_quarter_is_that_of_the_agents_to_the_bit(institutions: tuple[str, str]) -> None:
    pair = TwoRuns(prepared(choice("budget_rule=endogenous", "veto=0.4", institutions=institutions)))
    for quarter in range(9):
        for side, agents in zip(pair.at(quarter).sides, pair.agents.at(quarter), strict=True):
            assert side.states.tobytes() == (agents.table() + 0.0).tobytes()
            assert side.money().tobytes() == agents.money().tobytes()
            assert side.trajectory().tobytes() == agents.trajectory().tobytes()
            if quarter:
                expected = told_by_agents(agents)
                assert set(expected) == set(KEPT)
                assert repr([side.last(name) for name in KEPT]) == repr([expected[name] for name in KEPT])
                assert repr([side.past(name)[-1] for name in KEPT]) == repr([expected[name] for name in KEPT])
    pair.close()


def test_agents_go_back_and_stop_when_they_are_no_longer_wanted() -> None:
    agents = TwoRuns(prepared(choice())).agents
    assert agents.are_near(4) and not agents.are_near(5)
    assert [side.quarter for side in agents.at(7)] == [7, 7]
    assert agents.are_near(7) and not agents.are_near(6)
    assert [side.quarter for side in agents.at(2)] == [2, 2]
    asked_so_far = iter(range(3))
    assert agents.at(8, lambda: next(asked_so_far, None) is not None) == ()
    assert [side.quarter for side in agents.at(8)] == [8, 8]
    agents.close()
    assert agents.at(8) == ()


def test_what_was_composed_is_not_composed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prepared(choice())
    changes = [
        before.selection.with_value("A", "veto", "0.25").with_value(BOTH, "budget_rule", "endogenous"),
        before.selection.with_option("seed", "9").with_option("replication", "2").with_option("quarters", "12"),
    ]
    anew = [prepared(change) for change in changes]
    monkeypatch.setattr(selection, "asked", None)
    for change, expected in zip(changes, anew, strict=True):
        found = prepared(change, before)
        assert found.sides == expected.sides
        assert (found.seed, found.replication, found.quarters) == (
            expected.seed,
            expected.replication,
            expected.quarters,
        )


def test_what_was_changed_by_hand_is_in_the_command() -> None:
    changed = choice().with_value("B", "pooling", "0.5").with_value(BOTH, "budget_rule", "endogenous")
    pair = lived(changed, 4)
    for index, side in enumerate(pair.sides):
        words = shlex.split(export.command(pair, index))
        assert "quarters=4" in words
        assert ("pooling=0.5" in words) == (index == 1)
        assert run(*words[2:]).outcomes["conflict_years"] == side.last("conflict_years")


def test_within_a_year_the_command_gives_the_whole_run() -> None:
    pair = lived(choice(), 3)
    found = run(*shlex.split(export.command(pair, 1))[2:])
    assert found.trajectory.shape[0] == 8
    assert found.trajectory[:3].tobytes() == pair.sides[1].trajectory().tobytes()
    assert "whole run of 8 quarters" in export.promise(pair)


def test_headline_is_the_difference_of_the_runs(pair: Moment) -> None:
    told, (a, b) = scene.answer(pair), [side.outcomes() for side in pair.pair.agents.at(8)]
    assert told["difference"] == b["conflict_years"] - a["conflict_years"]
    lines = [f"{line}_money" for line in MONEY_LINES if line not in ("lapsed", "undrawn")]
    assert math.isclose(told["cost_difference"], sum(b[name] - a[name] for name in lines), abs_tol=1e-9)
    assert [side["conflict_years"] for side in told["sides"]] == [a["conflict_years"], b["conflict_years"]]


@pytest.mark.parametrize(
    ("value", "text"), [(-0.25, "−£0.2m"), (0.04, "£0.0m"), (1234.5, "+£1,234.5m"), (-0.0, "£0.0m")]
)
def test_differences_are_written_with_their_sign(value: float, text: str) -> None:
    assert scene.signed(value, 1, "£", "m") == text


@pytest.mark.parametrize(
    "institutions", [("siloed", "uk_pools"), ("full_information", "three_ds"), ("none", "stability_fund")]
)
@pytest.mark.parametrize(
    "values",
    [
        (),
        ("budget_rule=equal_programme", "mission_cost=40", "funding_shock_rate=0.2"),
        ("reserve_cap=50", "peacekeeping_release=1", "top_up_source=on_top"),
    ],
)
def test_money_balances_at_every_step_of_its_way(institutions: tuple[str, str], values: tuple[str, ...]) -> None:
    pair = TwoRuns(prepared(choice(*values, institutions=institutions)))
    for quarter in range(1, 9):
        for side in pair.agents.at(quarter):
            flows = flows_of_quarter(side)
            assert imbalance(flows) < 1e-9
            assert imbalance(side.flows) < 1e-9
            oda, other = side.treasury.ledger[:LINES], side.treasury.ledger[LINES : 2 * LINES]
            ledger = dict(zip(MONEY_LINES, (oda + other).tolist(), strict=True))
            got = {name: pair[0, 0] for name, pair in through(flows).items()}
            for end, line in (
                ("peacekeeping", "peacekeeping"),
                ("voluntary", "voluntary"),
                ("overhead", "overhead"),
                ("lapsed", "lapsed"),
                ("undrawn", "undrawn"),
            ):
                assert math.isclose(got.get(end, 0.0), ledger[line], abs_tol=1e-9)
            work = sum(got.get(f"work:{name}", 0.0) for name in INSTRUMENTS)
            assert math.isclose(work, ledger["programme"] + ledger["thematic"] + ledger["top_up"], abs_tol=1e-9)
            assert flows[PARLIAMENT, TREASURY][0] == side.treasury.envelope


def test_a_penny_that_went_missing_would_be_seen(pair: Moment) -> None:
    flows = dict(pair.pair.agents.at(8)[1].flows)
    link = next(link for link in flows if link[0].startswith("pool:"))
    flows[link] = flows[link] + (1e-8, 0.0)
    assert imbalance(flows) > 0.9e-8


def test_page_says_that_the_money_balances(pair: Moment) -> None:
    for side in pair.pair.agents.at(8):
        told = flow.told(side)
        assert "balanced to the penny" in told["balance"]
        assert len(told["nodes"]) == len(told["rows"]) == len(through(side.flows))
        assert len(told["bands"]) == len(side.flows)
        for giver, start, receiver, end, thick in told["bands"]:
            for node, middle in ((giver, start), (receiver, end)):
                assert (
                    node.top - 1e-9
                    < middle - thick / 2
                    < middle + thick / 2
                    < node.top + told["room"] * node.total + 1e-9
                )


def test_the_years_money_is_that_of_its_quarters_so_far() -> None:
    side = lived(choice()).pair.agents.at(6)[0]
    assert side.flows[PARLIAMENT, TREASURY][0] == 2.0 * side.treasury.envelope


def test_nothing_has_moved_before_the_first_quarter() -> None:
    pair = lived(choice(), 0)
    assert scene.answer(pair)["difference"] == 0.0
    assert "No money" in views.drawn(pair, "money", "S000")
    assert flow.told(pair.pair.agents.at(0)[0])["balance"] == ""
    assert "press Step" in views.drawn(pair, "state", "S000")
    assert len(charts.institution_charts(pair)) == 8
    assert export.quarters_csv(pair).count("\n") == export.states_csv(pair).count("\n") == 1


def test_tiles_show_the_states(pair: Moment) -> None:
    for index, side in enumerate(pair.sides):
        told = scene.tile_map(pair, index)
        money = side.money()
        assert len({(tile["row"], tile["column"]) for tile in told["tiles"]}) == 9
        for i, tile in enumerate(told["tiles"]):
            own, other = (pair.sides[at].states[STATUS, i] for at in (index, 1 - index))
            assert tile["status"] == own
            assert tile["differs"] == (own != other)
            assert tile["money"] == [round(float(part) / scene.full_bar(pair), 4) for part in money[:, i]]
            assert max(tile["money"]) <= 1.0
            assert side.world.states[i].name in tile["text"]


def test_states_without_places_stand_in_a_block() -> None:
    world = prepared(choice()).world
    homeless = type(world)(world.name, tuple(type(s)(**{**vars(s), "tile": None}) for s in world.states))
    assert len(set(scene.places(homeless))) == 9
    assert max(max(place) for place in scene.places(homeless)) <= 3


def test_card_tells_what_is_true_believed_and_paid(pair: Moment) -> None:
    (other, side), position = pair.pair.agents.at(8), 2
    told = views.card(side, "B", position)
    chances = account(side, position)["pictures"]["chances"]
    assert f"onset: true {chances['onset']['true']:.2f}" in told
    assert f"shared analysis {chances['onset']['shared']:.2f}" in told
    assert "The whole account" in told and "Why it got" in told
    assert "shared analysis" not in views.card(other, "A", position).split("Consent and trust")[0]


def test_joint_picture_is_found_behind_what_was_half_adopted() -> None:
    agents = lived(choice(institutions=("three_ds", "siloed"))).pair.agents.at(4)[0]
    told, year = account(agents, 1), agents.years[-1]
    joint = math.log(-math.log1p(-told["pictures"]["chances"]["onset"]["shared"]) / 4.0)
    for d in range(3):
        seen = year.table[SEEN + 2 * d, 1]
        assert math.isclose(year.pictures[d, 0, 1], 0.5 * seen + 0.5 * joint, abs_tol=1e-9)


def test_csv_has_every_number_to_the_last_digit(pair: Moment) -> None:
    rows = list(csv.DictReader(io.StringIO(export.states_csv(pair))))
    assert len(rows) == 2 * 8 * 9
    last = rows[-1]
    assert (last["side"], last["quarter"], last["state"]) == ("B", "8", pair.ready.world.codes[-1])
    assert float(last["insecurity"]) == pair.sides[1].states[DRIVER, -1]
    assert float(last["money_diplomacy"]) == float(pair.sides[1].money()[2, -1])
    years = list(csv.DictReader(io.StringIO(export.quarters_csv(pair))))
    assert float(years[7]["conflict_years"]) == pair.sides[0].last("conflict_years")


def test_charts_end_at_the_last_values(pair: Moment) -> None:
    drawn, (a, b) = views.drawn(pair, "institutions", "S000"), pair.sides
    assert f"B − A {b.last('conflict_years') - a.last('conflict_years'):.3g}" in drawn
    assert f"A {a.last('duplication'):.3g}; B {b.last('duplication'):.3g}" in drawn
    assert f"truth {b.last('yielded'):.3g}" in drawn


def test_a_chart_has_round_ticks_and_names_that_do_not_overlap() -> None:
    lines = [charts.Line(name, "red", [math.nan, 0.42]) for name in ("A", "B")]
    told = charts.chart("Gaps", "share", lines, 80)
    assert told["ticks"] == pytest.approx([0.0, 0.2, 0.4, 0.6])
    assert list(told["years"]) == [0, 5, 10, 15, 20]
    assert told["names"][1][1] == told["names"][0][1] + 12.0
    assert [len(points) for _, points in told["lines"]] == [1, 1]


def test_what_the_command_line_said_is_where_a_session_starts() -> None:
    chosen = choice("veto=0.5", "override.uk_pools.top_up=0.1", "calibration=none", "port=0")
    files = {"world": "stylised", "calibration": "none", "channels": "all"}
    assert chosen.options == {**files, "seed": "3", "replication": "0", "quarters": "8"}
    assert chosen.values(0) == {"veto": 0.5}
    assert chosen.values(1) == {"veto": 0.5, "top_up": 0.1}
    assert chosen.rest == ("world.size=9",)


def test_another_world_does_not_inherit_the_old_ones_options() -> None:
    chosen = choice("channels=for_only", "calibration.values.onset_memory=2").with_option("world", "africa")
    assert (chosen.options["channels"], chosen.rest) == ("for_only", ("calibration.values.onset_memory=2",))
    assert prepared(choice().with_option("world", "africa")).world.size == 48


@pytest.mark.parametrize(
    ("name", "text"), [("seed", "-1"), ("seed", "x"), ("seed", "1,2"), ("seed", "${oc.env:HOME}"), ("quarters", "7"),
                       ("replication", ""), ("world", "atlantis"), ("output", "json")],
)  # fmt: skip
def test_wrong_options_are_refused_in_one_line(name: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        choice().with_option(name, text)
    assert "\n" not in str(refusal.value) and name in str(refusal.value)


@pytest.mark.parametrize("text", ["1.5", "nan", "many", ""])
def test_wrong_values_are_refused_with_their_range(text: str) -> None:
    with pytest.raises(InvalidInput, match="0 to 1 share"):
        choice().with_value(BOTH, "pooling", text)


def test_an_institution_that_does_not_fit_the_world_is_refused() -> None:
    with pytest.raises(InvalidInput):
        choice().with_institution(0, "nobody")


def test_scopes_keep_apart() -> None:
    start = choice()
    shared = start.with_value(BOTH, "veto", "0.5")
    assert shared.with_value("A", "veto", "0.2").values(0)["veto"] == 0.2
    assert shared.with_value("A", "veto", "0.2").values(1)["veto"] == 0.5
    assert shared.with_value("A", "veto", None).values(0) == {}
    assert shared.with_value("A", "veto", None).values(1)["veto"] == 0.5
    assert shared.with_value("B", "veto", "0.2").with_value(BOTH, "veto", "0.9").values(1)["veto"] == 0.9
    assert shared.with_value("B", "veto", "0.2").with_value(BOTH, "veto", None) == start
    assert shared.with_value("B", "veto", "0.2").with_institution(1, "three_ds").values(1)["veto"] == 0.5
    assert shared.with_value("B", "veto", "0.2").as_preset() == start


def test_controls_offer_every_parameter_and_mark_what_was_changed() -> None:
    described = {one["name"]: one for group in controls.declared() for one in group["parameters"]}
    assert set(described) == set(PARAMETERS)
    assert all(one["unit"] and one["meaning"] and one["step"] > 0 for one in described.values())
    told = controls.chosen(prepared(choice().with_value("B", "top_up", "0.5")), 0)["values"]
    assert [name for name, found in told.items() if True in found["changed"]] == ["top_up"]
    assert told["top_up"] == {"now": [0.0, 0.5], "changed": [False, True]}
    assert told["shared_analysis"]["now"] == [0.0, 1.0]


def test_a_run_that_was_let_go_is_freed() -> None:
    pair = TwoRuns(prepared(choice()))
    kept = [weakref.ref(found) for side in pair.agents.at(5) for found in (side, side.states[0])]
    pair.close()
    gc.collect()
    assert [found() for found in kept] == [None] * 4


@pytest.mark.parametrize(
    ("size", "rows", "columns", "shown"),
    [(2, 1, 2, "all"), (48, 6, 8, "all"), (200, 13, 16, "code"), (1000, 29, 35, "mark")],
)
def test_a_map_of_many_states_is_no_strip_and_shows_what_there_is_room_for(
    size: int, rows: int, columns: int, shown: str
) -> None:
    tiles = scene.places(stylised(size))
    assert (1 + max(row for row, _ in tiles), 1 + max(column for _, column in tiles)) == (rows, columns)
    assert len(set(tiles)) == size and scene.detail(stylised(size)) == shown
