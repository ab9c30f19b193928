"""Every parameter of the model, declared once: default, unit, range, prior, meaning, source.

Each group is a ``NamedTuple`` of floats that the rules receive as it is. Everything else that knows about parameters
(the Hydra config and its validation, sweeps' default ranges, the table in the ODD, ``concord parameters``) is derived
from these declarations.

``swept`` marks what nobody has measured: it is drawn from its prior in every claim "across the declared ranges".
Ranges run from the least to the most that a specialist might defend, and include the value at which the channel is
off wherever its existence is in doubt; all but two, and those of the
conflict process, which surround what was estimated, were set before any result of
this program was looked at (the ODD names the two and says why they were narrowed). ``off`` is a value outside the
range that is admitted because it switches the mechanism off. ``prior`` says how plausible the values of a range are;
without one they are all alike.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, get_type_hints

from model.errors import InvalidInput, nearest
from model.priors import Beta, LogNormal, Normal, StudentT
from model.specification import Parameter, Prose, Spec

ASSUMED: Prose = "assumption"
STYLISED: Prose = "set by hand near UCDP Africa 1989–2008"
YEARLY: Prose = "UCDP/PRIO state-years 1960–2008, complementary log-log"
QUARTERLY: Prose = "UCDP/PRIO: yearly rates since 1960, by quarters as 1989–2008 have them"
SILOED: Prose = "mean under siloed in the world africa"


class Drivers(NamedTuple):
    """How insecurity, deprivation and exclusion move by themselves."""

    reversion: Annotated[
        float, Spec("1/quarter", 0.02, 0.15, "pull of a driver towards its structural level", STYLISED, off=0)
    ] = 0.06
    volatility: Annotated[
        float, Spec("level/quarter", 0.005, 0.05, "standard deviation of a driver's drift", STYLISED, off=0)
    ] = 0.02
    war_damage: Annotated[
        float, Spec("1/quarter", 0.0, 0.03, "rise of each driver per level of conflict (war counts two)", STYLISED)
    ] = 0.01
    scarring: Annotated[
        float, Spec("share", 0.0, 0.10, "share of the room left by which an onset lifts structural levels", STYLISED)
    ] = 0.03
    healing: Annotated[
        float,
        Spec("1/quarter", 0.005, 0.05, "return of structural levels, scars and reforms alike, to the path", ASSUMED),
    ] = 0.015
    shock_size: Annotated[float, Spec("level", 0.05, 0.30, "mean size of a shock (exponential)", ASSUMED, off=0)] = 0.15
    environmental_rate: Annotated[
        float, Spec("1/quarter", 0.005, 0.04, "droughts and floods, per state", "order of EM-DAT records", off=0)
    ] = 0.02
    pandemic_rate: Annotated[
        float, Spec("1/quarter", 0.0, 0.02, "pandemics, all states at once", "SARS, H1N1, Ebola, Covid in 20 years")
    ] = 0.01
    crime_rate: Annotated[float, Spec("1/quarter", 0.0, 0.03, "surges of organised crime, per state", ASSUMED)] = 0.01
    rivalry_rate: Annotated[
        float, Spec("1/quarter", 0.0, 0.03, "outbreaks of external rivalry, per state", ASSUMED)
    ] = 0.01


class Conflict(NamedTuple):
    """Onset, escalation, de-escalation and termination, complementary log-log per quarter, and deaths.

    What the record gives has a normal prior with its standard error, each by itself: draws of a calibration keep what
    errors have in common.
    """

    onset_base: Annotated[
        float,
        Spec(
            "log-hazard/quarter", -9.0, -5.5, "onset at 2 infant deaths per 1,000 births, 10 million people, no past",
            QUARTERLY,
        ),
    ] = -7.23  # fmt: skip
    onset_insecurity: Annotated[
        float, Spec("log-hazard", 0.0, 2.0, "onset per unit of insecurity above its level on the path", ASSUMED)
    ] = 1.0
    onset_deprivation: Annotated[
        float, Spec("log-hazard", 1.0, 5.0, "onset per unit of deprivation", YEARLY, prior=Normal(2.86, 0.43))
    ] = 2.86
    onset_exclusion: Annotated[
        float,
        Spec(
            "log-hazard", -1.7, 0.8, "onset per unit of exclusion",
            "record since 1960, sign not settled", prior=Normal(-0.47, 0.40),
        ),
    ] = 0.0  # fmt: skip
    onset_neighbours: Annotated[
        float,
        Spec("log-hazard", 0.0, 1.0, "onset when a land neighbour is in conflict", YEARLY, prior=Normal(0.42, 0.16)),
    ] = 0.42
    onset_population: Annotated[
        float, Spec("log-hazard", 0.0, 0.4, "onset per unit of ln population", YEARLY, prior=Normal(0.20, 0.05))
    ] = 0.2
    onset_memory: Annotated[
        float,
        Spec(
            "log-hazard", 1.5, 4.5, "onset just after a conflict: the conflict trap",
            "record since 1960, yearly, times 1.2: quarters since then are more than years", off=0,
            prior=Normal(3.0, 0.32),
        ),
    ] = 3.0  # fmt: skip
    onset_return: Annotated[
        float,
        Spec(
            "log-hazard", -1.5, 1.5, "onset within a year of peace, beside the memory",
            "assumption: no record has it", prior=Normal(0.0, 0.5),
        ),
    ] = -0.26  # fmt: skip
    memory_half_life: Annotated[
        float,
        Spec(
            "years", 1.5, 5.0, "half-life of the conflict trap",
            "record since 1960: 2 to 3 years are likeliest",
        ),
    ] = 2.5  # fmt: skip
    escalation_base: Annotated[
        float,
        Spec(
            "log-hazard/quarter",
            -4.0,
            -2.0,
            "minor conflict to war at exclusion zero",
            QUARTERLY,
            prior=Normal(-3.03, 0.15),
        ),
    ] = -3.03
    escalation_exclusion: Annotated[
        float,
        Spec(
            "log-hazard", -1.0, 3.0, "escalation per unit of exclusion",
            "record since 1960, not settled", prior=Normal(1.04, 0.67),
        ),
    ] = 0.0  # fmt: skip
    deescalation_base: Annotated[
        float, Spec("log-hazard/quarter", -3.0, -1.0, "war to minor conflict", QUARTERLY, prior=Normal(-1.85, 0.16))
    ] = -1.85
    termination_base: Annotated[
        float,
        Spec(
            "log-hazard/quarter", -2.0, 1.0, "end of a conflict in its first quarter, 10 million people, no exclusion",
            QUARTERLY,
        ),
    ] = -0.48  # fmt: skip
    termination_population: Annotated[
        float, Spec("log-hazard", -0.4, 0.0, "end per unit of ln population", YEARLY, prior=Normal(-0.21, 0.05))
    ] = -0.21
    termination_exclusion: Annotated[
        float, Spec("log-hazard", -2.2, 0.0, "end per unit of exclusion", YEARLY, prior=Normal(-1.09, 0.32))
    ] = -1.09
    termination_duration: Annotated[
        float,
        Spec("log-hazard", -1.3, -0.5, "end per unit of ln(1 + years fought)", YEARLY, prior=Normal(-0.905, 0.11)),
    ] = -0.905
    termination_war: Annotated[
        float, Spec("log-hazard", -3.0, 0.3, "end of a conflict when it is a war", QUARTERLY, prior=Normal(-1.26, 0.50))
    ] = -1.26
    war_weight: Annotated[
        float, Spec("minor conflicts", 1.0, 40.0, "harm of a war-quarter in quarters of minor conflict", ASSUMED)
    ] = 5.0
    deaths_exponent: Annotated[
        float, Spec("–", 0.3, 2.5, "tail exponent of deaths in a quarter of conflict", "Clauset 2018 (order)")
    ] = 0.8


class Effects(NamedTuple):
    """What instruments and missions do: total effects at full effort, on logarithms of hazards.

    The total is what three years of one instrument's full effort change in the reference state
    (`model.rules.effects`), all problems else treated. Means and scales are shrunk from what studies found; a fifth of
    the draws is exactly nothing for aid, reform of forces and diplomacy.
    """

    literature: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "how far published effects hold: all are moved by (2b - 1) times their default",
            "half: published estimates are selected towards effect", swept=True, prior=Beta(2.0, 2.0),
        ),
    ] = 0.5  # fmt: skip
    security_on_onset: Annotated[
        float,
        Spec(
            "log-hazard", -0.8, 1.3, "first onset under full training of forces",
            "Dube & Naidu 2015; Savage & Caverley 2017",
            swept=True, prior=StudentT(0.25, 0.35),
        ),
    ] = 0.25  # fmt: skip
    security_on_escalation: Annotated[
        float,
        Spec(
            "log-hazard", -0.95, 1.15, "a minor conflict's turn to war under full training of forces",
            "little known",
            swept=True, prior=StudentT(0.1, 0.35),
        ),
    ] = 0.1  # fmt: skip
    security_on_ending: Annotated[
        float,
        Spec(
            "log-hazard", -0.9, 0.9, "end of a conflict under full training of forces",
            "little known",
            swept=True, prior=StudentT(0, 0.3),
        ),
    ] = 0.0  # fmt: skip
    security_on_recurrence: Annotated[
        float,
        Spec(
            "log-hazard", -1.3, 0.8, "return of conflict under full reform of forces",
            "Joshi, Quinn & Regan 2015",
            swept=True, prior=StudentT(-0.25, 0.35, nothing=0.2),
        ),
    ] = -0.25  # fmt: skip
    unaccountable_security_on_onset: Annotated[
        float,
        Spec(
            "log-hazard", -0.75, 1.35, "onset under full training, in addition, where forces answer to nobody",
            "Dube & Naidu 2015",
            swept=True, prior=StudentT(0.3, 0.35),
        ),
    ] = 0.3  # fmt: skip
    aid_on_onset: Annotated[
        float,
        Spec(
            "log-hazard", -0.8, 0.7, "first onset under full aid",
            "de Ree & Nillesen 2009; Zürcher 2017",
            swept=True, prior=StudentT(-0.05, 0.25, nothing=0.2),
        ),
    ] = -0.05  # fmt: skip
    aid_on_escalation: Annotated[
        float,
        Spec(
            "log-hazard", -0.83, 0.67, "a minor conflict's turn to war under full aid, where there is security",
            "Zürcher 2017",
            swept=True, prior=StudentT(-0.08, 0.25, nothing=0.2),
        ),
    ] = -0.08  # fmt: skip
    contested_aid_on_escalation: Annotated[
        float,
        Spec(
            "log-hazard", -0.93, 1.17, "a minor conflict's turn to war under full aid, where there is none",
            "Crost et al. 2014; Nunn & Qian 2014",
            swept=True, prior=StudentT(0.12, 0.35, nothing=0.2),
        ),
    ] = 0.12  # fmt: skip
    aid_on_ending: Annotated[
        float,
        Spec(
            "log-hazard", -0.85, 0.95, "end of a conflict under full aid",
            "de Ree & Nillesen 2009; Nunn & Qian 2014",
            swept=True, prior=StudentT(0.05, 0.3, nothing=0.2),
        ),
    ] = 0.05  # fmt: skip
    aid_on_recurrence: Annotated[
        float,
        Spec(
            "log-hazard", -0.85, 0.65, "return of conflict under full aid",
            "Zürcher 2017",
            swept=True, prior=StudentT(-0.1, 0.25, nothing=0.2),
        ),
    ] = -0.1  # fmt: skip
    withdrawn_aid_on_onset: Annotated[
        float,
        Spec(
            "log-hazard", -0.65, 1.15, "onset when full aid stops at once",
            "Nielsen et al. 2011",
            swept=True, prior=StudentT(0.25, 0.3, nothing=0.2),
        ),
    ] = 0.25  # fmt: skip
    diplomacy_on_onset: Annotated[
        float,
        Spec(
            "log-hazard", -1.25, 0.85, "first onset under full diplomacy",
            "little known",
            swept=True, prior=StudentT(-0.2, 0.35, nothing=0.2),
        ),
    ] = -0.2  # fmt: skip
    diplomacy_on_escalation: Annotated[
        float,
        Spec(
            "log-hazard", -1.05, 0.75, "a minor conflict's turn to war under full diplomacy",
            "little known",
            swept=True, prior=StudentT(-0.15, 0.3, nothing=0.2),
        ),
    ] = -0.15  # fmt: skip
    diplomacy_on_ending: Annotated[
        float,
        Spec(
            "log-hazard", -0.85, 1.55, "end of a conflict under full diplomacy",
            "Regan & Aydin 2006",
            swept=True, prior=StudentT(0.35, 0.4, nothing=0.2),
        ),
    ] = 0.35  # fmt: skip
    diplomacy_on_recurrence: Annotated[
        float,
        Spec(
            "log-hazard", -1.05, 0.75, "return of conflict under full diplomacy",
            "Beardsley 2011",
            swept=True, prior=StudentT(-0.15, 0.3, nothing=0.2),
        ),
    ] = -0.15  # fmt: skip
    mediated_peace_on_recurrence: Annotated[
        float,
        Spec(
            "log-hazard", -0.95, 1.15, "return, from the third year on, of a conflict that ended under full diplomacy",
            "Beardsley 2008, 2011",
            swept=True, prior=StudentT(0.1, 0.35, nothing=0.2),
        ),
    ] = 0.1  # fmt: skip
    missions_on_onset: Annotated[
        float,
        Spec(
            "log-hazard", -1.15, 0.95, "first onset under a full mission",
            "Hegre, Hultman & Nygård 2019",
            swept=True, prior=StudentT(-0.1, 0.35),
        ),
    ] = -0.1  # fmt: skip
    missions_on_escalation: Annotated[
        float,
        Spec(
            "log-hazard", -1.8, 0.9, "a minor conflict's turn to war under a full mission",
            "Hultman, Kathman & Shannon 2014",
            swept=True, prior=StudentT(-0.45, 0.45),
        ),
    ] = -0.45  # fmt: skip
    missions_on_ending: Annotated[
        float,
        Spec(
            "log-hazard", -0.85, 0.95, "end of a conflict under a full mission",
            "Gilligan & Sergenti 2008: none",
            swept=True, prior=StudentT(0.05, 0.3),
        ),
    ] = 0.05  # fmt: skip
    missions_on_recurrence: Annotated[
        float,
        Spec(
            "log-hazard", -1.9, 0.8, "return of conflict under a full mission",
            "Fortna 2008; Gilligan & Sergenti 2008; Walter 2015",
            swept=True, prior=StudentT(-0.55, 0.45),
        ),
    ] = -0.55  # fmt: skip
    missions_on_contagion: Annotated[
        float,
        Spec(
            "log-hazard", -1.15, 0.65, "onset next door to a conflict with a full mission",
            "Beardsley 2011",
            swept=True, prior=StudentT(-0.25, 0.3),
        ),
    ] = -0.25  # fmt: skip
    effect_spread: Annotated[
        float,
        Spec(
            "log", 0.0, 1.0, "spread of what works between states: standard deviation of a factor's logarithm", ASSUMED,
            swept=True,
        ),
    ] = 0.4  # fmt: skip
    causal_insecurity: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "part of insecurity's association between states that a change within one brings",
            "associations within states are about half as strong, with errors as large", swept=True,
            prior=Beta(2.0, 2.0),
        ),
    ] = 0.5  # fmt: skip
    causal_deprivation: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "part of deprivation's association between states that a change within one brings",
            "associations within states are about half as strong, with errors as large", swept=True,
            prior=Beta(2.0, 2.0),
        ),
    ] = 0.5  # fmt: skip
    causal_exclusion: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "part of exclusion's association between states that a change within one brings",
            "associations within states are about half as strong, with errors as large", swept=True,
            prior=Beta(2.0, 2.0),
        ),
    ] = 0.5  # fmt: skip


class Expected(NamedTuple):
    """What the record's rates hold under: what ``siloed`` brings on average, so that no effect moves its level.

    Drivers are above their level on the path; efforts are what other problems leave of them. Of peace, ``quiet`` is
    what holds where the last conflict is forgotten, ``recent`` where it has just ended.
    """

    expected_insecurity_peace: Annotated[
        float, Spec("level", -0.3, 0.3, "insecurity above its level on the path, at peace", SILOED)
    ] = 0.061
    expected_insecurity_conflict: Annotated[
        float, Spec("level", -0.3, 0.3, "insecurity above its level on the path, in conflict", SILOED)
    ] = 0.103
    expected_deprivation_peace: Annotated[
        float, Spec("level", -0.3, 0.3, "deprivation above its level on the path, at peace", SILOED)
    ] = 0.038
    expected_deprivation_conflict: Annotated[
        float, Spec("level", -0.3, 0.3, "deprivation above its level on the path, in conflict", SILOED)
    ] = 0.048
    expected_exclusion_peace: Annotated[
        float, Spec("level", -0.3, 0.3, "exclusion above its level on the path, at peace", SILOED)
    ] = 0.051
    expected_exclusion_conflict: Annotated[
        float, Spec("level", -0.3, 0.3, "exclusion above its level on the path, in conflict", SILOED)
    ] = 0.096
    expected_security_quiet: Annotated[
        float, Spec("effort", -0.5, 1.0, "training of forces in a lasting peace", SILOED)
    ] = 0.003
    expected_security_recent: Annotated[
        float, Spec("effort", -0.5, 1.0, "training of forces in a young peace", SILOED)
    ] = 0.02
    expected_security_minor: Annotated[
        float, Spec("effort", -0.5, 1.0, "training of forces in minor conflict", SILOED)
    ] = 0.01
    expected_security_war: Annotated[float, Spec("effort", -0.5, 1.0, "training of forces in war", SILOED)] = 0.02
    expected_aid_quiet: Annotated[float, Spec("effort", -0.5, 1.0, "aid in a lasting peace", SILOED)] = 0.013
    expected_aid_recent: Annotated[float, Spec("effort", -0.5, 1.0, "aid in a young peace", SILOED)] = 0.011
    expected_aid_minor: Annotated[float, Spec("effort", -0.5, 1.0, "aid in minor conflict", SILOED)] = 0.011
    expected_aid_war: Annotated[float, Spec("effort", -0.5, 1.0, "aid in war", SILOED)] = 0.03
    expected_diplomacy_quiet: Annotated[
        float, Spec("effort", -0.5, 1.0, "diplomacy in a lasting peace", SILOED)
    ] = -0.003
    expected_diplomacy_recent: Annotated[float, Spec("effort", -0.5, 1.0, "diplomacy in a young peace", SILOED)] = 0.024
    expected_diplomacy_minor: Annotated[float, Spec("effort", -0.5, 1.0, "diplomacy in minor conflict", SILOED)] = 0.025
    expected_diplomacy_war: Annotated[float, Spec("effort", -0.5, 1.0, "diplomacy in war", SILOED)] = 0.049
    expected_mission_quiet: Annotated[
        float, Spec("missions", -0.5, 1.0, "strength of missions in a lasting peace", SILOED)
    ] = 0.012
    expected_mission_recent: Annotated[
        float, Spec("missions", -0.5, 1.0, "strength of missions in a young peace", SILOED)
    ] = 0.177
    expected_mission_minor: Annotated[
        float, Spec("missions", -0.5, 1.0, "strength of missions in minor conflict", SILOED)
    ] = 0.144
    expected_mission_war: Annotated[float, Spec("missions", -0.5, 1.0, "strength of missions in war", SILOED)] = 0.31
    expected_mission_conflict: Annotated[
        float, Spec("missions", -0.5, 1.0, "strength of missions in conflict, whether it ends or not", SILOED)
    ] = 0.274
    expected_contested_minor: Annotated[
        float, Spec("effort", -0.5, 1.0, "aid without security, in minor conflict", SILOED)
    ] = 0.009
    expected_unaccountable_peace: Annotated[
        float, Spec("effort", -0.5, 1.0, "training of forces that answer to nobody, at peace", SILOED)
    ] = 0.01
    expected_withdrawn_peace: Annotated[
        float, Spec("effort", -0.5, 1.0, "aid that has just stopped, at peace", SILOED)
    ] = 0.004
    expected_mediated_peace: Annotated[
        float, Spec("effort", -0.5, 1.0, "diplomacy under which the last conflict ended", SILOED)
    ] = 0.026
    relief_insecurity: Annotated[
        float, Spec("level·quarter", 0.0, 3.0, "fall of expected insecurity per unit of effect", SILOED)
    ] = 0.09
    relief_deprivation: Annotated[
        float, Spec("level·quarter", 0.0, 3.0, "fall of expected deprivation per unit of effect", SILOED)
    ] = 0.35
    relief_exclusion: Annotated[
        float, Spec("level·quarter", 0.0, 3.0, "fall of expected exclusion per unit of effect", SILOED)
    ] = 0.13
    usual_programme: Annotated[
        float, Spec("£m/quarter", 0.1, 10.0, "money by which expected efforts follow the dose", SILOED)
    ] = 2.1


class Peacekeeping(NamedTuple):
    """Deployed alike for alike conflict, whatever the institution."""

    mission_war: Annotated[
        float,
        Spec(
            "missions", 0.1, 1.0, "strength towards which missions grow in a war", "UN DPKO deployments (order)", off=0
        ),
    ] = 0.5
    mission_minor: Annotated[
        float, Spec("missions", 0.0, 0.5, "strength towards which missions grow in minor conflict", ASSUMED)
    ] = 0.15
    mission_speed: Annotated[
        float, Spec("1/quarter", 0.05, 1.0, "share of the gap to a greater strength closed in a quarter", ASSUMED)
    ] = 0.15
    mission_exit: Annotated[
        float,
        Spec(
            "1/quarter", 0.02, 1.0, "share of the gap to a smaller strength closed in a quarter: missions stay on",
            "assumption: half-life 6 years; so the UK's share for the world is near the £450m of 2010–12 (Hansard)",
        ),
    ] = 0.03  # fmt: skip
    mission_cost: Annotated[
        float,
        Spec(
            "£m/year", 10.0, 60.0, "the donor's assessed share of one full mission, 10,000 troops",
            "UK: 7–8% of USD 0.7–1bn at USD 1.5–2.0 a pound, 25 to 53; wider, as other donors pay 2–3% or more; "
            "default: 8% of 1bn at 1.6, as in 2010–12",
            off=0,
        ),
    ] = 50.0  # fmt: skip


class Delivery(NamedTuple):
    """From money to effect in a partner state."""

    effect: Annotated[
        float,
        Spec("1/quarter", 0.0, 0.05, "η: share of a driver removed by full, unhindered effort", ASSUMED, swept=True),
    ] = 0.02
    dose: Annotated[
        float,
        Spec(
            "effort", 0.02, 0.8,
            "effort that £5m a year reaches, alone and with full consent, in a state of 10 million people",
            "order of an Africa Pool of £50–67m over some dozen states (Hansard 2001–05)", swept=True,
            prior=LogNormal(0.2, 0.525),
        ),
    ] = 0.2  # fmt: skip
    absorption_population: Annotated[
        float, Spec("elasticity", 0.0, 1.0, "growth of absorptive scale with population", ASSUMED, swept=True)
    ] = 0.5
    crowding: Annotated[
        float, Spec("share", 0.0, 1.0, "s: how far different instruments crowd one another", ASSUMED, swept=True)
    ] = 0.5
    complementarity: Annotated[
        float, Spec("share", 0.0, 1.0, "κ: strength with which untreated problems undermine work", ASSUMED, swept=True)
    ] = 0.5
    treatment_half: Annotated[
        float,
        Spec("effort", 0.05, 1.0, "h: effort per unit of driver at which it counts half treated", ASSUMED, swept=True),
    ] = 0.3
    aid_needs_security: Annotated[
        float,
        Spec("share", 0.0, 1.0, "W: insecurity undermines development work", "PRB 06-12E 2006 (claim)", swept=True),
    ] = 1.0
    forces_need_accountability: Annotated[
        float, Spec("share", 0.0, 1.0, "W: exclusion undermines security work", "PRB 06-12E 2006 (claim)", swept=True)
    ] = 1.0
    other_interdependence: Annotated[
        float, Spec("share", 0.0, 1.0, "W: every other pair of driver and instrument", ASSUMED, swept=True)
    ] = 0.3
    lasting: Annotated[
        float, Spec("share", 0.0, 1.0, "part of a gain that also lowers the structural level", ASSUMED, swept=True)
    ] = 0.3
    confidence_building: Annotated[
        float,
        Spec(
            "share",
            0.0,
            0.4,
            "security work that builds confidence between neighbours",
            "PRB 06-12E 2006 (task)",
            swept=True,
        ),
    ] = 0.2
    confidence_effect: Annotated[
        float,
        Spec(
            "1/effort",
            0.0,
            5.0,
            "contagion over a border removed per unit of that effort on both sides",
            ASSUMED,
            swept=True,
        ),
    ] = 2.0
    defence_ties: Annotated[
        float,
        Spec(
            "share",
            0.0,
            0.3,
            "security work that serves ties between forces only",
            "PRB 06-12E 2006 (task)",
            swept=True,
        ),
    ] = 0.1
    advice_effect: Annotated[
        float,
        Spec(
            "share", 0.0, 0.8, "missing accountability of forces that the advisory team makes good", ASSUMED, swept=True
        ),
    ] = 0.3
    remit_gap: Annotated[
        float,
        Spec(
            "share",
            0.0,
            0.2,
            "departments' own work lost to needs that lie between their remits",
            "cf. Iraq Inquiry 2016 §13.1",
            swept=True,
        ),
    ] = 0.05


class Trust(NamedTuple):
    """The partner state's trust in the donor and its consent to each line of engagement."""

    trust_gain: Annotated[
        float, Spec("1/quarter", 0.0, 0.10, "growth of trust with effort delivered", ASSUMED, swept=True)
    ] = 0.05
    trust_reversion: Annotated[
        float, Spec("1/quarter", 0.01, 0.10, "return of trust to one half", ASSUMED, swept=True)
    ] = 0.05
    trust_volatility: Annotated[
        float,
        Spec("share/year", 0.0, 0.5, "loss of trust with stop-start money", "cf. Agénor & Aizenman 2010", swept=True),
    ] = 0.15
    trust_burden: Annotated[
        float,
        Spec(
            "share/quarter",
            0.0,
            0.05,
            "loss of trust per separate mission beyond one",
            "cf. Knack & Rahman 2007",
            swept=True,
        ),
    ] = 0.01
    consent_base: Annotated[
        float, Spec("log-odds", 0.0, 3.0, "consent at trust one half and no exclusion", ASSUMED, swept=True)
    ] = 1.5
    consent_trust: Annotated[float, Spec("log-odds", 0.0, 6.0, "consent per unit of trust", ASSUMED, swept=True)] = 3.0
    consent_exclusion: Annotated[
        float, Spec("log-odds", 0.0, 3.0, "loss of consent per unit of exclusion", ASSUMED, swept=True)
    ] = 1.0
    consent_security: Annotated[
        float, Spec("log-odds", 0.0, 3.0, "further loss per unit of exclusion for security work", ASSUMED, swept=True)
    ] = 1.0
    ties_trust: Annotated[
        float,
        Spec(
            "multiple",
            0.0,
            6.0,
            "trust that ties between forces win, per unit of effort in other work",
            "PRB 06-12E 2006 (claim)",
            swept=True,
        ),
    ] = 3.0
    protection: Annotated[
        float,
        Spec("share", 0.0, 1.0, "consent to security work in a war below which the donor goes without it", "choice"),
    ] = 0.0
    protection_cost: Annotated[
        float, Spec("share/quarter", 0.0, 0.5, "loss of trust per unit of consent gone without", ASSUMED, swept=True)
    ] = 0.1


