"""A year of virtual time with everybody in it: one seed decides who does what, the clock does the rest.

Every day people come, things are begun (`starters`), and a few of the moves that are open to somebody are made, whichever
they are: what `open_moves` offers is the whole of what can happen, so a new lifecycle takes part by itself; what was made
least is the likeliest. Every day all invariants of `tongxin verify` are asked, and the plain facts of `books`. The same seed
gives the same year.
"""

import datetime as dt
import hashlib
import random
import traceback
from collections import Counter

import time_machine
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tests.simulation.books import Books
from tests.simulation.gifts import gifts_for
from tests.simulation.starters import DAILY, DATED, STARTERS
from tests.world import World
from tongxin.access.models import Appointment
from tongxin.access.policy import ALWAYS, Role
from tongxin.archive.invariants import CHECKS, problems
from tongxin.journal.models import Event
from tongxin.journal.seals import seal_now
from tongxin.notifications import deliver as delivering
from tongxin.notifications.models import Choice
from tongxin.people.models import Kind, Person
from tongxin.places.models import Level, Place
from tongxin.places.models import bring_up_to_date as bring_register_up_to_date
from tongxin.service.models import Entry, Statement
from tongxin.workflow import clock
from tongxin.workflow.transitions import Refused, moves_of, open_moves

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
START = dt.datetime(2027, 6, 1, 8, tzinfo=SHANGHAI)  # a year with a New Year, a Spring Festival and a 29 February in it
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
FAMILIAR = 8  # rows of each kind that may be picked up: the newest ones, and a few old ones
FORGOTTEN = 0.2  # so much of everything nobody remembers to do this month
TRIES = 10  # moves looked for before the day goes on without one
#: Checks that are not asked every day: those that read everything there ever was once a month, slow ones once a week, and
#: twice a week those of which `books` looks at the most every day.
MONTHLY, MONDAYS, SOME_DAYS = {"journal"}, {"sealed", "posts", "places", "buildings"}, {"seats", "teams", "ledger"}
#: The clock stands still on these weekdays, as if the worker was away: every step can wait, and a year has to be quick.
AWAY = {1, 3, 5, 6}
#: Steps that are costly and promise no hour: once a week.
SELDOM = {"notifications.the_daily_digest", "archive.end_what_was_kept_long_enough"}
#: What is asked at midnight: nobody may see the old year open.
MIDNIGHT = {"service.rules_begin", "service.years_freeze"}
#: Moves people make rarely; without this nobody would be left after a month.
RARE = {
    "registration.leave": 0.04,
    "registration.refuse": 0.5,
    "task.cancel": 0.2,
    "claim.withdraw": 0.3,
    "rule.withdraw": 0.1,
    "series.stop": 0.3,
}

#: Moves that are half of a compound verb: the compound is made by a starter, never the half alone.
INNER = {
    "registration.set_out": "the first half of move_home; alone it would lead nowhere",
}
#: Moves a year of neighbours does not make, and why.
UNSEEN = {
    "rosterimport.confirm": "an import wants a file and a worker: tests/registrations plays it",
    "rosterimport.drop": "as confirm",
    "rosterimport.resume": "as confirm",
    "rosterimport.finish": "as confirm",
    "rosterimport.fail": "as confirm",
    "rosterimport.undo": "as confirm",
}


