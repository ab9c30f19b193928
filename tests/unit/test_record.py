"""The record: official files in every format they come in, every kind of damage, and the panel against hand work."""

import math
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.records.files.dates import read_dates
from experiments.records.files.official import lost_rows, read_borders, read_conflicts, read_deaths, read_states
from experiments.records.files.panel import levels_by_state, read_record
from experiments.records.files.quarters import quarters_in_conflict
from model.errors import InvalidInput
from tests.official_files import ACD, ACD_HEADER, Files, acd_row, write_files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return write_files(tmp_path)


def refused(files: Files, region: str = "africa", first: int = 1990, last: int = 1995) -> str:
    """What reading the record says when it refuses: one line."""
    with pytest.raises(InvalidInput) as error:
        read_record(files.read(), region, first, last)
    said = str(error.value)
    assert "\n" not in said
    return said


def test_the_panel_of_africa_is_the_one_worked_out_by_hand(files: Files) -> None:
    panel = read_record(files.read(), "africa", 1990, 1995)
    assert panel.codes == ("531", "600", "615", "616", "620", "625")
    assert panel.years.tolist() == [1990, 1991, 1992, 1993, 1994, 1995]
    assert panel.level.tolist() == [
        [-1, -1, -1, 0, 0, 0],  # Eritrea, in the panel from 1993: its conflict of 1991 is outside
        [0, 0, 0, 0, 0, 0],  # Morocco: a war between states and a colonial one do not count
        [0, 1, 2, 0, 1, 0],  # Algeria: the highest of two conflicts in 1992
        [0, 1, 0, 0, 0, 0],  # Tunisia and Libya: one conflict about both
        [0, 1, 0, 0, 0, 0],
        [2, 1, 0, 0, 0, 0],
    ]
    assert panel.level_before.tolist() == [-1, 0, 0, 0, 0, 2]
    assert panel.last_active.tolist() == [0, 0, 1986, 0, 0, 1989]
    assert panel.log_income[2].tolist() == pytest.approx([math.log(8000 + 100 * step) for step in range(1, 7)])
    assert panel.log_population[5, 0] == pytest.approx(math.log(20.5))
    assert np.isnan(panel.log_income[0]).tolist() == [True] * 3 + [False] * 3


def test_neighbours_count_from_any_region_the_year_before_and_both_ways(files: Files) -> None:
    africa = read_record(files.read(), "sub_saharan", 1990, 1995)
    assert africa.codes == ("531", "625")
    np.testing.assert_array_equal(
        africa.neighbour_active,
        [
            [np.nan, np.nan, np.nan, np.nan, 0, 0],  # Eritrea beside Sudan, active 1989 to 1991; a state from 1993
            [0, 0, 1, 0, 0, 0],  # Sudan beside Libya (north of the Sahara), active 1991
        ],
    )
    world = read_record(files.read(), "world", 1990, 1995)
    assert np.isnan(world.neighbour_active[world.codes.index("20")]).all()
    assert np.isfinite(world.neighbour_active[world.codes.index("600")]).all()


def test_borders_are_those_that_import_makes_of_the_list_for_each_year(files: Files) -> None:
    # Uganda borders what is South Sudan in the list: Sudan, as long as there is no South Sudan.
    with files.panel.open("a", encoding="utf-8") as file:
        file.writelines(f"500,Uganda,{year},1,1,900,20,0,0.2\n" for year in range(1989, 1996))
        file.writelines(f"626,South Sudan,{year},1,1,900,8,0,0.2\n" for year in (1993, 1994, 1995))
    panel = read_record(files.read(), "africa", 1990, 1995)
    assert panel.neighbour_active[panel.codes.index("500")].tolist() == [1, 1, 1, 0, 0, 0]
    with files.acd.open("a", encoding="utf-8") as file:
        file.writelines(acd_row(11, "Sudan", year, 1, 3, "625", 1992) + "\n" for year in (1992, 1993, 1994))
    panel = read_record(files.read(), "africa", 1990, 1995)
    assert panel.neighbour_active[panel.codes.index("500")].tolist() == [1, 1, 1, 1, 0, 0]