class Observation(NamedTuple):
    """What departments know of the world, and how they share it. Of ``unknown_…`` 0 is known."""

    unknown_where: Annotated[
        float,
        Spec("share", 0.0, 1.0, "weight of lenses against the truth in pictures of danger and of ends", "definition"),
    ] = 1.0
    unknown_effects: Annotated[
        float, Spec("share", 0.0, 1.0, "part of what works where that nobody knows beforehand", "definition")
    ] = 1.0
    unknown_consent: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "how far consent and absorption are taken to be as usual everywhere", ASSUMED, swept=True
        ),
    ] = 0.5
    unknown_others: Annotated[
        float,
        Spec("share", 0.0, 1.0, "part of partners' spending that goes unseen but for donor_visibility", "definition"),
    ] = 1.0
    unknown_status: Annotated[
        float,
        Spec("quarters", 0.0, 4.0, "how late present conflict and peace are known", ASSUMED, swept=True, whole=True),
    ] = 1.0
    lens_alikeness: Annotated[
        float, Spec("share", 0.0, 1.0, "pull of departments' lenses to their mean: 1 identical", ASSUMED, swept=True)
    ] = 0.0
    lens_noise: Annotated[
        float,
        Spec("log-hazard", 0.0, 1.0, "standard error of a department's picture beside its lens", ASSUMED, swept=True),
    ] = 0.3
    learning: Annotated[
        float,
        Spec(
            "precision/year", 0.0, 1.0, "what a programme's year tells of what works there, prior precision 1",
            "little by default: evaluations did not test results (EV 647, Whitehall 2009, ICAI 2012, 2018)", swept=True,
        ),
    ] = 0.1  # fmt: skip
    noise_persistence: Annotated[
        float, Spec("1/quarter", 0.0, 0.95, "autocorrelation of those errors", ASSUMED, swept=True)
    ] = 0.8
    common_error: Annotated[
        float, Spec("share", 0.0, 0.9, "share of the error variance common to all departments", ASSUMED, swept=True)
    ] = 0.4
    hidden_profiles: Annotated[
        float,
        Spec(
            "share",
            0.0,
            1.0,
            "part lost in joint discussion of what only one department says",
            "cf. Lu et al. 2012",
            swept=True,
        ),
    ] = 0.5
    herding: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "pull of the joint picture towards the lead's own", "cf. Lorenz et al. 2011", swept=True
        ),
    ] = 0.3
    analysis_delay: Annotated[
        float,
        Spec("quarters/consent", 0.0, 2.0, "age a joint picture gains per further department", ASSUMED, swept=True),
    ] = 0.5


