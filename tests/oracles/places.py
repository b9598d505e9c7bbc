"""Children and scarce places, a day at a time, with plain lists: what each child gets and when.

Two uses. ``follow`` walks children whose every stay, wish and patience is given through the days, by
the rules; ``broken_rules`` takes what somebody else says happened (a table of ``Visit``) and tells
where it breaks them. ``children_of`` turns such a table back into children, so that ``follow`` must
find it again.

The rules of a day: who waited too long goes, or asks for something else; stays end; who ended asks for
what comes next and who is new asks; then places are given by (priority, day of request, tie) as long
as fewer are taken than there are. Who holds its place while it waits gives it back on the day it is
admitted. At the end of the day circles of children who hold each other's places move. Nobody is
evicted.

A place is named by its pool: a care form, or "form @ contract"; what is not in ``places`` has no limit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

LAST = 10  # the class of those who have no priority
EARLIER = -1  # the day of request of those in line before the start


@dataclass(frozen=True)
class Ask:
    """One thing a child asks for, and what then happens."""

    pool: str
    stay: int | None  # days; None: longer than is looked at
    priority: int = LAST
    tie: float = 0.0
    holds: bool = False  # keeps the place it comes from until it is admitted
    patience: int | None = None  # days it waits before it goes; None: longer than is looked at
    instead: tuple[Ask, ...] = ()  # what it asks for when it goes


@dataclass(frozen=True)
class Child:
    """A child: on ``day`` it asks for the first of ``asks``; ``in_care`` at the start it is there.

    The stay of a child in care at the start is the number of days left, which may be 0.
    """

    name: str
    day: int
    asks: tuple[Ask, ...]
    in_care: bool = False


@dataclass(frozen=True)
class Visit:
    """What became of one request. Days are numbered from the start; None is: not within the days seen.

    In line from ``asked`` (from 0 where that is before the start) up to ``began`` or ``gave_up``; in
    care from ``began`` up to ``ended``, on which day the place is free again. ``over`` is the day the
    stay itself was over: earlier than ``ended`` where the child held its place while it waited.
    """

    child: str
    pool: str
    asked: int
    began: int | None
    over: int | None
    ended: int | None
    gave_up: int | None = None
    priority: int = LAST
    held: str | None = None  # the pool, limited or not, in which it stays if it has to wait
    in_care: bool = False  # at the start; asked and began are EARLIER
    tie: float = 0.0
    goes: int | None = None  # the day it would give up, known or not whether it came to that

    def waits_on(self, day: int) -> bool:
        """Tell whether it is in line at the end of this day."""
        stop = self.gave_up if self.began is None else self.began
        return not self.in_care and self.asked <= day and (stop is None or day < stop)

    def stays_on(self, day: int) -> bool:
        """Tell whether it has the place at the end of this day."""
        return self.began is not None and self.began <= day and (self.ended is None or day < self.ended)

    def days_waited(self, days: int) -> int:
        """Days in line within so many days."""
        stop = self.gave_up if self.began is None else self.began
        return 0 if self.in_care else (days if stop is None else stop) - max(self.asked, 0)


@dataclass(frozen=True)
class History:
    """All that happened, per pool and day."""

    visits: list[Visit]
    occupancy: dict[str, list[int]]
    line: dict[str, list[int]]
    blocked: dict[str, list[int]]  # by the pool whose place is held


# --- following children ----------------------------------------------------------------------------


@dataclass
class _Life:
    """Where a child is: in ``place``, in line for ``wish``, both (it holds its place) or neither."""

    child: Child
    coming: list[Ask]
    place: _Record | None = None
    wish: _Record | None = None


@dataclass
class _Record:
    """A visit being made."""

    ask: Ask
    asked: int
    began: int | None = None
    over: int | None = None
    ended: int | None = None
    gave_up: int | None = None
    held: str | None = None
    ends_on: int | None = None  # of the stay itself


@dataclass
class _Region:
    places: Mapping[str, Sequence[int]]
    coming: list[_Life]
    lives: list[_Life] = field(default_factory=list)  # in care or in line
    records: list[tuple[_Life, _Record]] = field(default_factory=list)

    def taken(self, pool: str) -> int:
        return sum(life.place is not None and life.place.ask.pool == pool for life in self.lives)

    def line(self, pool: str) -> list[_Life]:
        waiting = [life for life in self.lives if life.wish is not None and life.wish.ask.pool == pool]
        return sorted(waiting, key=_rank)


def _rank(life: _Life) -> tuple[int, int, float]:
    assert life.wish is not None
    return life.wish.ask.priority, life.wish.asked, life.wish.ask.tie


def follow(children: Iterable[Child], places: Mapping[str, Sequence[int]], days: int) -> History:
    """Walk through the days; ``places`` per pool and day."""
    region = _Region(places, [_Life(child, list(child.asks)) for child in children])
    for life in region.coming:
        if life.child.in_care:
            region.lives.append(life)
            ask = life.coming.pop(0)
            life.place = _Record(ask, EARLIER, began=EARLIER, ends_on=ask.stay)
            region.records.append((life, life.place))
    history = History([], *({pool: [] for pool in places} for _ in range(3)))
    for day in range(days):
        _give_up(region, day)
        _end_stays(region, day)
        _ask_from_outside(region, day)
        _admit(region, day)
        _turn_circles(region, day)
        for pool in places:
            history.occupancy[pool].append(region.taken(pool))
            history.line[pool].append(len(region.line(pool)))
            holding = (life.place for life in region.lives if life.wish is not None)
            held = sum(place is not None and place.ask.pool == pool for place in holding)
            history.blocked[pool].append(held)
    history.visits.extend(_visit(life, record) for life, record in region.records)
    return history


def _visit(life: _Life, record: _Record) -> Visit:
    return Visit(
        child=life.child.name,
        pool=record.ask.pool,
        asked=record.asked,
        began=record.began,
        over=record.over,
        ended=record.ended,
        gave_up=record.gave_up,
        priority=record.ask.priority,
        held=record.held,
        tie=record.ask.tie,
        goes=None if record.ask.patience is None else max(record.asked, 0) + record.ask.patience,
        in_care=life.child.in_care and record.began == EARLIER,
    )


def _request(region: _Region, life: _Life, asked: int, day: int) -> None:
    """Ask for the next thing: get it today if it has no limit, else stand in line."""
    ask = life.coming.pop(0)
    record = _Record(ask, asked)
    region.records.append((life, record))
    holds = life.place is not None and ask.holds and ask.pool in region.places
    if life.place is not None and not holds:
        _leave(life, day)
    record.held = life.place.ask.pool if life.place is not None else None
    life.wish = record
    if ask.pool not in region.places:
        _enter(life, day)


def _enter(life: _Life, day: int) -> None:
    if life.place is not None:
        _leave(life, day)
    assert life.wish is not None
    record, life.wish = life.wish, None
    record.began = day
    record.ends_on = None if record.ask.stay is None else day + record.ask.stay
    life.place = record


def _leave(life: _Life, day: int) -> None:
    assert life.place is not None
    life.place.ended = day
    life.place = None


def _give_up(region: _Region, day: int) -> None:
    for life in region.lives:
        wish = life.wish
        if wish is None or wish.ask.patience is None:
            continue
        if day - max(wish.asked, 0) >= wish.ask.patience:
            wish.gave_up, life.wish = day, None
            life.coming = list(wish.ask.instead)
            if life.coming:
                _request(region, life, day, day)
            elif life.place is not None:
                _leave(life, day)


def _end_stays(region: _Region, day: int) -> None:
    for life in region.lives:
        place = life.place
        if place is None or place.over is not None or place.ends_on != day:
            continue
        place.over = day
        if life.coming:
            _request(region, life, day, day)
        else:
            _leave(life, day)


def _ask_from_outside(region: _Region, day: int) -> None:
    region.lives = [life for life in region.lives if life.place or life.wish]
    for life in region.coming:
        if not life.child.in_care and max(life.child.day, 0) == day:
            region.lives.append(life)
            _request(region, life, life.child.day, day)


def _admit(region: _Region, day: int) -> None:
    """Give places until nobody can go in: an admission may free a place elsewhere."""
    moved = True
    while moved:
        moved = False
        for pool in region.places:
            line = region.line(pool)
            if line and region.taken(pool) < region.places[pool][day]:
                _enter(line[0], day)
                moved = True


def _turn_circles(region: _Region, day: int) -> None:
    """Move the first in line of each pair (held, wanted) of a circle, until there is no circle."""
    while True:
        first: dict[tuple[str, str], _Life] = {}
        for wanted in region.places:
            for life in region.line(wanted):
                held = life.place.ask.pool if life.place is not None else None
                if held in region.places:
                    first.setdefault((held, wanted), life)
        circle = find_circle(list(first))
        if not circle:
            return
        for pair in circle:
            _enter(first[pair], day)


def find_circle(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Find pairs (a, b), (b, c), ..., (z, a) among these, or nothing."""
    after: dict[str, list[str]] = defaultdict(list)
    for held, wanted in sorted(pairs):
        after[held].append(wanted)

    def search(path: list[str]) -> list[tuple[str, str]]:
        for wanted in after[path[-1]]:
            if wanted == path[0]:
                return list(zip(path, [*path[1:], wanted], strict=True))
            if wanted not in path and (found := search([*path, wanted])):
                return found
        return []

    return next((found for start in sorted(after) if (found := search([start]))), [])