def test_a_window_may_reach_ten_years_beyond_the_panel(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    with files.acd.open("a", encoding="utf-8") as file:
        file.write(acd_row(11, "Sudan", 2005, 1, 3, "625", 2005) + "\n")
    panel = read_record(files.read(), "africa", 1994, 2005)
    assert capsys.readouterr().err.splitlines()[0].startswith("the panel ends in 1995: the states of that year are")
    assert panel.level.shape == (6, 12)
    assert panel.level[5, -1] == 1
    assert panel.log_income[2, 1] == panel.log_income[2, -1]
    with files.acd.open("a", encoding="utf-8") as file:
        file.write(acd_row(11, "Sudan", 2006, 1, 3, "625", 2005) + "\n")
    assert f"{files.panel}: covers 1989 to 1995, must cover 1990 to 2006" in refused(files, last=2006)


def test_every_region_and_window_takes_its_own_states(files: Files) -> None:
    assert read_record(files.read(), "world", 1995, 1995).codes == (
        "20",
        "531",
        "600",
        "615",
        "616",
        "620",
        "625",
    )
    late = read_record(files.read(), "africa", 1993, 1994)
    # A state in the panel in the first year is taken to have existed before: Eritrea, with the conflict of 1991.
    assert late.level_before.tolist() == [0, 0, 2, 0, 0, 0]
    assert late.last_active.tolist() == [1991, 0, 1992, 1991, 1991, 1991]


def test_active_state_years_outside_the_panel_are_said_not_dropped_in_silence(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    read_record(files.read(), "africa", 1990, 1995)
    assert capsys.readouterr().err == "in conflict but not in the panel, not counted: 531 (Eritrea) 1991\n"
    read_record(files.read(), "africa", 1992, 1995)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "names",
    [
        "conflictid,location,sidea,sideaid,sidea2nd,sideb,sidebid,sideb2nd,incompatibility,territoryname,year,"
        "intensitylevel,cumulativeintensity,typeofconflict,startdate,startprec,startdate2,startprec2,epend,"
        "ependdate,ependprec,gwnoa,gwnoa2nd,gwnob,gwnob2nd,gwnoloc,region,version",
        "ConflictId,Location,SideA,SideAID,SideA2nd,SideB,SideBID,SideB2nd,Incompatibility,TerritoryName,Year,"
        "IntensityLevel,CumulativeIntensity,TypeOfConflict,StartDate,StartPrec,StartDate2,StartPrec2,EpEnd,"
        "EpEndDate,EpEndPrec,GWNoA,GWNoA2nd,GWNoB,GWNoB2nd,GWNoLoc,Region,Version",
        "ID,Location,SideA,SideAID,SideA2nd,SideB,SideBID,SideB2nd,Incomp,Terr,YEAR,"
        "Int,CumInt,Type,StartDate,StartPrec,StartDate2,StartPrec2,EpEnd,"
        "EpEndDate,EpEndPrec,GWNoA,GWNoA2nd,GWNoB,GWNoB2nd,GWNoLoc,Region,Version",
    ],
)
def test_older_releases_read_the_same(files: Files, names: str) -> None:
    new = read_conflicts(files.acd)
    files.acd.write_text(ACD.replace(ACD_HEADER, names), encoding="utf-8")
    assert read_conflicts(files.acd).equals(new)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_tabs_a_byte_order_mark_and_windows_lines_read_the_same(files: Files, separator: str) -> None:
    new = read_conflicts(files.acd)
    lines = ACD.splitlines()
    # Commas inside quotes stay: "615, 600".
    parted = [re.sub(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', separator, line) for line in lines]
    assert '"615, 600"' in "\n".join(parted)
    files.acd.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(parted).encode())
    assert read_conflicts(files.acd).equals(new)


def test_a_missing_figure_is_missing(files: Files) -> None:
    files.replaced("panel", "615,Algeria,1990,1,0,8100,26.1,-2", "615,Algeria,1990,1,0,NA,,")
    panel = read_record(files.read(), "africa", 1990, 1995)
    assert math.isnan(panel.log_income[2, 0])
    assert math.isnan(panel.log_population[2, 0])
    assert math.isfinite(panel.log_income[2, 1])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            ",1991,1,0,3,1-2-1991,1,1-2-1991,1,0,",
            ",1899,1,0,3,,1,,1,0,",
            "row 3 column year: '1899' must be a year, 1946",
        ),
        (
            ",1991,1,0,3,1-2-1991,1,1-2-1991,1,0,",
            ",9999,1,0,3,,1,,1,0,",
            "row 3 column year: '9999' must be a year, 1946",
        ),
        (",1991,1,0,3,1-2-1991,1,1-2-1991,1,0,", ",199I,1,0,3,,1,,1,0,", "row 3 column year: '199I' must be a year"),
        (",1991,1,0,3,1-2-1991,1,1-2-1991,1,0,", ",1_991,1,0,3,,1,,1,0,", "row 3 column year: '1_991' must be"),
        (",1986,1,0,3,", ",1986,3,0,3,", "row 2 column intensity_level: '3' must be 1 (minor conflict) or 2 (war)"),
        (",1986,1,0,3,", ",1986,,0,3,", "row 2 column intensity_level: '' must be 1"),
        (",1986,1,0,3,", ",1986,1.5,0,3,", "row 2 column intensity_level: '1.5' must be 1"),
        (",1986,1,0,3,", ",1986,1,0,5,", "row 2 column type_of_conflict: '5' must be a type of conflict, 1 to 4"),
        ('"615, 600"', '"615, Morocco"', "row 7 column gwno_loc: '615, Morocco' must be Gleditsch–Ward numbers"),
        ('"615, 600"', '"615,"', "row 7 column gwno_loc: '615,' must be Gleditsch–Ward numbers"),
        ('7,"Hyderabad"', ',"Hyderabad"', "row 13 column conflict_id: '' must be the number of a conflict"),
        (",1957,1,0,1,", ",1957\n1,0,1,", "row 8: has 11 cells, must have 28 like the header"),
        ('"751",4,25.1', '"751",4', "row 13: has 27 cells, must have 28"),
        ('"751",4,25.1', '"751",4,25.1,', "row 13: has 29 cells, must have 28"),
        ("intensity_level", "intensity", "column 'intensity_level' is missing: did you mean 'intensity'?"),
        ("gwno_loc,", "gwno_lok,", "column 'gwno_loc' is missing: did you mean 'gwno_lok'?"),
        ("gwno_a,", "gwnoloc,", "column 'gwno_loc' appears twice, must appear once"),
        ('"751",4,25.1', '"751,4,25.1', "row 13: must be a CSV file: ',' expected"),
    ],
)
def test_a_damaged_conflict_row_is_named(files: Files, before: str, after: str, said: str) -> None:
    files.replaced("acd", before, after)
    line = refused(files)
    assert line.startswith(str(files.acd))
    assert said in line


