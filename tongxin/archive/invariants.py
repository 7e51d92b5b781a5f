"""What must hold at any time, room by room; `tongxin verify` and the tests ask it. Every line names the broken row."""

from collections.abc import Callable, Iterable, Iterator

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from tongxin.access import checks as duties
from tongxin.access.models import Appointment
from tongxin.access.policy import STAFF_ROLES, Role
from tongxin.journal.models import Event, Seal, kind_of
from tongxin.journal.seals import verify_chain
from tongxin.people.models import Category, Person
from tongxin.people.vault import BrokenSeal, blind_index, unseal
from tongxin.places.models import Level, Place
from tongxin.registrations import checks as checkins
from tongxin.service import checks as ledger
from tongxin.tasks import checks as seats
from tongxin.tasks.models import Claim, Task
from tongxin.teams import checks as standing
from tongxin.teams.models import Membership, Responsibility


def members() -> Iterator[str]:
    """Who is in a team has a volunteer's access there, and nobody else has."""
    access = Appointment.objects.filter(role=Role.VOLUNTEER, until=None)
    inside = Membership.objects.filter(until=None, paused_at=None)  # whoever pauses keeps the seat, not the access
    without = inside.exclude(Exists(access.filter(person=OuterRef("person"), place=OuterRef("team__place"))))
    for pk in without.order_by("pk").values_list("pk", flat=True):
        yield f"teams.membership {pk}: open, but the volunteer's access is missing"
    alone = access.exclude(Exists(inside.filter(person=OuterRef("person"), team__place=OuterRef("place"))))
    for pk in alone.order_by("pk").values_list("pk", flat=True):
        yield f"access.appointment {pk}: a volunteer's access without an open membership"
    strange = Membership.objects.filter(squad__isnull=False).exclude(squad__team=F("team"))
    for pk in strange.order_by("pk").values_list("pk", flat=True):
        yield f"teams.membership {pk}: its squad belongs to another team"


def buildings() -> Iterator[str]:
    """One squad at most answers for a building, and it is one of the neighbourhood's own."""
    open_duties = Responsibility.objects.filter(until=None)
    twice = open_duties.values("building").annotate(n=Count("pk")).filter(n__gt=1).order_by("building")
    for row in twice:
        yield f"places.place {row['building']}: {row['n']} squads answer for it"
    elsewhere = open_duties.select_related("building", "squad__team__place").iterator(chunk_size=2000)
    for duty in elsewhere:
        if not duty.building.is_under(duty.squad.team.place):
            yield f"teams.responsibility {duty.pk}: the building is not in the team's neighbourhood"


def places() -> Iterator[str]:
    """The path of a place is its parent's path and its own number."""
    own = Concat(F("parent__path"), Cast("pk", CharField()), Value("/"))
    for pk in Place.objects.filter(parent__isnull=False).exclude(path=own).order_by("pk").values_list("pk", flat=True):
        yield f"places.place {pk}: its path does not follow from the place above"


def posts() -> Iterator[str]:
    """Every post of staff was given by somebody: the journal has its beginning, for this role, place and person."""
    begun = Event.objects.filter(verb="appointment.begin", subject_kind=kind_of(Appointment))
    given = {pk: (place, facts) for pk, place, facts in begun.values_list("subject_id", "place_id", "facts")}
    staff = Appointment.objects.filter(role__in=STAFF_ROLES).order_by("pk")
    for pk, role, place, person in staff.values_list("pk", "role", "place_id", "person_id"):
        where, facts = given.get(pk, (None, {}))
        if (where, facts.get("role"), facts.get("person", person)) != (place, role, person):
            yield f"access.appointment {pk}: nobody gave this post, or it was changed afterwards"


def sealed() -> Iterator[str]:
    """Every sealed name, number and kind opens in its own row, and a number is found by its index."""
    name, phone, kind = (
        model._meta.get_field(field) for model, field in ((Person, "name"), (Person, "phone"), (Category, "kind"))
    )
    people = Person.objects.order_by("pk").values_list("pk", "uid", "name", "phone", "phone_index")
    for pk, uid, named, number, index in people.iterator(chunk_size=2000):
        if _opened(named, name.bound_to(uid)) is None or (number and not _found(number, phone.bound_to(uid), index)):
            yield f"people.person {pk}: a sealed value was changed, or comes from another row"
    rows = Category.objects.order_by("pk").values_list("pk", "uid", "kind")
    for pk, uid, blob in rows.iterator(chunk_size=2000):
        if _opened(blob, kind.bound_to(uid)) is None:
            yield f"people.category {pk}: a sealed value was changed, or comes from another row"


def erased() -> Iterator[str]:
    """Of an erased person nothing is left but a number and the hours."""
    gone = Person.objects.exclude(erased_at=None)
    left = gone.filter(Q(is_active=True) | Q(phone_index__isnull=False) | Q(categories__isnull=False))
    posts = gone.filter(Exists(Appointment.objects.filter(person=OuterRef("pk"), until=None)))
    for pk in sorted({*left.values_list("pk", flat=True), *posts.values_list("pk", flat=True)}):
        yield f"people.person {pk}: erased, but something is left"


def _opened(blob, bound_to) -> str | None:
    try:
        return "" if blob is None else unseal(blob, bound_to)
    except BrokenSeal:
        return None


def _found(blob, bound_to, index) -> bool:
    number = _opened(blob, bound_to)
    return number is not None and blind_index(number) == index


#: In the order they are printed.
CHECKS: dict[str, Callable] = {
    "journal": verify_chain,
    "ledger": ledger.problems,
    "seats": seats.problems,
    "registrations": checkins.problems,
    "members": members,
    "teams": standing.problems,
    "posts": posts,
    "duties": duties.problems,
    "sealed": sealed,
    "erased": erased,
    "buildings": buildings,
    "places": places,
}


def problems(only: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """(check, line) for everything that is broken."""
    for name, check in CHECKS.items():
        if not only or name in only:
            yield from ((name, line) for line in check())


def counts() -> dict[str, int]:
    """How much was looked at, and buildings no squad answers for: a gap to close, not a broken row."""
    duty = Responsibility.objects.filter(building=OuterRef("pk"), until=None)
    return {
        "events": Event.objects.count(),
        "unsealed": Event.objects.filter(seal=None).count(),
        "seals": Seal.objects.count(),
        **ledger.counts(),
        "tasks": Task.objects.count(),
        "claims": Claim.objects.count(),
        "people": Person.objects.count(),
        "members": Membership.objects.filter(until=None).count(),
        "places": Place.objects.count(),
        "buildings": Place.objects.filter(level=Level.BUILDING, until=None).count(),
        "buildings_without_squad": Place.objects.filter(level=Level.BUILDING, until=None).exclude(Exists(duty)).count(),
    }
