"""Hours entered afterwards from paper (补录): one person enters, another confirms; marked as such for ever."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission as P
from tongxin.access.rules import can, scope
from tongxin.journal.models import kind_of, record
from tongxin.people.models import Person
from tongxin.places.models import Place
from tongxin.workflow.transitions import Refused, transition

from .dispute import HANDS
from .ledger import award
from .rule import STEP, Factor, Rule

MOST_A_DAY = Decimal(24)
MOST_AT_ONCE = 100


def second_person(entry, by):
    """不是本人，也不是录入的人"""
    if by.pk == entry.person_id:
        return "自己的时长请别人确认"
    if by.pk == entry.entered_by_id:
        return "您录入的，请另一位同事确认"
    if by.may_be(entry.person) or by.may_be(entry.entered_by):
        return "本人或录入的人与您同名，请另一位同事确认"
    return None


def not_for_oneself(entry, by):
    """不能补录自己的时长"""
    if by.pk == entry.person_id or by.may_be(entry.person):
        return "自己的时长请别人补录"
    return None


class BackEntryQuerySet(models.QuerySet):
    def read_by(self, reader):
        """What this reader enters or confirms there."""
        where = scope(reader, P.ENTER_HOURS) | scope(reader, P.CONFIRM_HOURS)
        return self.filter(where).select_related("person", "place", "entered_by", "confirmed_by")

    def to_confirm(self, reader):
        """What waits and this reader did not enter, the oldest first."""
        waiting = self.read_by(reader).filter(scope(reader, P.CONFIRM_HOURS), status=BackEntry.Status.PENDING)
        return waiting.exclude(entered_by=reader.pk).exclude(person=reader.pk).order_by("pk")


class BackEntry(models.Model):
    """One person's hours entered from a paper list (补录)."""

    class Status(models.TextChoices):
        PENDING = "pending", "等另一位确认"
        CONFIRMED = "confirmed", "已记入"
        RETURNED = "returned", "已退回"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="back_entries")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    served_on = models.DateField()
    hours = models.DecimalField(max_digits=6, decimal_places=2)
    factor = models.CharField(max_length=12, choices=Factor, default=Factor.ORDINARY)
    what = models.CharField(max_length=60)
    evidence = models.CharField(max_length=200)  # where it is written down: the sign-in sheet of that day
    sheet = models.CharField(max_length=40)  # lines of one form; the same form sent twice is one
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    reason = models.CharField(max_length=200, blank=True)  # why it was sent back

    objects = BackEntryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "person"], name="back_entry_once_a_sheet"),
            models.UniqueConstraint(
                fields=["person", "served_on", "what"],
                condition=Q(status__in=["pending", "confirmed"]),
                name="back_entry_once",
            ),
            models.CheckConstraint(condition=~Q(entered_by=F("person")), name="back_entry_not_by_oneself"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("person")) & ~Q(confirmed_by=F("entered_by")),
                name="back_entry_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(confirmed_by__isnull=False), name="back_entry_confirmed_by"
            ),
            models.CheckConstraint(condition=Q(hours__gt=0, hours__lte=24), name="back_entry_hours_of_a_day"),
        ]
        indexes = [models.Index(fields=["place", "status"], name="back_entry_waiting")]  # fmt: skip

    def __str__(self):
        return self.what

    @classmethod
    def enter(cls, rows, *, by, place, served_on, what, evidence, sheet, factor=Factor.ORDINARY) -> list["BackEntry"]:
        """Enter a paper list: (person, hours) rows of one piece of work; the same form sent twice is one.

        All or nothing. Raises PermissionDenied, Refused.
        """
        if not can(by, P.ENTER_HOURS, place):
            raise PermissionDenied
        if there := list(cls.objects.filter(sheet=sheet, entered_by=by)):
            return there
        facts = {
            "place": place,
            "served_on": served_on,
            "what": what.strip(),
            "evidence": evidence.strip(),
            "factor": factor,
        }
        lines = [
            cls(person=person, hours=Decimal(hours), sheet=sheet, entered_by=by, **facts) for person, hours in rows
        ]
        if why := _wrong(lines, by=by, place=place, served_on=served_on):
            raise Refused(why)
        try:
            with transaction.atomic():
                for line in lines:
                    line.save(force_insert=True)
                    record("backentry.enter", subject=line, by=by, place=place, went_to=line.status)
        except IntegrityError:
            raise Refused("其中有人同一天同一件事已经补录过了，请先看补录清单") from None
        return lines

    @transition(
        Status.PENDING, to=Status.CONFIRMED, permission=P.CONFIRM_HOURS, label="确认补录", guard=second_person, writes=["confirmed_by"]
    )  # fmt: skip
    def confirm(self, *, by):
        """A second person confirms; the hours enter the ledger once."""
        self.confirmed_by = by
        award(
            self.person, hours=self.hours, factor=self.factor, place=self.place, served_on=self.served_on, reason=self.what,
            source=self, by=by,
        )  # fmt: skip

    @transition(
        Status.PENDING, to=Status.RETURNED, permission=P.CONFIRM_HOURS, label="退回", guard=second_person, asks=["reason"],
        writes=["reason"],
    )  # fmt: skip
    def send_back(self, *, by, reason):
        """It does not fit the paper: back to who entered it, with the reason."""
        if not reason.strip():
            raise Refused("请写明哪里要改，录入的人会看到")
        self.reason = reason.strip()[:200]

    @transition(
        Status.RETURNED, to=Status.PENDING, permission=P.ENTER_HOURS, label="改好再交", guard=not_for_oneself,
        asks=["hours", "evidence"], writes=["hours", "evidence", "entered_by", "reason"],
    )  # fmt: skip
    def enter_again(self, *, by, hours, evidence):
        """Put right and handed in again; whoever does it is now the one who entered it."""
        self.hours, self.evidence, self.entered_by, self.reason = Decimal(hours), evidence.strip(), by, ""
        if why := _wrong_hours(self.hours) or (None if self.evidence else "请写明依据，例如“11月20日签到表第2页”"):
            raise Refused(why)


