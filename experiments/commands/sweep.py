"""``concord sweep``: how do outcomes move over a design: a grid, samples of the ranges, your own points?

Designs: grid (design.levels=5), latin_hypercube (design.points=200), sobol (design.points=256), morris
(design.trajectories=20 design.levels=4), saltelli (design.base=64 design.second_order=false) and points
(design.path=FILE: CSV or Parquet, a column per axis, a row per point).
The same futures (seed; replication 0, 1, …) are lived through at every point by every institution and by siloed.

Notes
-----
A grid has values evenly over the range; the designs that sample follow each axis' declared prior (concord parameters),
and are even over a range that is written out, as in 'axes={veto:[0.1,0.5]}'.
An axis that is named wins over what a world, a calibration, an institution or channels set, for every institution;
uk_pools.voting is the axis of one institution. axes=swept leaves alone what any of them sets, as concord compare does.
The study lies in results/sweep/<study>/ with a README; stopped (Ctrl-C), it goes on where it was when the same
command is given again. dry_run=true leaves no study behind.

Examples
--------
concord sweep design=grid 'axes={effect:[0.01,0.03,0.05],uk_pools.voting:null}' study=first_look
concord sweep design=sobol design.points=128 'axes=[effect,complementarity,desks]' precision=0.5
"""

from experiments.settings.kinds import Number, Whole, YesNo, composed
from experiments.settings.options import AXES, INSTITUTIONS, MODEL, REPLICATIONS, STUDY, Option

DESIGN = Option(
    "design",
    composed("design"),
    "a file of conf/design: which points; what it is told follows as design.points=512 and so on",
)

PRECISION = Option(
    "precision",
    Number(0.0, above=True, optional=True),
    "half-width of the 95% interval of conflict-years against siloed until which each point gets replications; null: "
    "all points get the same",
)

MAX_REPLICATIONS = Option(
    "max_replications", Whole(1), "replications of a point at most, whether or not it has its precision"
)

TRAJECTORIES = Option("trajectories", YesNo(), "whether to keep status and money of every state in every quarter")

LARGE = Option("large", YesNo(), "consent to more than 1,000,000 runs")

OPTIONS = (
    DESIGN,
    AXES,
    INSTITUTIONS,
    *MODEL,
    REPLICATIONS,
    PRECISION,
    MAX_REPLICATIONS,
    TRAJECTORIES,
    LARGE,
    *STUDY,
)

QUESTION = "experiments.studies.sweep:Sweep"