def test_a_conflict_has_one_row_a_year(files: Files) -> None:
    with files.acd.open("a", encoding="utf-8") as file:
        file.write(acd_row(6, "Sudan", 1990, 1, 3, "625", 1989) + "\n")
    assert "row 17 columns conflict_id and year: '6' in '1990' stands in row 11 already" in refused(files)


def test_a_country_has_one_number_of_deaths_a_year(files: Files) -> None:
    with files.violence.open("a", encoding="utf-8") as file:
        file.write("615,Algeria,1994,Africa,1,25.1\n")
    with pytest.raises(InvalidInput, match=r"row 5 columns country_id_cy and year_cy: '615' in '1994' stands in row 2"):
        read_deaths(files.violence)


def test_rows_that_the_copy_lost_are_found_by_the_rows_around_them(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lost_rows(read_conflicts(files.acd)) == []
    for line, lost in (
        (acd_row(6, "Sudan", 1989, 2, 3, "625", 1989), "conflict 6 (Sudan) 1989"),
        (acd_row(6, "Sudan", 1990, 2, 3, "625", 1989), "conflict 6 (Sudan) 1990"),
        (acd_row(6, "Sudan", 1991, 1, 3, "625", 1989, ends=1), "conflict 6 (Sudan) 1991"),
    ):
        text = ACD.replace(f"{line}\n", "")
        assert text != ACD
        files.acd.write_text(text, encoding="utf-8")
        assert lost_rows(read_conflicts(files.acd)) == [lost]
        capsys.readouterr()
        read_record(files.read(), "africa", 1992, 1995)
        assert f"has the copy lost rows? Missing by the rows around them (ep_end, start_date2): {lost}\n" in (
            capsys.readouterr().err
        )


@pytest.mark.parametrize("nowhere", ["-99", "", "NA", "-99, -99"])
def test_rows_about_no_known_state_do_not_count_and_are_named(
    files: Files, capsys: pytest.CaptureFixture[str], nowhere: str
) -> None:
    # As Hyderabad stands in releases 4-2012 and 4-2013.
    files.replaced("acd", ',"751",4,25.1', f',"{nowhere}",4,25.1')
    read_record(files.read(), "africa", 1992, 1995)
    said = f"{files.acd}: no state in gwno_loc (empty or -99), not counted: row 13 (Hyderabad 1948)\n"
    assert capsys.readouterr().err == said


def test_a_state_beside_one_that_is_not_known_counts(files: Files) -> None:
    files.replaced("acd", '"616, 620"', '"616, -99"')
    levels = levels_by_state(read_conflicts(files.acd))
    assert (levels[616], 620 in levels) == ({1991: 1}, False)


def test_many_rows_about_no_state_are_counted(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    files.acd.write_text(re.sub(r',"[0-9, ]+",4,25.1', ",,4,25.1", ACD), encoding="utf-8")
    read_record(files.read(), "africa", 1992, 1995)
    assert "row 2 (Algeria 1986); " in (said := capsys.readouterr().err)
    assert said.endswith(" and 5 more\n")


def episodes(*rows: tuple[int, str, str, int, str, str]) -> dict[int, dict[int, float]]:
    """Quarters of one state's years, from a year, start and its precision, whether it ends, its end; and conflict."""
    names = ("year", "start_date2", "start_prec2", "ep_end", "ep_end_date", "gwno_loc")
    table = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows]).astype({"ep_end": str})
    return quarters_in_conflict(table)


