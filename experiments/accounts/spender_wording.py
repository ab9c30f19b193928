"""One spender's part of an account in words: why each programme runs or does not, and the numbers behind it."""

from typing import Any

from experiments.settings.text import aligned
from model.institution import DEPARTMENTS

Plain = dict[str, Any]
Row = tuple[str, int, tuple[str, ...]]
"""A row of a table: title, digits, and the way to its number in a programme."""


def millions(money: float) -> str:
    """Write money for reading."""
    return f"£{money:.3f}m" if money > 0.0 else "nothing"


def counted(number: float, thing: str) -> str:
    """Write a number of things."""
    return f"{number:g} {thing}{'' if number == 1.0 else 's'}"


def percent(share: float) -> str:
    """Write a share."""
    return f"{100.0 * share:.0f}%"


def reason(spender: Plain, programme: Plain, called: Plain, quarter: int) -> str:
    """Say why a programme runs, or why none does.

    Parameters
    ----------
    spender, programme : dict
        From `experiments.accounts.account.account`.
    called : mapping of str to str
        What the institution calls its actors.
    quarter : int
        The quarter explained.

    Returns
    -------
    str
        Whole sentences.
    """
    said = [_why(spender, programme, called)]
    if 0.0 < programme["size"] < 1.0:
        said.append(f"It has {programme['size']:.2f} of a desk.")
    if programme["size"] > 0.0 and programme["why"] != "planned":
        said.append(_waiting(programme["waited"], quarter))
    if programme["thematic_money"] > 0.0:
        said.append(f"Thematic strategies bring {millions(programme['thematic_money'])}.")
    factor = programme["screening_factor"]
    if factor is not None and abs(factor - 1.0) > 1e-9:
        agreed = millions(programme["agreed_money"])
        said.append(f"The law on aid multiplies the {agreed} agreed by {factor:.3f}.")
    return " ".join(sentence for sentence in said if sentence)


def _why(spender: Plain, programme: Plain, called: Plain) -> str:
    """The decision behind a programme, or behind there being none."""
    why, led = programme["why"], called[spender["led_by"]]
    if why in ("planned", "not_planned"):
        return _planned(programme["plan"], why == "planned")
    if why == "rolled_over":
        return f"Goes on: {led} decided nothing this year. {_back_then(programme['agreed'])}"
    if why == "kept":
        years = counted(programme["years_left"], "year")
        return f"Kept by commitment, for {years} with this one. {_back_then(programme['agreed'])}"
    if why == "chosen":
        years = counted(programme["years_left"], "year")
        return f"Chosen this year, for {years}: {_placed(programme['competition'])}."
    if spender["decided"] == "stalled":
        return f"No programme: {led} decided nothing this year, and none ran."
    if spender["desks"]["had"] == 0.0:
        return "No programme: every desk is in pools." if spender["role"] != "pool" else "No programme: no desks."
    return f"No programme: {_placed(programme['competition'])}."


def _placed(tried: Plain) -> str:
    """Rank and score among those that asked for the same desks."""
    asked = f"ranked {tried['rank']} of {tried['of']} that asked for desks, with a score of {tried['score']:.2f}"
    if tried["chosen"] == 0:
        return f"{asked}; every desk was committed already"
    tie = tried["score"] == tried["last_score"] and tried["rank"] > tried["chosen"]
    last = f"{tried['chosen']} got one, the last with {tried['last_score']:.2f}"
    return f"{asked}; {last}{' (a tie: greater worth goes first)' if tie else ''}"


def _back_then(agreed: Plain | None) -> str:
    """When a programme that goes on was chosen, and against what."""
    return "" if agreed is None else f"Chosen in quarter {agreed['quarter']}: {_placed(agreed['competition'])}."


def _planned(plan: Plain, runs: bool) -> str:
    """How the reference came to its plan."""
    if not plan["has_desk"]:
        return "Not planned: others used every desk."
    return (
        f"{'Planned' if runs else 'Not planned'} on the truth: {counted(float(plan['steps']), 'step')} of the "
        f"{millions(plan['money'])} that it cut into steps of {millions(plan['step'])}. One more step here would lower "
        f"expected harm by {plan['next_step']:.6f}, the best step left anywhere by {plan['best_next_step']:.6f}."
    )


