"""Complaints and suggestions (投诉建议): from anybody to the district, past the unit they are about.

Who wrote it stands nowhere but in the row itself: the journal has no actor for what the writer does, no list and no
search goes by the writer, and a contact left with it opens only to the one who handles it, one journalled look a time.
"""

import base64
import datetime as dt
import hashlib
import hmac
import re
import secrets
import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Count, Q
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, held_by, scope
from tongxin.journal.models import record
from tongxin.people.vault import SealedTextField
from tongxin.places.models import Level, Place
from tongxin.workflow.transitions import CLOCK, Refused, transition
from tongxin.workflow.working_time import add_working_days

from .limits import too_many_from

QUIET_DAYS = 10  # working days the writer has to answer before it closes by itself
DIGITS = 8
GAP = "[\\s\u3000\u200b\u200c\u200d\ufeff.·・-]*"  # what may stand between the letters of a name


class FeedbackQuerySet(models.QuerySet):
    def for_handler(self, person):
        """What this person may handle: at their district, never about themselves or their own unit, never their own."""
        mine = Q(person=person) | Q(about__in=[place for _, place in held_by(person) if place.level != Level.DISTRICT])
        for pattern in _called(person):
            mine |= Q(words__regex=pattern)
        return self.filter(scope(person, P.HANDLE_FEEDBACK)).exclude(
            pk__in=self.model.objects.filter(mine).values("pk")
        )

    def waiting(self):
        """The district has to do something."""
        return self.filter(status__in=Feedback.WAITING)

    def late(self, now):
        return self.waiting().filter(due_at__lt=now)

    def counts(self) -> dict[str, int]:
        """How many in which state; counts are all that figures ever show of it."""
        return dict(self.order_by().values_list("status").annotate(n=Count("pk")))


def by_secret_link(feedback, by):
    """只由留言的人，凭查询链接或自己的账号"""
    return None if by is CLOCK else "这一步由留言的人自己来办"


def by_the_calendar(feedback, by):
    """留言的人10个工作日没有回话，由系统结束"""
    return None if by is CLOCK else "这一步由系统自动办理"


def not_about_oneself(feedback, by):
    """说到自己的、自己单位的、自己写的，不能自己办"""
    return "这条说到您或您的单位，请另一位同事来办" if feedback.is_about(by) or feedback.person_id == by.pk else None


def in_my_hand(feedback, by):
    """由接手的人答复"""
    if feedback.handler_id != by.pk:
        return "这条由另一位同事在办。要换人，请对方先说一声，再点“我来办”"
    return not_about_oneself(feedback, by)


