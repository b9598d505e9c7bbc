"""The plain simulation of places beside days worked out by hand; its checks beside spoilt tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .places import (
    EARLIER,
    Ask,
    Child,
    History,
    Visit,
    broken_rules,
    children_of,
    find_circle,
    follow,
    found_again,
    line_of,
    occupancy_of,
)

DAYS = 12


def steady(**places: int) -> dict[str, list[int]]:
    return {pool: [number] * DAYS for pool, number in places.items()}


def visit(history: History, child: str, pool: str) -> Visit:
    return next(v for v in history.visits if (v.child, v.pool) == (child, pool))


def child(name: str, day: int, *asks: Ask) -> Child:
    return Child(name, day, asks)


def test_three_children_and_one_place_by_hand() -> None:
    """Stays of 3, 2 and 1 days asked for on days 0, 1 and 1: in on 0, 3 and 5 by their ties."""
    found = follow(
        [
            child("a", 0, Ask("huis", 3)),
            child("late", 1, Ask("huis", 1, tie=0.9)),
            child("b", 1, Ask("huis", 2, tie=0.1)),
        ],
        steady(huis=1),
        DAYS,
    )
    assert [visit(found, name, "huis").began for name in ("a", "b", "late")] == [0, 3, 5]
    assert found.occupancy["huis"] == [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert found.line["huis"] == [0, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert visit(found, "late", "huis").days_waited(DAYS) == 4


def test_priority_goes_before_the_day_of_request() -> None:
    found = follow(
        [
            child("in care", 0, Ask("huis", 4)),
            child("long in line", 1, Ask("huis", 1)),
            child("urgent", 3, Ask("huis", 1, priority=1)),
        ],
        steady(huis=1),
        DAYS,
    )
    assert visit(found, "urgent", "huis").began == 4
    assert visit(found, "long in line", "huis").began == 5


def crisis(holds: bool) -> History:
    """Crisis and home have a place each; two children go from crisis home, one after the other."""
    return follow(
        [
            child("first", 0, Ask("crisis", 2), Ask("home", 5)),
            child("second", 1, Ask("crisis", 2), Ask("home", 1, holds=holds)),
            child("third", 3, Ask("crisis", 1)),
        ],
        steady(crisis=1, home=1),
        DAYS,
    )


def test_a_held_place_is_freed_on_the_day_of_admission() -> None:
    """The second is ready on day 4, goes home on day 7; the third gets its crisis place that day."""
    found = crisis(holds=True)
    assert visit(found, "second", "crisis") == Visit("second", "crisis", 1, 2, 4, 7)
    assert visit(found, "second", "home").began == 7
    assert visit(found, "third", "crisis").began == 7
    assert found.blocked["crisis"] == [0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]
    assert found.line["crisis"] == [0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0]


def test_who_does_not_hold_leaves_at_once() -> None:
    found = crisis(holds=False)
    assert visit(found, "second", "crisis").ended == 4
    assert visit(found, "third", "crisis").began == 4
    assert visit(found, "second", "home").began == 7
    assert sum(found.blocked["crisis"]) == 0


def test_patience_goes_first_on_its_day() -> None:
    """A place that comes free on the day somebody gives up goes to the next, not to that child."""
    found = follow(
        [
            child("in care", 0, Ask("huis", 3)),
            child("impatient", 0, Ask("huis", 2, tie=1, patience=3, instead=(Ask("thuis", 2),))),
            child("patient", 1, Ask("huis", 2)),
        ],
        steady(huis=1),
        DAYS,
    )
    assert visit(found, "impatient", "huis").gave_up == 3
    assert visit(found, "impatient", "thuis") == Visit("impatient", "thuis", 3, 3, 5, 5)
    assert visit(found, "patient", "huis").began == 3


def test_who_gives_up_from_a_held_place_frees_it() -> None:
    found = follow(
        [
            child("home", 0, Ask("home", None)),
            child("blocked", 0, Ask("crisis", 2), Ask("home", 1, holds=True, patience=4)),
            child("next", 1, Ask("crisis", 1)),
        ],
        steady(crisis=1, home=1),
        DAYS,
    )
    assert visit(found, "blocked", "crisis") == Visit("blocked", "crisis", 0, 0, 2, 6)
    assert visit(found, "next", "crisis").began == 6


def test_the_line_at_the_start_goes_first_and_waits_from_the_start() -> None:
    found = follow(
        [
            Child("in care", EARLIER, (Ask("huis", 2),), in_care=True),
            Child("gone at once", EARLIER, (Ask("huis", 0),), in_care=True),
            child("new", 0, Ask("huis", 1)),
            child("old", EARLIER, Ask("huis", 1, tie=1)),
            child("older", EARLIER, Ask("huis", 1)),
        ],
        steady(huis=1),
        DAYS,
    )
    assert [visit(found, name, "huis").began for name in ("older", "old", "new")] == [2, 3, 4]
    assert visit(found, "old", "huis").days_waited(DAYS) == 3
    assert found.occupancy["huis"][:6] == [1, 1, 1, 1, 1, 0]


def test_nobody_is_evicted_and_nobody_comes_in_above_the_places() -> None:
    places = {"huis": [2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]}
    found = follow([child(str(n), 0, Ask("huis", 4 + n, tie=n)) for n in range(4)], places, DAYS)
    assert found.occupancy["huis"][:7] == [2, 2, 2, 2, 1, 1, 2]
    assert [visit(found, str(n), "huis").began for n in range(4)] == [0, 0, 5, 6]


def test_a_circle_moves_the_first_of_each_pair() -> None:
    """Two hold a place in a and want b, one the other way round; the elder of the two goes with it."""
    found = follow(
        [
            child("old", 0, Ask("a", 2), Ask("b", 5, holds=True)),
            child("young", 0, Ask("a", 3), Ask("b", 5, holds=True)),
            child("back", 0, Ask("b", 4), Ask("a", 5, holds=True)),
        ],
        steady(a=2, b=1),
        DAYS,
    )
    assert visit(found, "old", "b").began == 4
    assert visit(found, "back", "a").began == 4
    assert visit(found, "young", "b").began == 9  # the old one leaves on day 9
    assert found.occupancy["a"][4] == 2


def test_a_circle_may_pass_the_line() -> None:
    """The one exception to first come, first served: who stands first in line holds no place."""
    children = [
        child("outside", 1, Ask("b", 1)),
        child("there", 0, Ask("a", 2), Ask("b", 5, holds=True)),
        child("back", 0, Ask("b", 3), Ask("a", 5, holds=True)),
    ]
    found = follow(children, steady(a=1, b=1), DAYS)
    assert visit(found, "there", "b").began == 3
    assert visit(found, "outside", "b").began == 8
    assert broken_rules(found.visits, steady(a=1, b=1), DAYS) == []


def test_circles_are_found() -> None:
    assert find_circle([("a", "b"), ("b", "c")]) == []
    assert find_circle([("a", "b"), ("b", "c"), ("c", "b")]) == [("b", "c"), ("c", "b")]
    assert find_circle([("a", "a")]) == [("a", "a")]
    three = find_circle([("c", "a"), ("a", "b"), ("b", "c")])
    assert sorted(three) == [("a", "b"), ("b", "c"), ("c", "a")]


# --- any children ----------------------------------------------------------------------------------

POOLS = ("a", "b", "c", "vrij")  # the last has no limit
asks = st.builds(
    Ask,
    pool=st.sampled_from(POOLS),
    stay=st.integers(1, 6),
    priority=st.sampled_from([1, 10]),
    tie=st.floats(0, 1, allow_nan=False),
    holds=st.booleans(),
    patience=st.none() | st.integers(1, 5),
    instead=st.sampled_from([(), (Ask("b", 2, tie=0.5),), (Ask("vrij", 2),)]),
)
stories = st.lists(
    st.tuples(st.integers(-1, DAYS - 3), st.lists(asks, min_size=1, max_size=4), st.booleans()),
    max_size=14,
)
levels = st.fixed_dictionaries(
    {pool: st.lists(st.integers(0, 3), min_size=DAYS, max_size=DAYS) for pool in POOLS[:3]}
)


def children(drawn: list[tuple[int, list[Ask], bool]]) -> list[Child]:
    return [
        Child(f"{number:02}", day, tuple(wishes), in_care=day == EARLIER and stock)
        for number, (day, wishes, stock) in enumerate(drawn)
        if day != EARLIER or stock or wishes[0].pool != "vrij"
    ]


@settings(max_examples=200, deadline=None)
@given(drawn=stories, places=levels)
def test_whatever_children_come_no_rule_is_broken(
    drawn: list[tuple[int, list[Ask], bool]], places: dict[str, list[int]]
) -> None:
    """And the table alone gives the same days again, and the same counts of every day."""
    found = follow(children(drawn), places, DAYS)
    assert broken_rules(found.visits, places, DAYS) == []
    assert found_again(found.visits, places, DAYS) == []
    for pool in places:
        assert occupancy_of(found.visits, pool, DAYS) == found.occupancy[pool]
        assert line_of(found.visits, pool, DAYS) == found.line[pool]
        waited = sum(v.days_waited(DAYS) for v in found.visits if v.pool == pool)
        assert waited == sum(found.line[pool])


def spoilt(name: str, pool: str, **changes: int | None) -> tuple[list[Visit], dict[str, list[int]]]:
    """Return the crisis story with one visit changed."""
    table = [
        replace(v, **changes) if (v.child, v.pool) == (name, pool) else v for v in crisis(True).visits
    ]
    return table, steady(crisis=1, home=1)


SPOILT = [
    ("third", "crisis", {"began": 6}, "above its places"),
    ("third", "crisis", {"began": 8, "over": 9, "ended": 9}, "wait for crisis while 1 places are free"),
    ("second", "crisis", {"ended": 6}, "held until 7"),
    ("second", "crisis", {"over": 5}, "asks for home while it is in crisis"),
    ("second", "home", {"gave_up": 6}, "both admitted to home and gone"),
    ("first", "crisis", {"over": 0, "ended": 0}, "of no days"),
    ("first", "crisis", {"began": None}, "never began"),
    ("second", "home", {"held": "home"}, "holds a place in home from crisis"),
    ("third", "crisis", {"over": 6}, "out of order"),
]


@pytest.mark.parametrize(("name", "pool", "changes", "told"), SPOILT, ids=[s[3] for s in SPOILT])
def test_a_spoilt_table_is_seen(name: str, pool: str, changes: dict, told: str) -> None:
    table, places = spoilt(name, pool, **changes)
    assert broken_rules(crisis(True).visits, places, DAYS) == []
    assert any(told in line for line in broken_rules(table, places, DAYS))


def test_children_in_the_wrong_order_are_seen() -> None:
    good = follow(
        [child(name, day, Ask("huis", 4)) for day, name in enumerate("abc")], steady(huis=1), DAYS
    ).visits
    swapped = {"b": "c", "c": "b"}
    bad = [
        replace(v, asked=next(o.asked for o in good if o.child == swapped.get(v.child, v.child)))
        for v in good
    ]
    assert broken_rules(good, steady(huis=1), DAYS) == []
    assert any("goes before" in line for line in broken_rules(bad, steady(huis=1), DAYS))
    assert found_again(bad, steady(huis=1), DAYS) != []


def test_a_table_becomes_its_children() -> None:
    found = {c.name: c for c in children_of(crisis(True).visits)}
    first, second = found["second"].asks
    assert (first.pool, first.stay, second.pool, second.stay, second.holds) == (
        "crisis", 2, "home", 1, True,
    )  # fmt: skip