def test_quarters_are_covered_from_the_start_to_the_end_of_an_episode() -> None:
    whole = ((1990, "5-5-1990", "1", 0, "", "7"), (1991, "5-5-1990", "1", 0, "", "7"))
    assert episodes(*whole, (1992, "5-5-1990", "1", 1, "30-9-1992", "7")) == {7: {1990: 0.75, 1991: 1.0, 1992: 0.75}}
    assert episodes((1990, "5-5-1990", "2", 1, "6-5-1990", "7, 8")) == {7: {1990: 0.25}, 8: {1990: 0.25}}


def test_what_is_known_to_the_year_alone_is_spread_over_it() -> None:
    # Begun in any quarter, going on: 1/4, 2/4, 3/4 and all of them. Ended on 31 December: the same from the end.
    assert episodes((1990, "31-12-1990", "5", 0, "", "7"))[7][1990] == pytest.approx(0.625)
    assert episodes((1990, "1-1-1989", "1", 1, "31-12-1990", "7"))[7][1990] == pytest.approx(0.625)
    # Begun in the third quarter and ended by the year's end: in the third or fourth, evenly.
    assert episodes((1990, "1-8-1990", "1", 1, "31-12-1990", "7"))[7][1990] == pytest.approx(1.5 / 4)
    # Both unknown, the start not after the end: ten pairs, 4 + 6 + 6 + 4 of which cover each quarter.
    assert episodes((1990, "31-12-1990", "4", 1, "31-12-1990", "7"))[7][1990] == pytest.approx(20 / 10 / 4)
    # Two conflicts: either covers a quarter.
    two = ((1990, "31-12-1990", "5", 0, "", "7"), (1990, "1-1-1989", "1", 1, "1-4-1990", "7"))
    assert episodes(*two)[7][1990] == pytest.approx((1 + 1 + 0.75 + 1) / 4)


