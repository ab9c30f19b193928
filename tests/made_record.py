"""Official files of a made-up history that is long enough to learn from: real states' numbers, chance for the rest."""

import math
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.records.files.gazetteer import gazetteer
from tests.official_files import ACD_HEADER, Files, acd_row

FIRST, LAST, PANEL_FROM = 1946, 1999, 1989
STATES = 100
_PANEL = (
    "gw,name,year,africa,ssa,gdp_per_capita_usd2011,population_millions,polity2,excluded_share,"
    "infant_mortality_per_1000"
)


class _State(NamedTuple):
    gw: int
    name: str
    mortality: float
    millions: float
    excluded: float

    def figures(self, year: int, more: float) -> str:
        """A row of the panel; figures ``more`` times what they are."""
        income = 30000.0 / self.mortality * more
        return (
            f"{self.gw},{self.name},{year},{self.gw % 2},0,{income:.1f},{self.millions * more:.3f},"
            f"{self.gw % 9 - 4},{self.excluded * more:.3f},{self.mortality * more:.2f}"
        )

    def likely(self, active: list[int], year: int) -> float:
        """How likely it is active, by its active years so far: hazards about as the record has them."""
        quiet, size = year - active[-1] if active else 1000, math.log(self.millions / 10.0)
        if quiet > 1:
            recent = 2.5 * 2.0 ** (-(quiet - 1) / 2.5)
            return -math.expm1(-math.exp(-3.6 + 0.62 * (math.log(self.mortality) - 4.0) + 0.2 * size + recent))
        spell = 1
        while year - 1 - spell in active:
            spell += 1
        return math.exp(-math.exp(0.1 - 0.9 * math.log1p(spell) - 0.2 * size - 1.1 * self.excluded))


def write_history(folder: Path, seed: int = 1, changed_from: int = LAST + 1, states: int = STATES) -> Files:
    """Write files of states in a ring; from `changed_from` on it is another history, conflict and figures alike."""
    rng, later = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    numbers = [gw for gw, place in sorted(gazetteer().items()) if place.part_of is None][:states]
    conflicts, panel = [ACD_HEADER], [_PANEL]
    for gw in numbers:
        mortality, millions, excluded = rng.uniform((2.5, 0.5, 0.0), (4.8, 4.0, 0.6))
        name = gazetteer()[gw].name.replace(",", "")
        state, active, wars = _State(gw, name, math.exp(mortality), math.exp(millions), excluded), [0], {0}
        for year in range(FIRST, LAST + 1):
            chances = rng.random(2), later.random(2)
            happens, fierce = chances[year >= changed_from]
            if happens < state.likely(active, year):
                active.append(year)
                wars |= {year} if fierce < (0.6 if year - 1 in wars else 0.12) else set()
            if year >= PANEL_FROM:
                panel.append(state.figures(year, 1.5 if year >= changed_from else 1.0))
        began = 0
        for year, following in pairwise([*active[1:], LAST + 2]):
            began = began if year - 1 in active else year
            conflicts.append(acd_row(gw, name, year, 1 + (year in wars), 3, str(gw), began, int(following > year + 1)))
    borders = ["gw,nb", *(f"{one},{other}" for one, other in pairwise([*numbers, numbers[0]]))]
    files = Files(*(folder / f"{name}.csv" for name in Files._fields))
    for path, lines in zip(files, (conflicts, panel, borders), strict=False):
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return files
