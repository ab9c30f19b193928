"""International partners: their own spending, which crowds ours and which we may or may not see (ODD, step 3b)."""

from model.rules.compiled import rule
from model.rules.elementary import exp


@rule
def mass(log_population: float) -> float:
    """Weight of a state's people in the partners' spending: elasticity one half."""
    return exp(0.5 * log_population)


@rule
def attraction(mass: float, status: float, reaction: float) -> float:
    """Weight of a state in the partners' spending: larger states and states in conflict draw more."""
    return mass * (1.0 + (reaction if status > 0.0 else 0.0))


@rule
def partner_money(attraction: float, total_attraction: float, yearly: float) -> float:
    """Partners' money for each instrument in a state, £m a quarter (``yearly`` £m, spread evenly over the three)."""
    return yearly / 12.0 * attraction / total_attraction
