"""What the clock does with complaints and suggestions."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from tongxin.journal.models import Event, draft, kind_of, record_many
from tongxin.workflow.clock import by_the_clock
from tongxin.workflow.working_time import add_working_days

from .models import Feedback, close_unanswered

HOUR = dt.timedelta(hours=1)


@by_the_clock(every=HOUR)
def tell_what_is_late(now) -> int:
    """Late: the district hears, once. As late again: whoever watches over it hears, once."""
    late = list(Feedback.objects.late(now))
    twice = [one for one in late if add_working_days(one.due_at, settings.FEEDBACK_WORKING_DAYS) < now]
    return _tell("feedback.overdue", late) + _tell("feedback.escalate", twice)


def _tell(verb, rows) -> int:
    told = Event.objects.filter(verb=verb, subject_kind=kind_of(Feedback), subject_id__in=[one.pk for one in rows])
    told = {(event.subject_id, event.facts.get("due")) for event in told}
    new = [one for one in rows if (one.pk, _day(one)) not in told]
    record_many([draft(verb, subject=one, place=one.place_id, facts={"due": _day(one)}) for one in new])
    return len(new)


def _day(feedback) -> str:
    """A second answer has another day, and is told again."""
    return timezone.localdate(feedback.due_at).isoformat()


@by_the_clock(every=HOUR)
def end_what_nobody_rates(now) -> int:
    """Answered long ago and nothing heard: closed, counted apart."""
    return close_unanswered(now)
