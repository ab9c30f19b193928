"""What institutions are made of, and how a difference is divided among their ingredients."""

import dataclasses
import itertools
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from experiments.reporting.result import Facts
from experiments.runs.cube import Cube
from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from experiments.settings.places import CONF
from experiments.statistics.intervals import Interval
from experiments.studies.attribute import Attribute, Found, attribution
from experiments.studies.ingredients import Part, declared_ingredients, every_combination, parts_of
from model.errors import InvalidInput
from model.institution import Institution
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from tests.made import readme
from tests.support import INSTITUTIONS, run, setting

INGREDIENTS = declared_ingredients()
Array = npt.NDArray[np.float64]


def parts(name: str, of: Setting | None = None) -> tuple[Part, ...]:
    return parts_of(of or setting(), name, "siloed", INGREDIENTS)


def with_override(name: str, **values: float) -> Setting:
    return dataclasses.replace(setting(), overrides={name: values})


@pytest.mark.parametrize("name", [name for name in INSTITUTIONS if name != "siloed"])
def test_every_institution_falls_into_its_ingredients_without_rest(name: str) -> None:
    own = setting().institutions[name].values
    found = [parameter for part in parts(name) for parameter in part.parameters]
    # Nothing that siloed sets by itself is missing either: siloed sets nothing.
    assert not setting().institutions["siloed"].values
    assert len(found) == len(set(found))
    assert set(found) == {
        key for key, value in own.items() if PARAMETERS[key].swept or PARAMETERS[key].default != value
    }


def test_the_pools_of_the_uk_have_the_ingredients_of_the_question_but_long_commitment() -> None:
    found = {part.ingredient.name: set(part.parameters) for part in parts("uk_pools")}
    assert list(found) == [
        "shared_analysis", "pooled_money", "mix", "colocation", "donor_visibility", "top_up", "advisory_team",
    ]  # fmt: skip
    assert found["pooled_money"] == {"pooling", "voting", "screening", "thematic"}
    assert {part.ingredient.name for part in parts("canada_proposed")} == {*found, "commitment", "budgets", "interests"}


def test_what_comes_along_goes_with_what_is_there() -> None:
    assert {part.ingredient.name: part.parameters for part in parts("three_ds")}["persuasion"] == (
        "persuasion", "voting",
    )  # fmt: skip


def test_what_is_set_for_one_institution_counts_as_its_own() -> None:
    swift = with_override("uk_pools", approval_delay=0.0)
    [pooled] = [part for part in parts("uk_pools", swift) if part.ingredient.name == "pooled_money"]
    assert "approval_delay" in pooled.parameters
    made, names = every_combination(swift, "uk_pools", "siloed", parts("uk_pools", swift))
    for name in names:
        there = "pooled_money" in name or name == "uk_pools"
        assert made.overrides[name] == ({"approval_delay": 0.0} if there else {})


def test_every_combination_has_just_its_ingredients() -> None:
    made, names = every_combination(setting(), "three_ds", "siloed", parts("three_ds"))
    assert len(names) == len(set(names)) == 16
    assert (names[0], names[-1]) == ("siloed", "three_ds")
    assert names[0b0101] == "siloed+shared_analysis+donor_visibility"
    assert made.institutions["siloed"] == setting().institutions["siloed"]
    assert made.institutions["three_ds"] == setting().institutions["three_ds"]
    assert made.institutions[names[0b1000]].values == {"persuasion": 0.5, "voting": 1.0}
    assert all(made.parameters(name) for name in names)


def test_what_siloed_sets_is_there_while_the_ingredient_is_not() -> None:
    other = with_override("siloed", commitment=2.0)
    made, names = every_combination(other, "siloed_best", "siloed", parts("siloed_best", other))
    years = {name: made.parameters(name).degrees.commitment for name in names}
    assert years["siloed"] == 2.0 and years["siloed_best"] == 3.0
    assert {value for name, value in years.items() if "commitment" in name} == {3.0}
    assert {value for name, value in years.items() if "commitment" not in name and name != "siloed_best"} == {2.0}


@pytest.mark.parametrize("values", [{}, {"commitment": 3.0, "donor_visibility": 1.0, "mix": 1.0}])
def test_pools_do_nothing_without_what_uses_them(values: dict[str, float]) -> None:
    pools = dict.fromkeys(setting().institutions["uk_pools"].values, 0.0) | {"commitment": 1.0} | values
    with_pools = run("uk_pools", pools).outcomes
    assert with_pools == run("siloed", {"commitment": 1.0} | values).outcomes