class Feedback(models.Model):
    """One complaint, suggestion, praise or barrier (投诉建议), answered by the district."""

    class Status(models.TextChoices):
        HELD = "held", "等人看一眼"
        RECEIVED = "received", "已收到"
        IN_HAND = "in_hand", "在办"
        ANSWERED = "answered", "已答复"
        REOPENED = "reopened", "再办一次"
        CLOSED = "closed", "已结束"

    class Kind(models.TextChoices):
        SUGGESTION = "suggestion", "建议"
        COMPLAINT = "complaint", "投诉"
        PRAISE = "praise", "表扬"
        ACCESS = "access", "用起来有困难"

    class About(models.TextChoices):
        APP = "app", "这个系统"
        UNIT = "unit", "一个单位"
        STAFF = "staff", "工作人员"

    class Way(models.TextChoices):
        LINK = "link", "我自己用查询链接看"
        PHONE = "phone", "请打电话给我"

    WAITING = [Status.HELD, Status.RECEIVED, Status.IN_HAND, Status.REOPENED]

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=DIGITS, unique=True)  # random: it says nothing about how many there are
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # of the secret link; None once purged
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")  # the district, whatever it is about
    kind = models.CharField(max_length=12, choices=Kind)
    about_kind = models.CharField(max_length=6, choices=About)
    about = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")  # the unit
    words = models.TextField(max_length=1000)
    way = models.CharField(max_length=6, choices=Way, default=Way.LINK)
    contact = SealedTextField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)
    handler = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answer_words = models.TextField(max_length=1000, blank=True)
    again_words = models.TextField(max_length=300, blank=True)  # why the first answer was not enough
    satisfied = models.BooleanField(null=True)
    sent_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(about_kind="app", about=None) | Q(about_kind__in=["unit", "staff"], about__isnull=False),
                name="feedback_about_a_unit_or_the_app",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["answered", "reopened"]) | Q(purged_at__isnull=False) | ~Q(answer_words=""),
                name="feedback_answered_has_words",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_at__isnull=False), name="feedback_closed_has_day"
            ),
        ]
        indexes = [models.Index(fields=["place", "status", "due_at"], name="feedback_desk")]

    # questions ---------------------------------------------------------------------------------------------------

    def is_about(self, person) -> bool:
        """Whether it is about this person, as far as a machine can tell: their own unit, or their name in the words."""
        units = [place.pk for _, place in held_by(person) if place.level != Level.DISTRICT]
        return self.about_id in units or any(re.search(pattern, self.words) for pattern in _called(person))

    def is_late(self) -> bool:
        return self.status in self.WAITING and self.due_at is not None and self.due_at < timezone.now()

    @property
    def was_reopened(self) -> bool:
        return bool(self.again_words)

    @property
    def can_be_rated(self) -> bool:
        return self.status == self.Status.ANSWERED

    @property
    def has_contact(self) -> bool:
        return self.__dict__.get("contact") is not None

    @classmethod
    def by_token(cls, token):
        """The one a secret link leads to; None for any other word."""
        return cls.objects.filter(token_hash=_hash(token)).select_related("about", "place").first()

    # verbs, in lifecycle order -----------------------------------------------------------------------------------

    @classmethod
    def send(cls, *, kind, about_kind, words, about=None, contact="", way=Way.LINK, person=None, key="", network=""):
        """Leave it with the district. Returns (feedback, token of the secret link); the same form twice is one.

        Without an account, what is more than a few a day from one network is held for a look, not refused.
        """
        district = about.district if about else Place.objects.filter(level=Level.DISTRICT, until=None).first()
        if district is None:
            raise Refused("还没有导入单位登记册，请打电话反映")
        token = _token(key)
        if there := cls.by_token(token):
            return there, token
        held = person is None and too_many_from(network)
        feedback = cls(
            number=_number(), token_hash=_hash(token), place=district, kind=kind, about_kind=about_kind, about=about,
            words=words, way=way, person=person, due_at=add_working_days(timezone.now(), settings.FEEDBACK_WORKING_DAYS),
            status=cls.Status.HELD if held else cls.Status.RECEIVED,
        )  # fmt: skip
        feedback.contact = contact
        try:
            with transaction.atomic():
                feedback.save(force_insert=True)
                verb = "feedback.hold" if held else "feedback.send"
                record(verb, subject=feedback, place=district, went_to=feedback.status)
        except IntegrityError:  # the same form arrived twice at the same moment
            if (there := cls.by_token(token)) is None:
                raise
            return there, token
        return feedback, token

    @transition(Status.HELD, to=Status.RECEIVED, permission=P.HANDLE_FEEDBACK, label="收下", guard=not_about_oneself)
    def let_in(self, *, by):
        """Somebody looked: it is meant seriously."""

    @transition(
        Status.HELD, to=Status.CLOSED, permission=P.HANDLE_FEEDBACK, label="不用办", guard=not_about_oneself,
        asks=["reason"], writes=["closed_at"],
    )  # fmt: skip
    def set_aside(self, *, by, reason):
        """Somebody looked: nothing in it can be answered; the reason stays."""
        self.closed_at = timezone.now()

    @transition(
        Status.RECEIVED, Status.REOPENED, Status.IN_HAND, to=Status.IN_HAND, permission=P.HANDLE_FEEDBACK, label="我来办",
        guard=not_about_oneself, writes=["handler"],
    )  # fmt: skip
    def take_up(self, *, by):
        """A named human answers for it; a colleague may take over."""
        self.handler = by

    @transition(
        Status.IN_HAND, to=Status.ANSWERED, permission=P.HANDLE_FEEDBACK, label="答复", guard=in_my_hand,
        asks=["words"], writes=["answer_words", "answered_at"],
    )  # fmt: skip
    def answer(self, *, by, words):
        """Say what was found and what happens; the writer reads it."""
        self.answer_words, self.answered_at = words, timezone.now()

    @transition(
        Status.ANSWERED, to=Status.CLOSED, permission=P.HANDLE_FEEDBACK, label="满意", guard=by_secret_link,
        writes=["satisfied", "closed_at"],
    )  # fmt: skip
    def content(self, *, by):
        """The writer is satisfied."""
        self.satisfied, self.closed_at = True, timezone.now()

    @transition(
        Status.ANSWERED, to=Status.REOPENED, permission=P.HANDLE_FEEDBACK, label="不满意，再办一次", guard=by_secret_link,
        asks=["why"], writes=["again_words", "due_at"],
    )  # fmt: skip
    def reopen(self, *, by, why):
        """The writer is not satisfied: once more, with the clock started again."""
        if self.was_reopened:
            raise Refused("已经再办过一次了。还不满意，请打电话找人说")
        self.again_words = why or "没有写原因"
        self.due_at = add_working_days(timezone.now(), settings.FEEDBACK_WORKING_DAYS)

    @transition(
        Status.ANSWERED, to=Status.CLOSED, permission=P.HANDLE_FEEDBACK, label="仍不满意", guard=by_secret_link,
        writes=["satisfied", "closed_at"],
    )  # fmt: skip
    def still_unhappy(self, *, by):
        """The writer is not satisfied with the second answer either; that stays on record."""
        self.satisfied, self.closed_at = False, timezone.now()

    @transition(
        Status.ANSWERED, to=Status.CLOSED, permission=P.HANDLE_FEEDBACK, label="到期结束", guard=by_the_calendar,
        writes=["closed_at"],
    )  # fmt: skip
    def close(self, *, by):
        """Nobody said anything to the answer; counted apart from the satisfied ones."""
        self.closed_at = timezone.now()

    def rated(self, *, happy, why="") -> None:
        """What the writer says to the answer. They act for nobody the journal knows. Raises Refused."""
        if happy:
            self.content(by=CLOCK)
        elif self.was_reopened:
            self.still_unhappy(by=CLOCK)
        else:
            self.reopen(by=CLOCK, why=why)

    def open_contact(self, *, by) -> str:
        """The contact the writer left, for the one who handles it; every look is journalled. Raises Refused."""
        if not can(by, P.HANDLE_FEEDBACK, self.place):
            raise PermissionDenied
        if why := in_my_hand(self, by):
            raise Refused(why)
        record("feedback.open_contact", subject=self, by=by, place=self.place_id)
        return self.contact


