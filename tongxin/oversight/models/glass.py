"""Breaking the glass (紧急查看): one person's number for half an hour, for a reason that is said aloud and looked at afterwards."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission
from tongxin.access.rules import scope
from tongxin.journal.models import record
from tongxin.people.models import CONTACT_SCOPES
from tongxin.places.models import Place
from tongxin.refused import Refused
from tongxin.workflow.transitions import transition


def not_own(glass, by):
    """打开的人不能复查自己的"""
    own = by.may_be(glass.by) or by.may_be(glass.person)
    return "自己打开的，请另一位审计员复查" if own else None


class Glass(models.Model):
    """One emergency view (紧急查看): whom, why, until when, and what the auditor thought of it."""

    class Status(models.TextChoices):
        OPEN = "open", "待复查"
        FINE = "fine", "复查无异议"
        FOLLOW_UP = "follow_up", "复查后要跟进"

    class Case(models.TextChoices):
        MISSING = "missing", "联系不上、可能有危险"
        INJURY = "injury", "受伤、突发疾病"
        WEATHER = "weather", "台风暴雨、停水停电等应急"
        OTHER = "other", "其他紧急情况"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")  # where the person belongs
    case = models.CharField(max_length=10, choices=Case)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="glass_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(name="glass_until_after_since", condition=models.Q(until__gt=models.F("since"))),
            models.CheckConstraint(
                name="glass_reviewed_by_another",
                condition=models.Q(reviewed_by=None) | ~models.Q(reviewed_by=models.F("by")),
            ),
        ]

    @classmethod
    def open(cls, *, person, case, reason, by) -> "Glass":
        """Open one person for a short while; they, their unit and the auditor hear of it. Raises Refused."""
        place = reachable(person, by)
        if place is None:
            raise PermissionDenied
        if len(reason.strip()) < 4:
            raise Refused("请写清楚为什么现在要看，本人、居村书记和审计员都会看到")
        now = timezone.now()
        with transaction.atomic():
            glass = cls.objects.filter(in_force(now), by=by, person=person).first()
            if glass is None:
                until = now + dt.timedelta(minutes=settings.GLASS_MINUTES)
                glass = cls.objects.create(
                    by=by, person=person, place=place, case=case, reason=reason.strip()[:200], since=now, until=until
                )
                facts = {"case": case, "person": person.pk}
                record("glass.open", subject=glass, by=by, place=place, reason=reason.strip(), facts=facts)
        return glass

    @property
    def is_in_force(self) -> bool:
        return self.since <= timezone.now() < self.until

    @property
    def until_clock(self) -> str:
        return f"{timezone.localtime(self.until):%H:%M}"

    @transition(
        "open", to="fine", permission=Permission.REVIEW_GLASS, label="无异议", guard=not_own,
        writes=["reviewed_by", "reviewed_at", "words"],
    )  # fmt: skip
    def find_fine(self, *, by, reason=""):
        self._note(by, reason)

    @transition(
        "open", to="follow_up", permission=Permission.REVIEW_GLASS, label="要跟进", guard=not_own, asks=["reason"],
        writes=["reviewed_by", "reviewed_at", "words"],
    )  # fmt: skip
    def follow_up(self, *, by, reason):
        """Something has to be cleared up: the unit above is told what."""
        if not reason.strip():
            raise Refused("请写一句要跟进什么，上级单位会看到")
        self._note(by, reason)

    def _note(self, by, words):
        self.reviewed_by, self.reviewed_at, self.words = by, timezone.now(), words.strip()[:200]


def in_force(now=None) -> models.Q:
    """Open at this moment, whether or not somebody has looked at it already."""
    now = now or timezone.now()
    return models.Q(since__lte=now, until__gt=now)


def reachable(person, by):
    """Where the person belongs, if that is a place whose glass `by` may break; None otherwise."""
    posts = Appointment.objects.current().filter(scope(by, Permission.BREAK_GLASS), person=person)
    post = posts.exclude(person=by.pk).select_related("place").order_by("-place__path").first()
    return post.place if post else None


def _opened_for(reader):
    """Whose number an open glass lets this reader see: only while the post that broke it is held."""
    now = timezone.now()
    glasses = Glass.objects.filter(in_force(now), scope(reader, Permission.BREAK_GLASS), by=reader.pk)
    return models.Q(pk__in=glasses.values("person"))


CONTACT_SCOPES.append(_opened_for)