# --- checking what somebody says happened ----------------------------------------------------------


def broken_rules(visits: Sequence[Visit], places: Mapping[str, Sequence[int]], days: int) -> list[str]:
    """Tell every rule that a table of visits breaks, in words; an empty list is a good table.

    Ties are not looked at: children of one class and day may go in any order.
    """
    wrong = [line for visit in visits for line in _impossible(visit, places)]
    wrong += _broken_lives(visits, places)
    for pool in places:
        ours = [visit for visit in visits if visit.pool == pool]
        for day in range(days):
            wrong += _broken_day(pool, day, ours, visits, places)
    return wrong


def _impossible(visit: Visit, places: Mapping[str, Sequence[int]]) -> list[str]:
    """Days that are not in order."""
    wrong = []
    order = [visit.asked, visit.began, visit.over, visit.ended]
    known = [day for day in order if day is not None]
    if known != sorted(known):
        wrong.append(f"{visit.child}: days of {visit.pool} out of order: {order}")
    if visit.began is None and (visit.over is not None or visit.ended is not None):
        wrong.append(f"{visit.child}: a stay in {visit.pool} that ended but never began")
    if visit.began is not None and visit.gave_up is not None:
        wrong.append(f"{visit.child}: both admitted to {visit.pool} and gone from its line")
    if visit.gave_up is not None and visit.gave_up <= max(visit.asked, 0):
        wrong.append(f"{visit.child}: left the line for {visit.pool} on the day it came")
    if not visit.in_care and visit.over is not None and visit.over == visit.began:
        wrong.append(f"{visit.child}: a stay in {visit.pool} of no days")
    if visit.pool not in places and visit.began != visit.asked:
        wrong.append(f"{visit.child}: waits for {visit.pool}, which has no limit")
    return wrong