def _because(spender: Plain, instrument: str, called: Plain) -> list[str]:
    """What made this year's score of a programme."""
    programme = spender["programmes"][instrument]
    if "value" not in programme or programme["competition"] is None or spender["desks"]["had"] == 0.0:
        return []
    value, score = programme["value"], programme["competition"]["score"]
    said = f"{instrument.capitalize()} scores {score:.2f} this year"
    if spender["role"] == "pool":
        said += f": {_words_and_votes(spender, programme, called)}"
        if value["colocation"] > 0.0:
            said += f"; {percent(value['colocation'])} of the score is the mean of the three instruments"
        return [f"{said}.", *_vetoed(programme, called)]
    weight, harm, own = value["weight_of_interest"], value["relative_harm"], value["interest"]
    said += (
        f": £1m of it is believed to prevent {harm:.2f} times what it prevents in the mean state (weight "
        f"{percent(1.0 - weight)}); interest in the state is {own:.2f} times the mean ({percent(weight)})"
    )
    if "joint" in value:
        said += f"; the joint strategy's {value['joint']:.2f} counts {percent(value['persuasion'])}"
    return [f"{said}."]


def _words_and_votes(spender: Plain, programme: Plain, called: Plain) -> str:
    """Whose say made the worth of a pool's programme."""
    value, worth = programme["value"], programme["competition"]["worth"]
    lead = f"the word of {called[spender['led_by']]} as lead, {value['lead_word']:.2f}"
    if value["voting"] == 0.0:
        return f"{lead}, is its worth, as nobody else has a vote"
    votes = ", ".join(f"{called[role]} {vote:.2f}" for role, vote in value["votes"].items())
    weight = percent(value["voting"])
    return f"votes {votes} (weight {weight}) and {lead} ({percent(1.0 - value['voting'])}), make a worth of {worth:.2f}"


def _vetoed(programme: Plain, called: Plain) -> list[str]:
    """Who blocks a programme, where that matters this year."""
    blocking = [called[role] for role in programme["value"]["vetoed_by"]]
    if not blocking or programme["why"] not in ("chosen", "no_programme"):
        return []
    starts = "a new one starts" if programme["why"] == "chosen" else "it would start"
    return [f"Vetoed by {' and '.join(blocking)}: {starts} a year later."]


def _waiting(waited: float | None, quarter: int) -> str:
    """When work starts, if it has not yet."""
    if not waited:
        return ""
    if waited < 1.0:
        return f"Work starts within this quarter, for {percent(1.0 - waited)} of it."
    return f"Not yet at work: approval keeps its first money until quarter {quarter + int(waited)}."


def spender_words(spender: Plain, called: Plain, joined: Plain) -> str:
    """Say what a spender had, and lay out the numbers of its programmes.

    Parameters
    ----------
    spender : dict
        From `experiments.accounts.account.account`.
    called : mapping of str to str
        What the institution calls its actors.
    joined : mapping of str to float
        Part of its money and desks that each department pools.

    Returns
    -------
    str
        A section: a title, sentences, a table with a column per instrument.
    """
    money, title = spender["money"], spender["name"]
    if spender["role"] == "pool":
        title += f" ({counted(float(spender['states']), 'state')}, led by {called[spender['led_by']]})"
    elif joined[spender["role"]] > 0.0:
        title += f" ({percent(joined[spender['role']])} of its money and desks are pooled)"
    if money["had"] == 0.0 and all(programme["size"] == 0.0 for programme in spender["programmes"].values()):
        return f"{title}\n  It has no money of its own this quarter and runs nothing here."
    lines = [f"  {_desks(spender)}", f"  {_purse(money)}"]
    if spender["decision_cost"] > 0.0:
        lines.append(
            f"  Decisions and presence in this state cost {millions(spender['decision_cost'])} beside the work."
        )
    if spender["voluntary_part"] > 0.0:
        sent = millions(spender["voluntary_part"] * money["voluntary"])
        lines.append(
            f"  Voluntary peacekeeping: {sent} here, held to be worth more than its programmes are on average."
        )
    for instrument in spender["programmes"]:
        lines += [f"  {sentence}" for sentence in _because(spender, instrument, called)]
    lines.append(_numbers(spender, called))
    return "\n".join([title, *lines])


