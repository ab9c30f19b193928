"""An account says what the engine did: its numbers are the trajectory's, and its reasons lead to what was chosen."""

import functools
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from experiments.accounts.account import CAVEAT, account, position_of
from experiments.accounts.programmes import payment, spender_account
from experiments.accounts.witness import Witness
from experiments.accounts.wording import TEMPLATES, words
from model.errors import InvalidInput
from model.institution import DEPARTMENTS
from model.parameters import build_parameters
from model.rules import planner, portfolio, priorities
from model.rules.measurement import COLOURS, MONEY_LINES
from model.rules.table import (
    LAPSED_LINE,
    LEDGER,
    LINES,
    MONEY,
    NOT_RUNNING,
    PROGRAMME,
    REPLANNED,
    SCREENED_OUT,
    STATUS,
    WORTH,
    YEARS_LEFT,
)
from model.runs import simulate
from model.trajectory import INSTRUMENTS, names
from model.world import World
from tests.support import INSTITUTIONS, institution, parameters_of, random_values, setting, small_world, states

Plain = dict[str, Any]
RICH = {
    "screening": 1.0, "thematic": 0.3, "advisory_places": 3.0, "commitment": 3.0, "voting": 0.5, "veto": 0.9,
    "colocation": 0.4, "colocation_economy": 0.3, "funding_shock_rate": 0.2, "voluntary_peacekeeping": 0.5,
    "oda_eligible_security": 0.0, "desks": 4.0, "top_up": 0.25, "stall_rate": 0.2,
}  # fmt: skip


def witness(name: str, quarter: int, values: Mapping[str, float] | None = None, world: World | None = None) -> Witness:
    """A run that has lived through so many quarters."""
    return lived(Witness(institution(name), world or small_world(), parameters_of(name, values), 11, 0, 40), quarter)


def lived(model: Witness, quarter: int) -> Witness:
    """Let a run go on until it has lived through so many quarters."""
    while model.quarter < quarter:
        model.step()
    return model


def spenders(model: Witness) -> list[int]:
    return [0, 1, 2, *(range(3, 3 + len(model.pools)) if model.parameters.degrees.pooling > 0.0 else ())]


def programmes(model: Witness) -> Iterator[tuple[int, int, int, Plain, Plain]]:
    """Every spender's every programme in its remit: spender, instrument, state and both accounts."""
    for index in spenders(model):
        for position in range(model.world.size):
            if model.spenders[index].covered[position] > 0.0:
                told = spender_account(model, index, position)
                for instrument, programme in told["programmes"].items():
                    yield index, INSTRUMENTS.index(instrument), position, told, programme


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_who_asks_changes_nothing_of_the_run(name: str) -> None:
    model, world = witness(name, 0), small_world()
    for quarter in range(16):
        model.step()
        told = account(model, quarter % world.size)
        told["state"]["name"], told["money"]["ledger"] = "", {}
    compiled = simulate(institution(name), world, parameters_of(name), 11, 0, 16).trajectory
    assert model.trajectory().tobytes() == compiled.tobytes()