@pytest.mark.parametrize(
    ("of", "name", "message"),
    [
        (setting(), "siloed", "differs from 'siloed' in no ingredient"),
        (with_override("uk_pools", onset_base=-6.0), "uk_pools", "onset_base, which must belong to an ingredient"),
        (with_override("siloed", onset_base=-6.0), "uk_pools", "onset_base, which must belong to an ingredient"),
        (with_override("military_first", veto=0.0), "military_first", "veto, which comes with pooled_money or"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_apart_is_named(of: Setting, name: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parts(name, of)


def test_too_many_ingredients_are_refused() -> None:
    values = {part.degrees[0]: PARAMETERS[part.degrees[0]].at(0.9) for part in INGREDIENTS}
    crowded = dataclasses.replace(setting(), institutions={
        **setting().institutions, "all": Institution(name="all", values=values)})  # fmt: skip
    with pytest.raises(InvalidInput, match=f"{len(INGREDIENTS)} ingredients; at most 12"):
        parts("all", crowded)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mix: {label: M, degrees: [mx]}", "unknown parameter 'mx'.*'mix'"),
        ("mix: {degrees: [mix]}", "a label and a list of degrees"),
        ("mix: {label: M, degrees: [mix], costs: [veto]}", "unknown key 'costs'"),
        ("a: {label: A, degrees: [mix]}\nb: {label: B, degrees: [mix]}", "'mix' is a degree of two"),
        ("- mix", "must map"),
        ("a: {b", "no readable YAML"),
    ],
)
def test_a_wrong_file_of_ingredients_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "ingredients.yaml").write_text(text)
    with pytest.raises(InvalidInput, match=message):
        declared_ingredients(tmp_path / "ingredients.yaml")


def test_the_file_is_where_users_are_told_it_is() -> None:
    assert (CONF / "ingredients.yaml").is_file()


def factorial(n: int = 300, noise: float = 3.0, seed: int = 0) -> Array:
    """a: 2 fewer; b: nothing without c; b and c together 1 fewer; d: nothing at all."""
    rng = np.random.default_rng(seed)
    base = 100.0 + rng.normal(0.0, 20.0, n)
    effects = -2.0 + rng.normal(0.0, noise, n), -1.0 + rng.normal(0.0, noise, n)
    columns = []
    for d, c, b, a in itertools.product((0, 1), repeat=4):
        columns.append(base + a * effects[0] + b * c * effects[1] + 0 * d)
    return np.array(columns).T


def test_planted_effects_are_found_and_planted_nulls_are_not() -> None:
    worths = factorial()
    found = attribution(worths, seed=1)
    assert sum(x.mean for x in found.shares) == pytest.approx(found.total.mean, abs=1e-12)
    assert found.total.mean == pytest.approx(found.institution.mean - found.baseline.mean, abs=1e-12)
    a, b, c, d = found.shares
    assert a.high < -1.0 and a.low < -2.0 < a.high
    assert b.mean == pytest.approx(c.mean) and b.high < 0.0
    assert d == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    assert found.alone[1] == found.alone[2] == (0.0, 0.0, 0.0)
    assert found.last[1].mean == pytest.approx(2.0 * b.mean)
    assert found.pairs[1, 2].high < 0.0 and found.pairs[1, 2].mean == pytest.approx(2.0 * b.mean)
    assert found.pairs[0, 1] == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)
    assert sum(x.mean for x in found.parts_of_total) == pytest.approx(1.0, abs=1e-12)


def test_a_share_of_a_difference_that_may_be_zero_is_not_bounded() -> None:
    worths = np.random.default_rng(0).normal(100.0, 5.0, (30, 4))
    found = attribution(worths - worths.mean(axis=0), seed=0)
    assert all(math.isnan(x.low) for x in found.parts_of_total)


def test_one_ingredient_has_it_all() -> None:
    found = attribution([[10.0, 8.0], [12.0, 11.0], [9.0, 9.0]], seed=0)
    assert found.shares[0].mean == found.total.mean == found.alone[0].mean == found.last[0].mean == -1.0
    assert not found.pairs


def test_what_rounds_to_nothing_has_no_sign() -> None:
    question = Attribute(asked("attribute", ["world=stylised", "world.size=4", "institution=three_ds"]))
    tiny = [Interval(-0.0004, -0.0005, -0.0003)] * len(question.parts)
    worths = factorial(20)
    found = dataclasses.replace(attribution(worths, seed=1), shares=tiny, parts_of_total=tiny)
    names = tuple(question.combinations)
    cube = Cube(names, np.zeros(1, np.int64), np.arange(20), dict.fromkeys(OUTCOMES, worths.T[:, np.newaxis]))
    text = readme(question.tell(Found(cube, found, {}), Facts("here", "africa", 48, 20.0, 1, 320, 0)))
    assert "-0.00" not in text and "| -0 |" not in text and text.count("| 0 |") == 4