class Priorities(NamedTuple):
    """How states are valued and programmes chosen."""

    national_interest: Annotated[
        float,
        Spec("share", 0.0, 1.0, "ω: weight of the department's interests against perceived harm", ASSUMED, swept=True),
    ] = 0.4
    interest_correlation: Annotated[
        float, Spec("share", 0.0, 1.0, "correlation of the departments' interests", ASSUMED, swept=True)
    ] = 0.3
    interest_spread: Annotated[
        float, Spec("log", 0.0, 1.5, "standard deviation of ln interest across states", ASSUMED, swept=True)
    ] = 0.8
    population_weight: Annotated[
        float, Spec("elasticity", 0.0, 1.0, "harm by state (0) or by head (1), in every valuation", "value judgement")
    ] = 0.0
    concentration: Annotated[
        float,
        Spec("exponent", 0.0, 2.0, "money per programme: equal (0), in proportion to value (1)", ASSUMED, swept=True),
    ] = 1.0
    desks: Annotated[
        float,
        Spec("programmes", 4.0, 24.0, "country programmes one department can run", ASSUMED, swept=True, whole=True),
    ] = 10.0
    colocation_economy: Annotated[
        float,
        Spec(
            "share", 0.0, 0.5, "desk saved by a further instrument that is sent to the same state", ASSUMED, swept=True
        ),
    ] = 0.0
    approval_delay: Annotated[
        float,
        Spec(
            "quarters/consent", 0.2, 1.8, "lateness of a new joint programme per further department",
            "5 months for a strategy (2003); from 6 weeks (2006) to 11 months between ministers' meetings (2002)",
            swept=True, off=0,
        ),
    ] = 0.83  # fmt: skip
    screening_delay: Annotated[
        float,
        Spec(
            "quarters", 0.0, 1.0, "lateness of a pool's new security programme while its eligibility is screened",
            "assumption within the 2–3 quarters to first money on record", swept=True,
        ),
    ] = 0.5  # fmt: skip
    start_up_delay: Annotated[
        float,
        Spec(
            "quarters", 0.25, 1.25, "from any new programme's agreement to its first money: contracts, staff",
            "first money after 5–7 months in all (2004), of which 5 to agree", swept=True, off=0,
        ),
    ] = 0.75  # fmt: skip
    new_fund_delay: Annotated[
        float,
        Spec(
            "quarters", 0.5, 1.5, "what a pool's first programmes wait beside, while the pool is set up",
            "first money of a new fund after 3–4 quarters: Canada's GPSF 11½ months", swept=True, off=0,
        ),
    ] = 1.0  # fmt: skip
    departmental_delay: Annotated[
        float,
        Spec(
            "quarters", 0.1, 1.5, "lateness of a department's own new programme: money found within the year",
            "£30.7m found in six pieces in 6 weeks (2006), replies on the Reserve in 10 to 20 days; top assumed",
            swept=True, off=0,
        ),
    ] = 0.5  # fmt: skip
    stall_rate: Annotated[
        float,
        Spec("1/year", 0.0, 0.2, "years in which a spender decides nothing and goes on as it was", ASSUMED, swept=True),
    ] = 0.05
    veto: Annotated[
        float,
        Spec(
            "share",
            0.0,
            1.0,
            "worth, against its average to all, below which a voting department blocks a programme",
            "cf. ICAI 2012",
            swept=True,
        ),
    ] = 0.3
    lead_capture: Annotated[
        float, Spec("share", 0.0, 1.0, "how far a pool's lead turns its say to its own interests", ASSUMED, swept=True)
    ] = 0.2