def assert_is_in_the_trajectory(told: Plain, row: Mapping[str, float]) -> None:
    """Hold every number of an account that a trajectory has against the row of its quarter."""
    code, end = told["state"]["code"], told["at_the_end"]
    for name in ("status", "quarters_in_conflict", "memory", "mission", "trust", "donors", "voluntary_mission"):
        assert end[name] == row[f"{name}.{code}"], name
    for kind in ("driver", "consent"):
        assert end[kind] == {part: row[f"{kind}.{part}.{code}"] for part in end[kind]}
    for spender in told["spenders"]:
        who = spender["role"] if spender["role"] != "pool" else spender["name"]
        for instrument, programme in spender["programmes"].items():
            place = f"{instrument}.{code}"
            assert programme["size"] == row[f"{who}.programme.{place}"]
            for name in ("years_left", "worth", "money"):
                assert programme[name] == row[f"{who}.{name}.{place}"], name
            wait = row[f"{who}.wait.{place}"]
            assert programme["wait"] == (None if wait == NOT_RUNNING else wait)
        for name in ("thematic_part", "voluntary_part", "decision_cost"):
            assert spender[name] == row[f"{who}.{name}.{code}"], name
    money = told["money"]
    for line in MONEY_LINES:
        assert money["ledger"][line] == {colour: row[f"ledger.{line}.{colour}"] for colour in COLOURS}
    for name in ("envelope", "envelope_oda", "top_up_rate"):
        assert money[name] == row[name]
    for name in ("arrears", "replanned", "screened_out"):
        assert money[name] == row[f"ledger.{name}"]
    for name in ("share", "cut"):
        assert money[name] == {role: row[f"{name}.{role}"] for role in DEPARTMENTS}
    assert told["team"]["places"] == row["advisory_places"]
    assert told["team"]["advised"] == (row[f"advised.{code}"] == 1.0)


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_every_number_that_the_engine_keeps_is_the_engines(name: str) -> None:
    world = setting().world
    compiled = simulate(institution(name), world, parameters_of(name), 11, 0, 40).trajectory
    rows = [dict(zip(names(world, institution(name)), row.tolist(), strict=True)) for row in compiled]
    model = witness(name, 0, world=world)
    for quarter in (1, 11, 17):
        lived(model, quarter)
        decided = rows[quarter - 1 - (quarter - 1) % 4]
        for code in ("KEN", "SDN", "EGY"):
            told = account(model, position_of(world, code))
            assert_is_in_the_trajectory(told, rows[quarter - 1])
            assert told["when_decided"]["consent"] == {k: decided[f"consent.{k}.{code}"] for k in INSTRUMENTS}
            assert told["money"]["joined"] == {role: decided[f"joined.{role}"] for role in DEPARTMENTS}
            for what, of in told["pictures"]["chances"].items():
                for role in DEPARTMENTS:
                    seen = decided[f"seen.{role}.{what}.{code}"]
                    assert of["by"][role]["seen"] == pytest.approx(1.0 - math.exp(-4.0 * math.exp(seen)))
            json.dumps(told, allow_nan=False)


CASES = [
    *((name, {}) for name in INSTITUTIONS if name != "full_information"),
    ("uk_pools", RICH),
    ("uk_pools", RICH | {"mix": 0.0, "colocation": 0.0}),
    ("three_ds", {"desks": 4.0, "commitment": 2.0, "stall_rate": 0.2}),
]


@pytest.mark.parametrize(("name", "values"), CASES)
def test_ranks_lead_to_what_the_engine_chose(name: str, values: dict[str, float]) -> None:
    model = witness(name, 0, values)
    for quarter in (1, 7, 21):
        chosen = ranks_that_led_to_what_was_chosen(lived(model, quarter))
        assert chosen > 0 or name in ("uk_pools", "three_ds", "canada_proposed")


def ranks_that_led_to_what_was_chosen(model: Witness) -> int:
    """Hold ranks against what runs; returns how many programmes were chosen."""
    year, chosen = model.years[-1], 0
    for index, k, position, told, programme in programmes(model):
        runs = model.spenders[index].book[PROGRAMME + k, position] > 0.0
        tried = programme["competition"]
        if told["decided"] == "stalled":
            assert tried is None
            assert programme["why"] == ("rolled_over" if runs else "no_programme")
            continue
        assert (programme["why"] in ("chosen", "kept")) == runs
        assert (programme["why"] == "kept") == (tried["rank"] is None)
        if tried["rank"] is not None:
            assert (tried["rank"] <= tried["chosen"]) == (programme["why"] == "chosen")
            goes_on = year.before[index, YEARS_LEFT + k, position] > 1.0 and year.before[index, PROGRAMME + k, position]
            assert (programme["why"] == "chosen") == (runs and not goes_on)
        if programme["why"] == "chosen":
            assert tried["score"] >= tried["last_score"]
            assert programme["worth"] == tried["worth"]
            chosen += 1
        elif programme["why"] == "no_programme" and tried["chosen"]:
            assert tried["score"] <= tried["last_score"]
    return chosen


