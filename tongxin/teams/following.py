"""What stands at a neighbourhood follows when it is reorganised: members, squads, responsibilities, posts.

History is kept: every row that moves is closed that day and a new one opened; hours and journal are never touched.
"""

from collections import Counter
from collections.abc import Callable
from functools import cached_property

from django.db.models import Q

from tongxin.access.models import SINGLE, Appointment, today
from tongxin.access.policy import Role
from tongxin.journal.models import draft, record_many
from tongxin.places.models import Place, Succession
from tongxin.places.registers import attach_ancestors
from tongxin.workflow.transitions import CLOCK

from .areas import assign_areas
from .models import Membership, Responsibility, Squad, Team

REASON = "居村撤并调整"
WITH_PERSON = (Role.VOLUNTEER, Role.REGISTRANT, Role.CAPTAIN, Role.SQUAD_LEADER)

#: Functions (course) → how many of their rows followed, from the rooms above; each also tells the course whose
#: neighbourhood is now which, by `course.people`.
FOLLOWERS: dict[str, Callable] = {}


class Course:
    """Where everything of one neighbourhood goes, once the register has changed."""

    def __init__(self, old, *, on, by, whole=True):
        self.old, self.on, self.by, self.whole = old, on, by, whole
        self.rest: Place = old  # for whatever has no home of its own
        self.parts: list[Place] = []  # of a split
        self.chosen: dict[int, Place] = {}  # membership → neighbourhood, where the people were chosen by hand
        self.people: dict[int, Place] = {}  # person → neighbourhood
        self.ids = list(Place.objects.under(old).values_list("pk", flat=True))  # as it was before

    @cached_property
    def now(self) -> dict[int, Place]:
        """What each place of before is today: itself, or what it was merged into."""
        became = dict(Succession.objects.filter(old__in=self.ids).exclude(old=self.old).values_list("old", "new"))
        places = Place.objects.in_bulk({*self.ids, *became.values()})
        attach_ancestors(list(places.values()))
        return {pk: places[became.get(pk, pk)] for pk in self.ids}

    @property
    def ended(self) -> bool:
        """Whether the neighbourhood is no more."""
        return Place.objects.filter(pk=self.old.pk).exclude(until=None).exists()

    def place(self, pk) -> Place:
        """Where something that stood at this place stands now."""
        if pk == self.old.pk:
            return self.rest
        return self.now.get(pk) or Place.objects.get(pk=pk)

    def unit(self, home) -> Place:
        """The neighbourhood of a home (id or None)."""
        if not self.whole or home is None or home == self.old.pk or home not in self.now:
            return self.rest
        return self.now[home].neighbourhood or self.rest


def follow(course) -> dict:
    """Everything follows; returns what went where, in numbers and place names (no person's)."""
    squads = _Squads(course)
    moved = _members(course, squads)
    outcome = {"members": sum(moved.values()), "by_unit": dict(moved)}
    outcome |= {name: FOLLOWERS[name](course) for name in FOLLOWERS}
    outcome["duties"] = _duties(course, squads) if course.whole else 0
    outcome |= _posts(course)
    outcome["squads"] = len(squads.made)
    _invitations(course)
    outcome["stay"] = Membership.objects.current().filter(team__place=course.old).count()
    return {"registrations": 0, "tasks": 0, "series": 0, "hours": 0} | outcome


def carry(course, rows, verb) -> int:
    """Rows with a `place` stand where it went, each with an event; what belongs to a person goes where they went."""
    going = []
    for row in rows.filter(place__in=course.ids if course.whole else []).order_by("pk"):
        there = course.place(row.place_id)
        if row.place_id == course.old.pk and there.pk != course.old.pk and hasattr(row, "person_id"):
            there = course.people.get(row.person_id, there)
        if there.pk != row.place_id:
            row.place = there
            going.append(row)
    rows.model._base_manager.bulk_update(going, ["place"], batch_size=500)
    facts = {"place_from": course.old.pk}
    record_many([draft(verb, subject=row, by=course.by, place=row.place_id, facts=facts) for row in going])
    return len(going)