def _broken_lives(visits: Sequence[Visit], places: Mapping[str, Sequence[int]]) -> list[str]:
    """Look at what hangs together within one child: one thing at a time, and holding."""
    wrong = []
    for name, life in _lives(visits).items():
        for earlier, later in pairwise(life):
            if earlier.gave_up is not None:
                if later.asked != earlier.gave_up:
                    wrong.append(f"{name}: asks for {later.pool} on another day than it gave up")
                continue
            if earlier.over is None or later.asked != earlier.over:
                wrong.append(f"{name}: asks for {later.pool} while it is in {earlier.pool}")
            if later.held not in (None, earlier.pool):
                wrong.append(f"{name}: holds a place in {later.held} from {earlier.pool}")
        for place in life:
            wrong += _wrongly_held(place, life)
    return wrong


def _wrongly_held(place: Visit, life: Sequence[Visit]) -> list[str]:
    """Look whether a place is kept after the stay only as long as its child waits with it."""
    if place.over is None or place.began is None:
        return []
    kept_until: int | None = place.over
    for later in life[life.index(place) + 1 :]:
        if later.held != place.pool or later.asked != kept_until:
            break
        kept_until = later.gave_up if later.began is None else later.began
        if later.began is not None or kept_until is None:
            break
    if place.ended != kept_until:
        said = f"has {place.pool} until {place.ended}"
        return [f"{place.child}: {said}, its stay was over on {place.over}, held until {kept_until}"]
    return []