@pytest.mark.parametrize("name", ["siloed", "uk_pools", "pooled_funding"])
def test_ranks_are_those_of_a_plain_sort(name: str) -> None:
    model = witness(name, 21, world=setting().world)
    every = [(index, k, programme["competition"]) for index, k, _, _, programme in programmes(model)]
    for index in spenders(model):
        together = index >= 3 and model.parameters.degrees.mix == 1.0
        told = [tried for at, _, tried in every if at == index]
        found = [
            (tried["score"], tried["worth"], tried["rank"], k)
            for at, k, tried in every
            if at == index and tried and tried["rank"]
        ]
        sizes = {len(found)} if together else {len([f for f in found if f[3] == k]) for k in range(3)} - {0}
        assert {tried["of"] for tried in told} == sizes
        for group in [found] if together else [[f for f in found if f[3] == k] for k in range(3)]:
            # Programmes believed to prevent nothing tie, and lots decide.
            ranked = sorted(group, key=lambda entry: (-entry[0], -entry[1], entry[2]))
            assert [entry[2] for entry in ranked] == list(range(1, len(group) + 1))


@pytest.mark.parametrize(("name", "values"), CASES)
def test_what_made_a_score_makes_that_score(name: str, values: dict[str, float]) -> None:
    model = witness(name, 9, values)
    p, degrees, compared = model.parameters.priorities, model.parameters.degrees, 0
    for index, k, position, told, programme in programmes(model):
        if programme["competition"] is None:
            continue
        value, tried = programme["value"], programme["competition"]
        compared += 1
        if index < 3:
            assert tried["score"] == value.get("persuaded", value["own"])
            # Where nothing is to be prevented anywhere, as by diplomacy in a peaceful world, only interests count.
            relative = programme["preventable_harm"][told["role"]] / value["mean_harm"] if value["mean_harm"] else 0.0
            assert value["relative_harm"] == relative
            continue
        defence, development, foreign = (value["votes"][role] for role in DEPARTMENTS)
        assert tried["worth"] == priorities.agreed(value["lead_word"], defence, development, foreign, degrees)
        assert programme["late"] == value["approval"] + value["screening"]
        assert bool(value["vetoed_by"]) == (value["approval"] >= 4.0 + 2.0 * p.approval_delay)
        worths = [model.years[-1].decisions[index].worth[j, position] for j in range(3)]  # type: ignore[union-attr]
        mean = float((worths[0] + worths[1] + worths[2]) / 3.0)
        assert tried["score"] == priorities.colocated(float(worths[k]), mean, degrees)
    assert compared > 0


@pytest.mark.parametrize(("name", "values"), CASES)
def test_money_leads_from_claims_to_what_was_paid(name: str, values: dict[str, float]) -> None:
    model = witness(name, 0, values)
    for quarter in (1, 6, 12):
        assert_claims_lead_to_what_was_paid(lived(model, quarter))


def assert_claims_lead_to_what_was_paid(model: Witness) -> None:
    prices = dict[tuple[int, int], float]()
    for index, k, position, told, programme in programmes(model):
        paid = float(model.spenders[index].book[MONEY + k, position])
        price, factor = programme["price"] or 0.0, programme["screening_factor"] or 0.0
        assert programme["money"] == paid
        agreed = programme["claim"] * price - programme["unspent_at_war"] + programme["thematic_money"]
        assert paid == pytest.approx(agreed * factor, abs=1e-12)
        assert (programme["claim"] > 0.0) == (programme["size"] > 0.0 and (programme["waited"] or 0.0) < 1.0)
        if programme["size"] > 0.0:
            assert programme["wait"] == max(0.0, programme["waited"] - 1.0)
        if told["money"]["replanned"] == 0.0 == told["money"]["lapsed"]["screened_out"]:
            assert programme["agreed_money"] == paid
        if programme["price"] is not None:
            assert prices.setdefault((index, k), price) == pytest.approx(price, rel=1e-9)
        lapsed = told["money"]["lapsed"]
        total = sum(told["money"]["ledger"]["lapsed"].values())
        assert sum(lapsed.values()) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize(("name", "values"), CASES)