class _Squads:
    """The squads of before, made again in the teams their people go to."""

    def __init__(self, course):
        self.course, self.made, self.teams = course, {}, {}

    def team(self, unit) -> Team:
        if unit.pk not in self.teams:
            self.teams[unit.pk] = Team.of(unit)
        return self.teams[unit.pk]

    def of(self, squad, unit) -> Squad | None:
        """What a squad is called at the new neighbourhood, made when it is first needed."""
        if squad is None or not self.course.whole:
            return None
        if (squad.pk, unit.pk) not in self.made:
            team = self.team(unit)
            name = squad.name
            if team.squads.filter(name=name).exists():
                name = f"{squad.name[:14]}（原{self.course.old.name[:10]}）"
            number = 2
            while team.squads.filter(name=name).exists():
                name, number = f"{squad.name[:14]}（{number}）", number + 1
            self.made[squad.pk, unit.pk] = Squad.objects.create(team=team, name=name)
        return self.made[squad.pk, unit.pk]


def _members(course, squads) -> Counter:
    """Close the memberships of those who go and open the next; returns how many by neighbourhood."""
    old, moved = course.old, Counter()
    going, coming = [], []
    rows = Membership.objects.filter(team__place=old).filter(Q(until=None) | Q(until__gt=today()))
    for row in rows.select_related("squad").order_by("pk"):
        unit = course.chosen.get(row.pk) or course.unit(row.home_id)
        course.people[row.person_id] = unit
        if unit.pk == old.pk:
            continue
        home = course.place(row.home_id) if row.home_id else None
        team = squads.team(unit)
        squad = squads.of(row.squad, unit) if course.whole else team.squad_for(None)  # the home stays elsewhere
        coming.append(going_on(row, team=team, squad=squad, home=home, since=max(course.on, row.since)))
        row.until = max(course.on, row.since)
        going.append(row)
        moved[unit.name] += 1
    Membership.objects.bulk_update(going, ["until"], batch_size=500)
    Membership.objects.bulk_create(coming, batch_size=500)
    events = [draft("membership.end", subject=row, by=course.by, place=old.pk, reason=REASON) for row in going]
    facts = {"place_from": old.pk}
    events += [draft("membership.move", subject=m, by=course.by, place=m.team.place_id, facts=facts) for m in coming]
    record_many(events)
    return moved


def going_on(row, **changes):
    """The same membership in another team: everything that is known of it goes along."""
    kept = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    for name in changes:
        kept.pop(row._meta.get_field(name).attname)
    return Membership(**kept, **changes)


def _duties(course, squads) -> int:
    """Responsibilities follow their building; where it lands beside a squad of its own, that squad keeps it."""
    rows = Responsibility.objects.filter(squad__team__place=course.old, until=None).select_related("squad")
    going, coming = [], []
    for row in rows.order_by("pk"):
        building = course.place(row.building_id)
        unit = course.unit(row.building_id)
        if unit.pk == course.old.pk and building.pk == row.building_id:
            continue
        row.until = max(course.on, row.since)
        going.append(row)
        coming.append((building, squads.of(row.squad, unit)))
    Responsibility.objects.bulk_update(going, ["until"], batch_size=500)
    held = set(
        Responsibility.objects.filter(until=None, building__in=[b for b, _ in coming]).values_list(
            "building", flat=True
        )
    )
    duties = [
        Responsibility(squad=squad, building=building, since=course.on)
        for building, squad in coming
        if building.pk not in held
    ]
    Responsibility.objects.bulk_create(duties, batch_size=500)
    assign_areas({squad.team.place_id for squad in squads.made.values()}, since=course.on)
    return len(going)


def _posts(course) -> dict:
    """Posts follow the person or the building; what cannot go along ends and is listed."""
    rows = Appointment.objects.filter(place__in=course.ids).filter(Q(until=None) | Q(until__gt=today()))
    ended = course.ended
    done = _Posts(course)
    for post in rows.select_related("place").order_by("deputy", "pk"):
        if post.place_id != course.old.pk:
            done.at_building(post)
        elif post.role in WITH_PERSON:
            done.with_person(post, course.people.get(post.person_id, course.rest), ended)
        elif ended:
            done.staff(post)
    return done.write()


