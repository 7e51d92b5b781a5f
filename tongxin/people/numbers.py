"""A phone number changed, lost, or given to somebody else by the operator (换号). The number is how members sign in.

Whoever could take over a number takes over the person; so every way is slow or proved, both numbers hear of it, and the
old number can stop it. Why it is as it is: docs/decisions/0006.
"""

import datetime as dt
import hashlib
import logging
import secrets
import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from tongxin.channels.sms import send_sms
from tongxin.journal.models import record
from tongxin.refused import Refused

from .merges import selves
from .models import Person
from .phones import mask_phone
from .vault import SealedTextField, blind_index

logger = logging.getLogger("tongxin.people")
TAKEN = "这个号码在同心登记在另一个人名下。如果是新换到您手里的号码，请在登录页点“号码以前是别人的”"


class NumberChange(models.Model):
    """One change of the number of a person (换号): asked for, stopped or done."""

    class Kind(models.TextChoices):
        OWN = "own", "本人更换"
        LOST = "lost", "旧号码不用了，居委代办"
        RECYCLED = "recycled", "号码换了主人"

    class Status(models.TextChoices):
        WAITING = "waiting", "待生效"
        DONE = "done", "已办好"
        STOPPED = "stopped", "已停下"
        BACK = "back", "已换回"

    class Check(models.TextChoices):
        KNOWN = "known", "工作人员认识本人"
        CARD = "card", "看了身份证，没有留存"
        LEADER = "leader", "楼组长或队长当面认出"
        NEIGHBOURS = "neighbours", "两位邻居当面认出"

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="number_changes")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status)
    old_number = SealedTextField()  # both are forgotten when nothing can be taken back any more
    new_number = SealedTextField()
    new_index = models.CharField(max_length=64, null=True, editable=False)
    checked = models.CharField(max_length=12, choices=Check, blank=True)  # how the office knew the person
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()  # waiting: when it happens by itself; done by oneself: until when it can be undone
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    stop_hash = models.CharField(max_length=64, null=True, unique=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(status="waiting"), name="number_change_one_waiting"
            ),
            models.UniqueConstraint(
                fields=["new_index"], condition=models.Q(status="waiting"), name="number_change_number_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="lost") | ~models.Q(checked=""), name="number_change_lost_was_checked"
            ),
        ]

    # questions ---------------------------------------------------------------------------------------------------

    @property
    def place(self):
        from .reach import place_of

        return place_of(self.person)

    @property
    def new_tail(self) -> str:
        return mask_phone(self.new_number) if self.new_number else ""

    @property
    def due_label(self) -> str:
        local = timezone.localtime(self.due_at)
        return f"{local.month}月{local.day}日{local:%H:%M}"

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.WAITING

    @property
    def can_be_stopped(self) -> bool:
        """While it waits, and three days after somebody did it alone."""
        own = self.kind == self.Kind.OWN and self.status == self.Status.DONE
        return self.is_waiting or (own and timezone.now() < self.due_at)

    @classmethod
    def in_reach_of(cls, reader):
        from .reach import CHANGE_NUMBER, in_reach

        mine = cls.objects.filter(person__in=in_reach(reader, CHANGE_NUMBER).values("pk"))
        return mine.select_related("person", "asked_by", "decided_by")

    @classmethod
    def by_token(cls, token):
        """The change that the message to the old number speaks of; None when there is none (any more)."""
        return cls.objects.filter(stop_hash=_hash(token)).select_related("person").first()

    # verbs, in lifecycle order -----------------------------------------------------------------------------------

    @classmethod
    def by_oneself(cls, *, person, number, by, address) -> "NumberChange":
        """The person signed in has proved a new number by a code: it holds at once; the old one hears of it.

        `address` makes the way back of a token (token → URL). Raises Refused.
        """
        if by.pk != person.pk:
            raise PermissionDenied
        now, token = timezone.now(), secrets.token_urlsafe(24)
        with transaction.atomic():
            person = Person.objects.select_for_update().get(pk=person.pk)
            old = person.phone
            if old == number:
                raise Refused("和现在的号码一样，不用更换")
            change = cls._make(
                person=person, kind=cls.Kind.OWN, status=cls.Status.DONE, old=old, new=number, asked_by=by,
                decided_by=by, decided_at=now, due_at=now + dt.timedelta(days=settings.NUMBER_TAKE_BACK_DAYS),
                stop_hash=_hash(token),
            )  # fmt: skip
            take_number(person, number)
            change._record("done", by)
        _text(
            old,
            f"您在同心的号码刚刚换成了{mask_phone(number)}。不是您本人办的，请在{settings.NUMBER_TAKE_BACK_DAYS}天内打开 "
            f"{address(token)} 换回，或打电话给居委。",
        )
        return change

    @classmethod
    def ask_for(cls, *, person, number, checked, by, address) -> "NumberChange":
        """The office met the person, who read out the code sent to the new number; it holds after a day's wait. Raises Refused."""
        from .reach import CHANGE_NUMBER, ask_reach

        ask_reach(by, CHANGE_NUMBER, person)
        if by.may_be(person):
            raise Refused("自己的号码请在“我的”里更换，或请另一位同事来办")
        if checked not in cls.Check.values:
            raise Refused("请选一项：怎么确认是本人的")
        token, due = secrets.token_urlsafe(24), timezone.now() + dt.timedelta(hours=settings.NUMBER_WAIT_HOURS)
        with transaction.atomic():
            person = Person.objects.select_for_update().get(pk=person.pk)
            _ask_free(number, person)
            change = cls._make(
                person=person, kind=cls.Kind.LOST, status=cls.Status.WAITING, old=person.phone, new=number,
                checked=checked, asked_by=by, due_at=due, stop_hash=_hash(token),
            )  # fmt: skip
            change._record("ask", by)
        when = change.due_label
        if change.old_number:
            _text(
                change.old_number,
                f"居委受理：您在同心的号码将在{when}换成{mask_phone(number)}。不是您本人办的，请在此之前打开 "
                f"{address(token)} 停下，或打电话给居委。",
            )
        _text(number, f"居委已受理，{when}起可以用这个号码登录。没有办过这件事，请打电话给居委。")
        return change

    @classmethod
    def claim(cls, *, number) -> "NumberChange":
        """Whoever holds the number now (proved by a code) says it was somebody else's. Raises Refused."""
        with transaction.atomic():
            person = Person.objects.select_for_update().filter(phone_index=blind_index(number)).first()
            if person is None:
                raise Refused("这个号码没有人登记，可以直接报到")
            if person.is_staff_member:
                raise Refused("这个号码登记在一位工作人员名下，请打电话给居委或街镇")
            waiting = cls.objects.filter(person=person, status=cls.Status.WAITING).first()
            if waiting and waiting.kind == cls.Kind.RECYCLED:
                return waiting
            if waiting:
                raise Refused("这个号码的主人正在换号，过一天再来就好。急的话请打电话给居委")
            due = timezone.now() + dt.timedelta(days=settings.NUMBER_CLAIM_DAYS)
            change = cls._make(person=person, kind=cls.Kind.RECYCLED, status=cls.Status.WAITING, old=number, due_at=due)
            change._record("claim", None)
        return change

    def confirm(self, *, by) -> None:
        """The office knows that the number has another owner: it is free, the old owner's record stays without one."""
        from .reach import CHANGE_NUMBER, ask_reach

        ask_reach(by, CHANGE_NUMBER, self.person)
        if self.kind != self.Kind.RECYCLED:
            raise Refused("居委代办的换号要等满一天，让旧号码有机会停下")
        self._finish(by)

    def stop(self, *, by=None, token="", reason="") -> None:
        """Stop it, or take back what somebody did alone: the old number by its token, the person, or the office. Raises Refused."""
        self._may_stop(by, token)
        if not self.can_be_stopped:
            raise Refused("这次换号已经办完，停不下来了。请打电话给居委")
        if not self.is_waiting:
            self._take_back(by)
            return
        self._halt(by, reason)
        if self.kind == self.Kind.RECYCLED:
            _text(self.old_number, "核对过了：这个号码在同心还有人在用，没有改动。有疑问请打电话给居委。")

    # how it is done ----------------------------------------------------------------------------------------------

    def _may_stop(self, by, token):
        from .reach import CHANGE_NUMBER, in_reach

        if token and self.stop_hash == _hash(token):
            return
        # Whoever holds the new phone is signed in as the person too: what was done alone goes back by the old one.
        own = by is not None and self.person_id in selves(by) and self.is_waiting
        office = by is not None and in_reach(by, CHANGE_NUMBER).filter(pk=self.person_id).exists()
        if not (own or office):
            raise PermissionDenied

    def _halt(self, by, reason):
        with transaction.atomic():
            self._move(self.Status.WAITING, self.Status.STOPPED, by, reason)
            self._record("stop", by, reason)

    def _take_back(self, by):
        with transaction.atomic():
            person = Person.objects.select_for_update().get(pk=self.person_id)
            if person.phone != self.new_number:
                raise Refused("号码后来又换过了，请打电话给居委")
            self._move(self.Status.DONE, self.Status.BACK, by)
            take_number(person, self.old_number)
            self._record("take_back", by)
        _text(self.old_number, "您在同心的号码已经换回来了，请重新登录。")

    def _finish(self, by) -> None:
        """What was waited for happens."""
        with transaction.atomic():
            person = Person.objects.select_for_update().get(pk=self.person_id)
            if self.old_number and person.phone != self.old_number:
                raise Refused("号码后来又换过了，这一条不用再办")
            self._move(self.Status.WAITING, self.Status.DONE, by)
            if self.kind == self.Kind.RECYCLED:
                free_number(person)
            else:
                take_number(person, self.new_number)
            self._record("done", by)
        if self.kind == self.Kind.RECYCLED:
            _text(self.old_number, "这个号码已经空出来了，现在可以用它在同心报到。")
        else:
            _text(self.new_number, "换号办好了，请用这个号码登录同心。")

    def _move(self, source, to, by, reason="") -> None:
        given = {"status": to, "decided_by": by, "decided_at": timezone.now(), "reason": reason.strip()[:200]}
        if not NumberChange.objects.filter(pk=self.pk, status=source).update(**given):
            raise Refused("这一条刚才已经办过了，请刷新看最新情况")
        for name, value in given.items():
            setattr(self, name, value)

    @classmethod
    def _make(cls, *, old, new="", **fields):
        change = cls(**fields)
        change.old_number, change.new_number = old, new
        change.new_index = blind_index(new) if new else None
        try:
            with transaction.atomic():
                change.save(force_insert=True)
        except IntegrityError:
            raise Refused("这个人或这个号码已有一次换号在办，请先等它办完或停下") from None
        return change

    def _record(self, verb, by, reason="") -> None:
        facts = {"kind": self.kind} | ({"checked": self.checked} if self.checked else {})
        record(
            f"numberchange.{verb}", subject=self, by=by, place=self.place, went_to=self.status, reason=reason,
            facts=facts,
        )  # fmt: skip


