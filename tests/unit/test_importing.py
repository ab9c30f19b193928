"""Worlds made of official files: status and figures at the start, borders of the time, drivers, tiles."""

import csv
import itertools
import math
import re
from pathlib import Path

import pytest

from experiments.maintenance.check_world import check_world
from experiments.records.files.gazetteer import belongs_to, gazetteer, land_borders
from experiments.records.files.importing import import_world, write_world
from experiments.records.files.official import read_states
from experiments.records.files.starting import COLUMNS, drivers, spell
from experiments.records.files.tiles import tile_grid
from experiments.settings.places import CONF
from experiments.settings.worlds import read_world
from model.errors import InvalidInput
from model.world import REGIONS
from tests.official_files import LACKING, Files, acd_row, write_files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return write_files(tmp_path)


def imported(
    files: Files, year: int = 1995, region: str = "africa", without: tuple[str, ...] = ()
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """A world's rows by code, and what was said about them beside what this panel lacks."""
    rows, notices = import_world(files.read(), year, region, without)
    return {row["iso3"]: row for row in rows}, [notice for notice in notices if notice not in LACKING]


def test_what_was_known_before_holds_no_later_figure(files: Files) -> None:
    for year in (1989, 1990, 1991):
        income = 8000 + 100 * (year - 1989)
        files.replaced("panel", f"615,Algeria,{year},1,0,{income},26.1,-2", f"615,Algeria,{year},1,0,{income},26.1,")
    rows, said = import_world(files.read(), 1992, "africa")
    assert {row["iso3"]: row["polity2"] for row in rows}["DZA"] == "-2"
    assert "Algeria (615): polity2 of 1992 stands for 1991" in said
    rows, said = import_world(files.read().before(1992), 1992, "africa")
    assert {row["iso3"]: row["polity2"] for row in rows}["DZA"] == ""
    assert "Algeria (615): no polity2 within 5 years of 1991, left empty" in said


def shipped(name: str) -> list[dict[str, str]]:
    """The rows of a world of this project."""
    with (CONF / "world" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_world_is_the_one_worked_out_by_hand(files: Files) -> None:
    rows, notices = imported(files)
    assert notices == []
    assert list(rows) == ["DZA", "ERI", "LBY", "MAR", "SDN", "TUN"]
    assert all(tuple(row) == COLUMNS for row in rows.values())
    # Algeria: active 1991, 1992 and 1994; a year of peace has ended what was before.
    expected = {
        "name": "Algeria",
        "region": "north_africa",
        "neighbours": "LBY MAR TUN",
        "population_millions": "26.1",
        "income_per_head": "8500",
        "polity2": "-2",
        "insecurity": "0.700",
        "deprivation": f"{(10.3 - 0.8 * math.log(8500) - math.log(2)) / math.log(100):.3f}",
        "exclusion": "0.187",
        "level": "1",
        "years_in_conflict": "1",
        "years_at_peace": "0",
    }
    assert {column: rows["DZA"][column] for column in expected} == expected
    history = {code: (row["level"], row["years_in_conflict"], row["years_at_peace"]) for code, row in rows.items()}
    assert history["MAR"] == ("0", "0", "")
    assert history["SDN"] == ("0", "0", "3")
    assert history["TUN"] == history["LBY"] == history["ERI"] == ("0", "0", "3")
    assert rows["SDN"]["insecurity"] == f"{0.15 + 0.55 * 2 ** (-3.5 / 2.5):.3f}"
    assert rows["MAR"]["insecurity"] == "0.150"
    assert rows["SDN"]["region"] == "sub_saharan"
    assert rows["SDN"]["neighbours"] == "ERI LBY"


def test_nothing_that_happens_after_the_start_enters(files: Files) -> None:
    rows, _ = imported(files, year=1992)
    assert (rows["DZA"]["level"], rows["DZA"]["years_in_conflict"]) == ("1", "1")
    assert rows["DZA"]["income_per_head"] == "8200"
    before = rows
    files.replaced("acd", ",1992,2,0,4,", ",1993,2,0,4,")
    assert imported(files, year=1992)[0] == before


def test_a_state_not_yet_there_is_left_out_and_its_borders_pass_to_the_one_it_is_part_of(files: Files) -> None:
    with files.borders.open("a", encoding="utf-8") as file:
        file.write("531,616\n")  # not on any map
    rows, notices = imported(files, year=1992)
    assert "ERI" not in rows
    assert notices == ["in conflict but not in the panel, not counted: 531 (Eritrea) 1991"]
    # Eritrea is part of Ethiopia, which is not in this panel either.
    assert rows["SDN"]["neighbours"] == "LBY"
    with files.panel.open("a", encoding="utf-8") as file:
        file.writelines(f"530,Ethiopia,{year},1,1,900,50,0,0.2\n" for year in range(1989, 1996))
    rows, _ = imported(files, year=1992)
    assert rows["SDN"]["neighbours"] == "ETH LBY"
    assert rows["ETH"]["neighbours"] == "SDN TUN"
    assert imported(files, year=1995)[0]["ETH"]["neighbours"] == ""


def test_the_panels_last_year_and_its_first_serve_the_years_beside_them(files: Files) -> None:
    rows, notices = imported(files, year=1996)
    assert notices == []
    assert rows["DZA"]["income_per_head"] == "8600"
    rows, notices = imported(files, year=1989)
    assert notices == ["the panel has no year 1988: states and figures are those of 1989"]
    assert (rows["DZA"]["income_per_head"], rows["DZA"]["years_at_peace"]) == ("8000", "2")
    assert "ERI" not in rows
    with pytest.raises(InvalidInput, match="covers 1948 to 1995, must cover 1996 to 1996"):
        imported(files, year=1997)


def test_a_panel_may_lack_excluded_share_and_infant_mortality_and_that_is_said(files: Files) -> None:
    rows, notices = import_world(files.read(), 1995, "africa")
    assert notices == LACKING
    assert {(row["excluded_share"], row["infant_mortality_per_1000"]) for row in rows} == {("", "")}
    files.further()
    with_both, notices = import_world(files.read(), 1995, "africa")
    assert notices == []
    further = {"excluded_share": "0.15", "infant_mortality_per_1000": "55"}
    moved = {"deprivation": f"{math.log(55 / 2) / math.log(100):.3f}", "exclusion": "0.150"}
    assert with_both[0] == rows[0] | further | moved
    assert read_states(files.panel).query("gw == 600")["excluded_share"].tolist() == [0.0] * 7


def test_years_with_conflict_since_1946_are_counted(files: Files) -> None:
    rows, _ = imported(files)
    assert {code: row["years_active"] for code, row in rows.items()} == {
        **{"DZA": "4", "ERI": "1", "LBY": "1", "MAR": "0", "SDN": "3", "TUN": "1"},
    }
    assert imported(files, year=1992)[0]["DZA"]["years_active"] == "2"


def test_blanks_of_a_further_column_are_filled_from_near_or_left_and_said(files: Files) -> None:
    files.further()
    files.replaced("panel", "616,Tunisia,1994,1,0,5900,8.2,-5,0.2,0.16,55", "616,Tunisia,1994,1,0,5900,8.2,-5,0.2,,NA")
    text = files.panel.read_text(encoding="utf-8")
    files.panel.write_text(re.sub("(625,.*),[0-9]+\n", r"\1,\n", text), encoding="utf-8")
    rows, notices = imported(files)
    assert notices == [
        "Tunisia (616): excluded_share of 1993 stands for 1994",
        "Tunisia (616): infant_mortality_per_1000 of 1993 stands for 1994",
        "Sudan (625): no infant_mortality_per_1000 within 5 years of 1994, left empty, deprivation is read off income",
    ]
    assert (rows["TUN"]["infant_mortality_per_1000"], rows["SDN"]["infant_mortality_per_1000"]) == ("56", "")


def later(files: Files, last: int) -> None:
    """Let the conflict file reach a later year."""
    with files.acd.open("a", encoding="utf-8") as file:
        file.write(acd_row(11, "Libya", last, 2, 3, "620", last) + "\n")


def test_the_panel_s_end_stands_for_ten_years_after_it_and_that_is_said(files: Files) -> None:
    files.further()
    text = files.panel.read_text(encoding="utf-8")
    # Tunisia's polity2 is last known two years before the panel's end, Morocco's is never.
    text = re.sub("(616,Tunisia,199[45],.*),-5,0.2", r"\1,,0.2", text)
    files.panel.write_text(re.sub("(600,.*),-8,0.2", r"\1,,0.2", text), encoding="utf-8")
    later(files, 2005)
    rows, notices = imported(files, year=2006)
    assert notices == [
        "the panel ends in 1995: the states of that year are taken to be those of 1996 to 2005",
        "gdp_per_capita_usd2011 of 1995 stands for 1996 to 2005",
        "population_millions of 1995 stands for 1996 to 2005",
        "polity2 of 1995 stands for 1996 to 2005",
        "excluded_share of 1995 stands for 1996 to 2005",
        "infant_mortality_per_1000 of 1995 stands for 1996 to 2005",
        "Morocco (600): no polity2 within 5 years of 2005, left empty",
        "Tunisia (616): no polity2 within 5 years of 2005, left empty",
    ]
    assert rows["DZA"]["income_per_head"] == "8600"
    assert (rows["DZA"]["excluded_share"], rows["DZA"]["infant_mortality_per_1000"]) == ("0.15", "54")
    # Twelve years are too many, two are not; history is never carried.
    assert rows["TUN"]["polity2"] == ""
    rows_before, said = imported(files, year=2004)
    assert rows_before["TUN"]["polity2"] == "-5"
    assert "polity2 of 1995 stands for 1996 to 2003; Tunisia of 1993" in said
    assert (rows["LBY"]["level"], rows["DZA"]["years_at_peace"]) == ("2", "11")
    later(files, 2006)
    with pytest.raises(InvalidInput, match="nearest year is 1995, must be within 5 of 2006, or at most 10 before it"):
        imported(files, year=2007)


def test_a_column_that_ends_before_the_panel_does_is_carried_to_its_end_and_beyond(files: Files) -> None:
    text = files.panel.read_text(encoding="utf-8")
    for year in (1994, 1995):
        text = re.sub(f"(,{year},[01],[01]),[0-9]+,", r"\1,,", text)
    files.panel.write_text(text, encoding="utf-8")
    rows, notices = imported(files)
    assert notices == ["gdp_per_capita_usd2011 of 1993 stands for 1994"]
    assert rows["DZA"]["income_per_head"] == "8400"
    later(files, 2003)
    rows, notices = imported(files, year=2004)
    assert "gdp_per_capita_usd2011 of 1993 stands for 1994 to 2003" in notices
    assert rows["DZA"]["income_per_head"] == "8400"
    later(files, 2004)
    with pytest.raises(InvalidInput, match=r"has no gdp_per_capita_usd2011 within 5 years of 2004"):
        imported(files, year=2005)


def test_a_start_too_far_before_the_panel_is_refused(files: Files) -> None:
    with pytest.raises(InvalidInput, match="year=1983: the panel's nearest year is 1989, must be within 5 of 1982,"):
        imported(files, year=1983)


def test_the_nearest_year_stands_for_a_missing_figure_and_is_said(files: Files) -> None:
    files.replaced("panel", "616,Tunisia,1994,1,0,5900,8.2,-5", "616,Tunisia,1994,1,0,,8.2,")
    rows, notices = imported(files)
    assert notices == [
        "Tunisia (616): gdp_per_capita_usd2011 of 1993 stands for 1994",
        "Tunisia (616): polity2 of 1993 stands for 1994",
    ]
    assert rows["TUN"]["income_per_head"] == "5800"
    assert rows["TUN"]["polity2"] == "-5"


def test_a_polity_that_cannot_be_found_is_blank_and_an_income_is_refused(files: Files) -> None:
    text = files.panel.read_text(encoding="utf-8")
    files.panel.write_text(text.replace(",3.1,-6,", ",3.1,NA,"), encoding="utf-8")
    rows, notices = imported(files)
    assert notices == ["Eritrea (531): no polity2 within 5 years of 1994, left empty"]
    assert (rows["ERI"]["polity2"], rows["ERI"]["exclusion"]) == ("", "0.146")
    for year, income in ((1993, 1200), (1994, 1300), (1995, 1400)):
        files.replaced("panel", f"531,Eritrea,{year},1,1,{income}", f"531,Eritrea,{year},1,1,")
    with pytest.raises(InvalidInput, match=r"Eritrea \(531\) has no gdp_per_capita_usd2011 within 5 years of 1994"):
        imported(files)


def test_a_figure_from_too_far_away_does_not_stand(files: Files) -> None:
    for year in range(1990, 1996):
        files.replaced(
            "panel", f"616,Tunisia,{year},1,0,{5400 + 100 * (year - 1989)},8.2,-5", f"616,Tunisia,{year},1,0,1,1,"
        )
    assert imported(files, year=1995)[0]["TUN"]["polity2"] == "-5"
    assert imported(files, year=1996)[0]["TUN"]["polity2"] == ""


def test_a_state_without_a_code_is_dropped_and_said(files: Files) -> None:
    text = files.panel.read_text(encoding="utf-8")
    files.panel.write_text(text.replace("620,Libya", "629,Barca"), encoding="utf-8")
    rows, notices = imported(files)
    assert "LBY" not in rows
    assert notices == ["Barca (629): dropped, no such state in conf/world/states_gw.csv"]


def test_states_can_be_left_out(files: Files) -> None:
    assert list(imported(files, region="world", without=("CAN", "TUN"))[0]) == ["DZA", "ERI", "LBY", "MAR", "SDN"]
    assert imported(files, region="world")[0]["CAN"]["region"] == "americas"
    assert list(imported(files, region="sub_saharan")[0]) == ["ERI", "SDN"]
    with pytest.raises(InvalidInput, match="without=TUX: must be a state of this world; did you mean 'TUN'"):
        imported(files, without=("TUX",))
    with pytest.raises(InvalidInput, match="no states are left in region 'sub_saharan'"):
        imported(files, region="sub_saharan", without=("ERI", "SDN"))


def test_deaths_of_a_war_without_a_level_of_war_are_said(files: Files) -> None:
    _, notices = import_world(files.read(), 1995, "africa", violence=files.violence)
    assert notices == [
        *LACKING,
        "Algeria: 1500 died there in internal conflict in 1994, but its level is 1 "
        "(deaths count where they happen, levels for the state that is contested)",
    ]


def test_a_world_goes_to_a_file_and_back(files: Files, tmp_path: Path) -> None:
    rows, _ = import_world(files.read(), 1995, "africa")
    write_world(tmp_path / "world.csv", rows)
    world = read_world("mine", tmp_path / "world.csv")
    assert world.codes == ("DZA", "ERI", "LBY", "MAR", "SDN", "TUN")
    assert world.states[0].tile == (int(rows[0]["row"]), int(rows[0]["column"]))
    assert world.states[0].years_in_conflict == 1.0
    assert world.states[3].years_at_peace is None
    found = check_world(world, files.panel, files.borders, 1994)
    assert found.passed
    assert found.correlation["income_per_head"] == pytest.approx(1.0)
    assert found.merged == ["South Sudan (626) counts as Sudan (625)"]
    with pytest.raises(InvalidInput, match="exists already"):
        write_world(tmp_path / "world.csv", rows[:1])
    assert read_world("mine", tmp_path / "world.csv") == world
    assert not list(tmp_path.glob(".*"))


def test_a_world_that_disagrees_with_the_files_does_not_pass(files: Files, tmp_path: Path) -> None:
    rows, _ = import_world(files.read(), 1995, "africa")
    by_code = {row["iso3"]: row for row in rows}
    by_code["DZA"]["neighbours"], by_code["MAR"]["neighbours"] = "LBY TUN", ""
    by_code["ERI"]["neighbours"], by_code["TUN"]["neighbours"] = "SDN TUN", "DZA ERI LBY"
    by_code["ERI"]["income_per_head"] = "90000"
    write_world(tmp_path / "world.csv", rows)
    found = check_world(read_world("mine", tmp_path / "world.csv"), files.panel, files.borders, 1994)
    assert not found.passed
    assert list(found.differences.values()) == [["ERI-TUN"], ["DZA-MAR"], []]
    # Eritrea goes from last of six to first: 1 - 6 · (25 + 5 · 1) / (6 · 35).
    assert found.correlation["income_per_head"] == pytest.approx(1 - 6 * 30 / 210)
    assert found.correlation["population_millions"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("active", "fought", "quiet"),
    [
        (set(), 0, None),
        ({2001}, 0, None),
        ({2000}, 1, 0),
        ({1999}, 0, 1),
        ({1950}, 0, 50),
        ({1998, 2000}, 1, 0),
        ({1999, 2000}, 2, 0),
        ({1990, 1992, 1993, 1995, 1998, 1999, 2000}, 3, 0),
        ({1995, 1997, 1999, 2000, 2001}, 2, 0),
    ],
)
def test_a_spell_is_of_active_years_in_a_row(active: set[int], fought: int, quiet: int | None) -> None:
    assert spell(active, 2000) == (fought, quiet)


@pytest.mark.parametrize("name", ["africa", "africa_1989", "global"])
def test_the_drivers_of_the_shipped_worlds_follow_from_their_other_columns(name: str) -> None:
    rows = shipped(name)
    assert len(rows) >= 48
    for row in rows:
        polity2, excluded, mortality = (
            float(row[name]) if row[name] else None
            for name in ("polity2", "excluded_share", "infant_mortality_per_1000")
        )
        quiet = int(row["years_at_peace"]) if row["years_at_peace"] else None
        expected = drivers(float(row["income_per_head"]), polity2, int(row["level"]), quiet, excluded, mortality)
        assert {driver: float(row[driver]) for driver in expected} == expected, row["name"]


def test_the_drivers_are_the_mapping_of_the_sources() -> None:
    assert drivers(500, -10, 2, 0, 0.4, 20.0) == {"insecurity": 0.7, "deprivation": 0.5, "exclusion": 0.4}
    assert drivers(500, -10, 0, None, 0.0, 2.0) == {"insecurity": 0.15, "deprivation": 0.0, "exclusion": 0.0}
    # No mortality is below 2 or above 200.
    assert [drivers(500, 0, 0, 2, 0.0, deaths)["deprivation"] for deaths in (1.0, 200.0, 250.0)] == [0.0, 1.0, 1.0]
    # Two and a half years halve what conflict left: half a year of peace was in the year that it ended.
    assert drivers(500, 0, 0, 2)["insecurity"] == pytest.approx(0.15 + 0.275)


def test_what_a_panel_lacks_is_read_off_income_and_polity() -> None:
    found = drivers(math.exp(9.0), -10, 0, None)
    # ln of mortality 10.3 - 7.2 = 3.1; 0.171 + 0.08.
    assert found["deprivation"] == pytest.approx((3.1 - math.log(2.0)) / math.log(100.0), abs=5e-4)
    assert found["exclusion"] == 0.251
    assert drivers(500, None, 0, None)["exclusion"] == 0.146


def test_the_shipped_worlds_agree_with_each_other_and_have_a_tile_for_every_state() -> None:
    africa, early, everywhere = ({row["iso3"]: row for row in shipped(n)} for n in ("africa", "africa_1989", "global"))
    assert len(everywhere) >= 120
    assert set(africa) <= set(everywhere)
    assert {code: everywhere[code]["region"] for code in africa} == {c: row["region"] for c, row in africa.items()}
    assert not {"USA", "GBR", "CAN", "FRA", "DEU", "SSD"} & set(everywhere)
    assert set(africa) - set(early) == {"ERI", "NAM"}  # not yet states
    same = ("level", "years_in_conflict", "years_at_peace")
    for code, row in africa.items():
        assert [everywhere[code][column] for column in same] == [row[column] for column in same], code
        inside = [other for other in everywhere[code]["neighbours"].split() if other in africa]
        assert inside == row["neighbours"].split(), code
    for world in (africa, early, everywhere):
        assert len({(row["row"], row["column"]) for row in world.values()}) == len(world)


def test_every_code_of_the_gazetteer_is_one_states() -> None:
    places = gazetteer()
    assert len({place.iso3 for place in places.values()}) == len(places)
    assert {len(place.iso3) for place in places.values()} == {3}
    assert {place.area for place in places.values()} - {"africa"} == set(REGIONS) - {"north_africa", "sub_saharan"}
    assert all(place.part_of is None or place.part_of in places for place in places.values())
    assert all(-60 < place.latitude < 70 and -180 <= place.longitude <= 180 for place in places.values())


def test_borders_pass_up_a_chain_of_states() -> None:
    assert belongs_to(347, {347, 340, 345}) == 347
    assert belongs_to(347, {340, 345}) == 340
    assert belongs_to(347, {345}) == 345
    assert belongs_to(347, {600}) is None
    assert belongs_to(9999, {600}) is None
    listed = {347: {340, 339}, 340: {347, 341}, 341: {340}, 339: {347}}
    assert land_borders(listed, {345, 339, 20}) == {345: {339}, 339: {345}, 20: set()}


def test_tiles_are_unique_and_keep_north_south_east_and_west() -> None:
    apart = tile_grid([30, 0, 0, -30], [0, -30, 30, 0])
    assert apart == [(1, 6), (6, 1), (6, 11), (11, 6)]
    crowded = tile_grid([10.0] * 9, [20.0] * 9)
    assert len(set(crowded)) == 9
    for one, other in itertools.combinations(crowded, 2):
        assert max(abs(one[0] - other[0]), abs(one[1] - other[1])) <= 3
