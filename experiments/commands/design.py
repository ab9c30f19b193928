"""``concord design``: which institution should a government build?

Searches the degrees of institutions for those that no other beats on several objectives at once, by NSGA-II: all
candidates in the same draws and futures, few for all, more for the best. What it finds is judged beside the named
institutions in fresh draws. A candidate has the pools, and all that is neither free nor fixed, of institution=.

Notes
-----
free=ingredients are those that conf/ingredients.yaml names free; of the pools of institution= free= may also name pools
(how many), lead_1 (who leads the first) and weight_1. save=NAME writes conf/institution/NAME.yaml. The study lies in
results/design/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same command is given again.
output=json prints front (degrees, searched, judged), named, hypervolume, evaluations, runs.

Examples
--------
concord design study=what_to_build 'fix={pooling: 0}'
concord design 'free={shared_analysis: [0,1], lead_1: null}' 'objectives=[war_years,changes]' save=found
"""

from experiments.settings.kinds import Axes, Several, Text, Values, Whole
from experiments.settings.options import INSTITUTION, INSTITUTIONS, MODEL, STUDY, THAN, Option

OBJECTIVES = Option(
    "objectives",
    Several(
        least=2, said="a list of two or more, as in 'objectives=[conflict_years,changes]', of conf/objectives.yaml"
    ),
    "what is searched for",
)

FREE = Option(
    "free",
    Axes("ingredients"),
    "degrees that are searched over, or {degree: bounds}",
)

FIX = Option("fix", Values(optional=True), "values that every candidate has")

BUDGET = Option("budget", Whole(2), "candidates that are evaluated")

POPULATION = Option(
    "population", Whole(4, of="a whole number, a multiple of 4", multiple_of=4), "candidates of a generation"
)

DRAWS = Option("draws", Whole(6), "draws of unmeasured parameters that the best candidates are run in")

REPLICATIONS = Option("replications", Whole(1), "futures of each draw, the same for every candidate")

JUDGED = Option("judged", Whole(2), "fresh draws that the front and the named institutions are judged in")

SAVE = Option(
    "save",
    Text(pattern=r"[a-z_][a-z0-9_]{0,49}", optional=True, said="letters in lower case, digits and _"),
    "name for the front's best in the first objective",
)

OPTIONS = (
    INSTITUTION, THAN, INSTITUTIONS, OBJECTIVES, FREE, FIX, BUDGET, POPULATION, DRAWS, REPLICATIONS, JUDGED, SAVE,
    *MODEL, *STUDY,
)  # fmt: skip

QUESTION = "experiments.studies.design:DesignStudy"