def _desks(spender: Plain) -> str:
    """Desks had and used."""
    desks = spender["desks"]
    if spender["decided"] == "planned":
        return "It plans on the truth, step by step where expected harm falls most."
    if desks is None:
        return "It decides nothing this year: what runs goes on as far as there are desks for it."
    kind = " (for any instrument)" if desks["free_to_move"] == desks["had"] > 0.0 else ""
    kept, chosen = counted(float(desks["kept"]), "programme"), desks["chosen"]
    return (
        f"Desks for all its states{kind}: {desks['had']:.2f}, used {desks['used']:.2f}, by {kept} kept from earlier "
        f"years and {chosen} chosen this year."
    )


def _purse(money: Plain) -> str:
    """Money of the quarter, and what of it lapsed."""
    if money["had"] == 0.0:
        return "It has no money this quarter."
    parts = [f"{percent(money['oda_share'])} of it aid (ODA)"]
    if money["of_it_top_up"] > 0.0:
        parts.append(f"{millions(money['of_it_top_up'])} top-up")
    if money["cut_share"] > 0.0:
        parts.append(f"{percent(money['cut_share'])} of it cut this year")
    lapsed = {key.replace("_", " "): millions(value) for key, value in money["lapsed"].items() if value > 0.0}
    lost = ", ".join(f"{value} ({key})" for key, value in lapsed.items()) or "nothing"
    again = f"; re-planned after screening: {millions(money['replanned'])}" if money["replanned"] > 0.0 else ""
    return f"Money for all its states: {millions(money['had'])}, {', '.join(parts)}; lapsed: {lost}{again}."


def _numbers(spender: Plain, called: Plain) -> str:
    """Table of what led to its money, a column per instrument; rows in which nothing stands are left out."""
    programmes = [
        # A book keeps the worth of what ran there last.
        {**programme, "worth": programme["worth"] if programme["size"] > 0.0 else None}
        for programme in spender["programmes"].values()
    ]
    rows = [("", *spender["programmes"])]
    for title, digits, path in (*_rows_of_worth(spender, called), *_ROWS_OF_MONEY):
        cells = [_found(programme, path) for programme in programmes]
        if any(cells) or path == ("money",):
            rows.append((title, *("–" if cell is None else f"{cell:.{digits}f}" for cell in cells)))
    return aligned(rows, right=range(1, len(rows[0])), indent="  ")


_ROWS_OF_MONEY: tuple[Row, ...] = (
    ("delay of a new programme, quarters", 2, ("late",)),
    ("size of the programme", 2, ("size",)),
    ("worth on which its money is reckoned", 2, ("worth",)),
    ("claim", 2, ("claim",)),
    ("£m for one unit of claim", 4, ("price",)),
    ("of the money thematic, £m", 4, ("thematic_money",)),
    ("money, £m", 4, ("money",)),
)


def _found(programme: Plain, path: tuple[str, ...]) -> float | None:
    """Look a number up; none where any part of the way to it is missing."""
    found: Any = programme
    for key in path:
        found = None if found is None else found.get(key)
    return None if found is None else float(found)


def _rows_of_worth(spender: Plain, called: Plain) -> list[Row]:
    """Rows of what led to scores: beliefs, then a department's or a pool's own valuation."""
    believed: list[Row] = [
        (f"harm that £1m prevents, {called[role]} believes", 5, ("preventable_harm", role)) for role in DEPARTMENTS
    ]
    value = next(iter(spender["programmes"].values())).get("value")
    if value is None:
        return believed
    score: list[Row] = [("score this year", 2, ("competition", "score"))]
    if spender["role"] != "pool":
        weight = value["weight_of_interest"]
        return [
            *believed,
            (f"  over its mean, weight {percent(1.0 - weight)}", 2, ("value", "relative_harm")),
            (f"own interest here, weight {percent(weight)}", 2, ("value", "interest")),
            ("worth to it", 2, ("value", "own")),
            (f"worth to the joint strategy, weight {percent(value['persuasion'])}", 2, ("value", "joint")),
            *score,
        ]
    return [
        *believed,
        *((f"worth to {called[role]}", 2, ("value", "votes", role)) for role in DEPARTMENTS),
        (
            f"word of {called[spender['led_by']]} as lead, weight {percent(1.0 - value['voting'])}",
            2,
            ("value", "lead_word"),
        ),
        ("worth agreed this year", 2, ("competition", "worth")),
        *score,
        ("  below which a vote vetoes", 2, ("value", "veto_below")),
    ]