def _invitations(course):
    """An invitation to a post that is no more is taken back; those to a building's go along with it."""
    from .invitations import Invitation

    for row in Invitation.objects.pending().filter(place__in=course.ids).select_related("place"):
        if course.place(row.place_id).pk != row.place_id:
            row.withdraw(by=CLOCK, reason=REASON)


class _Posts:
    def __init__(self, course):
        self.course, self.going, self.coming, self.lost, self.deputies = course, [], [], [], []
        self.taken: set[tuple] = set()
        self.held: dict[tuple, list] = {}
        self.seen: set[int] = set()

    def at_building(self, post):
        """A leader's post stays at the building, also in the new neighbourhood, as long as the leader is of it."""
        here = self.course.place(post.place_id)
        theirs = self.course.people.get(post.person_id)
        if theirs is not None and not self.course.whole and theirs.pk != self.course.old.pk:
            return self.end(post)  # chosen to go elsewhere: the building stays behind
        if here.pk != post.place_id:
            return self.move(post, here)
        unit = here.neighbourhood
        if theirs is not None and unit is not None and unit.pk == self.course.old.pk != theirs.pk:
            return self.end(post)
        return None

    def with_person(self, post, unit, ended):
        """A member's post goes where the member goes."""
        if unit.pk == self.course.old.pk:
            return None
        if post.role == Role.CAPTAIN and not ended:  # the team they led stays behind
            return self.end(post)
        if post.role == Role.SQUAD_LEADER and not self.course.whole:
            return self.end(post)
        return self.move(post, unit)

    def staff(self, post):
        """The office of a neighbourhood that ended goes on in each of its successors."""
        for unit in self.course.parts or [self.course.rest]:
            self.move(post, unit)

    def end(self, post):
        self.going.append(post)
        self.lost.append({"post": _word(post), "place": post.place.own_label})

    def move(self, post, to):
        deputy = post.deputy
        if post.pk not in self.seen:
            self.seen.add(post.pk)
            self.going.append(post)
        there = self._there(to, post.role)
        if any(person == post.person_id for person, _ in there):
            return
        single = post.role in SINGLE and not deputy
        if single and ((to.pk, post.role) in self.taken or any(not other for _, other in there)):
            deputy = True
            self.deputies.append({"post": _word(post), "place": to.own_label})
        elif single:
            self.taken.add((to.pk, post.role))
        new = Appointment(
            person_id=post.person_id, role=post.role, place=to, since=max(self.course.on, post.since), until=post.until,
            deputy=deputy, appointed_by_id=post.appointed_by_id,
        )  # fmt: skip
        self.coming.append((post, new))

    def _there(self, place, role):
        """(person, deputy) of whoever held this post there before."""
        if (place.pk, role) not in self.held:
            posts = Appointment.objects.not_over().filter(place=place, role=role)
            self.held[place.pk, role] = list(posts.values_list("person_id", "deputy"))
        return self.held[place.pk, role]

    def write(self) -> dict:
        for post in self.going:
            post.until = max(self.course.on, post.since)
        Appointment.objects.bulk_update(self.going, ["until"], batch_size=500)
        self._open([(old, new) for old, new in self.coming if old.stands_in_for_id is None])
        main = {(old.pk, new.place_id): new for old, new in self.coming}
        stand_ins = [(old, new) for old, new in self.coming if old.stands_in_for_id is not None]
        for old, new in stand_ins:
            new.stands_in_for = main.get((old.stands_in_for_id, new.place_id))
        self._open([(old, new) for old, new in stand_ins if new.stands_in_for])
        record_many([self._event("appointment.end", post) for post in self.going])
        carried = sum(new.role not in (Role.VOLUNTEER, Role.REGISTRANT) for _, new in self.coming)
        return {"posts": carried, "ended": self.lost, "deputies": self.deputies}

    def _open(self, pairs):
        made = Appointment.objects.bulk_create([new for _, new in pairs], batch_size=500)
        record_many([self._event("appointment.begin", post) for post in made])

    def _event(self, verb, post):
        facts = {"role": post.role, "deputy": post.deputy, "person": post.person_id}
        return draft(verb, subject=post, by=self.course.by, place=post.place_id, reason=REASON, facts=facts)


def _word(post) -> str:
    from .posts import label_of

    return label_of(post.role, post.deputy)