def test_what_spenders_lost_is_in_the_ledger(name: str, values: dict[str, float]) -> None:
    model = witness(name, 14, values)
    every = [payment(model, index).money for index in range(len(model.spenders))]
    ledger = model.treasury.ledger
    told = account(model, 0)["money"]
    lapsed = float(ledger[LAPSED_LINE] + ledger[LINES + LAPSED_LINE])
    assert sum(told["lapsed"].values()) == pytest.approx(lapsed, abs=1e-9)
    assert all(part >= 0.0 for part in told["lapsed"].values())
    for line in ("programme", "thematic", "top_up", "voluntary"):
        for colour in COLOURS:
            spent = sum(money["ledger"][line][colour] for money in every)
            assert spent == pytest.approx(told["ledger"][line][colour], abs=1e-9)
    assert sum(money["replanned"] for money in every) == pytest.approx(float(ledger[REPLANNED - LEDGER]), abs=1e-12)
    lost = sum(money["lapsed"]["screened_out"] for money in every)
    assert lost == pytest.approx(float(ledger[SCREENED_OUT - LEDGER]), abs=1e-12)


def test_a_programme_that_goes_on_says_when_it_was_chosen() -> None:
    found, model = 0, witness("uk_pools", 0, RICH)
    at = functools.cache(functools.partial(witness, "uk_pools", values=RICH))
    for quarter in (5, 9, 13, 19):
        lived(model, quarter)
        for index, k, position, _, programme in programmes(model):
            if programme["why"] not in ("kept", "rolled_over"):
                continue
            then = programme["agreed"]["quarter"]
            before = spender_account(at(then), index, position)["programmes"][INSTRUMENTS[k]]
            assert before["why"] == "chosen"
            assert before["competition"] == programme["agreed"]["competition"]
            assert before["worth"] == programme["worth"]
            found += 1
    assert found > 10


class Planned(Witness):
    """Notes how far one more step would lower expected harm by the planner's own reckoning, just after it planned."""

    def judge_allocation(self, error: float) -> None:
        p, book, n = self.parameters, self.pools[0].book.copy(), self.world.size
        self.falls, step = np.zeros((3, n)), float(np.sum(self.years[-1].pooled)) / planner.STEPS
        for i, state in enumerate(self.states):
            site = [
                *state.driver, state.status,
                *priorities.hazards(state.status, *self.truth[:, i].tolist()),
                state.memory, state.log_population, state.scale, state.donors, *state.works,
            ]  # fmt: skip
            sites = np.tile(np.array([site]).T, (1, n))
            consent = np.tile(np.array([state.consent]).T, (1, n))
            planner._update_falls(
                i, step, sites, consent, p.drivers.reversion, p.delivery, self.reach, p.conflict.war_weight,
                p.priorities, book, np.empty(4), self.falls,
            )  # fmt: skip
        super().judge_allocation(error)


def test_the_reference_tells_its_steps() -> None:
    model = Planned(institution("full_information"), small_world(), parameters_of("full_information"), 11, 0, 40)
    for _ in range(10):
        model.step()
    year, steps, best = model.years[-1], 0, []
    for index, k, position, told, programme in programmes(model):
        if index < 3:
            continue
        plan = programme["plan"]
        assert told["decided"] == "planned"
        assert plan["steps"] * plan["step"] == pytest.approx(float(year.after[3, WORTH + k, position]), abs=1e-12)
        assert (programme["why"] == "planned") == (plan["steps"] > 0)
        assert plan["steps"] == 0 or plan["has_desk"]
        assert plan["next_step"] == pytest.approx(float(model.falls[k, position]), abs=1e-15)
        if not year.after[3, WORTH : WORTH + 3, position].any():
            assert plan["first_step"] == plan["next_step"]
        if plan["has_desk"]:
            best.append(plan["next_step"])
            assert plan["best_next_step"] >= plan["next_step"]
        assert plan["money"] == pytest.approx(model.pools[0].share * sum(year.pooled))
        steps += plan["steps"]
    assert steps == planner.STEPS
    assert plan["best_next_step"] == max(best)


