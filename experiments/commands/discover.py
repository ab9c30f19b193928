"""``concord discover``: where in the space of assumptions does the siloed way win?

Looks for ranges of the assumptions in which a condition holds: one box (PRIM) and a shallow tree, made on one half of
the points and measured on the other, and a map of who wins over complementarity, crowding, national_interest and
desks. A condition compares outcomes of institutions, in quotes within quotes:
  'condition="gaps(uk_pools) > gaps(siloed) and trust(siloed) < 0.5"'

Notes
-----
Points follow each parameter's declared prior (concord parameters), or are even over a range that is written out; the
box is in the parameters' own values.
source=FOLDER looks at the points of a finished sweep or comparison instead of running any.
The study lies in results/discover/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same
command is given again. output=json prints condition, holds_at, box, tree, map.

Examples
--------
concord discover study=where_silos_win
concord discover 'condition="war_years(uk_pools) > 0.9 * war_years(siloed)"' points=4000
"""

from experiments.settings.kinds import Folder, Text
from experiments.settings.options import AXES, MODEL, PAIR, POINTS, REPLICATIONS, STUDY, Option

CONDITION = Option(
    "condition",
    Text(optional=True, said="outcomes of institutions, numbers, + - * /, comparisons, and, or, not"),
    "what is looked for; null: than has less by more than 1",
)

SOURCE = Option(
    "source",
    Folder(must_exist=True, optional=True),
    "folder of a finished sweep or comparison, to look at its points",
)

OPTIONS = (*PAIR, CONDITION, AXES, POINTS, SOURCE, *MODEL, REPLICATIONS, *STUDY)

QUESTION = "experiments.studies.discover:Discover"
