"""``concord import``: what did the world look like on 1 January of a year?

History (level, years_in_conflict, years_at_peace, years_active) runs to the end of the year before; figures are of
that year, or of the nearest within five years that has them. States and figures at the panel's end stand for up to
ten years after it. What is filled, carried or dropped is said on stderr.
Every file is CSV in UTF-8 with a header, parted by commas, semicolons or tabs; further columns and blank lines do not
matter.
  acd      conflict_id, year, intensity_level, type_of_conflict, gwno_loc; older releases' names are understood, rows
           whose gwno_loc is empty or -99 do not count; by start_date2 and ep_end lost rows are looked for
  panel    gw, name, year, africa, ssa (1 or 0), gdp_per_capita_usd2011, population_millions, polity2, and, if it has
           them, excluded_share (0 to 1) and infant_mortality_per_1000
  borders  gw, nb: Gleditsch-Ward numbers of two neighbours, once or in both directions
  violence country_id_cy, year_cy, sb_intrastate_deaths_best_cy
The result is a world: concord run world=csv world.path=FILE. Its money goes by the number of states
(conf/world/csv.yaml) unless settlement= and reserve_cap= say otherwise. conf/world/SOURCES.md says what each column
means and where the files come from. An existing file is never overwritten.

Examples
--------
concord import acd=ucdp_prio_acd.csv panel=panel.csv borders=borders.csv year=2009 to=africa_2009.csv
concord import acd=acd.csv panel=p.csv borders=b.csv year=2001 region=world 'without=[USA,CAN]' to=w.csv
"""

import sys

from experiments.settings.asked import Asked
from experiments.settings.kinds import ExistingFile, Several
from experiments.settings.options import ACD, BORDERS, PANEL, REGION, TO, YEAR, Option
from experiments.settings.places import path_of

VIOLENCE = Option(
    "violence",
    ExistingFile(optional=True),
    "UCDP country-year organised violence, to check levels against deaths; null: no check",
)
START = Option("year", YEAR, "the world as it was on 1 January of this year")
WITHOUT = Option(
    "without",
    Several(least=0, said="a list of ISO3 codes, as in 'without=[USA,CAN]', none twice"),
    "states to leave out",
)

OPTIONS = (ACD.required(), PANEL.required(), BORDERS.required(), VIOLENCE, START, REGION, WITHOUT, TO.required())


def conduct(asked: Asked) -> str:
    """Write a world; returns what is in it, in one line."""
    from experiments.records.files.importing import import_world, write_world
    from experiments.records.files.sources import read_sources

    acd, panel, borders, to = (path_of(asked[name]) for name in ("acd", "panel", "borders", "to"))
    violence = None if asked.violence is None else path_of(asked.violence)
    sources = read_sources(acd, panel, borders)
    rows, notices = import_world(sources, asked.year, asked.region, asked.without, violence)
    for notice in notices:
        print(notice, file=sys.stderr)
    write_world(to, rows)
    active, war = (sum(int(row["level"]) >= level for row in rows) for level in (1, 2))
    return f"{asked.to}: {len(rows)} states on 1 January {asked.year}, {active} in conflict, {war} of them at war"


def told(found: str, output: str) -> str:
    """Say what is in the world."""
    return found
