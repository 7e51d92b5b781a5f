"""What registrations hand over when somebody leaves, and how they follow when a neighbourhood is reorganised."""

from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.journal.models import draft, record_many
from tongxin.teams.checks import STANDING
from tongxin.teams.following import FOLLOWERS
from tongxin.teams.handover import HANDOVERS, Line

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
    return len(going)


def standing():
    return Registration.objects.exclude(status__in=OVER), "place"


def _day(at) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""


HANDOVERS.append(hand_over)
FOLLOWERS["registrations"] = follow
STANDING.append(standing)