def test_the_team_goes_where_ranks_say() -> None:
    model = witness("uk_pools", 0, world=setting().world)
    for quarter in (1, 9, 22):
        lived(model, quarter)
        told = [account(model, position)["team"] for position in range(model.world.size)]
        willing = [team for team in told if team["rank"] is not None]
        assert sorted(team["rank"] for team in willing) == list(range(1, len(willing) + 1))
        assert sum(team["advised"] for team in told) == min(6, len(willing))
        for team in willing:
            assert team["advised"] == (team["rank"] <= team["places"])
            assert (team["score"] >= team["last_score"]) == team["advised"]
        assert not any(team["advised"] for team in told if team["rank"] is None)


@pytest.mark.parametrize("number", range(6))
def test_any_parameters_can_be_explained(number: int) -> None:
    rng = np.random.default_rng(number)
    values = random_values(rng)
    who, world = institution("uk_pools"), small_world(9)
    model = Witness(who, world, build_parameters(values), 11, number, 12)
    for quarter in range(12):
        model.step()
        for position in (quarter % 9, 8):
            told = account(model, position)
            json.dumps(told, allow_nan=False)
            said = words({**told, "seed": 11, "replication": number})
            assert CAVEAT in said.replace("\n  ", " ")
            assert not any(word in said for word in ("None", "nan", "{", "inf "))
            assert max(map(len, said.splitlines())) <= 110


class Watched(Witness):
    """Notes what states are like just after a decision, by the states' own methods."""

    def judge_allocation(self, error: float) -> None:
        p, s = self.parameters, self.table()
        self.doors = [state.next_door(known=False) for state in self.states]
        self.levels = [list(state.driver) for state in self.states]
        truth = self.outlooks(s, s[STATUS : STATUS + 4].copy(), self.doors)
        self.dangers = [
            priorities.expected_harm(
                state.status, priorities.hazards(state.status, *true), state.log_population, p.conflict.war_weight,
                p.priorities,
            )
            for state, true in zip(self.states, truth.T.tolist(), strict=True)
        ]  # fmt: skip
        self.harms = [
            department.appraise(picture, s, self.known, self.truth_known)
            for department, picture in zip(self.departments, self.years[-1].pictures, strict=True)
        ]
        super().judge_allocation(error)


@pytest.mark.parametrize("name", ["siloed", "three_ds", "uk_pools", "full_information"])
def test_beliefs_are_those_of_the_decision(name: str) -> None:
    model = Watched(institution(name), setting().world, parameters_of(name), 11, 0, 40)
    for _ in range(11):
        model.step()
    shared, moved = model.parameters.degrees.shared_analysis, []
    status = states(model.trajectory(), model.world.size)[:, STATUS]
    for position, state in enumerate(model.states):
        told = account(model, position)
        pictures, then, now = told["pictures"], told["when_decided"], told["at_the_end"]
        assert pictures["danger"]["true"] == model.dangers[position]
        assert then["spillover"] == model.doors[position]
        assert list(then["driver"].values()) == model.levels[position]
        for at, row in ((then, status[7]), (now, status[10])):
            fighting = {model.world.codes[i] for i in np.flatnonzero(row > 0.0)}
            assert set(at["neighbours_in_conflict"]) == fighting & set(state.record.neighbours)
            assert at["status"] == row[position]
        for spender in told["spenders"]:
            for instrument, programme in spender["programmes"].items():
                for role, harm in programme["preventable_harm"].items():
                    assert harm == model.harms[DEPARTMENTS.index(role)][position][INSTRUMENTS.index(instrument)]
        for what, told_of in pictures["chances"].items():
            seen = list(told_of["by"].values())
            moved += [entry["decided_on"] != entry["seen"] for entry in seen]
            assert (told_of["shared"] is None) == (shared == 0.0)
            if shared == 1.0:
                assert told_of["shared"] == pytest.approx(seen[0]["decided_on"])
            if shared == 1.0 or name == "full_information":
                assert len({entry["decided_on"] for entry in seen}) == 1
            if name == "full_information":
                assert seen[0]["seen"] == told_of["true"]
            assert ("ending" in pictures["chances"]) == (model.years[-1].known[0, position] > 0.0), what
        if name == "full_information":
            assert set(pictures["danger"].values()) == {model.dangers[position]}
    assert (np.mean(moved) > 0.9) if shared > 0.0 else not any(moved)


