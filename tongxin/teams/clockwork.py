"""What the clock does with teams."""

import datetime as dt

from django.conf import settings
from django.db.models import Exists, OuterRef

from tongxin.access.models import Appointment, today
from tongxin.journal.models import Event, draft, kind_of, record_many
from tongxin.workflow.clock import by_the_clock

from .invitations import expire_old
from .posts import LOCAL
from .reorganising import apply_due

OVER_DAYS = 30  # how long after the end of a term its end is still news


@by_the_clock(every=dt.timedelta(minutes=10))
def neighbourhoods_change(now) -> int:
    """Reorganisations take effect on their day."""
    return apply_due()


@by_the_clock(every=dt.timedelta(hours=1))
def invitations_end(now) -> int:
    """Invitations nobody answered expire."""
    return expire_old()


@by_the_clock(every=dt.timedelta(hours=1))
def terms_end(now) -> int:
    """A term that ends soon is told once; one that ended leaves a vacancy, told once."""
    day = today()
    soon = _untold("appointment.term_soon").filter(
        until__gt=day, until__lte=day + dt.timedelta(settings.TERM_SOON_DAYS)
    )
    over = _untold("appointment.term_over").filter(until__lte=day, until__gt=day - dt.timedelta(OVER_DAYS))
    over = over.exclude(Exists(_events("appointment.end")))
    events = [draft("appointment.term_soon", subject=post, place=post.place_id) for post in soon]
    events += [draft("appointment.term_over", subject=post, place=post.place_id) for post in over]
    record_many(events)
    return len(events)


def _events(verb):
    return Event.objects.filter(verb=verb, subject_kind=kind_of(Appointment), subject_id=OuterRef("pk"))


def _untold(verb):
    posts = Appointment.objects.filter(role__in=LOCAL, person__is_active=True).exclude(Exists(_events(verb)))
    return posts.order_by("pk")
