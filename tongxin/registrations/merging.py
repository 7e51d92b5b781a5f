"""What this room says to `people.reach`: who answers for somebody who checked in, and what a merge ends and gives back."""

from django.db.models import Exists, OuterRef, Q

from tongxin.access.models import appoint
from tongxin.access.policy import Permission, Role
from tongxin.access.rules import scope
from tongxin.journal.models import record
from tongxin.people.reach import CARDS, CHANGE_NUMBER, HOMES, MERGE, MERGED, SENSITIVE, SETTLED, UNMERGED, reach
from tongxin.refused import Refused
from tongxin.teams.merging import now_at
from tongxin.teams.models import Membership

from .models import Registration

ROOM = "registrations"
#: Whose access is that of a newcomer.
NEWCOMERS = [status for status in Registration.OPEN if status not in ("joined", "appealed")]
UNDER_WAY = [*Registration.OPEN, Registration.Status.MOVING]


def _checked_in_where(permission):
    return lambda reader: scope(reader, permission, "registrations__place") & Q(registrations__status__in=UNDER_WAY)


def _once_checked_in_here(reader):
    """Whoever came back under another number often has an old check-in that is over; who is elsewhere now is theirs."""
    under_way = Registration.objects.filter(person=OuterRef("pk"), status__in=UNDER_WAY)
    in_a_team = Membership.objects.filter(person=OuterRef("pk"), until=None)
    return scope(reader, Permission.MERGE_PEOPLE, "registrations__place") & ~Exists(under_way) & ~Exists(in_a_team)


reach(MERGE)(_checked_in_where(Permission.MERGE_PEOPLE))
reach(MERGE)(_once_checked_in_here)
reach(CHANGE_NUMBER)(_checked_in_where(Permission.CHANGE_NUMBER))
reach(SENSITIVE)(_checked_in_where(Permission.VIEW_SENSITIVE_KIND))


def home(person):
    registration = Registration.objects.filter(person=person).select_related("place__parent").order_by("-pk").first()
    return registration and registration.place


def card(person) -> list[tuple[str, str]]:
    found = Registration.objects.filter(person=person).select_related("place", "home").order_by("-pk")
    said = [
        f"{one.place.name}，{one.submitted_at:%Y-%m-%d}，{one.get_status_display()}"
        + (f"，住{one.home.own_label}" if one.home else "")
        for one in found[:5]
    ]
    return [("报到", "；".join(said))] if said else []


def ended(*, kept, gone, by, reason) -> dict:
    """What is under way of the row that is gone is over; the state it was in is kept for the way back."""
    facts = []
    left = Registration.Status.LEFT
    for one in Registration.objects.select_for_update().filter(person=gone, status__in=UNDER_WAY):
        due = one.due_at.isoformat() if one.due_at else None
        facts.append([one.pk, one.status, due])
        Registration.objects.filter(pk=one.pk).update(status=left, due_at=None)
        record(
            "registration.merge", subject=one, by=by, place=one.place, came_from=one.status, went_to=left,
            reason=reason,
        )  # fmt: skip
    return {"open": facts}


def restored(*, kept, gone, facts, by) -> None:
    """The registration goes on where it stood, or where that neighbourhood has gone."""
    for pk, status, due in facts.get("open", []):
        one = Registration.objects.select_related("place", "home").get(pk=pk)
        unit, living = now_at(one.place, one.home)
        given = {"status": status, "due_at": due}
        if unit != one.place:  # the neighbourhood is no more
            given |= {"place": unit, "home": living}
            if status in NEWCOMERS:
                appoint(gone, Role.REGISTRANT, unit, by=by)
        if not Registration.objects.filter(pk=pk, status=Registration.Status.LEFT).update(**given):
            raise Refused("合并以后这份报到又有了变动，不能原样撤回。请本人重新报到")
        one = Registration.objects.get(pk=pk)
        record(
            "registration.unmerge", subject=one, by=by, place=one.place, came_from=Registration.Status.LEFT,
            went_to=status,
        )  # fmt: skip


HOMES.append(home)
CARDS.append(card)
SETTLED.append(lambda person: Registration.objects.filter(person=person, status__in=Registration.OPEN).exists())
MERGED[ROOM] = ended
UNMERGED[ROOM] = restored
