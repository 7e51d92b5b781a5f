"""What should have been done by now (超期): by how many working days, whose turn it is, since when."""

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.journal.models import Event, kind_of
from tongxin.workflow.working_time import working_days

from .models import Registration
from .models.states import Status

PAGE = 50
VACANT = "队长空缺，由居委联系"


@dataclass(frozen=True)
class Late:
    """One line of the list."""

    registration: Registration
    days: int  # working days
    turn: str  # whose turn it is
    told: dt.datetime | None  # since when the 街镇 knows


def late_page(reader, page):
    """A page of what is late where this reader may see registrations, the longest first; its `rows` are lines."""
    found = Registration.objects.in_scope(reader).overdue().select_related("person", "place", "home")
    page = Paginator(found.order_by("due_at", "pk"), PAGE).get_page(page)
    page.rows = _lines(list(page.object_list))
    return page


def _lines(registrations) -> list[Late]:
    if not registrations:
        return []
    today = timezone.localdate()
    first = min(timezone.localdate(one.due_at) for one in registrations)
    days = working_days(first, today)
    captains, told = captains_at({one.place_id for one in registrations}), _told(registrations)
    return [
        Late(
            one,
            days=len(days) - bisect_right(days, timezone.localdate(one.due_at)),
            turn=_turn(one, captains),
            told=told.get(one.pk) if told.get(one.pk) and told[one.pk] >= one.due_at else None,
        )
        for one in registrations
    ]


def _turn(registration, captains) -> str:
    if registration.status == Status.ACCEPTED:
        captain = captains.get(registration.place_id)
        return f"队长 {captain.shown_as}联系" if captain else VACANT
    return "街镇复核" if registration.status == Status.APPEALED else "居委审核"


def captains_at(places) -> dict:
    """place id → the captain, or whoever stands in; no entry where the post is vacant."""
    posts = Appointment.objects.current().filter(place__in=places, role=Role.CAPTAIN, person__is_active=True)
    # The captain comes last and wins over a deputy.
    return {post.place_id: post.person for post in posts.select_related("person").order_by("-deputy", "-pk")}


def _told(registrations) -> dict:
    events = Event.objects.filter(
        verb="registration.escalate", subject_kind=kind_of(Registration), subject_id__in=[r.pk for r in registrations]
    )
    return dict(events.order_by("id").values_list("subject_id", "at"))