def _called(person) -> list[str]:
    """Patterns of the words somebody is called by, with or without gaps: a complaint that uses them is not for their desk."""
    words = ["".join(word.split()) for word in (person.name, person.salutation)]
    return [GAP.join(re.escape(letter) for letter in word) for word in words if len(word) >= 2]


def _number() -> str:
    return str(10 ** (DIGITS - 1) + secrets.randbelow(9 * 10 ** (DIGITS - 1)))


def _token(key) -> str:
    """The secret of the link; the same form sent twice has the same one, and nobody else can make it."""
    seed = f"feedback:{key or secrets.token_hex(32)}".encode()
    return base64.urlsafe_b64encode(hmac.digest(settings.SECRET_KEY.encode(), seed, "sha256")).decode().rstrip("=")


def _hash(token) -> str:
    return hashlib.sha256(str(token).encode()).hexdigest()


def close_unanswered(now) -> int:
    """Answered, and nothing heard for two working weeks: closed by the calendar."""
    long_ago = Feedback.objects.filter(
        status=Feedback.Status.ANSWERED, answered_at__lt=now - dt.timedelta(days=QUIET_DAYS)
    )
    over = [one for one in long_ago.select_related("place") if add_working_days(one.answered_at, QUIET_DAYS) < now]
    for one in over:
        one.close(by=CLOCK)
    return len(over)
