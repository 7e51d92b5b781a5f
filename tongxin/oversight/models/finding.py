"""What an auditor noticed (审计意见): in words, about one event, to the unit above the one it happened in."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.policy import Permission
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.places.models import Level, Place
from tongxin.refused import Refused
from tongxin.workflow.transitions import transition


class Finding(models.Model):
    """One finding of an audit (审计意见) and what the unit above answered."""

    class Status(models.TextChoices):
        RAISED = "raised", "待答复"
        ANSWERED = "answered", "已答复"

    event_id = models.BigIntegerField(null=True)  # the event it is about, by number: the journal is never tied down
    unit = models.ForeignKey(Place, models.PROTECT, related_name="+")  # where it happened
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")  # who answers: the unit above
    words = models.CharField(max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=Status, default=Status.RAISED)
    answer_words = models.CharField(max_length=400, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    @classmethod
    def note(cls, *, unit, words, by, event_id=None) -> "Finding":
        """Write it down and tell the unit above. Raises Refused."""
        if not can(by, Permission.READ_JOURNAL, unit):
            raise PermissionDenied
        if len(words.strip()) < 4:
            raise Refused("请写清楚发现了什么、希望怎么办，上级单位会看到")
        with transaction.atomic():
            finding = cls.objects.create(
                event_id=event_id, unit=unit, place=above(unit), words=words.strip()[:400], by=by
            )
            facts = {"event": event_id} if event_id else {}
            record("finding.note", subject=finding, by=by, place=unit, facts=facts)
        return finding

    @transition(
        "raised", to="answered", permission=Permission.VIEW_FIGURE_ROWS, label="答复", asks=["reason"],
        writes=["answer_words", "answered_by", "answered_at"],
    )  # fmt: skip
    def answer(self, *, by, reason):
        """What was cleared up, in words the auditor reads."""
        if len(reason.strip()) < 4:
            raise Refused("请写清楚核实的情况和怎么处理，审计员会看到")
        self.answer_words, self.answered_by, self.answered_at = reason.strip()[:400], by, timezone.now()


def above(unit):
    """The unit that looks into what happened here: the 街镇 above a 居村, the district above everything else."""
    inside = unit.level not in (Level.DISTRICT, Level.SUBDISTRICT)
    return (unit.subdistrict if inside else None) or unit.district or unit
