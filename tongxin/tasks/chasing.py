"""What the clock does with claims: it asks, reminds, proposes, releases and passes on. Silence never removes hours.

Each step marks the row in the same statement that finds it unmarked, so that two clocks at once do it once.
"""

import datetime as dt
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongxin.journal.models import record
from tongxin.workflow.transitions import CLOCK, Refused
from tongxin.workflow.working_time import add_working_days

from .models import Claim

MORNING = 9  # o'clock
DAY = dt.timedelta(days=1)
Status = Claim.Status


def ask_who_forgot(now) -> int:
    """From nine in the morning after a task: everybody who has not reported is asked once."""
    local = timezone.localtime(now)
    if local.hour < MORNING:
        return 0
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    forgot = _claims(status=Status.CLAIMED, asked_at=None, task__ends_at__lt=midnight)
    return sum(_once(claim, "claim.ask", asked_at=(None, now)) for claim in forgot)


def propose_the_plan(now) -> int:
    """No answer for some days: the planned time goes to the verifier, marked as the clock's."""
    silent = _claims(status=Status.CLAIMED, asked_at__lt=now - settings.PROPOSE_AFTER_DAYS * DAY, task__ends_at__lt=now)
    return sum(done(claim.propose) for claim in silent)


def warn_of_release(now) -> int:
    """A day before a seat nobody works at falls free, its holder is told."""
    soon = _claims(status=Status.CLAIMED, warned_at=None, release_at__lte=now + DAY, task__ends_at__gt=now)
    return sum(_once(claim, "claim.release_soon", warned_at=(None, now)) for claim in soon)


def release_unworked(now) -> int:
    """The time is over and the warning a day old: the seat goes to the next in line."""
    over = _claims(status=Status.CLAIMED, warned_at__lte=now - DAY, release_at__lte=now, task__ends_at__gt=now)
    return sum(done(claim.release, reason="留名额的时间到了") for claim in over)


def chase_verifiers(now) -> int:
    """Hours nobody verified: the verifier is reminded, then the neighbourhood is asked to do it."""
    days = settings.VERIFY_WORKING_DAYS
    return _chase(now, Status.REPORTED, "reported_at", ["claim.verify_late", "claim.verify_escalate"], days)


def pass_on_unanswered(now) -> int:
    """A correction the person did not answer is no agreement: the neighbourhood decides."""
    late = _claims(status=Status.CORRECTED, answer_by__lt=now)
    return sum(done(claim.pass_on) for claim in late)


def chase_deciders(now) -> int:
    """A disagreement that waits too long is remembered once."""
    return _chase(now, Status.DISPUTED, "disputed_at", ["claim.decide_late"], settings.DECIDE_WORKING_DAYS)


STEPS = [
    ask_who_forgot,
    propose_the_plan,
    warn_of_release,
    release_unworked,
    chase_verifiers,
    pass_on_unanswered,
    chase_deciders,
]


def _claims(**wanted):
    return Claim.objects.filter(**wanted).select_related("task__place").order_by("pk")


def _chase(now, status, since, verbs, days) -> int:
    """One reminder after each `days` working days, in order."""
    told = 0
    for sent, verb in enumerate(verbs):
        waiting = _claims(status=status, chased=sent, **{f"{since}__lt": now - days * (sent + 1) * DAY})
        late = _over(waiting, since, days * (sent + 1), now)
        told += sum(_once(claim, verb, chased=(sent, sent + 1)) for claim in late)
    return told


def _over(claims, since, days, now) -> list:
    """Those whose working days are over; the calendar is asked once for each day."""
    ends = {}
    for claim in claims:
        ends.setdefault(timezone.localdate(getattr(claim, since)), getattr(claim, since))
    ends = {day: add_working_days(start, days) for day, start in ends.items()}
    return [claim for claim in claims if ends[timezone.localdate(getattr(claim, since))] < now]


def _once(claim, verb, **marks) -> bool:
    """Mark the row and write the event, unless somebody marked or moved it meanwhile."""
    before = {name: value for name, (value, _) in marks.items()}
    after = {name: value for name, (_, value) in marks.items()}
    with transaction.atomic():
        if not Claim.objects.filter(pk=claim.pk, status=claim.status, **before).update(**after):
            return False
        record(verb, subject=claim, place=claim.task.place_id)
    return True


def done(verb, **given) -> bool:
    """Let the clock do it; False when somebody was quicker."""
    with suppress(Refused):
        verb(by=CLOCK, **given)
        return True
    return False
