"""What ends by itself: an export nobody took; and who hears in time that a term ends."""

import datetime as dt
from contextlib import suppress

from django.conf import settings
from django.db.models import Q

from tongxin.access.models import Appointment, today
from tongxin.access.policy import STAFF_ROLES
from tongxin.journal.models import Event, kind_of, record
from tongxin.refused import Refused
from tongxin.workflow.clock import by_the_clock
from tongxin.workflow.transitions import CLOCK

from .models import Export


@by_the_clock(every=dt.timedelta(minutes=10))
def expire_exports(now) -> int:
    """Consent not used in time, and requests that nobody looked at for a week."""
    week_ago = now - dt.timedelta(days=settings.EXPORT_ASKED_DAYS)
    late = Export.objects.filter(Q(status="approved", until__lte=now) | Q(status="asked", at__lte=week_ago))
    done = 0
    for export in late.select_related("place"):
        with suppress(Refused):  # taken at this very moment
            export.expire(by=CLOCK)
            done += 1
    return done


@by_the_clock(every=dt.timedelta(hours=1))
def tell_of_ending_terms(now) -> int:
    """Two weeks before a term ends, its holder and whoever appoints hear of it, once a term; stand-ins end quietly."""
    day = today()
    soon = Appointment.objects.current().filter(
        stands_in_for=None, role__in=STAFF_ROLES, until__lte=day + dt.timedelta(days=settings.ENDING_SOON_DAYS)
    )
    told = 0
    for post in soon.select_related("place"):
        facts = {"role": post.role, "until": f"{post.until}"}
        known = Event.objects.filter(verb="appointment.ending", subject_kind=kind_of(post), subject_id=post.pk)
        if not known.filter(facts__until=facts["until"]).exists():
            record("appointment.ending", subject=post, by=CLOCK, place=post.place, facts=facts)
            told += 1
    return told