def said_of_spender(model: Witness, macro: str, *told: Plain) -> str:
    """What the page says of a spender or of one of its programmes."""
    money = {"joined": dict.fromkeys(DEPARTMENTS, 0.0)}
    names: dict[str, object] = {"actors": model.institution.actors(), "quarter": model.quarter, "money": money}
    return str(getattr(TEMPLATES.get_template("spender.txt.jinja").make_module(names), macro)(*told))


def said_of(name: str, quarter: int, values: Mapping[str, float], position: int) -> str:
    """Words on one line, so that line breaks do not hide a phrase."""
    told = account(witness(name, quarter, values), position)
    return " ".join(words({**told, "seed": 11, "replication": 0}).split())


def test_words_say_that_a_year_stalled_and_a_line_was_cut() -> None:
    lawful = RICH | {"budget_defence": 0.1, "budget_development": 0.6, "oda_foreign": 1.0, "voting": 1.0}
    said = " ".join(said_of("uk_pools", 1 + 4 * year, lawful, year % 7) for year in range(1, 8))
    for phrase in (
        "decided nothing this year", "kept from earlier years", "is cut by", "of it cut this year",
        "Thematic strategies bring", "The law on aid multiplies", "Vetoed by", "Voluntary peacekeeping:",
        "as security work turned out to be no aid", "as lines of the budget are cut this year",
        "It has 0.", "agreeing and starting up keep its first money until quarter",
    ):  # fmt: skip
        assert phrase in said, phrase


def test_words_say_where_equal_scores_were_not_enough() -> None:
    ties, model = 0, witness("uk_pools", 0, world=setting().world)
    for quarter in (5, 9, 13):
        lived(model, quarter)
        for _, _, _, told, programme in programmes(model):
            tried = programme["competition"]
            tie = programme["why"] == "no_programme" and tried is not None and tried["score"] == tried["last_score"]
            assert ("a tie: greater worth goes first" in said_of_spender(model, "reason", told, programme)) == tie
            ties += tie
    assert ties > 0


def test_words_tell_of_persuasion_and_not_of_what_ran_there_before() -> None:
    assert "; the joint strategy's " in said_of("three_ds", 9, {}, 0)
    assert "the joint strategy's" not in said_of("siloed", 9, {}, 0)
    model, gone = witness("siloed", 25, {"desks": 4.0}), 0
    for _, _, _, told, programme in programmes(model):
        gone += programme["size"] == 0.0 < programme["worth"]
        shown = "worth on which its money is reckoned" in said_of_spender(model, "section", told)
        assert shown == (programme["size"] > 0.0)
    assert gone > 0


def test_words_name_what_lapses_before_any_programme_is_under_way() -> None:
    said = said_of("siloed", 1, {"departmental_delay": 1.5, "voluntary_peacekeeping": 0.0}, 0)
    assert "as no programme was under way to spend it" in said
    assert "(without programme)" in said


def test_stalls_are_told_as_the_engine_draws_them() -> None:
    model = witness("siloed", 29, {"stall_rate": 0.2})
    uniforms, rate = model.chance.stall[28], model.parameters.priorities.stall_rate
    for index in range(3):
        stalled = portfolio.stalled(float(uniforms[index]), rate, False)
        assert (spender_account(model, index, 0)["decided"] == "stalled") == stalled


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("KEM", "state=KEM: must be a code of world 'africa', as in state=AGO; did you mean 'KEN'?"),
        ("ken", "did you mean 'KEN'?"),
        ("Kenia", "did you mean 'KEN'?"),
        ("xyzzy", "known: AGO, BDI"),
    ],
)
def test_an_unknown_state_is_refused_with_the_nearest(code: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        position_of(setting().world, code)
    assert said in str(refused.value)