def _broken_day(
    pool: str,
    day: int,
    ours: Sequence[Visit],
    visits: Sequence[Visit],
    places: Mapping[str, Sequence[int]],
) -> list[str]:
    wrong = []
    free = places[pool][day] - sum(visit.stays_on(day) for visit in ours)
    waiting = [visit for visit in ours if visit.waits_on(day)]
    admitted = [visit for visit in ours if visit.began == day and not visit.in_care]
    in_line = [v for v in admitted if not _in_circle(v, visits, places, day)]
    if free < 0 and in_line:
        names = ", ".join(visit.child for visit in in_line)
        wrong.append(f"day {day}: {names} admitted to {pool}, {-free} above its places")
    if free > 0 and waiting:
        names = ", ".join(visit.child for visit in waiting)
        wrong.append(f"day {day}: {names} wait for {pool} while {free} places are free")
    for passed in waiting:
        for visit in in_line:
            if (passed.priority, passed.asked) < (visit.priority, visit.asked):
                wrong.append(f"day {day}: {visit.child} goes before {passed.child} into {pool}")
    return wrong


def _in_circle(
    visit: Visit, visits: Sequence[Visit], places: Mapping[str, Sequence[int]], day: int
) -> bool:
    """Tell whether this admission can be part of a circle: everybody goes where another leaves."""
    if visit.held not in places:
        return False
    turned = [v for v in visits if v.began == day and v.held in places and v.asked <= day]
    pairs = {(v.held, v.pool) for v in turned if v.held is not None}
    reached, frontier = set(), {visit.pool}
    while frontier:
        reached |= frontier
        frontier = {wanted for held, wanted in pairs if held in frontier} - reached
    return visit.held in reached


def occupancy_of(visits: Sequence[Visit], pool: str, days: int) -> list[int]:
    """Places taken at the end of every day, from a table."""
    return [sum(v.pool == pool and v.stays_on(day) for v in visits) for day in range(days)]


def line_of(visits: Sequence[Visit], pool: str, days: int) -> list[int]:
    """Children in line at the end of every day, from a table."""
    return [sum(v.pool == pool and v.waits_on(day) for v in visits) for day in range(days)]


def _lives(visits: Sequence[Visit]) -> dict[str, list[Visit]]:
    """Visits by child, in order."""
    lives: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        lives[visit.child].append(visit)
    return {name: sorted(life, key=lambda visit: visit.asked) for name, life in lives.items()}


def children_of(visits: Sequence[Visit]) -> list[Child]:
    """Turn a table into children with given stays, wishes and patience.

    ``follow`` must give the same table: the days of admission follow from these alone.
    """
    children = []
    for name, life in sorted(_lives(visits).items()):
        asks: tuple[Ask, ...] = ()
        for visit in reversed(life):
            ask = Ask(
                pool=visit.pool,
                stay=_own_stay(visit),
                priority=visit.priority,
                tie=visit.tie,
                holds=visit.held is not None,
                patience=None if visit.goes is None else visit.goes - max(visit.asked, 0),
                instead=asks if visit.gave_up is not None else (),
            )
            asks = (ask,) if visit.gave_up is not None else (ask, *asks)  # instead holds the rest
        children.append(Child(name, life[0].asked, asks, in_care=life[0].in_care))
    return children


def _own_stay(visit: Visit) -> int | None:
    if visit.over is None or visit.began is None:
        return None
    return visit.over - max(visit.began, 0) if visit.in_care else visit.over - visit.began


def found_again(visits: Sequence[Visit], places: Mapping[str, Sequence[int]], days: int) -> list[Visit]:
    """Return what differs between a table and what ``follow`` makes of its children."""
    again = Counter(follow(children_of(visits), places, days).visits)
    again.subtract(Counter(visits))
    return [visit for visit, number in again.items() if number]
