"""``concord explain``: why did this state get this money?

Says, for one state and one quarter of a run, what each department saw and decided on, how each spender valued, ranked
and chose its programmes, what it paid, and what lapsed. Reasons are those of the first quarter of the fiscal year, in
which programmes are decided: year=9 asks for that of the ninth. output=json prints the same numbers: every one is that
of the run named by institution, world, seed and replication (concord run trajectory=FILE) or follows from it by the
model's rules. It is about a made-up future: no forecast for, and no judgement of, any state named.

Examples
--------
concord explain institution=uk_pools state=KEN year=9
concord explain institution=three_ds world=stylised world.size=12 state=S004 quarter=7 output=json
"""

from typing import Any

from experiments.settings.application import as_json
from experiments.settings.asked import Asked
from experiments.settings.kinds import Text, Whole
from experiments.settings.options import INSTITUTION, MODEL, OUTPUT, REPLICATION, Option
from model.errors import InvalidInput

STATE = Option(
    "state",
    Text(said="the code of one of the world's states, as in state=KEN, or its name"),
    "which state of the world, by code or name",
)
QUARTER = Option(
    "quarter",
    Whole(1, 400, optional=True, said="a whole number, 1 to quarters"),
    "which quarter of the run, counted from 1; null: the first of year, or of all",
)
YEAR = Option("year", Whole(1, 100, optional=True), "which year of the run, counted from 1, in place of quarter")

OPTIONS = (INSTITUTION, STATE, QUARTER, YEAR, *MODEL, REPLICATION, OUTPUT)


def conduct(asked: Asked) -> dict[str, Any]:
    """Live through the run up to the quarter, and ask.

    Returns
    -------
    dict
        Plain data, see `experiments.accounts.account.account`; `experiments.accounts.wording.words` puts it into words.
    """
    from experiments.accounts.account import account, position_of
    from experiments.accounts.witness import Witness
    from experiments.runs.progress import compiling_said
    from model.runs import simulate

    name = asked.chosen["institution"]
    setting = asked.setting([name])
    position = position_of(setting.world, asked.state)
    quarter = quarter_of(asked, setting.quarters)
    who = (setting.institutions[name], setting.world, setting.parameters(name), asked.seed, asked.replication)
    with compiling_said():
        model = Witness(*who, setting.quarters)
        for _ in range(quarter):
            model.step()
        compiled = simulate(*who, setting.quarters).trajectory
    if model.trajectory().tobytes() != compiled[:quarter].tobytes():
        raise RuntimeError("the run explained is not the run that concord run gives; this is a bug")
    return {**asked.chosen, "seed": asked.seed, "replication": asked.replication, **account(model, position)}


def quarter_of(asked: Asked, quarters: int) -> int:
    """Find the quarter that is asked for, by itself or by its year, whose programmes its first quarter decides.

    Raises
    ------
    InvalidInput
        When the run has no such quarter, or both are given.
    """
    if asked.quarter is not None and asked.year is not None:
        raise InvalidInput(f"quarter={asked.quarter} and year={asked.year}: must be one of both")
    if asked.year is not None and 4 * asked.year > quarters:
        raise InvalidInput(f"year={asked.year}: must be a whole number, 1 to {quarters // 4}, the years of the run")
    if asked.quarter is not None and asked.quarter > quarters:
        raise InvalidInput(f"quarter={asked.quarter}: must be a whole number, 1 to quarters={quarters}")
    return int(asked.quarter or 4 * (asked.year or 1) - 3)


def told(found: dict[str, Any], output: str) -> str:
    """Say why."""
    from experiments.accounts.wording import words

    return as_json(found) if output == "json" else words(found)