class Finance(NamedTuple):
    """Money of the donor government for the states of the world."""

    settlement: Annotated[
        float,
        Spec(
            "£m/year", 0.0, 4000.0, "first call, programmes, overhead, top-up and lapse together: set by the world",
            "Africa Pool £50–67m of programme money a year (Hansard 2001–05), and a first call of .20–.33 (2011–15)",
        ),
    ] = 84.0  # fmt: skip
    reserve_cap: Annotated[
        float,
        Spec(
            "£m/year", 0.0, 8000.0, "most that the Reserve pays of assessed peacekeeping: set by the world",
            "£374m for the world (Hansard 2010); peacekeeping .65–.85 of the whole (Hansard, Iraq Inquiry)",
        ),
    ] = 188.0  # fmt: skip
    budget_defence: Annotated[
        float,
        Spec(
            "weight", 0.1, 0.8, "defence's part of departmental money",
            "neutral; record: 32 of 48 (Global Pool 2001/02) to 19% (CSSF 2016/17); ends assumed", swept=True,
        ),
    ] = 0.34  # fmt: skip
    budget_development: Annotated[
        float,
        Spec(
            "weight", 0.1, 0.6, "development's part of departmental money",
            "neutral; record: 9 of 48 (Global Pool 2001/02), 11% (CSSF 2016/17); top assumed", swept=True,
        ),
    ] = 0.33  # fmt: skip
    budget_foreign: Annotated[
        float,
        Spec(
            "weight", 0.1, 0.63, "foreign affairs' part of departmental money",
            "neutral; record: 7 of 48 (Global Pool 2001/02) to 63% (CSSF 2016/17)", swept=True,
        ),
    ] = 0.33  # fmt: skip
    peacekeeping_ring_fence: Annotated[
        float,
        Spec(
            "share",
            0.0,
            1.0,
            "how far the law on aid shields development money from peacekeeping",
            ASSUMED,
            swept=True,
        ),
    ] = 0.0
    peacekeeping_release: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "the Reserve's unspent peacekeeping money that moves to programmes",
            "up to 10% (Hansard 2000)",
        ),
    ] = 0.1  # fmt: skip
    first_call: Annotated[
        float,
        Spec(
            "share",
            0.0,
            1.0,
            "how far peacekeeping beyond the Reserve's cap falls on those who pool, by what they pool",
            "Global pool 2009/10 (Hansard)",
            swept=True,
        ),
    ] = 0.5
    oda_defence: Annotated[
        float, Spec("share", 0.0, 0.3, "official development assistance in defence's money", "definition of ODA")
    ] = 0.0
    oda_development: Annotated[
        float, Spec("share", 0.7, 1.0, "official development assistance in development's money", "definition of ODA")
    ] = 1.0
    oda_foreign: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "official development assistance in foreign affairs' money",
            "CSSF: ODA .34–.47 of all, .52–.72 of all but peacekeeping; with thirds of the money 0.03 to 1",
            swept=True,
        ),
    ] = 0.25  # fmt: skip
    oda_eligible_security: Annotated[
        float,
        Spec(
            "share",
            0.0,
            1.0,
            "security work that official development assistance may pay for",
            "OECD-DAC rules (in part)",
            swept=True,
        ),
    ] = 0.3
    replanning: Annotated[
        float,
        Spec(
            "share", 0.0, 1.0, "money of screened-out security work that is re-planned, not lost", ASSUMED, swept=True
        ),
    ] = 0.5
    funding_shock_rate: Annotated[
        float, Spec("1/year", 0.0, 0.2, "years in which a line of the budget is cut", ASSUMED, swept=True)
    ] = 0.05
    funding_shock_size: Annotated[
        float, Spec("share", 0.0, 0.6, "part of the line's money that is then lost", ASSUMED, swept=True)
    ] = 0.3
    war_lapse: Annotated[
        float,
        Spec(
            "share", 0.0, 0.33, "part of programme money in a state at war that cannot be spent there, and lapses",
            "a third in a hard theatre; .02–.03 of all programme money (Global Pool 2002/03, CSSF 2016/17)", swept=True,
        ),
    ] = 0.08  # fmt: skip
    decision_cost: Annotated[
        float,
        Spec(
            "£m",
            0.0,
            0.1,
            "cost of each programme decided jointly, whatever its size",
            "cf. Iraq Inquiry 2016 §13.1",
            swept=True,
        ),
    ] = 0.02
    presence_cost: Annotated[
        float,
        Spec("£m/quarter", 0.0, 0.05, "cost of thematic work in a state without a programme", ASSUMED, swept=True),
    ] = 0.01
    advisory_cost: Annotated[
        float,
        Spec("£m/year", 0.05, 0.5, "cost of the advisory team per state advised", ASSUMED, swept=True),
    ] = 0.15
    analysis_overhead: Annotated[
        float,
        Spec(
            "share",
            0.0,
            0.05,
            "programme money spent on shared analysis, and on a Treasury's review of need",
            ASSUMED,
            swept=True,
        ),
    ] = 0.01
    pooling_overhead: Annotated[
        float, Spec("share", 0.0, 0.10, "pooled money spent on running the pool", ASSUMED, swept=True)
    ] = 0.03
    donor_money: Annotated[
        float,
        Spec("£m/year/state", 0.0, 8.4, "what international partners spend, over the states there are", ASSUMED,
             swept=True),
    ] = 2.1  # fmt: skip
    donor_reaction: Annotated[
        float, Spec("multiple", 0.0, 4.0, "partners' extra spending where there is conflict", ASSUMED, swept=True)
    ] = 1.0


