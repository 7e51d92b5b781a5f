"""What registrations hand over when somebody leaves, and how they follow when a neighbourhood is reorganised."""

from django.db.models import F
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.journal.models import draft, record, record_many
from tongxin.teams.checks import STANDING
from tongxin.teams.following import FOLLOWERS, REASON
from tongxin.teams.handover import HANDOVERS, Line
from tongxin.teams.models import Membership
from tongxin.workflow.transitions import CLOCK

from .models import Registration
from .models.states import OVER, Status


def hand_over(old, new, place, by) -> list[Line]:
    """Newcomers who wait for a call of whoever holds the post: the successor learns whom, and by when."""
    if not can(old, P.CONTACT_REGISTRATION, place):
        return []
    waiting = Registration.objects.waiting_contact().filter(place=place).select_related("home").order_by("due_at", "pk")
    rows = list(waiting)
    if new is not None:
        facts = {"successor": new.pk}
        record_many([draft("registration.hand_over", subject=r, by=by, place=r.place_id, facts=facts) for r in rows])
    return [
        Line("等联络的新报到", f"{r.home.own_label if r.home else place.name}（报到{r.pk}）", _day(r.due_at))
        for r in rows
    ]


def follow(course) -> int:
    """Registrations under way go where the home goes; those of members go with them; so does a refusal one may appeal."""
    here = Registration.objects.filter(place=course.old).order_by("pk")
    going = []
    for row in [*here.exclude(status__in=OVER), *here.filter(status=Status.REFUSED, objection="")]:
        unit = course.people.setdefault(row.person_id, course.unit(row.home_id))
        if unit.pk != course.old.pk:
            row.place = unit
            row.home = course.place(row.home_id) if row.home_id else None
            going.append(row)
    Registration.objects.bulk_update(going, ["place", "home"], batch_size=500)
    facts = {"place_from": course.old.pk}
    record_many([draft("registration.rehome", subject=r, by=course.by, place=r.place_id, facts=facts) for r in going])
    _those_who_have_arrived(course)
    return len(going)


def _those_who_have_arrived(course) -> None:
    """Two neighbourhoods became one while somebody moved between them: they are there already, with the new home."""
    under_way = [Status.SUBMITTED, Status.RETURNED, Status.APPEALED]
    arrived = Registration.objects.filter(
        status__in=under_way, previous__status=Status.MOVING, previous__place=F("place")
    )
    for new in arrived.select_related("place", "person").order_by("pk"):
        Registration.objects.filter(pk=new.pk).update(status=Status.LEFT, due_at=None)
        facts = {"place_from": course.old.pk}
        record(
            "registration.rehome", subject=new, by=course.by, place=new.place, came_from=new.status, went_to=Status.LEFT,
            reason=REASON, facts=facts,
        )  # fmt: skip
        Registration.objects.filter(pk=new.previous_id).update(home=new.home)
        membership = Membership.objects.filter(person=new.person, team__place=new.place, until=None)
        membership.update(home=new.home)
        if membership.filter(paused_at=None).exists():  # whoever pauses keeps the newcomer's access
            waiting = Appointment.objects.current().filter(person=new.person, role=Role.REGISTRANT)
            for post in waiting.filter(place__in=[new.place_id, course.old.pk]):
                post.end(by=course.by if course.by is not CLOCK else None, reason=REASON)
        new.keep_previous()


def standing():
    return Registration.objects.exclude(status__in=OVER), "place"


def _day(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""


HANDOVERS.append(hand_over)
FOLLOWERS["registrations"] = follow
STANDING.append(standing)
