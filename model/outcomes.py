"""What is measured in one run, declared once: name, unit, meaning, and which direction is better."""

from typing import NamedTuple

from model.specification import Prose


class Outcome(NamedTuple):
    """An outcome's declaration; ``better`` is -1 when less is better, 1 when more is, 0 when it only describes."""

    unit: Prose
    better: int
    meaning: Prose


OUTCOMES: dict[str, Outcome] = {
    "conflict_years": Outcome("state-years", -1, "years of conflict of any level, summed over states"),
    "war_years": Outcome("state-years", -1, "years of war, summed over states"),
    "onsets": Outcome("onsets", -1, "conflicts begun"),
    "recurrences": Outcome("onsets", -1, "conflicts begun within five years after one in the same state"),
    "harm": Outcome("weighted state-years", -1, "conflict-years, war counting war_weight times a minor conflict"),
    "log_deaths": Outcome("ln deaths", -1, "natural logarithm of one plus all battle deaths"),
    "programme_money": Outcome("£m", 0, "money spent on country programmes, top-up not included"),
    "thematic_money": Outcome("£m", 0, "money spent on thematic strategies, top-up not included"),
    "top_up_money": Outcome("£m", 0, "Treasury top-up spent on programmes"),
    "peacekeeping_money": Outcome("£m", 0, "assessed peacekeeping paid"),
    "voluntary_money": Outcome("£m", 0, "voluntary peacekeeping paid"),
    "overhead_money": Outcome("£m", -1, "cost of analysing and deciding together"),
    "lapsed_money": Outcome("£m", -1, "money settled on departments that was not spent"),
    "undrawn_money": Outcome("£m", 0, "money up to the Reserve's cap that was not drawn, and stays with it"),
    "first_call_money": Outcome(
        "£m", 0, "assessed peacekeeping beyond the Reserve's cap, paid from the settlement; part of peacekeeping_money"
    ),
    "arrears": Outcome(
        "£m",
        -1,
        "assessed peacekeeping that neither Reserve nor settlement could pay in its year: met after, beyond them",
    ),
    "replanned_money": Outcome("£m", -1, "security work screened out as no aid and re-planned as other work"),
    "screened_out_money": Outcome("£m", -1, "security work screened out as no aid and lost; part of lapsed money"),
    "oda_share": Outcome("share", 0, "official development assistance in programme, thematic and top-up money"),
    "advised": Outcome("state-years", 0, "years of states under the Defence Advisory Team's advice"),
    "duplication": Outcome("share", 0, "programme money in a state beyond its largest separate mission"),
    "gaps": Outcome(
        "share",
        -1,
        "states in the top fifth of true danger without programme or thematic money in a year's first quarter",
    ),
    "first_money_wait": Outcome(
        "years", -1, "wait from entering the top fifth of true danger to programme or thematic money"
    ),
    "misallocation": Outcome("share", 0, "programme money that would have to move to be proportional to true need"),
    "trust": Outcome("share", 1, "mean trust of partner states in the donor"),
    "consent": Outcome("share", 1, "mean consent over states and lines of engagement"),
    "stop_start": Outcome("share", -1, "mean relative change of a state's money from year to year"),
    "analysis_error": Outcome("log-hazard", -1, "mean absolute error of the log-hazards on which money was decided"),
    "belief_error": Outcome(
        "levels/£100m", -1, "mean absolute error of the Treasury's belief in what prevention yields"
    ),
    "participation": Outcome("share", 0, "mean part of their money that departments put into pools"),
}
