"""What stands in which column of the arrays in ``tables``, for compiled code and its readers."""

from __future__ import annotations

PRIORITIES = 10  # classes 0..8 as written 1..9, then all without a number
EVERYBODY = PRIORITIES  # after the classes: how many stand in line, and hold a place meanwhile

# Rates of a form in a draw.
RENEGING, ESCALATION, EXTENDED_SHARE = range(3)

# Packed tables: a cell, a form, a move, a month, a lever on the days left.
(
    C_FORM,
    C_TOWN,
    C_KEY_LOW,
    C_KEY_HIGH,
    C_STAY_GROUP,
    C_UNITS_GROUP,
    C_INFLOW_GROUP,
    C_EXTENDED_GROUP,
    C_POOL,
    C_ENTRY_CLASS,
    C_CONTRACT,
) = range(11)
(
    F_FIXED,
    F_SPREAD_UNITS,
    F_PER_TRAJECTORY,
    F_STEP_FIRST,
    F_STEPS_END,
    F_MOVE_FIRST,
    F_MOVES_END,
    F_BRIDGING,
    F_ESCALATION,
    F_IN_TIME_DAYS,
) = range(10)
M_TO, M_HOLDS, M_CLASS = range(3)
T_FIRST_DAY, T_DAYS, T_YEAR, T_NUMBER = range(4)
D_YEAR, D_AFTER, D_IN_YEAR = range(3)
"""Of a day: its year, the year after the one its eve is in, its number in the year from 0."""
YEAR_ONE = 1 << 16  # a date holds the year above the number in the year

W_EFFECT, W_STARTS, WHOLE_CELLS = range(3)

# Counts of a cell and year.
(
    CLIENT_DAYS,
    STAYS_STARTED,
    STAYS_ENDED,
    CLIENTS_IN_YEAR,
    WAITING_DAYS,  # by the form waited for
    WAITING_AT_YEAR_END,
    ADMISSIONS,
    ADMISSION_WAIT_DAYS,
    ADMISSIONS_IN_TIME,
    BLOCKED_DAYS,  # by the form in which the child stays
    RENEGED,
    ESCALATED,
    ADULTS_AT_YEAR_END,  # 18 and over
    LEFT_AT_AGE_LIMIT,
) = range(14)
COUNTS = 14
FREE_COUNTS = 4  # the first four, where nothing limits care

# The tally of a cell and year: what begins or ends in the year, and when.
(
    IN_CARE,  # care that begins less care that ends, other than stays of children followed alone
    DAYS,  # days into the year at which care ends, less those at which it begins
    INTENSITY_NOW,  # intensity of care that begins less care that ends, in 2^-30
    UNITS,  # units until care ends in the year, less those until it begins, in 2^-30
    CLIENTS,  # children who come among the clients of a year, less who no longer are
    UNIT_PARTS,  # and what these are more, in 2^-50
    STARTED,  # stays of children followed alone
    ENDED,
) = range(8)
TALLY_COLUMNS = 8  # a cache line

# Children of a cell side by side, in runs of those who came in the same month.
LANES = 512
L_SEQUENCE, L_ADDRESS = range(2)
LANE_ROWS = 2
M_LANE, M_SEQUENCE, M_ADDRESS, M_WORD, M_DAY, M_FORM, M_INTENSITY, M_SLOT = range(8)
"""Of those who move: lane, address, word for where to, day and form they leave, row of their visits."""
MOVER_ROWS = 8
R_GROUP, R_END = range(2)
"""Of a run: 0 for the start stock, else the month + 1; the lane after its last."""
E_ENDED, E_INTENSITY, E_UNITS, E_UNIT_PARTS = range(4)
"""Of the stays that end in a year: how many and when, with what intensity, after how many units."""
COUNT_ONE = 1 << 20
NEW_YEAR_ONE = 1 << 40
"""``E_ENDED`` adds up days in the year, stays, and stays that end on the first of January."""

# Whom to follow: not the children of a cell but a batch of rows, which may have nobody.
BATCH, NOBODY = -1, 0

# How much of the work space is used.
CHILDREN, ROWS, LOG_ROWS = range(3)

# The state of a child among the Kids, with who stands beside it on a calendar day and in line: one
# cache line.
(
    STATUS,
    POOL,  # whose place it takes, or -1
    WISH,  # cell it asks for
    HELD,  # cell it stays in while it waits, or -1
    SINCE,  # day it asked
    PRIORITY,
    QUITS,  # day it stops waiting without a place
    ENDING,  # how it then stops
    END,  # day
    CELL,  # where it is, or was last
    STEP,
    YOUTH_YEAR,  # last year in which it was counted as a youth
    DAY_NEXT,
    DAY_BEFORE,
    LINE_NEXT,
    LINE_BEFORE,
) = range(16)
STATE_COLUMNS = 16

# The numbers of a child among the Kids: one cache line.
(
    K_TIE,
    K_STAY_WORD,  # of the stay it waits for, as the next
    K_INTENSITY_WORD,
    K_NEXT_WORD,  # for where it goes after its stay
    K_INTENSITY,  # of its stay, in 2^-30
    K_ORIGIN,  # cell of first entry
    K_ADDRESS,
    K_SEQUENCE,
) = range(8)
KEY_COLUMNS = 8
FAR_DAY = 1 << 30  # days beyond are as good as this one

BORN, EXTENSION = range(2)
"""Of a child whose age matters: its day of birth, and its uniform for staying on after 18."""

(
    ASKING,  # for a place, or about to begin a stay that needs none
    IN_LINE,
    ADMITTED,  # stopped waiting, with a place
    GIVES_UP,  # stopped waiting, without; so do the next three
    ESCALATES,
    TOO_OLD,
    STILL_WAITS,  # when time ends
    BEGINS,  # a stay, with its place if it needs one
    IN_PLACE,
    STAY_ENDS,
    GONE,
) = range(11)
"""What a child is doing; also how a wait ended in the log."""

# Search for circles.
FOUND_BY, NEXT_LOOK = range(2)

# The log of one draw.
(
    LOG_KIND,
    LOG_ORIGIN,
    LOG_ADDRESS,
    LOG_SEQUENCE,
    LOG_STEP,
    LOG_CELL,
    LOG_ASKED,
    LOG_BEGIN,
    LOG_END,
    LOG_OUTCOME,
    LOG_ADULT,
    LOG_HELD,  # cell in which a child waits, or -1
    LOG_PRIORITY,
    LOG_TIE,
    LOG_QUITS,  # day on which it stops waiting without a place
) = range(15)
LOG_COLUMNS = 15
STAY_ROW, BRIDGING_ROW, WAIT_ROW = range(3)
"""Kinds of row in the log."""
LEFT, AGED_OUT, GOES_ON = -1, -2, -3
"""Outcomes of a stay in the log other than the cell asked for next."""
