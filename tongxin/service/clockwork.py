"""What the clock does with hours: rules begin, years freeze at midnight, disputes nobody worked go one step up."""

import datetime as dt
from contextlib import suppress

from django.utils import timezone

from tongxin.journal.models import Event, kind_of, record
from tongxin.places.models import Level, Place
from tongxin.workflow.clock import by_the_clock
from tongxin.workflow.transitions import CLOCK, Refused

from .models import Dispute, Entry, Review, Rule, Year, close_year

AGAIN = dt.timedelta(days=7)


@by_the_clock()
def rules_begin(now) -> int:
    """On its first day an approved rule is in use, and the one before it is not."""
    due = Rule.objects.filter(status=Rule.Status.APPROVED, since__lte=timezone.localdate(now)).order_by("since")
    return sum(_done(rule.activate) for rule in due)


@by_the_clock()
def years_freeze(now) -> int:
    """From midnight of 1 January, Shanghai: the year that ended is frozen in every district, once; then everybody may look."""
    year, done = timezone.localdate(now).year - 1, 0
    frozen = Year.objects.filter(year=year).values("place")
    for district in Place.objects.filter(level=Level.DISTRICT).exclude(pk__in=frozen):
        if Entry.objects.in_year(year).filter(place__path__under=district.path).exists():
            close_year(district, year, now=now)
            done += 1
    for closed in Year.objects.filter(review=None):  # closed before there were reviews
        Review.objects.get_or_create(year=closed)
    for review in Review.objects.filter(status=Review.Status.FROZEN).select_related("year__place"):
        done += _done(review.begin)
    return done


@by_the_clock()
def disputes_go_on(now) -> int:
    """Silence never ends a dispute against the person: it goes one step up. Silence of the person ends it as it stands."""
    rows, status = Dispute.objects.select_related("place", "entry", "person"), Dispute.Status
    done = sum(_done(one.escalate) for one in rows.filter(status=status.OPEN, due_at__lt=now))
    asked = rows.filter(status=status.ASKED)
    done += sum(_done(one.pass_up) for one in asked if one.due_at < now or not one.someone_decides())
    answered = rows.filter(status__in=[status.ANSWERED, status.DECIDED], due_at__lt=now)
    return done + sum(_done(one.lapse) for one in answered)


def _done(verb) -> int:
    """Whether the clock did it; somebody who acted this very moment has won."""
    with suppress(Refused):
        verb(by=CLOCK)
        return 1
    return 0


@by_the_clock(every=dt.timedelta(hours=1))
def the_last_step_is_late(now) -> int:
    """Above the 街镇 there is nobody: it hears again, once a week."""
    told = Event.objects.filter(verb="dispute.late", subject_kind=kind_of(Dispute), at__gt=now - AGAIN)
    rows = Dispute.objects.filter(status=Dispute.Status.APPEALED, due_at__lt=now).select_related("place")
    late = list(rows.exclude(pk__in=told.values("subject_id")))
    for dispute in late:
        record("dispute.late", subject=dispute, place=dispute.place)
    return len(late)