class Budgeting(NamedTuple):
    """Parliament's vote, the Treasury's belief and top-up, and departments' participation in pools."""

    budget_rule: Annotated[
        float,
        Spec(
            "rule",
            0,
            2,
            "0 neutral: same envelope for all; 1 equal_programme: equal programme money; 2 endogenous settlement",
            "choice",
            whole=True,
            words=("neutral", "equal_programme", "endogenous"),
        ),
    ] = 0.0
    programme_target: Annotated[
        float,
        Spec(
            "£m/year", 0.0, 4000.0, "settlement under rule 1, all peacekeeping on top: set by the world",
            "Africa Pool (Hansard 2001–05)",
        ),
    ] = 60.0  # fmt: skip
    top_up_source: Annotated[
        float,
        Spec(
            "rule", 0, 1, "0 within: held back from the settlement, equal money for all; 1 on_top: money beside it",
            "choice; on_top: PRB 06-12E 2006, 'beyond those committed'", whole=True, words=("within", "on_top"),
        ),
    ] = 0.0  # fmt: skip
    attention_speed: Annotated[
        float, Spec("1/year", 0.0, 1.0, "how fast Parliament's attention follows current conflict", ASSUMED, swept=True)
    ] = 0.5
    attention_weight: Annotated[
        float, Spec("elasticity", 0.0, 1.0, "growth of an endogenous settlement with attention", ASSUMED, swept=True)
    ] = 0.3
    belief_weight: Annotated[
        float,
        Spec(
            "elasticity", 0.0, 1.0, "growth of an endogenous settlement with the Treasury's belief", ASSUMED, swept=True
        ),
    ] = 0.3
    first_belief: Annotated[
        float,
        Spec("levels/£100m", 0.05, 2.0, "what the Treasury believes at the start that prevention yields", ASSUMED),
    ] = 0.4
    first_belief_error: Annotated[float, Spec("levels/£100m", 0.05, 1.0, "standard error of that belief", ASSUMED)] = (
        0.3
    )
    belief_drift: Annotated[
        float, Spec("levels/£100m/year", 0.0, 0.2, "how much the Treasury thinks yields may change in a year", ASSUMED)
    ] = 0.05
    report_noise: Annotated[
        float, Spec("levels/£100m", 0.05, 1.0, "standard error of departments' yearly reports", ASSUMED, swept=True)
    ] = 0.3
    pooled_reporting: Annotated[
        float,
        Spec(
            "share",
            0.0,
            0.8,
            "part of that error that reporting through a pool removes",
            "PRB 06-12E 2006 (claim)",
            swept=True,
        ),
    ] = 0.3
    top_up_response: Annotated[
        float,
        Spec(
            "elasticity",
            0.0,
            1.0,
            "how far the top-up follows the Treasury's belief (0: fixed rate)",
            ASSUMED,
            swept=True,
        ),
    ] = 0.5
    participation_speed: Annotated[
        float,
        Spec(
            "1/year",
            0.0,
            2.0,
            "how fast departments change what they pool (0: as the institution says)",
            ASSUMED,
            swept=True,
        ),
    ] = 1.0
    participation_mutation: Annotated[
        float,
        Spec("share", 0.01, 0.10, "pull of participation to one half, so that it never freezes", ASSUMED, swept=True),
    ] = 0.02


