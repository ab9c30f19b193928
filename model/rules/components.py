"""What a spender decides on beside country programmes, once a year (ODD, step 4).

Voluntary peacekeeping where it seems worth more than programmes, thematic strategies, and where the Defence Advisory
Team works.
"""

from model.parameters import Peacekeeping
from model.rules.compiled import kernel
from model.rules.peacekeeping import aim
from model.rules.portfolio import mean_worth
from model.rules.priorities import value
from model.rules.table import COST, DEPLOYED, PROGRAMME, THEME, WORTH
from model.rules.trust import CONSENTING
from model.world import Floats


@kernel
def deploy(
    harm: Floats,
    status: Floats,
    covered: Floats,
    mean: float,
    interest: Floats,
    self_interest: float,
    peacekeeping: Peacekeeping,
    book: Floats,
) -> None:
    """Choose where voluntary peacekeeping is worth more than the spender's programmes are on average.

    Parameters
    ----------
    harm : ndarray (n,)
        What a full mission prevents, as the spender believes it (`model.rules.priorities.guarded_harm`).
    status, covered, interest : ndarray (n,)
        Of the states; 1 in its remit; its interest in each state.
    mean : float
        Preventable harm that makes a worth of 1, see `model.rules.priorities.value`.
    self_interest : float
        Weight of its interests.
    book : ndarray (21, n)
        Its programmes; the parts of the money that go to each state are set in place, by the size of the conflict.
    """
    bar = mean_worth(book[PROGRAMME : PROGRAMME + 3], book[WORTH : WORTH + 3])
    price, total = 0.25 * peacekeeping.mission_cost, 0.0
    for i in range(status.shape[0]):
        book[DEPLOYED, i] = 0.0
        if covered[i] == 0.0 or status[i] == 0.0 or price == 0.0:
            continue
        if value(harm[i] / price, mean, interest[i], self_interest) > bar:
            book[DEPLOYED, i] = aim(status[i], peacekeeping)
            total += book[DEPLOYED, i]
    for i in range(status.shape[0]):
        book[DEPLOYED, i] = book[DEPLOYED, i] / total if total > 0.0 else 0.0


@kernel
def set_themes(worth: Floats, consent: Floats, covered: Floats, book: Floats) -> None:
    """Spread thematic strategies by need over consenting states, outside the country portfolio.

    Parameters
    ----------
    worth : ndarray (3, n)
        What the pool holds security, development and diplomacy to be worth; security and diplomacy make the need.
    consent, covered : ndarray (n,)
        Consent to security work; 1 in the remit.
    book : ndarray (21, n)
        Parts are set in place.
    """
    total = 0.0
    for i in range(worth.shape[1]):
        takes_part = covered[i] > 0.0 and consent[i] >= CONSENTING
        book[THEME, i] = worth[0, i] + worth[2, i] if takes_part else 0.0
        total += book[THEME, i]
    for i in range(worth.shape[1]):
        book[THEME, i] = book[THEME, i] / total if total > 0.0 else 0.0


@kernel
def charge_presence(presence: float, book: Floats) -> None:
    """Add to a book's costs (21, n) what thematic work costs in states without a programme, £m a quarter each."""
    for i in range(book.shape[1]):
        present = book[PROGRAMME, i] + book[PROGRAMME + 1, i] + book[PROGRAMME + 2, i] > 0.0
        book[COST, i] += presence if book[THEME, i] > 0.0 and not present else 0.0


@kernel
def advise(exclusion: Floats, consent: Floats, tie: Floats, places: float, advised: Floats) -> None:
    """Send the advisory team to consenting states where exclusion seems highest, weighted by consent.

    Parameters
    ----------
    exclusion, consent, tie : ndarray (n,)
        As those who lead the analysis of each state see it; consent to security work; lots.
    places : float
        States that can be advised, whole.
    advised : ndarray (n,)
        Set in place to 1 where the team works this year, else 0.
    """
    for i in range(advised.shape[0]):
        advised[i] = 0.0
    for _ in range(int(places)):
        best = -1
        for i in range(advised.shape[0]):
            if advised[i] > 0.0 or consent[i] < CONSENTING:
                continue
            gain = consent[i] * exclusion[i]
            best_gain = consent[best] * exclusion[best] if best >= 0 else -1.0
            if gain > best_gain or (gain == best_gain and tie[i] > tie[best]):
                best = i
        if best < 0:
            return
        advised[best] = 1.0


@kernel
def cut_lines(uniforms: Floats, rate: float, size: float, cuts: Floats) -> None:
    """Part of each department's budget line (3,) that is cut this year, in place; a pool's is its lead's line."""
    for d in range(3):
        cuts[d] = size if uniforms[d] > 1.0 - rate else 0.0