def take_number(person, number) -> None:
    """Give a person a number that nobody else has; every session ends. Raises Refused."""
    _ask_free(number, person)
    person.set_phone(number)
    try:
        with transaction.atomic():
            person.save(update_fields=["phone", "phone_index"])
    except IntegrityError:  # somebody checked in with it at this very moment
        raise Refused(TAKEN) from None
    person.end_sessions()


def free_number(person) -> None:
    """The number is somebody else's now: the record stays without one."""
    person.phone = person.phone_index = None
    person.save(update_fields=["phone", "phone_index"])
    person.end_sessions()


def unreachable(reader):
    """People whose number went to somebody else (联系不上：号码已换人), for the office that knows where they live."""
    from .reach import CHANGE_NUMBER, in_reach

    gone = NumberChange.objects.filter(kind=NumberChange.Kind.RECYCLED, status=NumberChange.Status.DONE)
    return in_reach(reader, CHANGE_NUMBER).filter(phone_index=None, pk__in=gone.values("person")).order_by("pk")


def asks_who(person, number) -> bool:
    """Whether signing in asks for the name first: unused so long that the operator may have sold the number on.

    The number of a row merged into this one counts by that row: how often the other number is used says nothing of it.
    """
    row = Person.objects.filter(phone_index=blind_index(number)).first() or person
    claims = NumberChange.objects.filter(person=row, status=NumberChange.Status.WAITING, kind="recycled")
    return not person.is_staff_member and (_quiet(row, timezone.now()) or claims.exists())


