"""What the clock does: whoever is late hears of it once, and some working days later the 街镇 hears of it once."""

import datetime as dt

from django.conf import settings
from django.db.models import Exists, OuterRef

from tongxin.journal.models import Event, draft, kind_of, record_many
from tongxin.workflow.clock import by_the_clock
from tongxin.workflow.working_time import add_working_days

from .models import Registration

HOURLY = dt.timedelta(hours=1)
AT_ONCE = 500


@by_the_clock(every=HOURLY)
def tell_of_overdue(now) -> int:
    """A step is over its day: one event for each, from which the notices come. Returns how many."""
    return _mark("registration.overdue", list(_not_told("registration.overdue", now)[:AT_ONCE]), now)


@by_the_clock(every=HOURLY)
def escalate_overdue(now) -> int:
    """Nobody acted for some working days more: the 街镇 hears of it. It sees; it does not act for the neighbourhood."""
    ends = {}
    rows = []
    for one in _not_told("registration.escalate", now):
        if one.due_at not in ends:
            ends[one.due_at] = add_working_days(one.due_at, settings.ESCALATE_WORKING_DAYS)
        if ends[one.due_at] >= now:
            break  # in the order of their days: nobody after this one is later
        rows.append(one)
        if len(rows) == AT_ONCE:
            break
    return _mark("registration.escalate", rows, now)


def _not_told(verb, now):
    """Overdue since a day this verb has not been written for: a clock that starts anew is told of anew."""
    told = Event.objects.filter(
        verb=verb, subject_kind=kind_of(Registration), subject_id=OuterRef("pk"), at__gte=OuterRef("due_at")
    )
    return Registration.objects.overdue(now).exclude(Exists(told)).order_by("due_at", "pk")


def _mark(verb, rows, now) -> int:
    record_many([draft(verb, subject=one, place=one.place_id, at=now, facts={"step": one.status}) for one in rows])
    return len(rows)
