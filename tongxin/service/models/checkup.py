"""What looks unusual is listed for a human, with the rows behind it; the machine changes and punishes nothing.

A pattern is a function: reader → findings in the places where the reader may check hours. Rooms register theirs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.people.models import Person
from tongxin.places.models import Place
from tongxin.workflow.transitions import Refused

PATTERNS: list[Callable] = []


@dataclass
class Finding:
    """One thing worth a look: `key` names the rows behind it, so that a note stays with exactly these."""

    kind: str
    title: str
    key: str
    person: object
    place: object
    rows: list[str] = field(default_factory=list)
    hands: frozenset[int] = frozenset()  # who entered or verified them: they do not check themselves


def pattern(function):
    """Register a finder of unusual rows."""
    PATTERNS.append(function)
    return function


class Checked(models.Model):
    """A human looked at a finding (已核对); it is not listed again."""

    class Result(models.TextChoices):
        FINE = "fine", "核对过，正常"
        CORRECTED = "corrected", "核对过，已更正"

    key = models.CharField(max_length=120, unique=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    result = models.CharField(max_length=10, choices=Result)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


def findings(reader) -> list[Finding]:
    """What this reader should look at and nobody has yet."""
    found = list(_found(reader))
    seen = set(Checked.objects.filter(key__in=[one.key for one in found]).values_list("key", flat=True))
    return [one for one in found if one.key not in seen]


def _found(reader) -> Iterator[Finding]:
    for find in PATTERNS:
        yield from find(reader)


def note_checked(finding, *, by, result, note="") -> Checked:
    """Say what came of it. Raises PermissionDenied, Refused."""
    if not can(by, P.CHECK_HOURS, finding.place):
        raise PermissionDenied
    if finding.person is not None and (by.pk == finding.person.pk or by.may_be(finding.person)):
        raise Refused("这是您自己的时长，请另一位同事核对")
    if any(by.may_be(one) for one in Person.objects.filter(pk__in=finding.hands)):
        raise Refused("这是您核验或录入的，请另一位同事核对")
    if result == Checked.Result.CORRECTED and not note.strip():
        raise Refused("请写一句是怎么更正的")
    with transaction.atomic():
        checked, made = Checked.objects.get_or_create(
            key=finding.key, defaults={"place": finding.place, "result": result, "note": note.strip()[:200], "by": by}
        )
        if made:
            facts = {"kind": finding.kind, "result": result}
            record("checked.note", subject=checked, by=by, place=finding.place, reason=note.strip(), facts=facts)
    return checked