def confirm_many(entries, *, by) -> tuple[list[BackEntry], list[str]]:
    """Confirm a batch; returns what was done and, for the rest, why not."""
    done, left = [], []
    for entry in entries:
        try:
            entry.confirm(by=by)
            done.append(entry)
        except Refused as refused:
            left.append(f"{entry.person.shown_as}：{refused.why}")
    return done, left


def members_at(place, *, besides=None):
    """Whose hours may be entered there: everybody with a post of a member at the place or below, besides who enters."""
    roles = ["volunteer", "captain", "squad_leader", "registrant"]
    posts = Appointment.objects.current().filter(place__path__under=place.path, role__in=roles)
    return (
        Person.objects.filter(pk__in=posts.values("person"), is_active=True)
        .exclude(pk=getattr(besides, "pk", None))
        .order_by("pk")
    )


def back_entries_of(lines) -> dict:
    """Ledger line → the BackEntry it came from, for the lines that did; one query."""
    kind = kind_of(BackEntry)
    wanted = {line.source_id for line in lines if line.source_kind == kind}
    found = (
        BackEntry.objects.filter(pk__in=wanted).select_related("entered_by", "confirmed_by").in_bulk() if wanted else {}
    )
    return {line.pk: found.get(line.source_id) for line in lines if line.source_kind == kind}


def _who_entered(entry) -> list[int]:
    if entry.source_kind != kind_of(BackEntry):
        return []
    return list(BackEntry.objects.filter(pk=entry.source_id).values_list("entered_by_id", flat=True))


HANDS.append(_who_entered)


def _wrong(lines, *, by, place, served_on) -> str | None:
    if not lines:
        return "还没有选人，请勾选签到表上的人"
    if len(lines) > MOST_AT_ONCE:
        return f"一次最多补录{MOST_AT_ONCE}人，请分几次"
    if served_on > timezone.localdate():
        return "日期还没有到，请核对签到表"
    if not Rule.objects.in_force().filter(since__lte=served_on).exists():
        return "那一天还没有开始记时长，请核对日期"
    if not lines[0].what or not lines[0].evidence:
        return "请写明做了什么、依据是什么"
    people = {line.person.pk for line in lines}
    if people - set(members_at(place).filter(pk__in=people).values_list("pk", flat=True)):
        return "其中有人不在本居村的队伍里，请核对名单"
    if any(not_for_oneself(line, by) for line in lines):
        return "自己的时长请别人补录"
    return next((why for line in lines if (why := _wrong_hours(line.hours))), None)


def _wrong_hours(hours) -> str | None:
    return "时长请按半小时填，0.5到24小时" if not 0 < hours <= MOST_A_DAY or hours % STEP else None