@pytest.mark.parametrize(
    "row",
    [
        (1990, "5-5-90", "1", 0, "", "7"),
        (1990, "", "1", 0, "", "7"),
        (1990, "5-5-1991", "1", 0, "", "7"),
        (1990, "5-5-1990", "1", 1, "", "7"),
        (1990, "5-5-1990", "1", 1, "5-5-1989", "7"),
        (1990, "5-5-1990", "1", 1, "5-1-1990", "7"),
        (1990, "5-5-1990", "1", "", "", "7"),
    ],
)
def test_dates_that_do_not_tell_leave_quarters_unknown(row: tuple[int, str, str, int, str, str]) -> None:
    assert math.isnan(episodes(row)[7][1990])


def test_the_panel_has_quarters_excluded_shares_and_years_active(files: Files) -> None:
    bare = read_record(files.read(), "africa", 1990, 1995)
    assert np.isnan(bare.excluded).all()
    files.further()
    panel = read_record(files.read(), "africa", 1990, 1995)
    assert panel.excluded[2].tolist() == [0.15] * 6
    assert panel.years_active.tolist() == [0, 0, 1, 0, 0, 1]
    # Starts on 1 February, ends on 31 December: Algeria 1991 begins, 1992 ends, 1994 does both.
    assert panel.quarters[2].tolist() == pytest.approx(
        [0, 1, 1 - (0 + 0 + 1 / 4 * 1 / 4 + 1 / 2 * 1 / 2 + 9 / 16) / 4, 0, 0.625, 0], abs=0.02
    )
    assert np.isnan(panel.quarters[0, :3]).all()


def test_whether_a_conflict_goes_on_is_not_known_before_the_next_year(files: Files) -> None:
    before = files.read().before(1993)
    assert before.conflicts["year"].max() == before.states["year"].max() == 1992
    # Algeria's episode ends in 1992 by the file; on 1 January 1993 nobody knows. Sudan's ended in 1991.
    panel, whole = (read_record(known, "africa", 1990, 1992) for known in (before, files.read()))
    assert panel.quarters[1, 2] == 1.0 > whole.quarters[1, 2]
    assert panel.quarters[4, 1] == whole.quarters[4, 1] == 0.625
    files.acd.write_text(ACD.replace(",1,31-12-1992,1,", ",0,,,"), encoding="utf-8")
    assert files.acd.read_text(encoding="utf-8") != ACD
    np.testing.assert_array_equal(read_record(files.read().before(1993), "africa", 1990, 1992).quarters, panel.quarters)
    with pytest.raises(InvalidInput, match="begins in 1989, must know a year before 1989"):
        files.read().before(1989)


def written(day: date) -> dict[str, str]:
    return {
        "official": f"{day.day}-{day.month}-{day.year}",
        "newer": day.isoformat(),
        "with a time": f"{day.isoformat()} 00:00:00",
        "slashes": f"{day:%d/%m/%Y}",
        "dots": f"{day:%d.%m.%Y}",
        "American": f"{day:%m/%d/%Y}",
        "by name": f"{day.day}-{('Jan', 'Feb', 'Mar', 'Apr')[day.month - 1]}-{day.year}",
        "Excel": str((day - date(1899, 12, 30)).days),
        "Excel, read as a number": f"{(day - date(1899, 12, 30)).days}.0",
    }


@pytest.mark.parametrize("form", written(date(1949, 4, 12)))
def test_dates_are_read_however_they_were_saved(form: str) -> None:
    days = [date(1949, 4, 12), date(1946, 1, 31), date(2008, 2, 29)]
    assert read_dates([written(day)[form] for day in days]) == days


