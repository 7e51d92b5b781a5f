"""Whom one might ask to lead a building: who lives there, told why, in the order of names. Nobody is scored."""

from dataclasses import dataclass

from tongxin.access.models import Appointment
from tongxin.people.models import Person
from tongxin.places.models import Level
from tongxin.places.spelling import pinyin_of

from .invitations import Invitation
from .models import Membership, Responsibility
from .posts import AT_BUILDING

MOST = 5
FITS = ("就住在这栋楼", "住在同一个小区", "所在分队包干这栋楼")


@dataclass
class Suggestion:
    """One member who fits, and why."""

    person: Person
    name: str
    why: str


def suggest(building, *, full) -> list[Suggestion]:
    """At most five members who fit, the nearest fit first, in name order within it.

    Left out: who leads a building already, who is asked just now, and who was asked for this one and could not.
    """
    unit = building.neighbourhood
    if building.level != Level.BUILDING or unit is None:
        return []
    members = Membership.objects.active().filter(team__place=unit, person__is_active=True)
    busy = Appointment.objects.not_over().filter(role__in=AT_BUILDING, place__path__under=unit.path)
    asked = Invitation.objects.filter(place=building, status__in=["declined", "pending"])
    members = members.exclude(person__in=busy.values("person")).exclude(person__in=asked.values("person"))
    duty = Responsibility.objects.filter(building=building, until=None).values("squad")
    nearest = [{"home": building}, {"home__path__under": building.parent.path}, {"squad__in": duty}]
    found, seen = [], set()
    for fit, wanted in zip(FITS, nearest, strict=True):
        if len(found) >= MOST:
            break
        rows = members.filter(**wanted).exclude(person__in=seen).select_related("person")
        people = sorted((row.person for row in rows), key=lambda person: pinyin_of(person.name))
        seen |= {person.pk for person in people}
        found += [Suggestion(person, person.name if full else person.shown_as, fit) for person in people]
    return found[:MOST]
