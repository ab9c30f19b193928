"""Small files in the official formats, made up by hand: a few states of North Africa, with Canada beside them."""

from pathlib import Path
from typing import NamedTuple

from experiments.records.files.sources import Sources, read_sources

ACD_HEADER = (
    "conflict_id,location,side_a,side_a_id,side_a_2nd,side_b,side_b_id,side_b_2nd,incompatibility,territory_name,year,"
    "intensity_level,cumulative_intensity,type_of_conflict,start_date,start_prec,start_date2,start_prec2,ep_end,"
    "ep_end_date,ep_end_prec,gwno_a,gwno_a_2nd,gwno_b,gwno_b_2nd,gwno_loc,region,version"
)


def acd_row(
    conflict: int, location: str, year: int, level: int, kind: int, gwno_loc: str, began: int, ends: int = 0
) -> str:
    """One row of the Armed Conflict Dataset, 28 cells."""
    side, first_state = location.partition(",")[0], gwno_loc.partition(",")[0]
    end = f"31-12-{year},1" if ends else ","
    return (
        f'{conflict},"{location}",Government of {side},9,,Rebels,1000,,2,,{year},{level},0,{kind},'
        f'1-2-{began},1,1-2-{began},1,{ends},{end},{first_state},,,,"{gwno_loc}",4,25.1'
    )


ACD = "\n".join(
    [
        ACD_HEADER,
        # Algeria: active 1986, then 1991-92 and (after a lull of one year) 1994; war by a second conflict in 1992.
        acd_row(1, "Algeria", 1986, 1, 3, "615", 1986, ends=1),
        acd_row(1, "Algeria", 1991, 1, 3, "615", 1991),
        acd_row(1, "Algeria", 1992, 1, 3, "615", 1991, ends=1),
        acd_row(1, "Algeria", 1994, 1, 4, "615", 1994, ends=1),
        acd_row(2, "Algeria", 1992, 2, 4, "615", 1992, ends=1),
        # A war between states, and a colonial one, which do not count.
        acd_row(3, "Algeria, Morocco", 1990, 2, 2, "615, 600", 1990, ends=1),
        acd_row(4, "Morocco", 1957, 1, 1, "600", 1957, ends=1),
        # One conflict about two states.
        acd_row(5, "Tunisia, Libya", 1991, 1, 3, "616, 620", 1991, ends=1),
        # Sudan: at war before the window and in its first years.
        acd_row(6, "Sudan", 1989, 2, 3, "625", 1989),
        acd_row(6, "Sudan", 1990, 2, 3, "625", 1989),
        acd_row(6, "Sudan", 1991, 1, 3, "625", 1989, ends=1),
        # A state the panel does not know, and one that it knows only later.
        acd_row(7, "Hyderabad", 1948, 1, 3, "751", 1948, ends=1),
        acd_row(8, "Canada", 1995, 1, 3, "20", 1995, ends=1),
        acd_row(9, "Eritrea", 1991, 1, 3, "531", 1991, ends=1),
        # A lesser conflict beside Sudan's war, below it in the file.
        acd_row(10, "Sudan", 1990, 1, 3, "625", 1990, ends=1),
        "",
    ]
)

_STATES = [
    # number, name, first year, last year, africa, south of the Sahara, income, millions, polity2
    ("20", "Canada", 1989, 1995, 0, 0, 30000, 27.5, 10),
    ("531", "Eritrea", 1993, 1995, 1, 1, 800, 3.1, -6),
    ("600", "Morocco", 1989, 1995, 1, 0, 4500, 25.2, -8),
    ("615", "Algeria", 1989, 1995, 1, 0, 8000, 26.1, -2),
    ("616", "Tunisia", 1989, 1995, 1, 0, 5400, 8.2, -5),
    ("620", "Libya", 1989, 1995, 1, 0, 13000, 4.3, -7),
    ("625", "Sudan", 1989, 1995, 1, 1, 1700, 20.5, -7),
]

PANEL = "\n".join(
    ["gw,name,year,africa,ssa,gdp_per_capita_usd2011,population_millions,polity2,v2x_polyarchy"]
    + [
        # Income grows by 100 a year, so that every year has its own.
        f"{gw},{name},{year},{africa},{ssa},{income + 100 * (year - 1989)},{millions},{polity2},0.2"
        for gw, name, first, last, africa, ssa, income, millions, polity2 in _STATES
        for year in range(first, last + 1)
    ]
    + [""]
)

LACKING = [
    "the panel has no excluded_share: left empty, exclusion is read off polity2, which says little of it",
    "the panel has no infant_mortality_per_1000: left empty, deprivation is read off income",
]
"""What import says of this panel, which has only the columns it must have."""

# Some borders stand once and some both ways; South Sudan and Uganda are not in the panel.
BORDERS = "gw,nb\n600,615\n615,616\n616,615\n615,620\n616,620\n620,625\n625,626\n626,500\n625,531\n"

VIOLENCE = (
    "country_id_cy,country_cy,year_cy,region_cy,sb_intrastate_deaths_best_cy,version_cy\n"
    "615,Algeria,1994,Africa,1500,25.1\n615,Algeria,1993,Africa,3000,25.1\n600,Morocco,1994,Africa,999,25.1\n"
)


class Files(NamedTuple):
    """Where the files lie."""

    acd: Path
    panel: Path
    borders: Path
    violence: Path

    def read(self) -> Sources:
        """Read what is in them now."""
        return read_sources(self.acd, self.panel, self.borders)

    def replaced(self, name: str, before: str, after: str) -> None:
        """Damage a file: exactly one place must change."""
        path: Path = getattr(self, name)
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {name}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def further(self) -> None:
        """Add the panel's optional columns: excluded share .1 and more, infant mortality falling from 60."""
        header, *lines = PANEL.splitlines()
        rows = [line.split(",") for line in lines]
        more = [f"{int(row[0]) % 100 / 100:g},{60 - (int(row[2]) - 1989)}" for row in rows]
        text = "\n".join(f"{line},{added}" for line, added in zip(lines, more, strict=True))
        self.panel.write_text(f"{header},Excluded_Share,infant_mortality_per_1000\n{text}\n", encoding="utf-8")


def write_files(folder: Path) -> Files:
    """Write them all."""
    files = Files(*(folder / f"{name}.csv" for name in Files._fields))
    for path, text in zip(files, (ACD, PANEL, BORDERS, VIOLENCE), strict=True):
        path.write_text(text, encoding="utf-8")
    return files
