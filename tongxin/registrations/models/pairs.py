"""Two people a colleague has told apart: the question is not asked again."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.workflow.transitions import Refused


class ToldApart(models.Model):
    """“不是同一个人”: who said so, and when."""

    one = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")  # the smaller number
    other = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="told_apart_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="told_apart_in_order"),
        ]

    @classmethod
    def note(cls, registration, person, *, by) -> "ToldApart":
        """Remember that the one who checked in and `person` are two people; twice is once. Raises Refused."""
        if not can(by, P.REVIEW_REGISTRATION, registration.place):
            raise PermissionDenied
        if person is None:
            raise Refused("这一位已经核对过，或情况有了变化。请刷新看最新情况")
        if person.pk == registration.person_id:
            raise Refused("这是同一个人的两次报到，不用核对")
        one, other = sorted((registration.person_id, person.pk))
        with transaction.atomic():
            row, made = cls.objects.get_or_create(one_id=one, other_id=other, defaults={"by": by})
            if made:
                facts = {"person": person.pk}
                record("registration.tell_apart", subject=registration, by=by, place=registration.place, facts=facts)
        return row

    @classmethod
    def among(cls, people) -> set[tuple[int, int]]:
        """The pairs among these people (ids), smaller number first."""
        return set(cls.objects.filter(one__in=people, other__in=people).values_list("one_id", "other_id"))