def is_mine_after_all(person) -> None:
    """The owner came and said the name: whoever claimed the number was wrong."""
    waiting = NumberChange.objects.filter(status=NumberChange.Status.WAITING, kind="recycled")
    for change in waiting.filter(person__in=selves(person)):
        change.stop(by=person, reason="本人登录，号码还在用")


def finish_due(now) -> int:
    """The clock: waits that are over, and claims nobody answered on numbers long unused. Returns how many."""
    done = 0
    waiting = NumberChange.objects.filter(status=NumberChange.Status.WAITING, due_at__lte=now)
    for change in waiting.select_related("person").order_by("pk"):
        if change.kind == NumberChange.Kind.RECYCLED and not _quiet(change.person, now):
            continue  # in use lately: only a human decides
        try:
            change._finish(None)
        except Refused as refused:
            NumberChange.objects.select_related("person").get(pk=change.pk)._halt(None, refused.why)
        done += 1
    return done


def forget_numbers(before) -> int:
    """Retention: the sealed numbers of changes that are over; returns how many."""
    over = NumberChange.objects.exclude(status=NumberChange.Status.WAITING).filter(due_at__lt=before)
    kept = over.exclude(old_number=None, new_number=None)
    return kept.update(old_number=None, new_number=None, new_index=None, stop_hash=None)


def _quiet(person, now) -> bool:
    return now - person.last_used >= dt.timedelta(days=settings.NUMBER_QUIET_DAYS)


def _ask_free(number, person) -> None:
    holder = Person.objects.filter(phone_index=blind_index(number)).exclude(pk=person.pk).first()
    if holder is None:
        return
    if Person.objects.holding(number) == person:
        raise Refused("这个号码已经能登录这个人的账号，不用再改")
    raise Refused(TAKEN)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _text(number, words) -> None:
    # A message that protects the owner is no news they agree to: it goes out whatever they chose.
    if not number:
        return
    try:
        send_sms(number, f"【同心】{words}")
    except Exception as error:  # whatever an operator's gateway throws: its text may carry the number, so only the kind
        logger.warning("text message about a number not sent: %s", type(error).__name__)
