"""Invitations (邀请): people volunteer for a post, nobody is put into it; a no needs no reason and leaves no mark."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from tongxin.access.models import SINGLE, today
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.places.models import Place
from tongxin.workflow.transitions import CLOCK, OWN, Refused, only_clock, transition

from . import posts
from .models import Squad

TAKEN = "这个位置刚有邻居接下了。谢谢您愿意，以后有合适的再请您"


def in_time(invitation, by):
    """在回复期限以内"""
    return "邀请已经过期，想担任请和居委说一声" if invitation.due_on < today() else None


class InvitationQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(status=Invitation.Status.PENDING)

    def of(self, person):
        return self.filter(person=person).select_related("place", "squad", "invited_by")


class Invitation(models.Model):
    """One member asked to take one post (邀请)."""

    class Status(models.TextChoices):
        PENDING = "pending", "等回复"
        ACCEPTED = "accepted", "已接受"
        DECLINED = "declined", "暂时无法"
        EXPIRED = "expired", "已过期"
        WITHDRAWN = "withdrawn", "已收回"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")  # the building, or the neighbourhood
    squad = models.ForeignKey(Squad, models.PROTECT, null=True, related_name="+")
    deputy = models.BooleanField(default=False)
    until = models.DateField(null=True, blank=True)  # the end of the term offered
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField()  # the last day to answer
    answered_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "place"],
                condition=models.Q(status="pending"),
                name="invitation_once",
            )
        ]
        indexes = [models.Index(fields=["place", "status"], name="invitation_open")]

    @property
    def post(self) -> str:
        """1号楼楼组长, 第一分队分队长, 副队长."""
        where = self.squad.name if self.squad_id else self.place.own_label if self.role in posts.AT_BUILDING else ""
        return f"{where}{posts.label_of(self.role, self.deputy)}"

    @classmethod
    def send(cls, person, role, place, *, by, deputy=False, squad=None, until=None) -> "Invitation":
        """Ask a member; asking twice is asking once. Raises PermissionDenied, Refused."""
        # A squad leader or deputy captain gets access to more than one building: that is the neighbourhood's to offer.
        needed = P.INVITE_LEADER if role in posts.AT_BUILDING else P.APPOINT_LOCAL
        if not can(by, needed, place):
            raise PermissionDenied
        if role == Role.CAPTAIN and not deputy:
            raise Refused("队长由居村党组织任命，请在队伍页里定")
        if person.pk == by.pk:
            raise Refused("请邀请别人；您自己想担任，请和居委说一声")
        if why := posts.why_not(person, role, place, deputy=deputy, until=until, squad=squad):
            raise Refused(why)
        due = today() + dt.timedelta(days=settings.INVITATION_DAYS)
        asked = {"deputy": deputy, "squad": squad, "until": until, "invited_by": by, "due_on": due}
        try:
            with transaction.atomic():
                invitation = cls.objects.create(person=person, role=role, place=place, **asked)
                facts = {"role": role, "deputy": deputy}
                record("invitation.send", subject=invitation, by=by, place=place, went_to="pending", facts=facts)
        except IntegrityError:  # pressed twice, or two colleagues had the same idea
            there = cls.objects.pending().filter(person=person, role=role, place=place).first()
            if there is None:
                raise
            return there
        return invitation

    @transition(
        Status.PENDING, to=Status.ACCEPTED, permission=OWN, label="接受", guard=in_time, writes=["answered_at"],
    )  # fmt: skip
    def accept(self, *, by):
        """Take the post; of two who accept at once one has it, the other is thanked."""
        posts.one_at_a_time(self.place)
        alone = (self.role in SINGLE or self.role == Role.SQUAD_LEADER) and not self.deputy
        if alone and posts.holders(self.role, self.place, squad=self.squad).exists():
            raise Refused(TAKEN)
        posts.fill(
            self.person, self.role, self.place, by=by, until=self.until, deputy=self.deputy, squad=self.squad,
            appointed_by=self.invited_by,
        )  # fmt: skip
        self.answered_at = timezone.now()
        if alone:
            for other in self._rivals():
                other.withdraw(by=CLOCK, reason="已有邻居接下")

    @transition(Status.PENDING, to=Status.DECLINED, permission=OWN, label="暂时无法参加", writes=["answered_at"])
    def decline(self, *, by):
        """Not now; nobody asks why."""
        self.answered_at = timezone.now()

    @transition(Status.PENDING, to=Status.EXPIRED, permission=P.INVITE_LEADER, label="过期", guard=only_clock)
    def expire(self, *, by):
        """Nobody answered in time: the post can be offered to somebody else."""

    @transition(Status.PENDING, to=Status.WITHDRAWN, permission=P.INVITE_LEADER, label="收回邀请", asks=["reason"])
    def withdraw(self, *, by, reason=""):
        """Take it back before it is answered."""

    def _rivals(self):
        same = Invitation.objects.pending().filter(role=self.role, place=self.place, deputy=False, squad=self.squad)
        return same.exclude(pk=self.pk).select_related("place")


def expire_old() -> int:
    """The clock ends what nobody answered; returns how many."""
    late = list(Invitation.objects.pending().filter(due_on__lt=today()).select_related("place"))
    for invitation in late:
        invitation.expire(by=CLOCK)
    return len(late)
