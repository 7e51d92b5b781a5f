"""The daily digest of staff (每日提要): what waits, counted when it is sent; one notice a working day, nothing when nothing waits.

`lines.py` lists what is counted. A gathered notice of a kind that a line covers is left to the digest.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import STAFF_ROLES, Role
from tongxin.people.models import Consent, Person, Purpose
from tongxin.workflow.working_time import is_working_day

from .models import Choice, DigestHour, Notice
from .stop import HOW_TO_STOP

KIND = "digest"
READERS = [*STAFF_ROLES, Role.CAPTAIN]
AT_ONCE = 100  # persons in one round of the worker: nothing else waits long
LINES: list["Line"] = []


@dataclass(frozen=True)
class Line:
    """One thing that may wait: `count(person)` → (label, how many, url), or None where it is not their work."""

    count: Callable
    covers: tuple[str, ...]  # kinds of notices that need not be sent one by one
    late: bool  # overdue: told even to who switched the digest off
    again: bool  # counted in another line already, here because it is overdue


def line(*, covers=(), late=False, again=False):
    """Register a function person → (label, count, url) or None."""

    def register(function):
        LINES.append(Line(function, tuple(covers), late, again))
        return function

    return register


def covered() -> set[str]:
    """The kinds of notices that the digest tells of."""
    return {kind for one in lines() for kind in one.covers}


def lines() -> list[Line]:
    """What is counted; reading them for the first time registers those of this house."""
    from . import lines as _  # noqa: F401

    return LINES


def readers(now=None):
    """Who gets a digest: people with a desk post, and captains."""
    day = timezone.localdate(now)
    posts = Appointment.objects.on(day).filter(role__in=READERS)
    return Person.objects.filter(pk__in=posts.values("person"), is_active=True)


def without_readers(people) -> list[Person]:
    """Those of these who get no digest."""
    people = list(people)
    told = set(readers().filter(pk__in=[one.pk for one in people]).values_list("pk", flat=True))
    return [one for one in people if one.pk not in told]


def send_digests(now, *, limit=AT_ONCE) -> int:
    """To everybody whose hour has come on this working day and who has not had today's; returns how many were told."""
    local = timezone.localtime(now)
    day, minute = local.date(), local.hour * 60 + local.minute
    if minute < min(DigestHour.values) or not is_working_day(day):
        return 0
    _rows_for_new_readers(now)
    due = Choice.objects.exclude(digested_on=day).filter(digest_at__lte=minute, person__in=readers(now))
    return sum(_send(choice, day) for choice in due.select_related("person").order_by("pk")[:limit])


def _rows_for_new_readers(now) -> None:
    new = readers(now).filter(notice_choice=None)
    Choice.objects.bulk_create((Choice(person=one) for one in new), ignore_conflicts=True, batch_size=1000)


def _send(choice, day) -> bool:
    found = waiting(choice.person, only_late=not choice.digest)
    with transaction.atomic():
        # Whoever marks the day tells: a second worker finds nothing to mark.
        if not Choice.objects.exclude(digested_on=day).filter(pk=choice.pk).update(digested_on=day) or not found:
            return False
        total = sum(one["count"] for one in found if not one["again"]) or sum(one["count"] for one in found)
        title = f"今天有{total}件事等您"
        body = "、".join(f"{one['label']}{one['count']}件" for one in found)
        Notice.objects.create(
            person=choice.person, day=day, kind=KIND, title=title, body=f"{body}。点开一项一项看，可以几件一起办。"[:300],
            url=found[0]["url"][:120], lines=found, text=_text(choice, title),
        )  # fmt: skip
    return True


def waiting(person, *, only_late=False) -> list[dict]:
    """What waits for this person now, without what is none; overdue things first."""
    found = []
    for one in lines():
        if (one.late or not only_late) and (answer := one.count(person)) and answer[1]:
            label, count, url = answer
            row = {"label": label, "count": count, "url": str(url), "late": one.late, "again": one.again}
            found.append(row)
    return sorted(found, key=lambda row: not row["late"])


def todo(person) -> dict:
    """How many things wait, each counted once, and how many of them should have been done by now."""
    found = waiting(person)
    return {
        "rows": found,
        "all": sum(row["count"] for row in found if not row["again"]),
        "late": sum(row["count"] for row in found if row["again"]),
    }


def _text(choice, title) -> str:
    agreed = Consent.objects.filter(person=choice.person_id, purpose=Purpose.SMS, withdrawn_at=None).exists()
    return f"【同心】{title}。请打开同心看待办。{HOW_TO_STOP}" if choice.digest_text and agreed else ""
