"""The Mesa model by names does what Mesa's users want of one, under either Mesa, and is what ``concord run`` runs."""

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
import solara
from ipywidgets import Widget
from mesa.batchrunner import batch_run
from mesa.visualization import SolaraViz, make_plot_component

import experiments
from experiments import Concord
from experiments.settings.compose import asked
from model.agents.department import Department
from model.agents.partner_state import PartnerState
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from model.simulation import Simulation
from model.trajectory import sha256

SMALL: dict[str, Any] = {"world": "stylised", "world.size": 6, "quarters": 8}


def lived(**named: Any) -> Any:
    model = Concord(**SMALL | named)
    model.run_model()
    return model


def test_without_arguments_it_is_what_concord_run_runs() -> None:
    model, run = Concord(), asked("run")
    setting = run.setting(["siloed"])
    assert isinstance(model, Simulation)
    assert (model.world, model.institution, model.parameters, model.quarters) == (
        setting.world,
        setting.institutions["siloed"],
        setting.parameters("siloed"),
        setting.quarters,
    )
    named = Concord(seed=run.seed, replication=run.replication)
    assert np.array_equal(model.chance.transition, named.chance.transition)


def test_by_names_it_is_the_same_run_to_the_bit() -> None:
    model = lived(institution="uk_pools", effect=0.04, seed=3, replication=2, **{"override.uk_pools.veto": 0.3})
    words = ("world=stylised", "world.size=6", "quarters=8", "effect=0.04", "override.uk_pools.veto=0.3")
    run = experiments.run(*words, institution="uk_pools", seed=3, replication=2)
    assert sha256(model.trajectory()) == sha256(run.trajectory)
    assert model.outcomes() == run.outcomes


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"efect": 0.1}, "Concord has no option or parameter 'efect': did you mean 'effect'?"),
        ({"engine": "mesa"}, "Concord has no option or parameter 'engine'"),
        ({"institution": "uk_pool"}, "did you mean 'uk_pools'?"),
        ({"effect": 9}, "effect=9: outside its range"),
        ({"collect": "all"}, "collect=all: must be model or agents"),
        ({"seed": "x"}, "seed=x: must be a whole number"),
        ({"seed": 1, "rng": 1}, "must be one of both"),
    ],
)
def test_a_mistake_costs_one_line(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as error:
        Concord(**wrong)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("place", [Concord, Concord.__init__])
def test_its_signature_names_what_can_be_given(place: Any) -> None:
    published = inspect.signature(place).parameters
    assert {"institution", "world", "calibration", "channels", "seed", "replication", "collect", *PARAMETERS} <= set(
        published
    )
    assert (published["institution"].default, published["quarters"].default, published["veto"].default) == (
        "siloed", 80, None,
    )  # fmt: skip


def test_a_step_past_the_end_says_so() -> None:
    model = lived()
    with pytest.raises(InvalidInput, match="the run is over: it has 8 quarters; a longer"):
        model.step()


def test_model_and_agents_are_collected_every_quarter() -> None:
    model = lived(institution="uk_pools", collect="agents")
    rows = model.datacollector.get_model_vars_dataframe()
    assert list(rows.columns) == [*OUTCOMES, "in_conflict", "at_war"] and len(rows) == 8
    assert rows.iloc[-1][list(OUTCOMES)].to_dict() == pytest.approx(model.outcomes(), nan_ok=True)
    agents = model.datacollector.get_agent_vars_dataframe()
    last = agents.xs(8, level="Step")
    states = last[last["kind"] == "PartnerState"]
    assert states["status"].tolist() == [state.status for state in model.states]
    assert states["name"].tolist() == [record.iso3 for record in model.world.states]
    assert last.loc[last["name"] == model.departments[0].name, "joined"].tolist() == [model.departments[0].joined]
    assert not lived().datacollector.agent_reporters


@pytest.mark.parametrize("given", [None, np.random.default_rng(5), np.random.SeedSequence(5)])
def test_what_is_no_whole_number_means_the_default_seed(given: Any) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        models = [Concord(**SMALL, **{name: given}) for name in ("seed", "rng")]
    assert len([one for one in said if "the default seed is taken" in str(one.message)]) == (0 if given is None else 2)
    expected = Concord(**SMALL, seed=1).chance.transition
    assert all(np.array_equal(model.chance.transition, expected) for model in models)
    assert not np.array_equal(Concord(**SMALL, rng=np.int64(5)).chance.transition, expected)


def test_batch_run_pairs_institutions_by_replication() -> None:
    varied = SMALL | {"institution": ["none", "uk_pools"], "replication": [0, 1]}
    rows = batch_run(Concord, varied, display_progress=False)
    expected = {
        (who, future): lived(institution=who, replication=future).outcomes()["conflict_years"]
        for who in ("none", "uk_pools")
        for future in (0, 1)
    }
    assert {(row["institution"], row["replication"]): row["conflict_years"] for row in rows} == expected
    assert len(rows) == 4


def test_batch_run_finds_agents_where_it_finds_the_model() -> None:
    rows = batch_run(Concord, SMALL | {"collect": "agents"}, display_progress=False)
    states = lived().states
    assert [row["status"] for row in rows if row["kind"] == "PartnerState"] == [state.status for state in states]
    assert len({row["conflict_years"] for row in rows}) == 1


def test_agents_are_selected_as_mesa_selects() -> None:
    model = lived(institution="uk_pools")
    fighting = model.agents.select(agent_type=PartnerState).select(lambda state: state.status > 0.0)
    assert set(fighting) == {state for state in model.states if state.status > 0.0}
    assert len(model.agents_by_type[Department]) == 3
    assert model.agents_by_type[PartnerState].agg("trust", max) == max(state.trust for state in model.states)


def inside(widget: Any) -> Any:
    yield widget
    for child in getattr(widget, "children", ()):
        if isinstance(child, Widget):
            yield from inside(child)


def test_mesas_page_plots_steps_and_makes_it_anew() -> None:
    model = Concord(**SMALL)
    parts: list[Any] = [make_plot_component("conflict_years")]
    given = {"institution": "uk_pools", "world": "stylised", "quarters": 8}

    @solara.component
    def window() -> None:
        with solara.AppLayout():
            SolaraViz(model, components=parts, model_params=given)

    page: Any
    box, page = solara.render(window(), handle_error=False)
    try:
        buttons = {w.children[0]: w for w in inside(box) if type(w).__name__ == "Btn" and w.children}
        buttons["Step"].click()
        assert model.quarter == 1
        buttons["Reset"].click()
        buttons["Step"].click()
        assert model.quarter == 1, "after Reset another model is stepped"
    finally:
        page.close()
