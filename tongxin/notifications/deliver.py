"""Works off the journal's undelivered events, in order, each once: the outbox needs no table of its own."""

import datetime as dt
import logging
import time

from django.apps import apps
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.people.models import Merge, Person

from . import digest
from .messages import words
from .models import Family, Notice, wanting_text
from .rules import RULES

logger = logging.getLogger("tongxin.notifications")
LONGEST_WAIT = 3600  # seconds between two tries of an event whose rule fails

# Events whose rule failed in this process: how often, and the clock time of the next try. Another process simply tries.
_failed: dict[int, tuple[int, float]] = {}


def deliver(*, limit: int = 200) -> int:
    """Tell people what happened. Returns how many events are done now, those without a rule not counted.

    An event whose rule fails is tried again later and holds up no other. Raises OperationalError when the database is away.
    """
    _pass_over_silent_events()
    held_back = [pk for pk, (_, again) in _failed.items() if again > time.monotonic()]
    waiting = Event.objects.undelivered().exclude(pk__in=held_back).order_by("id")[:limit]
    return sum(_deliver_one(event) for event in waiting)


def _pass_over_silent_events() -> None:
    # An import leaves thousands that concern nobody: one statement, and none at all on a quiet evening.
    silent = Event.objects.undelivered().exclude(verb__in=RULES)
    if silent.exists():
        silent.update(delivered_at=timezone.now())


def _deliver_one(event) -> bool:
    try:
        with transaction.atomic():
            # Whoever marks it tells: a second worker finds nothing to mark.
            if not Event.objects.undelivered().filter(pk=event.pk).update(delivered_at=timezone.now()):
                return False
            _tell(event)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        tries = _failed.get(event.pk, (0, 0.0))[0] + 1
        _failed[event.pk] = (tries, time.monotonic() + min(5 * 2**tries, LONGEST_WAIT))
        logger.warning("event %s (%s) not delivered, try %s: %s", event.pk, event.verb, tries, type(error).__name__)
        return False
    _failed.pop(event.pk, None)
    return True


def _tell(event) -> None:
    subject = apps.get_model(event.subject_kind)._base_manager.filter(pk=event.subject_id).first()
    if subject is None:
        return
    for rule in RULES[event.verb]:
        people = rule.tell(event, subject)
        if rule.left_to_digest and rule.message in digest.covered():
            people = digest.without_readers(people)
        if rule.gather:
            people = _without_unread_of_today(rule, people)
        if people := _still_here(people):
            _write(rule, event, subject, people)


def _still_here(people) -> list[Person]:
    """Whoever was erased hears nothing any more; of two rows that are one person, the one that was kept hears."""
    people = [one for one in people if one.erased_at is None]
    gone = [one.pk for one in people if not one.is_active]
    merges = Merge.objects.filter(gone__in=gone, undone_at=None).select_related("kept") if gone else ()
    kept = {merge.gone_id: merge.kept for merge in merges}
    return list({one.pk: one for one in (kept.get(one.pk, one) for one in people)}.values())


def _write(rule, event, subject, people: list[Person]) -> None:
    title, body, text = words(rule, event, subject)
    family = Family.of(event.subject_kind)
    agreed = wanting_text(people, family) if text else set()
    url = rule.address(subject)
    Notice.objects.bulk_create(
        (
            Notice(
                person=one, event_id=event.pk, kind=rule.message, title=title, body=body, url=url,
                text=text if one.pk in agreed else "", family=family, urgent=rule.urgent, place_id=event.place_id,
            )
            for one in people
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )  # fmt: skip


def _without_unread_of_today(rule, people) -> list[Person]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Notice.objects.unread().filter(kind=rule.message, at__gte=midnight, at__lt=midnight + dt.timedelta(days=1))
    told = set(today.filter(person__in=people).values_list("person_id", flat=True))
    return [one for one in people if one.pk not in told]