class Degrees(NamedTuple):
    """What an institution is.

    For plain silos all are zero but ``programme`` (1), ``commitment`` (one year) and ``voluntary_peacekeeping``, which
    every donor may choose.
    """

    programme: Annotated[
        float, Spec("share", 0.0, 1.0, "programme money released at all (0: the counterfactual)", "definition")
    ] = 1.0
    shared_analysis: Annotated[
        float, Spec("share", 0.0, 1.0, "weight of the joint picture in each department's own", "PRB 06-12E 2006")
    ] = 0.0
    pooling: Annotated[
        float,
        Spec("share", 0.0, 1.0, "part of money and desks that departments put into pools at first", "PRB 06-12E 2006"),
    ] = 0.0
    mix: Annotated[
        float, Spec("share", 0.0, 1.0, "pooled money free to move between instruments", "PRB 06-12E 2006")
    ] = 0.0
    colocation: Annotated[
        float, Spec("share", 0.0, 1.0, "how far a pool's instruments are sent to the same states", "PRB 06-12E 2006")
    ] = 0.0
    commitment: Annotated[
        float,
        Spec("years", 1.0, 5.0, "years for which a programme is agreed", "record: ½–1 (UK), 3 (Denmark)", whole=True),
    ] = 1.0
    donor_visibility: Annotated[
        float, Spec("share", 0.0, 1.0, "other donors' spending that is seen and netted off", "PRB 06-12E 2006")
    ] = 0.0
    voting: Annotated[
        float, Spec("share", 0.0, 1.0, "say of all departments in a pool, against the lead's", "definition")
    ] = 0.0
    top_up: Annotated[
        float, Spec("share", 0.0, 1.0, "Treasury's addition to a pooled pound, see top_up_source",
                    "Global Pool: 12, 20, 30 on 48 in 2001–04, .20–.38 of the programme (Hansard)"),
    ] = 0.0  # fmt: skip
    screening: Annotated[
        float,
        Spec("share", 0.0, 1.0, "how far eligibility is screened only after a pool has agreed", "PRB 06-12E 2006"),
    ] = 0.0
    thematic: Annotated[
        float,
        Spec("share", 0.0, 0.5, "pooled money for thematic strategies (security sector reform)", "PRB 06-12E 2006"),
    ] = 0.0
    advisory_places: Annotated[
        float,
        Spec("states", 0.0, 20.0, "states that a Defence Advisory Team can advise", "PRB 06-12E 2006", whole=True),
    ] = 0.0
    voluntary_peacekeeping: Annotated[
        float,
        Spec(
            "share",
            0.0,
            0.5,
            "defence's money, or what it brought to a pool, open to voluntary peacekeeping",
            "Global pool (Hansard)",
        ),
    ] = 0.1
    persuasion: Annotated[
        float,
        Spec("share", 0.0, 1.0, "how far departments follow the joint strategy with money of their own", "definition"),
    ] = 0.0
    rebalancing: Annotated[
        float, Spec("share", 0.0, 1.0, "yearly move of departmental parts towards reported need", "definition")
    ] = 0.0
    planner: Annotated[
        float,
        Spec(
            "switch", 0.0, 1.0, "pool spends greedily on the marginal fall in expected harm", "definition", whole=True
        ),
    ] = 0.0