def test_excel_s_number_is_a_day_and_a_short_year_is_no_date() -> None:
    assert read_dates(["18000"]) == [date(1949, 4, 12)]
    assert read_dates(["12/4/49", "5-Jun-67", "49", "", "-99", "31-2-1990", "5-6", "tomorrow"]) == [None] * 8
    # Both orders in one column: the day stands first, and what then is no date is none.
    assert read_dates(["13-1-1990", "1-13-1990", "2-1-1990"]) == [date(1990, 1, 13), None, date(1990, 1, 2)]


def test_dates_that_excel_turned_into_numbers_are_no_year_1800(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    serial = {f"1-2-{year}": str((date(year, 2, 1) - date(1899, 12, 30)).days) for year in range(1946, 1996)}
    text = ACD
    for official, number in serial.items():
        text = text.replace(official, number)
    files.acd.write_text(text, encoding="utf-8")
    assert lost_rows(read_conflicts(files.acd)) == []
    lost = acd_row(6, "Sudan", 1990, 2, 3, "625", 1989)
    files.acd.write_text(text.replace(lost.replace("1-2-1989", serial["1-2-1989"]) + "\n", ""), encoding="utf-8")
    assert lost_rows(read_conflicts(files.acd)) == ["conflict 6 (Sudan) 1990"]
    read_record(files.read(), "africa", 1992, 1995)
    assert "no year of four digits" not in capsys.readouterr().err


def test_years_of_two_digits_leave_lost_rows_unseen_and_that_is_said(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    files.acd.write_text(re.sub("1-2-19([0-9]{2})", r"1-2-\1", ACD), encoding="utf-8")
    read_record(files.read(), "africa", 1992, 1995)
    said = f"{files.acd}: start_date2 has no year of four digits in 15 of 15 rows (row 2: '1-2-86'): lost rows can be"
    assert capsys.readouterr().err.startswith(said)
    files.acd.write_text(ACD.replace(",ep_end,", ",ended,"), encoding="utf-8")
    read_record(files.read(), "africa", 1992, 1995)
    assert "ep_end is not 0 or 1 in 15 of 15 rows: lost rows can be missed" in capsys.readouterr().err


def test_blank_lines_are_skipped_and_counted(files: Files) -> None:
    whole = read_conflicts(files.acd)
    lines = ACD.splitlines()
    files.acd.write_text("\n".join([*lines[:3], "", "," * 27, " ", *lines[3:], "", "," * 27, ""]), encoding="utf-8")
    assert read_conflicts(files.acd).reset_index(drop=True).equals(whole.reset_index(drop=True))
    files.replaced("acd", ",1957,1,0,1,", ",1957,1,0,5,")
    assert "row 11 column type_of_conflict: '5' must be" in refused(files)


def test_a_file_that_begins_or_ends_inside_an_episode_has_lost_nothing(files: Files) -> None:
    rows = [acd_row(6, "Sudan", year, 2, 3, "625", 1983) for year in (1990, 1991)]
    files.acd.write_text("\n".join([ACD_HEADER, *rows]), encoding="utf-8")
    assert lost_rows(read_conflicts(files.acd)) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("616,Tunisia,1990,", "616,Tunisia,1989,", "row 27 columns gw and year: '616' in '1989' stands in row 26 alr"),
        ("616,Tunisia,1990,", "616,Tunisia,nineteen,", "row 27 column year: 'nineteen' must be a year"),
        ("616,Tunisia,1990,", "616,Tunisia,1990.5,", "row 27 column year: '1990.5' must be a year"),
        ("616,Tunisia,1990,1,0,5500,8.2,-5,0.2\n", "", "row 27 column year: '1991' must follow 1989"),
        ("616,Tunisia,1990,1,0,5500,", "616,Tunisia,1990,1,0,much,", "'much' must be a positive number of US dollars"),
        ("616,Tunisia,1990,1,0,5500,", "616,Tunisia,1990,1,0,0,", "row 27 column gdp_per_capita_usd2011: '0' must be"),
        ("616,Tunisia,1990,1,0,5500,", "616,Tunisia,1990,1,0,-1,", "'-1' must be a positive number of US dollars"),
        ("616,Tunisia,1990,1,0,5500,8.2", "616,Tunisia,1990,1,0,5500,-8", "column population_millions: '-8' must be a"),
        ("616,Tunisia,1990,1,0,5500,8.2", "616,Tunisia,1990,1,0,5500,inf", "column population_millions: 'inf' must be"),
        ("616,Tunisia,1990,1,0,5500,8.2,-5", "616,Tunisia,1990,1,0,5500,8.2,11", "polity2: '11' must be between -10"),
        ("616,Tunisia,1990,1,0,5500,8.2,-5", "616,Tunisia,1990,1,0,5500,8.2,-88", "polity2: '-88' must be between -10"),
        ("616,Tunisia,1990,1,0", "616,Tunisia,1990,yes,0", "row 27 column africa: 'yes' must be 0 or 1"),
        ("616,Tunisia,1990,1,0", "616,Tunisia,1990,0,1", "row 27 column ssa: '1' must be 0 where africa is 0"),
        ("616,Tunisia,1990,1,0", "616,Tunisia,1990,1,1", "columns africa and ssa: must be the same in every year"),
        ("616,Tunisia,1990,1", "Tunis,Tunisia,1990,1", "row 27 column gw: 'Tunis' must be a Gleditsch–Ward number"),
        ("616,Tunisia,1990,1", "616,,1990,1", "row 27 column name: '' must be the name of a state"),
        ("population_millions", "population", "column 'population_millions' is missing: did you mean 'population'?"),
    ],
)
def test_a_damaged_panel_row_is_named(files: Files, before: str, after: str, said: str) -> None:
    files.replaced("panel", before, after)
    line = refused(files)
    assert line.startswith(str(files.panel))
    assert said in line


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("600,615", "600,600", "row 2 column nb: '600' must be another state: no state borders itself"),
        ("600,615", "600,Algeria", "row 2 column nb: 'Algeria' must be a Gleditsch–Ward number"),
        ("600,615", "600", "row 2: has 1 cells, must have 2"),
        ("gw,nb", "gw,nbr", "column 'nb' is missing: did you mean 'nbr'?"),
    ],
)
def test_a_damaged_border_row_is_named(files: Files, before: str, after: str, said: str) -> None:
    files.replaced("borders", before, after)
    line = refused(files)
    assert line.startswith(str(files.borders))
    assert said in line