class Sim:
    """One district and its neighbours for a number of days."""

    def __init__(self, seed: int, *, start=START, moves_a_day=4):
        self.seed, self.chance = seed, random.Random(seed)
        self.now, self.moves_a_day = start, moves_a_day
        self.made = Counter()  # "registration.accept" → how often
        self.tried = Counter()  # the same with refusals: what is refused is not tried for ever
        self.refused = Counter()
        self.moves = [
            (model, move)
            for model in apps.get_models()
            for move in moves_of(model)
            if hasattr(model, "place") and self.name(model, move) not in INNER and "只由" not in move.guard_text
        ]
        self.broken: list[str] = []
        self.days = 0
        self.idle: set[tuple] = set()  # moves there was nothing for, today
        self.forgotten: dict[tuple, float] = {}
        self.notes: dict = {}  # what a starter wants to remember

    # the days ---------------------------------------------------------------------------------------------------------

    def run(self, days: int, *, on=lambda: False) -> "Sim":
        """So many days, and further ones as long as `on()` says so; the first broken day is the last."""
        with time_machine.travel(self.now, tick=False) as self.hands:
            delivering._failed.clear()
            self.world = World()
            self._people()
            self.books = Books(self)
            while not self.broken and (self.days < days or on()):
                self.day()
                self.days += 1
        return self

    def day(self):
        self.idle.clear()
        self._at(9, 5)
        if (weekday := self.now.weekday()) not in AWAY:
            self._clock(lambda step: weekday == 0 or step.name not in SELDOM)
        for hour in sorted(self.chance.choices(range(9, 21), k=self.moves_a_day)):
            self._at(hour, self.chance.randrange(60))
            self._something()
        for name, (odds, begin) in DAILY.items():
            if self.chance.random() < odds:
                self._begin(name, begin)
        self._at(23, 59, 59)
        if begin := DATED.get((self.now.month, self.now.day)):
            begin(self)
        self.now += dt.timedelta(days=1)
        self._at(0, 0, 0)  # midnight: what is frozen by the day is frozen now
        self._clock(lambda step: step.name in MIDNIGHT)
        self._check()

    def _at(self, hour, minute, second=None):
        second = self.chance.randrange(60) if second is None else second
        self.now = self.now.replace(hour=hour, minute=minute, second=second)
        self.hands.move_to(self.now)

    def _clock(self, wanted):
        """One round of the worker, of the steps that are wanted now."""
        bring_register_up_to_date()
        for step in filter(wanted, clock.steps()):
            step.run(timezone.now())
        delivering.deliver(limit=10_000)
        seal_now()

    def _check(self):
        weekday = self.now.weekday()
        only = set(CHECKS) - MONTHLY - MONDAYS - SOME_DAYS
        only |= (MONDAYS if weekday == 0 else set()) | (SOME_DAYS if weekday in (0, 4) else set())
        only |= MONTHLY if weekday == 0 and self.now.day <= 7 else set()
        self._breaks(line for _, line in problems(only))
        self._breaks(self.books.problems())
        self._breaks(f"event {pk} could not be told" for pk in sorted(delivering._failed))

    def _breaks(self, lines):
        self.broken += [f"seed {self.seed}, {self.now:%Y-%m-%d %H:%M}: {line}" for line in lines]

    # what people do ---------------------------------------------------------------------------------------------------

    def _people(self):
        world = self.world
        for n in range(8):
            world.joined(world.register(f"{SURNAMES[n]}大明", home=world.buildings[n % 4]))
        for n in range(3):
            world.member(f"{SURNAMES[n]}二宝", world.sibling, home=world.sibling_buildings[n % 2])
        world.staff("贺兰", "helan", Role.DISTRICT, world.district, "贺老师")
        world.staff("沈二", "shen2", Role.CLERK, world.subdistrict, "小沈")
        world.staff("孟书", "meng", Role.SECRETARY, world.sibling, "孟书记")
        world.staff("严二", "yan2", Role.AUDITOR, world.district, "小严")
        for one in Person.objects.filter(username__isnull=False).exclude(pk=world.wang.pk):
            Choice.of(one).set_digest(on=False, by=one)  # a digest a day is enough for a simulation
        self.spare = []  # three small neighbourhoods to be crossed when they are reorganised
        for n in range(3):
            unit = world._neighbourhood(f"后山{n + 1}村居委会", f"31010701410{n}", world.far_subdistrict)
            world._estate(f"后山{n + 1}村", f"后山路{n + 1}弄", unit, 1)
            world.member(f"{SURNAMES[n]}后山", unit)
            self.spare.append(unit)
        self.names = (f"{a}{b}" for b in "小文海晓" for a in SURNAMES)

    def _something(self):
        """Begin something, or make a move that is open to somebody."""
        if self.chance.random() < 0.4:
            weights = [1 / (1 + self.tried[name]) for name in STARTERS]
            name = self.chance.choices(list(STARTERS), weights)[0]
            return self._begin(name, STARTERS[name])
        return self._move()

    def _begin(self, name, begin):
        """A starter says what is done as (verb, given), or None when there is nobody to do it."""
        done = begin(self)
        if done is not None:
            verb, given = done
            self.act(name, verb, **given)

    def _move(self):
        """One of the moves open to somebody; of those at hand, what was made least is the likeliest."""
        moves = [(model, move) for model, move in self.moves if (model, move.name) not in self.idle]
        names = [self.name(model, move) for model, move in moves]
        weights = [RARE.get(name, 1) / (1 + self.tried[name]) for name in names]
        for model, move in self.chance.choices(moves, weights, k=TRIES):
            for row in self._rows(model, move):
                for person in self._concerned(row):
                    if move.name in {one.name for one in open_moves(row, person)}:
                        return self._make(row, move, person)
        return None

    def _rows(self, model, move):
        """Two of the newest rows the move starts from, or an old one."""
        if (model, move.name) in self.idle:
            return []
        rows = model._base_manager.filter(status__in=move.sources)
        found = list(rows.order_by("-pk")[:FAMILIAR])
        if not found:
            self.idle.add((model, move.name))
        if len(found) == FAMILIAR:
            found += list(rows.order_by("pk")[:3])
        found = [row for row in found if self._remembered(row)]
        return self.chance.sample(found, k=min(len(found), 2))

    def _remembered(self, row) -> bool:
        """Some things nobody thinks of for a month, as they stand: they are left to the clock."""
        what = row._meta.label, row.pk, row.status, self.now.month
        return self.forgotten.setdefault(what, self.chance.random()) > FORGOTTEN

    def _concerned(self, row):
        """The one it is about, and two of those who hold a post there or above."""
        about = getattr(row, "person_id", None)
        found = [Person.objects.get(pk=about)] if about else []
        if row.place is None:
            return found
        there = Appointment.objects.current().filter(place__in=[*row.place.ancestor_ids(), row.place.pk])
        posts = there.exclude(role__in=[Role.VOLUNTEER, Role.REGISTRANT])
        others = list(Person.objects.filter(pk__in=posts.values("person"), is_active=True).order_by("pk"))
        return found + self.chance.sample(others, k=min(len(others), 4))

    def _make(self, row, move, person):
        verb = getattr(row, move.name)
        self.act(self.name(row, move), verb, offered=True, by=person, **gifts_for(self, row, verb))

    @staticmethod
    def name(row, move) -> str:
        return f"{row._meta.model_name}.{move.name}"

    # for starters -----------------------------------------------------------------------------------------------------

    def act(self, name, verb, /, *, offered=False, **given):
        """Do it as a request would; refusals are counted, anything else that goes wrong breaks the year."""
        self.tried[name] += 1
        try:
            with transaction.atomic():
                done = verb(**given)
        except Refused as refused:
            self.refused[f"{name}: {refused.why}"] += 1
            return None
        except PermissionDenied:
            self.refused[f"{name}: not permitted"] += 1
            if offered:
                self._breaks([f"{name} was offered to people.person {given['by'].pk}, then not permitted"])
            return None
        except Exception:
            self._breaks([f"{name} by {given.get('by')!r} failed:\n{traceback.format_exc()}"])
            return None
        self.made[name] += 1
        self.books.saw(name, getattr(verb, "__self__", None), given, done)
        return done

    def pick(self, rows):
        """One of them, None when there are none; the same one for the same seed whatever their ids are."""
        if hasattr(rows, "model"):
            keys = list(rows.order_by("pk").values_list("pk", flat=True))
            return rows.model._base_manager.get(pk=self.chance.choice(keys)) if keys else None
        rows = list(rows)
        return self.chance.choice(rows) if rows else None

    def may(self, permission, place, *, besides=()):
        """Somebody who may do this there, as the next request would load them."""
        roles = [role for role, held in ALWAYS.items() if permission in held]
        posts = Appointment.objects.current().filter(role__in=roles, place__in=[*place.ancestor_ids(), place.pk])
        people = Person.objects.filter(pk__in=posts.values("person"), is_active=True)
        return self.pick(people.exclude(pk__in=[one.pk for one in besides]))

    def unit(self, besides=None):
        """One of the neighbourhoods there are today, mostly where most people live."""
        units = list(self.units().exclude(pk=besides and besides.pk))
        return self.chance.choices(units, [5, 3, *[1] * len(units)][: len(units)])[0]

    def units(self):
        away = Q(pk__in=[one.pk for one in self.spare])
        return Place.objects.current().at_level(Level.NEIGHBOURHOOD).exclude(away).order_by("pk")

    def building(self, unit):
        return self.pick(Place.objects.current().under(unit).filter(level=Level.BUILDING))

    def member(self, unit=None, **wanted):
        """Somebody in a team, not paused."""
        people = Person.objects.filter(
            is_active=True, username=None, memberships__until=None, memberships__paused_at=None,
            memberships__isnull=False, **wanted,
        )  # fmt: skip
        return self.pick(people.filter(memberships__team__place=unit) if unit else people)

    def kind(self):
        return self.chance.choice([Kind.PARTY, Kind.VOLUNTEER, Kind.VOLUNTEER])

    def a_name(self):
        return next(self.names, None) or f"{self.chance.choice(SURNAMES)}{self.chance.choice('某甲乙丙')}"

    def days_on(self, least, most) -> dt.date:
        return self.now.date() + dt.timedelta(days=self.chance.randint(least, most))

    # afterwards -------------------------------------------------------------------------------------------------------

    def seen(self) -> set[str]:
        """Every verb of the journal: what people, compounds and the clock did."""
        return set(Event.objects.values_list("verb", flat=True).distinct().order_by())

    def never_made(self) -> set[str]:
        """Moves that are declared and that nobody made in this year."""
        declared = {self.name(model, move) for model in apps.get_models() for move in moves_of(model)}
        return declared - self.seen()

    def digest(self) -> str:
        """One hash over everybody's statements and lines, by the order people came in instead of their ids."""
        order = {pk: n for n, pk in enumerate(Person.objects.order_by("pk").values_list("pk", flat=True))}
        statements = Statement.objects.order_by("year__year", "year_id", "person_id")
        rows = [*statements.values_list("person_id", "year__year", "entries", "hours", "points", "points_shown")]
        rows += Entry.objects.order_by("pk").values_list("person_id", "year", "served_on", "at", "hours", "points")
        text = "".join(f"{order[person]} {' '.join(map(str, rest))}\n" for person, *rest in rows)
        return hashlib.sha256(text.encode()).hexdigest()
