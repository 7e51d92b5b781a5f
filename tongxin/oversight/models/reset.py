"""A lost second factor or password (重置): system administration asks, security administration approves, nobody does both."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.policy import Permission
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.people.passwords import forget_password
from tongxin.places.models import Place
from tongxin.refused import Refused
from tongxin.workflow.transitions import transition

from ..accounts import end_sessions, unit_of


def four_eyes(reset, by):
    """申请人和本人都不能批准，换一个同名账号也不行"""
    if by.may_be(reset.person) or by.may_be(reset.asked_by):
        return "本人和申请的人都不能批准自己的这一件，请另一位安全管理员来办"
    return None


class Reset(models.Model):
    """One asked-for reset of a second factor or a password (重置): whose, and how it was checked that it is them."""

    class Status(models.TextChoices):
        ASKED = "asked", "待批准"
        DONE = "done", "已重置"
        DECLINED = "declined", "没有批准"

    class Kind(models.TextChoices):
        FACTOR = "factor", "动态口令"
        PASSWORD = "password", "密码"

    class How(models.TextChoices):
        FACE = "face", "当面核对工作证"
        CALL = "call", "回拨单位电话，由负责人确认"
        LETTER = "letter", "所在单位来函"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="resets")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FACTOR)
    how = models.CharField(max_length=10, choices=How)
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(status="asked"), name="reset_one_open_of_a_kind"
            ),
            models.CheckConstraint(
                name="reset_four_eyes",
                condition=models.Q(decided_by=None)
                | ~models.Q(decided_by=models.F("asked_by")) & ~models.Q(decided_by=models.F("person")),
            ),
        ]

    @classmethod
    def ask(cls, *, person, how, by, reason="", kind=Kind.FACTOR) -> "Reset":
        """Ask for it; what is there goes on working until somebody else approves. Raises Refused."""
        place = unit_of(person)
        if place is None or not can(by, Permission.ASK_RESET, place):
            raise PermissionDenied
        if kind == cls.Kind.FACTOR and not person.totp_secret:
            raise Refused("这位同事还没有绑定动态口令，下次登录时按页面提示绑定就可以")
        with transaction.atomic():
            reset, made = cls.objects.get_or_create(
                person=person, kind=kind, status=cls.Status.ASKED,
                defaults={"place": place, "asked_by": by, "how": how},
            )  # fmt: skip
            if made:
                facts = {"how": how, "person": person.pk, "kind": kind}
                record("reset.ask", subject=reset, by=by, place=place, reason=reason, facts=facts)
        return reset

    @transition(
        "asked", to="done", permission=Permission.RESET_FACTOR, label="批准重置", guard=four_eyes,
        writes=["decided_by", "decided_at"],
    )  # fmt: skip
    def approve(self, *, by) -> str:
        """The old secret and every session end now. Returns the code to hand over in person, if it is a password's."""
        self.decided_by, self.decided_at = by, timezone.now()
        code = forget_password(self.person) if self.kind == self.Kind.PASSWORD else self._drop_factor()
        end_sessions(self.person)
        return code

    def _drop_factor(self) -> str:
        self.person.totp_secret = None
        self.person.save(update_fields=["totp_secret"])
        return ""

    @transition(
        "asked", to="declined", permission=Permission.RESET_FACTOR, label="不批准", guard=four_eyes, asks=["reason"],
        writes=["decided_by", "decided_at"],
    )  # fmt: skip
    def decline(self, *, by, reason):
        if not reason.strip():
            raise Refused("请写一句原因，申请的人会看到")
        self.decided_by, self.decided_at = by, timezone.now()
