"""The Mesa model: real agents that decide by their own methods. One quarter reads like the step table of the ODD."""

import mesa
import numpy as np

from model.agents.advisory_team import AdvisoryTeam
from model.agents.department import Department
from model.agents.government import InternationalPartners, Parliament, Treasury
from model.agents.partner_state import Four, PartnerState
from model.agents.pool import Pool
from model.errors import InvalidInput
from model.institution import DEPARTMENTS, Institution
from model.outcomes import OUTCOMES
from model.parameters import Parameters, build_parameters
from model.randomness import draw_chance
from model.rules import appraisal, conflict, effects, finance, observation, portfolio
from model.rules.measurement import TALLY, count_allocation, count_quarter, count_year, outcomes_of
from model.rules.table import MONEY, PRIVATE_ERROR, ROWS, SEEN, STATUS
from model.trajectory import columns, write_row
from model.world import Floats, World, stylised


class Simulation(mesa.Model):
    """One future under one institution, a quarter a step.

    Parameters
    ----------
    institution : Institution, optional
        Plain silos if not given.
    world : World, optional
        48 stylised states if not given.
    parameters : Parameters, optional
        The defaults with the institution's values if not given.
    seed, replication : int
        The run's name: the same name is the same future, under any institution and in either engine.
    quarters : int
        Length of the run.
    """

    def __init__(
        self,
        institution: Institution | None = None,
        world: World | None = None,
        parameters: Parameters | None = None,
        seed: int = 1,
        replication: int = 0,
        quarters: int = 80,
    ) -> None:
        """Draw the future and set up the agents."""
        super().__init__(rng=int(seed))
        self.institution = institution or Institution()
        self.world = world or stylised()
        self.parameters = parameters or build_parameters(self.institution.values)
        self.terrain = self.world.terrain()
        self.layout = self.institution.layout(self.world)
        self.chance = draw_chance(seed, replication, self.world.size, quarters)
        self.quarters, self.quarter, self.year_fall = quarters, 0, 0.0
        p = self.parameters
        self.memory_decay = conflict.memory_decay(p.conflict)
        self.reach = effects.reach(p)
        self.lenses = observation.drawn_lenses(self.terrain.lenses, self.terrain.lens_factor, self.chance.lens)
        n = self.world.size
        self.known, self.truth_known, self.truth = np.zeros((4, n)), np.zeros((3, n)), np.zeros((3, n))
        self._views_now: list[Floats] = []
        self.states = [PartnerState(self, record, i) for i, record in enumerate(self.world.states)]
        for state in self.states:
            borders = slice(*self.terrain.first_neighbour[state.position : state.position + 2])
            state.neighbours = [self.states[other] for other in sorted(self.terrain.neighbours[borders])]
        self.scale = np.array([state.scale for state in self.states])
        self.departments = [Department(self, self.institution.called(r), d) for d, r in enumerate(DEPARTMENTS)]
        self.pools = [
            Pool(self, record, index, self.departments[DEPARTMENTS.index(record.lead)])
            for index, record in enumerate(self.institution.pools)
        ]
        self.parliament = Parliament(self)
        self.treasury = Treasury(self)
        self.team = AdvisoryTeam(self)
        self.partners = InternationalPartners(self)
        self._tally, self._waiting = np.zeros(TALLY), np.full(self.world.size, -1.0)
        self._rows: list[Floats] = []

    def step(self) -> None:
        """Live through one quarter.

        Raises
        ------
        InvalidInput
            When the run is over.
        """
        if self.quarter >= self.quarters:
            raise InvalidInput(f"the run is over: it has {self.quarters} quarters; a longer one is made with quarters=")
        year_opens, year_closes = self.quarter % 4 == 0, self.quarter % 4 == 3
        self.move_world()
        if year_opens:
            self.open_year()
        self.observe()
        self.partners.spend(self.states)
        error = self.decide() if year_opens else 0.0
        self.pay()
        if year_opens:
            self.judge_allocation(error)
        self.deliver()
        before = [(state.status, state.quarters_at_peace) for state in self.states]
        self.change_status()
        self.count(before)
        if year_closes:
            self.close_year()
            self.review()
        self.record()
        self.quarter += 1
        self.running = self.quarter < self.quarters

    def move_world(self) -> None:
        """Step 1: structural levels heal, drivers drift and take shocks and damage."""
        shocks = self.chance.shocks[self.quarter].T.tolist()
        normals = self.chance.drift[self.quarter].T.tolist()
        for state, shock, normal in zip(self.states, shocks, normals, strict=True):
            state.live(shock, normal)

    def open_year(self) -> None:
        """Step 2: partner states renew consent, Parliament votes, the Treasury settles."""
        for state in self.states:
            state.renew_consent()
        self.treasury.settle(self.parliament.vote(self.treasury.belief), self.states, self.departments)

    def observe(self) -> None:
        """Step 3: departments see where conflict begins and ends, with errors that persist and are partly common."""
        common = self.chance.common_error[self.quarter].T.tolist()
        for state, normals in zip(self.states, common, strict=True):
            state.be_reported(normals)
        shared_errors = np.array([state.common_error for state in self.states]).T.copy()
        asked = observation.asked(self.quarter, self.parameters.degrees, self.parameters.observation)
        if asked:
            self._look(self.table())
        for department, view in zip(self.departments, self._views_now if asked else [None] * 3, strict=True):
            department.observe(view, shared_errors, self.chance.private_error[self.quarter, department.role])

    def _look(self, s: Floats) -> None:
        """Let departments look through their lenses at what is known of states, given their table."""
        self.known = np.array([state.known for state in self.states]).T.copy()
        near = np.array([float(len(state.fighting_neighbours(known=True))) for state in self.states])
        self.truth_known = self.outlooks(s, self.known, [state.next_door() for state in self.states])
        views, people = np.empty((3, 2, len(self.states))), self.terrain.log_population
        appraisal.views(s, self.known, near, people, self.truth_known, self.lenses, self.parameters.observation, views)
        self._views_now = list(views)

    def outlooks(self, s: Floats, condition: Floats, doors: list[float]) -> Floats:
        """True log-hazards of onset, escalation and ending (3, n) without further programmes."""
        found = np.empty((3, len(self.states)))
        people, p = self.terrain.log_population, self.parameters.conflict
        appraisal.outlooks(s, condition, np.array(doors), people, p, self.reach, found)
        return found

    def analyse(self) -> Floats:
        """Pictures on which departments decide, after shared analysis (3, 2, n)."""
        p, degree = self.parameters.observation, self.parameters.degrees.shared_analysis
        pictures = np.array([department.seen for department in self.departments])
        if degree > 0.0:
            delay = observation.FURTHER_DEPARTMENTS * p.analysis_delay
            told = np.array([department.recall(delay) for department in self.departments])
            lead = np.array([self.pools[state.pool].lead.role for state in self.states])
            observation.share(told, lead, degree, p, pictures)
        return pictures

    def decide(self) -> float:
        """Step 4: priorities and portfolios for the year; returns the pictures' mean absolute error."""
        degrees = self.parameters.degrees
        s = self.table()
        doors = [state.next_door(known=False) for state in self.states]
        self.truth = self.outlooks(s, s[STATUS : STATUS + 4].copy(), doors)
        pictures = self.analyse()
        self.team.choose(self.states)
        harms = self.valued(pictures)
        joint, late = np.zeros((3, len(self.states))), np.zeros((3, len(self.states)))
        for pool in self.pools if degrees.persuasion > 0.0 else []:
            agreed = pool.agree(self.departments, harms)
            joint += pool.place(agreed[0])
            late += agreed[1]
        for department in self.departments:
            department.choose(harms[department.role], joint, late)
        pooled = self._planned_division().pooled.tolist()
        for pool in self.pools if degrees.pooling > 0.0 else []:
            if degrees.planner > 0.0:
                pool.plan(self.states, self.truth, pooled, self.departments)
            else:
                pool.choose(self.departments, harms)
        return appraisal.picture_error(pictures, self.truth, s[STATUS].copy(), self.known[0].copy())

    def _joined(self) -> Floats:
        """Part of its money and desks that each department puts into pools (3,)."""
        return np.array([department.joined for department in self.departments])

    def _planned_division(self) -> finance.Division:
        """Divide what the year's settlement leaves between departments' own programmes and pools."""
        return self.treasury.divide(self.treasury.settlement.budgets, finance.oda_parts(self.parameters.finance))

    def valued(self, pictures: Floats) -> list[list[Four]]:
        """Preventable harm by department and state, per instrument and mission, as pictures (3, 2, n) have it."""
        s = self.table()
        return [
            department.appraise(picture, s, self.known, self.truth_known)
            for department, picture in zip(self.departments, pictures, strict=True)
        ]

    def pay(self) -> None:
        """Step 5: peacekeeping as it turns out, then what departments and pools spend."""
        degrees = self.parameters.degrees
        money = self.treasury.open_quarter(self.states)
        division = self.treasury.top_up_pools(money)
        own, oda, status = division.own.tolist(), money.oda.tolist(), np.array([state.status for state in self.states])
        for state in self.states:
            state.voluntary = 0.0
        for department in self.departments:
            tied, role = np.zeros(4), department.role
            tied[role] = own[role]
            missions = degrees.voluntary_peacekeeping * own[role] if role == 0 else 0.0
            department.spend(tied, oda[role], missions, role, 0.0, status)
        topped = finance.top_up_part(division)
        for pool in self.pools:
            parts, pot = tuple((pool.share * division.pooled).tolist()), np.empty(4)
            portfolio.tied_and_free(parts, degrees.mix, pot)
            missions = degrees.voluntary_peacekeeping * parts[0]
            pool.spend(pot, division.oda, missions, pool.lead.role, topped, status)

    def deliver(self) -> None:
        """Step 6: money becomes effort, effort moves drivers, delivery moves trust."""
        spending = [spender.spending() for spender in (*self.departments, *self.pools)]
        for state, missions in zip(self.states, zip(*spending, strict=True), strict=True):
            self.year_fall += state.absorb(list(missions), len(self.departments))

    def change_status(self) -> None:
        """Step 7: conflict begins, changes level and ends, in all states at once."""
        doors = [state.spilled() for state in self.states]
        uniforms = self.chance.transition[self.quarter].tolist()
        deaths = self.chance.deaths[self.quarter].tolist()
        for state, door, uniform, uniform_deaths in zip(self.states, doors, uniforms, deaths, strict=True):
            state.change_status(door, uniform, uniform_deaths)

    def review(self) -> None:
        """Step 8: each department reviews whether pooling paid."""
        if self.parameters.degrees.pooling == 0.0 or self.parameters.budgeting.participation_speed == 0.0:
            return
        harms = self.valued(self.analyse())
        placed = np.zeros((3, len(self.states)))
        for pool in self.pools:
            placed += pool.book[MONEY : MONEY + 3]
        for department in self.departments:
            department.review(harms[department.role], placed)

    def close_year(self) -> None:
        """Step 8: attention and belief move; from year two on partner states compare the years' money."""
        self.parliament.follow(self.states)
        report_error = float(self.chance.reports[self.quarter])
        self.treasury.learn(self.year_fall, self.states, self.departments, report_error)
        self.year_fall = 0.0
        count_year(self._tally, self.table(), self.account(), self.quarter >= 4)
        misled = self.chance.lessons[self.quarter // 4].T.tolist()
        for state, errors in zip(self.states, misled, strict=True):
            state.compare_years(has_last_year=self.quarter >= 4)
            state.learn_what_works(errors)

    def table(self) -> Floats:
        """The state of the world as in `model.rules.table`, ``s`` (rows, n)."""
        s = np.empty((ROWS, len(self.states)))
        s[:PRIVATE_ERROR] = np.array([state.column() for state in self.states]).T
        for department in self.departments:
            first = 2 * department.role
            s[PRIVATE_ERROR + first : PRIVATE_ERROR + first + 2] = department.private_error
            s[SEEN + first : SEEN + first + 2] = department.seen
        return s

    def books(self) -> Floats:
        """All spenders' books (spenders, 21, n)."""
        return np.array([spender.book for spender in (*self.departments, *self.pools)])

    def account(self) -> Floats:
        """The account of the Treasury and Parliament, ``t`` as in `model.rules.table`."""
        treasury, parliament = self.treasury, self.parliament
        others = [
            treasury.settlement.places, treasury.envelope, treasury.envelope_oda, parliament.attention,
            parliament.first_attention, treasury.belief, treasury.belief_variance, treasury.top_up, self.year_fall,
            treasury.yielded,
        ]  # fmt: skip
        by_department = [self._joined(), treasury.cuts]
        return np.concatenate([treasury.shares, treasury.reported_need, treasury.ledger, *by_department, others])

    def judge_allocation(self, error: float) -> None:
        """Count how the year's first money compares with the truth on which it might have been decided."""
        danger, need = np.empty(len(self.states)), np.empty((3, len(self.states)))
        works, people = np.array([state.works for state in self.states]).T.copy(), self.terrain.log_population
        appraisal.judged(self.table(), self.truth, self.scale, works, people, self.parameters, self.reach, danger, need)
        count_allocation(self._tally, self._waiting, danger, need, self.books(), error)

    def count(self, before: list[tuple[float, float]]) -> None:
        """Count the quarter, given status and quarters at peace before its transitions."""
        status, quiet = np.array(before).T.copy()
        count_quarter(self._tally, status, quiet, self.table(), self.books(), self.account())

    def record(self) -> None:
        """Keep the quarter's row of the trajectory."""
        row = np.empty(columns(len(self.states), 3 + len(self.pools)))
        write_row(self.table(), self.books(), self.account(), row)
        self._rows.append(row)

    def trajectory(self) -> Floats:
        """Rows so far (quarters, columns), see `model.trajectory`."""
        return np.array(self._rows)

    def outcomes(self) -> dict[str, float]:
        """Outcomes so far, by name."""
        values = outcomes_of(self._tally, len(self.states), self.parameters.conflict.war_weight)
        return dict(zip(OUTCOMES, values.tolist(), strict=True))
