"""An institution is data: pools that cover each state once, leads, values that fit."""

import numpy as np
import pytest

from model.errors import InvalidInput
from model.institution import DEPARTMENTS, EVERYWHERE, Institution, Pool
from model.world import PartnerStateRecord, World, stylised

NORTH, SOUTH, EAST = "north", "south", "east"


def world(*regions: str) -> World:
    return World(
        "small",
        tuple(
            PartnerStateRecord(f"S{index:02d}", f"State {index}", region, (), 10.0, 1500.0, 0.3, 0.4, 0.5, 0, 0.0, None)
            for index, region in enumerate(regions)
        ),
    )


def pools(*regions: str) -> Institution:
    return Institution("pooled", pools=tuple(Pool(f"Pool {region}", region, "foreign") for region in regions))


def test_plain_silos_have_one_committee_led_by_the_foreign_department() -> None:
    layout = Institution().layout(stylised(9))
    assert layout.pool_of_state.tolist() == [0] * 9
    assert layout.lead.tolist() == [DEPARTMENTS.index("foreign")] == [2]
    assert layout.share.tolist() == [1.0]


def test_each_state_is_covered_by_the_pool_of_its_region_or_by_the_rest() -> None:
    institution = Institution(
        "two",
        pools=(Pool("Far", "rest", "development", 1.0), Pool("Near", NORTH, "defence", 3.0)),
    )
    layout = institution.layout(world(NORTH, SOUTH, EAST, NORTH, SOUTH))
    assert layout.pool_of_state.tolist() == [1, 0, 0, 1, 0]
    assert layout.lead.tolist() == [1, 0]
    # Three states at weight 1 and two at weight 3.
    assert layout.share.tolist() == [3.0 / 9.0, 6.0 / 9.0]
    assert layout.pool_of_state.dtype == layout.lead.dtype == np.int64


def test_pools_by_region_share_by_states() -> None:
    layout = pools(NORTH, SOUTH).layout(world(NORTH, SOUTH, SOUTH, SOUTH))
    assert layout.pool_of_state.tolist() == [0, 1, 1, 1]
    assert layout.share.tolist() == [0.25, 0.75]


def test_a_rest_without_states_gets_nothing() -> None:
    layout = pools(NORTH, "rest").layout(world(NORTH, NORTH))
    assert layout.share.tolist() == [1.0, 0.0]


def test_a_region_that_no_pool_covers_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"^institution 'pooled': region 'east' is covered by 0 pools, not one$"):
        pools(NORTH).layout(world(NORTH, EAST))


@pytest.mark.parametrize("regions", [(EVERYWHERE, NORTH), (EVERYWHERE, "rest")])
def test_a_region_that_two_pools_cover_is_named(regions: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match=r"^institution 'pooled': region 'north' is covered by 2 pools, not one$"):
        pools(*regions).layout(world(NORTH))


def test_two_pools_of_one_region_are_two() -> None:
    twice = Institution("pooled", pools=(Pool("One", NORTH, "foreign"), Pool("Two", NORTH, "defence")))
    with pytest.raises(InvalidInput, match=r"region 'north' is covered by 2 pools, not one$"):
        twice.layout(world(NORTH))


def test_a_mistyped_region_is_met_with_the_nearest() -> None:
    with pytest.raises(
        InvalidInput,
        match=r"^institution 'pooled': no state of world 'small' is in region 'nroth': did you mean 'north'\?$",
    ):
        pools("nroth", "rest").layout(world(NORTH))


def test_a_lead_must_be_a_department() -> None:
    with pytest.raises(InvalidInput, match=r"^pool 'Fund': lead 'foriegn' is no department: did you mean 'foreign'\?$"):
        Pool("Fund", EVERYWHERE, "foriegn")


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_pools_weight_is_a_positive_number(weight: float) -> None:
    with pytest.raises(InvalidInput, match=r"^pool 'Fund': weight_per_state=\S+ must be above 0"):
        Pool("Fund", EVERYWHERE, "foreign", weight)


def test_there_is_at_least_one_pool() -> None:
    with pytest.raises(InvalidInput, match=r"^institution 'none': at least one pool \(or committee\) is needed$"):
        Institution("none", pools=())


@pytest.mark.parametrize("names", [("Fund", "Fund"), ("Fund", "defence")])
def test_no_two_spenders_have_one_name(names: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput, match=rf"^institution 'x': '{names[1]}' names two departments or pools$"):
        Institution("x", pools=(Pool(names[0], NORTH, "foreign"), Pool(names[1], "rest", "foreign")))


def test_its_values_are_checked_against_their_declarations() -> None:
    with pytest.raises(InvalidInput, match=r"^institution 'x': pooling=1.5: outside its range, 0 to 1 share$"):
        Institution("x", values={"pooling": 1.5})
    with pytest.raises(InvalidInput, match=r"^institution 'x': unknown parameter 'poling': did you mean 'pooling'\?$"):
        Institution("x", values={"poling": 1.0})
    assert Institution("x", values={"pooling": 1.0}).values == {"pooling": 1.0}


def test_actors_are_called_as_the_institution_names_them() -> None:
    institution = Institution("x", names={"defence": "MOD"})
    assert institution.called("defence") == "MOD"
    assert institution.called("treasury") == "Treasury"
    roles = {"defence": "MOD", "development": "Development", "foreign": "Foreign"}
    assert institution.actors() == roles | {"treasury": "Treasury", "parliament": "Parliament"}