@pytest.mark.parametrize("name", ["acd", "panel", "borders"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no rows"),
        (b"gw,nb\n", "has no rows"),
        (b"gw,nb\n600,C\xf4te d'Ivoire\n", "byte 12 is not UTF-8; must be a CSV file in UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused(files: Files, name: str, content: bytes, said: str) -> None:
    path: Path = getattr(files, name)
    path.write_bytes(content)
    assert refused(files).startswith(f"{path}: {said}")


def test_a_file_that_is_not_there_or_does_not_cover_the_window_is_refused(files: Files) -> None:
    assert "covers 1989 to 1995, must cover 1985 to 1995" in refused(files, first=1985)
    assert f"{files.acd}: covers 1948 to 1995, must cover 1996 to 1996" in refused(files, last=1996)
    assert "the first year must not come after the last" in refused(files, first=1995, last=1990)
    assert "did you mean 'africa'?" in refused(files, region="afrika")
    files.borders.unlink()
    assert refused(files) == f"{files.borders}: no such file or directory; must be a CSV file that can be read"


def test_small_readers_give_what_stands_in_the_files(files: Files) -> None:
    assert read_borders(files.borders)[615] == {600, 616, 620}
    assert read_borders(files.borders)[626] == {500, 625}
    assert read_deaths(files.violence) == {(615, 1994): 1500, (615, 1993): 3000, (600, 1994): 999}
    assert levels_by_state(read_conflicts(files.acd))[615] == {1986: 1, 1991: 1, 1992: 2, 1994: 1}
    assert read_states(files.panel).query("gw == 531")["year"].tolist() == [1993, 1994, 1995]
