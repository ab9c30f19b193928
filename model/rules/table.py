"""The state of a run as two tables and a list: which row means what, for both engines.

``s`` (ROWS, n) holds a column per partner state, what departments see of it included; ``books`` (spenders, WHOLE_BOOK,
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
ADVISED = 22
"""1 where the Defence Advisory Team works this year."""
VOLUNTARY = 23
"""Strength of voluntary missions this quarter, beside the assessed one."""
COMMON_ERROR = 24
"""Of pictures of onsets and of ends."""
ORIGIN = 26
"""Structural levels on the world's path this year, to which they heal."""
WORK = 29
"""What other problems leave of this quarter's training of forces, aid and diplomacy."""
CONTESTED = 32
"""Of that, aid without security."""
UNACCOUNTABLE = 33
"""Of that, training of forces that answer to nobody."""
HABIT = 34
"""Moving average of the work of aid."""
MEDIATED = 35
"""Work of diplomacy under which the last conflict ended."""
PRECISION = 36
"""What results have told of what works here, by instrument: precision, and that times what they say."""
LESSON = 39
PRIVATE_ERROR = 42
"""Three departments' errors and pictures of the log-hazards of onset and of ending."""
SEEN = 48
ROWS = 54

PROGRAMME = 0
"""Size in [0, 1] of a spender's programme with each instrument."""
YEARS_LEFT = 3
WORTH = 6
MONEY = 9
"""£m a quarter."""
WAIT = 12
"""Quarters until a programme's first money; `NOT_RUNNING` where there is none."""
THEME = 15
"""Part of thematic money that goes to a state; all zero without thematic strategies."""
DEPLOYED = 16
"""Part of voluntary peacekeeping that goes to a state; all zero where none was chosen."""
COST = 17
"""£m a quarter that this year's decisions, and thematic presence, in a state cost beside the work itself."""
BOOK_ROWS = 18
"""Rows that a trajectory shows."""
CLAIM = 18
"""What a whole programme claims of the money, worked out when its worth is: worth to the power of concentration."""
WHOLE_BOOK = 21
"""All rows of a book."""
NOT_RUNNING = -1.0

SHARES = 0
REPORTED_NEED = 3
LEDGER = 6
"""£m this quarter: `LINES` lines, first of official development assistance (ODA), then of other money."""
(
    PROGRAMME_LINE, THEMATIC_LINE, TOP_UP_LINE, ASSESSED_LINE, VOLUNTARY_LINE, OVERHEAD_LINE, LAPSED_LINE, UNDRAWN_LINE,
) = range(8)  # fmt: skip
LINES = 8
ARREARS = 22
"""Assessed peacekeeping of this year that is still due, £m: a stock."""
REPLANNED = 23
"""Of this quarter's money, £m: security work that was screened out and re-planned as other work, or lost."""
SCREENED_OUT = 24
CALLED = 25
"""Of this quarter's assessed peacekeeping, £m: what the settlement paid, beyond the Reserve's cap."""
JOINED = 26
"""Part of its money and desks that each department puts into pools."""
CUT = 29
"""Part of each department's budget line that is cut this year."""
PLACES = 32
"""States that the Defence Advisory Team can advise this year."""
ENVELOPE = 33
"""£m a quarter of this fiscal year, and what of it is ODA."""
ENVELOPE_ODA = 34
ATTENTION = 35
FIRST_ATTENTION = 36
BELIEF = 37
"""Treasury's belief, driver levels per £100m, and its variance."""
BELIEF_VARIANCE = 38
TOP_UP = 39
YEAR_FALL = 40
"""Fall of drivers that this fiscal year's programmes brought, summed over states and drivers."""
YIELD = 41
"""True yield of the last fiscal year, driver levels per £100m."""
ACCOUNT = 42
