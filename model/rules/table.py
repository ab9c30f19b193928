"""The state of a run as two tables and a list: which row means what, for both engines.

``s`` (ROWS, n) holds a column per partner state, what departments see of it included; ``books`` (spenders, BOOK_ROWS,
n) hold each department's and pool's programmes; ``t`` (ACCOUNT,) is the account of the Treasury and Parliament. A
variable of several rows starts at its constant: insecurity, deprivation, exclusion; or security, development,
diplomacy; or departments times drivers.
"""

DRIVER = 0
STRUCTURAL = 3
CONSENT = 6
EFFORT = 9
STATUS = 12
QUARTERS_IN_CONFLICT = 13
QUARTERS_AT_PEACE = 14
MEMORY = 15
MISSION = 16
TRUST = 17
DONORS = 18
"""Partners' money for each instrument, £m a quarter."""
DEATHS = 19
YEAR_MONEY = 20
LAST_YEAR_MONEY = 21
COMMON_ERROR = 22
PRIVATE_ERROR = 25
SEEN = 34
ROWS = 43

PROGRAMME = 0
"""Size in [0, 1] of a spender's programme with each instrument."""
YEARS_LEFT = 3
WORTH = 6
MONEY = 9
"""£m a quarter."""
WAIT = 12
"""Quarters until a programme's first money; `NOT_RUNNING` where there is none."""
BOOK_ROWS = 15
NOT_RUNNING = -1.0

SHARES = 0
REPORTED_NEED = 3
LEDGER = 6
"""Programme, top-up, peacekeeping, overhead, lapsed, arrears: £m this quarter; the last is a stock."""
JOINED = 12
"""Part of its money and desks that each department puts into pools."""
ENVELOPE = 15
"""£m a quarter of this fiscal year."""
ATTENTION = 16
FIRST_ATTENTION = 17
BELIEF = 18
"""Treasury's belief, driver levels per £100m, and its variance."""
BELIEF_VARIANCE = 19
TOP_UP = 20
YEAR_FALL = 21
"""Fall of drivers that this fiscal year's programmes brought, summed over states and drivers."""
YIELD = 22
"""True yield of the last fiscal year, driver levels per £100m."""
ACCOUNT = 23