class Parameters(NamedTuple):
    """All parameters of one run, as the rules receive them."""

    drivers: Drivers
    conflict: Conflict
    effects: Effects
    expected: Expected
    peacekeeping: Peacekeeping
    delivery: Delivery
    trust: Trust
    observation: Observation
    priorities: Priorities
    finance: Finance
    budgeting: Budgeting
    degrees: Degrees


GROUPS: dict[str, Any] = get_type_hints(Parameters)
"""The groups' record types by name."""


def _declared() -> dict[str, Parameter]:
    """Read the declarations above; a name may stand in one group only."""
    found: dict[str, Parameter] = {}
    for group, kind in GROUPS.items():
        hints = get_type_hints(kind, include_extras=True)
        defaults = kind._field_defaults
        for name in kind._fields:
            if name in found:
                raise AssertionError(f"parameter {name} is declared twice")
            spec: Spec = hints[name].__metadata__[0]
            found[name] = Parameter(name=name, group=group, default=float(defaults[name]), **spec._asdict())
    return found


PARAMETERS: dict[str, Parameter] = _declared()


def parameter(name: str) -> Parameter:
    """Look a parameter up by name.

    Raises
    ------
    InvalidInput
        When there is none of that name; the message gives the nearest one.
    """
    if name not in PARAMETERS:
        raise InvalidInput(f"unknown parameter '{name}': {nearest(name, PARAMETERS)}")
    return PARAMETERS[name]


