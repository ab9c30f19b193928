"""``concord compare``: do joint responses outperform siloed ones?

The study lies in results/compare/<study>/ with a README that says what is in it. Stopped (Ctrl-C), it goes on
where it was when the same command is given again; another configuration needs another name.

Examples
--------
concord compare 'institutions=[none,siloed,uk_pools]' replications=200 study=first_look
concord compare study=no_delay override.uk_pools.approval_delay=0
"""

from experiments.settings.kinds import Several, Whole
from experiments.settings.options import DRAWS, FUTURES, INSTITUTIONS, MODEL, REPLICATIONS, STUDY, Option
from experiments.settings.places import names_in

HYPOTHESIS = Option(
    "hypothesis",
    Several(
        lambda: names_in("hypotheses"),
        also=("all", "none"),
        said="all, none, or a list, as in 'hypothesis=[a,b]', of different files in conf/hypotheses",
    ),
    "which files of conf/hypotheses to test beside the question itself: none asks for the comparison alone",
)

CHANNEL_DRAWS = Option(
    "channel_draws",
    Whole(0),
    "at most so many of the draws are lived through again, in their first future, under the other files of "
    "conf/channels, and without one side's frictions or one direct effect (conf/switched_off.yaml); 0: none",
)

OPTIONS = (INSTITUTIONS, HYPOTHESIS, *MODEL, REPLICATIONS, DRAWS, FUTURES, CHANNEL_DRAWS, *STUDY)

QUESTION = "experiments.studies.compare:Compare"
