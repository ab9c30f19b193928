"""An account of `experiments.accounts.account` in words: a page for somebody who has to say why."""

import textwrap
from operator import itemgetter
from typing import Any

from experiments.accounts.spender_wording import counted, millions, percent, reason, spender_words
from experiments.settings.text import aligned
from model.institution import DEPARTMENTS
from model.trajectory import DRIVERS, INSTRUMENTS

Plain = dict[str, Any]

_WIDTH = 110
_RUN = ("institution", "world", "calibration", "channels", "seed", "replication")
_LEGEND = (
    "Harm to be expected is new harm in a quarter: an onset or relapse of conflict counts 1, an escalation to war the "
    "war's extra weight. Harm that £1m prevents is what a first £1m a quarter takes off it; diplomacy's also counts "
    "what it may end of a present conflict.",
    "A worth of 1 is the mean of all that a spender can choose from. Scores decide who gets a desk; among equal ones, "
    "worth, then lot.",
    "A claim is a programme's size times its worth (to the power of the parameter concentration), as far as work is "
    "under way; every unit of claim on the same money gets the same.",
)
_STATUS = ("at peace", "in minor conflict", "at war")
_LINES = {
    "programme": "country programmes",
    "thematic": "thematic strategies",
    "top_up": "top-up, spent on both",
    "peacekeeping": "assessed peacekeeping",
    "voluntary": "voluntary peacekeeping",
    "overhead": "overhead and decisions",
    "lapsed": "lapsed",
}
_LAPSED = {
    "cut": "as lines of the budget are cut this year",
    "screened_out": "as security work turned out to be no aid",
    "without_programme": "as no programme was under way to spend it",
    "not_released": "never released, or held for peacekeeping that cost less",
}


def words(told: Plain) -> str:
    """Put an account into words.

    Parameters
    ----------
    told : dict
        From `experiments.accounts.account.account`; what else names the run (``seed``, ``replication``) is said if
        it is there.

    Returns
    -------
    str
        Several sections; ends without a line break.
    """
    state, called, quarter = told["state"], told["actors"], told["quarter"]
    title = (
        f"Why {state['name']} ({state['code']}) got {millions(told['got']['total'])} in quarter {quarter} under "
        f"'{told['label']}'"
    )
    name, decided = ", ".join(f"{key} {told[key]}" for key in _RUN if key in told), told["decided_in_quarter"]
    run = f"{name}; year {(quarter + 3) // 4}, decided in quarter {decided}. Money is £m in this quarter."
    spenders = [spender_words(spender, called, told["money"]["joined"]) for spender in told["spenders"]]
    sections = [
        f"{title}\n{run}\n{told['caveat']}",
        f"In short\n{_short(told)}",
        f"{state['name']}\n{_condition(told)}",
        f"What was true, and what was seen (0 best, 1 worst)\n{_pictures(told)}",
        *spenders,
        f"The money's way in quarter {quarter}\n{_money(told)}",
        f"Defence Advisory Team\n{_team(told)}",
        "\n".join(["How to read this", *(f"  {line}" for line in _LEGEND)]),
    ]
    return "\n".join(_wrapped(line) for line in "\n\n".join(sections).split("\n"))