def build_parameters(*layers: Mapping[str, float | str]) -> Parameters:
    """Build the parameters of one run from the defaults and layers of values, later layers winning.

    Parameters
    ----------
    *layers : mapping of str to float
        Values by name; see `PARAMETERS` for units and ranges.

    Returns
    -------
    record
        A `Parameters`: one record per group, floats only.

    Raises
    ------
    InvalidInput
        For an unknown name, or a value that is not a number, out of range or not whole where it must be.
    """
    values: dict[str, float] = {}
    for layer in layers:
        values |= {name: parameter(name).check(value) for name, value in layer.items()}
    groups = {
        group: kind(**{name: values.get(name, PARAMETERS[name].default) for name in kind._fields})
        for group, kind in GROUPS.items()
    }
    return _centred(Parameters(**groups))


def _centred(parameters: Parameters) -> Parameters:
    """Let what is expected under ``siloed`` follow the dose, and drivers the strength of what programmes do."""
    p, delivery = parameters.expected, parameters.delivery
    usual = _scale(PARAMETERS["dose"].default) + p.usual_programme
    dose = usual / (_scale(delivery.dose) + p.usual_programme)
    stronger = delivery.effect * dose - PARAMETERS["effect"].default
    found = {
        name: getattr(p, name) * dose
        for what in ("security", "aid", "diplomacy", "contested", "unaccountable", "withdrawn", "mediated")
        for name in p._fields
        if name.startswith(f"expected_{what}_")
    }
    for driver in ("insecurity", "deprivation", "exclusion"):
        fall = stronger * getattr(p, f"relief_{driver}")
        found |= {name: getattr(p, name) - fall for name in p._fields if name.startswith(f"expected_{driver}_")}
    return parameters._replace(expected=p._replace(**found))


def _scale(dose: float) -> float:
    """Money at which effort is half, £m a quarter: £5m a year reach ``dose``."""
    return 1.25 * (1.0 / dose - 1.0)
