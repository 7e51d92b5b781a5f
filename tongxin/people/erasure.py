"""Erasing a person (删除个人资料, PIPL Art. 47): the name, number and words go, the hours stay under a number alone.

Rooms above add what they hold in their `erasing.py`. Each erasure is also written to a list beside the database
(`erased.txt`: a random id, the time, a keyed digest; no personal data), so that a restored backup can be cleaned of
everybody erased since it was made.
"""

import datetime as dt
import hmac
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from tongxin.journal.models import record

from .models import Person

ERASED_NAME = "已注销人员"

#: person → None: what a room forgets about a person; must be safe to run twice.
ERASERS: list[Callable] = []
#: person → why not yet, or None: what has to be handed over first.
OBSTACLES: list[Callable] = []


def eraser(function):
    """Register a room's part of forgetting a person."""
    ERASERS.append(function)
    return function


def obstacle(function):
    """Register a reason why somebody cannot be erased yet, in words that say what to do first."""
    OBSTACLES.append(function)
    return function


def why_not_erase(person) -> str | None:
    """What stands in the way, in words; None when nothing does."""
    autodiscover_modules("erasing")
    return next((why for ask in OBSTACLES if (why := ask(person))), None)


def erase(person, *, by) -> None:
    """Forget a person for good; erasing twice is erasing once. The row stays as a number for the ledger and the journal.

    Does not ask for obstacles: pages do (`why_not_erase`), a restore and the retention clock must not be stopped by them.
    """
    autodiscover_modules("erasing")
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        if person.erased_at is None:
            record("person.erase", subject=person, by=by)
        for forget in ERASERS:
            forget(person)
        _forget_person(person)
        transaction.on_commit(note_erased)  # not before: a line of an erasure that was undone would erase at a restore


def _forget_person(person) -> None:
    person.set_name(ERASED_NAME)
    person.phone = person.phone_index = person.username = person.demo_key = person.totp_secret = None
    person.salutation = ""
    person.age_band = ""
    person.is_active = False
    person.erased_at = person.erased_at or timezone.now()
    person.set_unusable_password()  # ends every session
    person.save()
    person.categories.all().delete()
    # That somebody once agreed stays as a date and a purpose; a purpose that says who they were does not.
    person.consents.filter(withdrawn_at=None).update(withdrawn_at=person.erased_at)
    person.consents.filter(purpose="sensitive_kind").delete()


# the list beside the database ------------------------------------------------------------------------------------------


def list_file(folder=None) -> Path:
    return Path(folder or settings.DATA_DIR) / "erased.txt"


def note_erased() -> int:
    """Bring the list up to date with the database, on disk before it returns; how many lines were missing.

    A process killed just after the commit leaves one out: the next erasure, or the next backup, adds it.
    """
    file = list_file()
    known = set(file.read_text().splitlines()) if file.exists() else set()
    rows = Person.objects.exclude(erased_at=None).order_by("erased_at").values_list("uid", "erased_at")
    lines = [_line(str(uid), at.astimezone(dt.UTC).isoformat(timespec="seconds")) for uid, at in rows]
    if missing := [line for line in lines if line not in known]:
        with file.open("a") as out:
            out.write("".join(line + "\n" for line in missing))
            out.flush()
            os.fsync(out.fileno())
    return len(missing)


def erased_uids(*folders) -> set[str]:
    """Who was erased according to the lists in these folders; lines that our key did not write are passed over."""
    return {uid for folder in folders for uid in _read(list_file(folder))}


def merge_lists(source, target) -> int:
    """Bring the list of `target` up to date with that of `source`; returns how many lines it has now."""
    lines = {line: None for folder in (target, source) for line in _lines(list_file(folder))}
    list_file(target).write_text("".join(line + "\n" for line in lines))
    return len(lines)


def _lines(file) -> Iterator[str]:
    if file.exists():
        yield from (line for line in file.read_text().splitlines() if _uid(line))


def _read(file) -> Iterator[str]:
    yield from (_uid(line) for line in _lines(file))


def _line(uid, at) -> str:
    return f"{uid} {at} {_digest(uid, at)}"


def _uid(line) -> str | None:
    parts = line.split()
    return parts[0] if len(parts) == 3 and hmac.compare_digest(parts[2], _digest(*parts[:2])) else None


def _digest(uid, at) -> str:
    return hmac.digest(settings.KEYS.raw("seal"), f"erased {uid} {at}".encode(), "sha256").hex()