def _wrapped(line: str) -> str:
    """Break a line that is too long to read, further lines set in."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, _WIDTH, subsequent_indent=indent) if len(line) > _WIDTH else line


def _short(told: Plain) -> str:
    """What each spender decided, one line per instrument, those that pay first."""
    lines = []
    if told["money"]["released"] < 1.0:
        share = percent(told["money"]["released"])
        lines.append((False, f"  Of programme money, {share} is released under this institution."))
    for spender in told["spenders"]:
        for instrument, programme in spender["programmes"].items():
            paid = f"{spender['name']} pays {millions(programme['money'])} for {instrument}."
            why = reason(spender, programme, told["actors"], told["quarter"])
            lines.append((programme["money"] == 0.0, f"  {paid} {why}"))
    if all(spender["role"] != "pool" for spender in told["spenders"]):
        lines.append((True, "  No money is pooled under this institution."))
    return "\n".join(line for _, line in sorted(lines, key=itemgetter(0)))


def _condition(told: Plain) -> str:
    """How the state stood when the year was decided and stands now."""
    then, now, state = told["when_decided"], told["at_the_end"], told["state"]
    lines = [
        f"  When quarter {told['decided_in_quarter']} was decided: {_standing(then)}.",
        f"  At the end of quarter {told['quarter']}: {_standing(now)}.",
        f"  Effort is half of what it could be at {millions(state['absorptive_scale'])} of one kind of work a quarter; "
        f"other donors spend {millions(now['donors'])} on each.",
    ]
    if now["voluntary_mission"] > 0.0:
        lines.append(f"  Voluntary peacekeeping adds {now['voluntary_mission']:.2f} of a full mission.")
    return "\n".join(lines)


def _standing(at: Plain) -> str:
    """Status, neighbours, mission, trust and consent in one sentence."""
    status, peace = int(at["status"]), at["quarters_at_peace"]
    if status > 0:
        history = f"{_STATUS[status]} for {at['quarters_in_conflict'] / 4.0:.2f} years"
    else:
        history = "never in conflict so far" if peace is None else f"at peace for {peace / 4.0:.2f} years"
    fighting = at["neighbours_in_conflict"]
    door = f"conflict next door in {', '.join(fighting)} (spillover {at['spillover']:.2f})"
    consent = ", ".join(f"{value:.2f} to {instrument}" for instrument, value in at["consent"].items())
    mission = f"a mission of strength {at['mission']:.2f}" if at["mission"] >= 0.005 else "no mission"
    return (
        f"{history}; {door if fighting else 'no conflict next door'}; {mission}; trust {at['trust']:.2f}; "
        f"consent {consent}"
    )


def _pictures(told: Plain) -> str:
    """Drivers as they were, as each department saw them, and as it decided on."""
    then, now, pictures = told["decided_in_quarter"], told["quarter"], told["pictures"]
    rows = [("", "", "true", *(told["actors"][role] for role in DEPARTMENTS))]
    for driver in DRIVERS:
        seen = pictures["drivers"][driver]
        true_then, true_now = told["when_decided"]["driver"][driver], told["at_the_end"]["driver"][driver]
        kinds = [(f"seen in quarter {then}", "seen", f"{true_then:.2f}"), ("decided on", "decided_on", "")]
        kinds += [(f"at the end of quarter {now}", "seen_now", f"{true_now:.2f}")] if now > then else []
        for title, key, true in kinds:
            name = driver if key == "seen" else ""
            rows.append((name, title, true, *(f"{seen[role][key]:.2f}" for role in DEPARTMENTS)))
    danger = pictures["danger"]
    rows.append(
        (
            "harm to be expected",
            f"in quarter {then}",
            f"{danger['true']:.4f}",
            *(f"{danger[role]:.4f}" for role in DEPARTMENTS),
        )
    )
    return f"{aligned(rows, right=(2, 3, 4, 5), indent='  ')}\n  {_analysis(told)}"


def _analysis(told: Plain) -> str:
    """How departments came from what they saw to what they decided on."""
    pictures = told["pictures"]
    if pictures["weight_of_truth"] > 0.0:
        return f"Every picture is the truth to {percent(pictures['weight_of_truth'])}: this is the reference."
    if pictures["shared_analysis"] == 0.0:
        return "Nothing is analysed together: each department decides on what it saw itself."
    lead = told["actors"][told["led_by"]["department"]]
    return (
        f"Shared analysis: {percent(pictures['shared_analysis'])} of what each decided on is a joint picture, led by "
        f"{lead} ({told['led_by']['pool']}) and {counted(pictures['age_of_joint_picture'], 'quarter')} old."
    )


def _money(told: Plain) -> str:
    """From the envelope to what lapsed, by colour."""
    money, called = told["money"], told["actors"]
    ledger = money["ledger"]
    rows = [("£m", "ODA", "other", "all")]
    for line, title in _LINES.items():
        oda, other = ledger[line]["oda"], ledger[line]["other"]
        rows.append((title, f"{oda:.3f}", f"{other:.3f}", f"{oda + other:.3f}"))
    oda, envelope = money["envelope_oda"], money["envelope"]
    rows.append(("envelope", f"{oda:.3f}", f"{envelope - oda:.3f}", f"{envelope:.3f}"))
    pooled = {role: f" ({percent(part)} of it pooled)" for role, part in money["joined"].items() if part > 0.0}
    shares = ", ".join(f"{called[role]} {percent(money['share'][role])}" + pooled.get(role, "") for role in DEPARTMENTS)
    lines = [
        f"  {called['parliament']} votes the envelope. Peacekeeping is its first call, then overhead; the rest goes to "
        "programmes.",
        f"  Parts of the money: {shares}.",
        *_changes(told),
    ]
    return "\n".join([*lines, aligned(rows, right=(1, 2, 3), indent="  "), *_lapses(told)])


def _changes(told: Plain) -> list[str]:
    """Top-up, cuts and arrears, where there are any."""
    money, called = told["money"], told["actors"]
    lines = []
    if money["top_up_rate"] > 0.0:
        pence = 100.0 * money["top_up_rate"]
        lines.append(f"  {called['treasury']} tops a pooled pound up by {pence:.1f}p, held back from all departments.")
    for role in DEPARTMENTS:
        if money["cut"][role] > 0.0:
            cut = 100.0 * money["cut"][role]
            lines.append(
                f"  The line of {called[role]} is cut by {cut:.0f}% this year, and pools that it leads with it."
            )
    if money["arrears"] > 0.0:
        lines.append(f"  Peacekeeping of {millions(money['arrears'])} could not be paid and is owed.")
    return lines


def _lapses(told: Plain) -> list[str]:
    """Say what lapsed and why, and what screening changed."""
    money = told["money"]
    total = sum(money["ledger"]["lapsed"].values())
    why = [f"{millions(money['lapsed'][key])} {text}" for key, text in _LAPSED.items() if money["lapsed"][key] > 0.0]
    lines = [f"  Lapsed, of all this money: {millions(total)}{', namely ' if why else ''}{'; '.join(why)}."]
    if money["replanned"] > 0.0:
        lines.append(
            f"  Screening: aid may not buy all the security work agreed; {millions(money['replanned'])} of it became "
            "other work."
        )
    return lines


def _team(told: Plain) -> str:
    """Whether the team works here, and why."""
    team, name = told["team"], told["state"]["name"]
    places = counted(team["places"], "place")
    if team["places"] == 0.0:
        return "  None under this institution, or no money for it."
    consent = told["when_decided"]["consent"][INSTRUMENTS[0]]
    if team["rank"] is None:
        return f"  {places}; {name} consents to security work too little ({consent:.2f}) to take its advice."
    place = f"ranks {team['rank']} of {team['of']} consenting states, by exclusion as seen times consent"
    verdict = "is advised" if team["advised"] else "is not advised"
    last = f"the last with a place {team['last_score']:.3f}"
    return f"  {places}; {name} {place} ({team['score']:.3f}; {last}): it {verdict}."
