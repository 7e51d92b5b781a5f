"""Correcting one's own name (更正姓名): at once while nobody relies on it, else by somebody of the office."""

import uuid

from django.db import models, transaction
from django.utils import timezone

from tongxin.journal.models import record
from tongxin.refused import Refused

from .models import Person
from .names import LONGEST, clean_name
from .vault import SealedTextField


class Correction(models.Model):
    """One wish to be called by another name in the books (更正申请)."""

    class Status(models.TextChoices):
        WAITING = "waiting", "待居委确认"
        CONFIRMED = "confirmed", "已更正"
        DECLINED = "declined", "没有改"
        WITHDRAWN = "withdrawn", "本人撤回"

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections")
    name = SealedTextField()  # sealed; goes when it is decided
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    reason = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(status="waiting"), name="correction_one_waiting"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="declined") | ~models.Q(reason=""), name="correction_declined_has_reason"
            ),
        ]

    @property
    def place(self):
        from .reach import place_of

        return place_of(self.person)

    @classmethod
    def waiting_for(cls, reader):
        """What waits for a word of this reader."""
        from .reach import CHANGE_NUMBER, in_reach

        mine = cls.objects.filter(status=cls.Status.WAITING, person__in=in_reach(reader, CHANGE_NUMBER).values("pk"))
        return mine.select_related("person").order_by("asked_at")

    def confirm(self, *, by) -> None:
        """The office knows the person under this name: it stands from now on."""
        from .reach import CHANGE_NUMBER, ask_reach

        ask_reach(by, CHANGE_NUMBER, self.person)
        if by.may_be(self.person):
            raise Refused("自己的事请另一位同事来办")
        with transaction.atomic():
            name = self.name
            self._decide("confirm", self.Status.CONFIRMED, by)
            set_name(self.person, name, by=by)

    def decline(self, *, by, reason) -> None:
        """The name stays, with a reason the person reads."""
        from .reach import CHANGE_NUMBER, ask_reach

        ask_reach(by, CHANGE_NUMBER, self.person)
        if not reason.strip():
            raise Refused("请写明原因，本人会看到")
        with transaction.atomic():
            self._decide("decline", self.Status.DECLINED, by, reason.strip())

    def withdraw(self, *, by) -> None:
        """The person leaves it as it is."""
        if by.pk != self.person_id:
            raise Refused("只有本人可以撤回")
        with transaction.atomic():
            self._decide("withdraw", self.Status.WITHDRAWN, by)

    def _decide(self, verb, to, by, reason=""):
        given = {"status": to, "reason": reason[:200], "decided_at": timezone.now(), "decided_by": by, "name": None}
        if not Correction.objects.filter(pk=self.pk, status=self.Status.WAITING).update(**given):
            raise Refused("这一条刚才已经办过了，请刷新看最新情况")
        record(
            f"correction.{verb}", subject=self, by=by, place=self.place, came_from=self.Status.WAITING, went_to=to,
            reason=reason,
        )  # fmt: skip
        self.refresh_from_db()


def correct_name(person, name, *, by) -> Correction | None:
    """Correct the own name: done at once, or a request when others rely on the old one. Raises Refused."""
    from .reach import is_settled

    if by.pk != person.pk:
        raise Refused("只有本人可以更正自己的姓名")
    name = clean_name(name)
    if not 2 <= len(name) <= LONGEST:
        raise Refused(f"姓名请写2到{LONGEST}个字")
    if name == person.name:
        raise Refused("和现在的姓名一样，不用更正")
    with transaction.atomic():
        if not is_settled(person):
            set_name(person, name, by=by)
            return None
        Person.objects.select_for_update().get(pk=person.pk)
        asked = Correction.objects.filter(person=person, status=Correction.Status.WAITING).first()
        asked = asked or Correction(person=person)
        asked.name = name
        asked.save()
        record("correction.ask", subject=asked, by=by, place=asked.place, went_to=asked.status)
    return asked


def set_name(person, name, *, by) -> None:
    """Write a name that was confirmed; the journal says that it changed, not from what."""
    person.set_name(name)
    person.save(update_fields=["name"])
    record("person.name", subject=person, by=by)
