"""Reorganising neighbourhoods (撤并、拆分、划转): the register changes, and on the same day everybody follows their home.

The preview is the act itself, done and rolled back: what it says is what will happen. Rooms above let what is theirs
follow too, by a function (course) → number in `FOLLOWERS`, registered in their `handover.py`.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from tongxin.access.models import today
from tongxin.access.policy import Permission as P
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.places.models import Place
from tongxin.places.problems import RegisterProblem
from tongxin.places.spelling import division_code
from tongxin.workflow.transitions import CLOCK, Refused, only_clock, transition

from .following import Course, follow
from .models import Membership


def its_day_has_come(reorganisation, by):
    """到了生效的那一天"""
    return "还没有到生效的日子" if reorganisation.on > today() else None


class Reorganisation(models.Model):
    """One change of neighbourhoods, planned for a day (撤并调整)."""

    class Kind(models.TextChoices):
        RENAME = "rename", "更名"
        SPLIT = "split", "拆分"
        MERGE = "merge", "合并"
        TRANSFER = "transfer", "划转小区"
        MEMBERS = "members", "划转队员"

    class Status(models.TextChoices):
        PLANNED = "planned", "待生效"
        APPLIED = "applied", "已完成"
        CANCELLED = "cancelled", "已取消"
        FAILED = "failed", "没有办成"

    kind = models.CharField(max_length=10, choices=Kind)
    place = models.ForeignKey(Place, models.PROTECT, related_name="reorganisations")  # the neighbourhood it begins with
    target = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")  # merge, transfer, members
    plan = models.JSONField(default=dict)  # name, code; parts, estates, rest; estates; members
    on = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    outcome = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=models.Q(status="planned"), name="reorganisation_one_planned"
            )
        ]

    @property
    def is_planned(self) -> bool:
        return self.status == self.Status.PLANNED

    @classmethod
    def prepare(cls, *, by, **fields) -> "Reorganisation":
        """One not yet written, for a preview."""
        return cls(by=by, **fields)

    def preview(self) -> dict:
        """What would happen were it done now; nothing stays. Raises Refused."""
        with transaction.atomic():
            self._check()
            outcome = self._carry_out(by=self.by)
            transaction.set_rollback(True)
        return outcome

    def decide(self, *, by) -> "Reorganisation":
        """Enter it: done at once when its day is today, by the clock when it is to come. Raises Refused."""
        planned = Reorganisation.objects.filter(place=self.place_id, status=self.Status.PLANNED)
        try:
            with transaction.atomic():
                if planned.exists():
                    raise IntegrityError
                self.outcome = self.preview()
                self.save(force_insert=True)
                facts = {"kind": self.kind, "on": self.on.isoformat()}
                record("reorganisation.plan", subject=self, by=by, place=self.place, facts=facts)
                if self.on <= today():
                    self.apply(by=by)
        except IntegrityError:
            self.pk, self._state.adding = None, True
            if planned.exists():
                raise Refused("这个居村已有一项待生效的调整，请先办完或取消那一项") from None
            raise Refused("登记册里刚有别的改动，请刷新，再看一次会怎样") from None
        return self

    @transition(
        Status.PLANNED, to=Status.APPLIED, permission=P.REORGANISE, label="生效", guard=its_day_has_come,
        writes=["outcome"],
    )  # fmt: skip
    def apply(self, *, by):
        """The register and everybody on it, in one transaction."""
        self.outcome = self._carry_out(by=by)
        facts = {key: self.outcome[key] for key in ("members", "posts", "registrations", "tasks", "duties")}
        record("place.reorganise", subject=self, by=by, place=self.place, facts={"kind": self.kind} | facts)

    @transition(Status.PLANNED, to=Status.CANCELLED, permission=P.REORGANISE, label="取消", asks=["reason"])
    def cancel(self, *, by, reason=""):
        """Called off before its day."""

    @transition(Status.PLANNED, to=Status.FAILED, permission=P.REORGANISE, label="没有办成", guard=only_clock)
    def fail(self, *, by, reason):
        """The register has changed meanwhile and cannot take it; who planned it is told why."""

    # how it is done ----------------------------------------------------------------------------------------------

    def _check(self):
        units = [self.place] + ([self.target] if self.target_id else [])
        if not all(can(self.by, P.REORGANISE, unit) for unit in units):
            raise PermissionDenied
        if self.on < today():
            raise Refused("日期要从今天起，请检查")
        if self.target_id and self.target_id == self.place_id:
            raise Refused("去向就是它自己，请另选一个居村")
        if self.kind == self.Kind.MEMBERS and self.target.parent_id != self.place.parent_id:
            raise Refused("队员只能划到同一街镇的居村，请重新选")

    def _carry_out(self, *, by) -> dict:
        autodiscover_modules("handover")
        old = Place.objects.select_for_update(of=("self",), no_key=True).get(pk=self.place_id)
        if not old.is_valid_on(today()):
            raise Refused(f"“{old.name}”已经撤销，请另选一个居村")
        course = Course(old, on=today(), by=by, whole=self.kind != self.Kind.MEMBERS)
        try:
            getattr(self, f"_{self.kind}")(old, course, by)
        except RegisterProblem as problem:
            raise Refused(problem.message) from None
        return follow(course)

    def _rename(self, old, course, by):
        if self.plan.get("name"):
            old.rename(name=self.plan["name"], on=today(), by=by)
        if self.plan.get("code"):
            old.recode(code=self.plan["code"], on=today(), by=by)
        course.rest = old

    def _split(self, old, course, by):
        parts = [(part["code"], part["name"]) for part in self.plan["parts"]]
        codes = [division_code(code) for code, _ in parts]
        if len(set(codes)) < len(codes) or len({name for _, name in parts}) < len(parts):
            raise Refused("每个新居村要有自己的名称和代码，请检查")
        children = {code: [] for code in codes}
        wanted = {int(pk): codes[number] for pk, number in self.plan.get("estates", {}).items()}
        for estate in Place.objects.filter(pk__in=wanted, parent=old).order_by("pk"):
            children[wanted[estate.pk]].append(estate)
        made = old.split(into=parts, on=today(), by=by, children=children)
        Place.objects.filter(pk__in=[part.pk for part in made]).update(contact_phone=old.contact_phone)
        course.rest, course.parts = made[self.plan.get("rest", 0)], made

    def _merge(self, old, course, by):
        old.merge_into(other=self.target, on=today(), by=by)
        course.rest = self.target

    def _transfer(self, old, course, by):
        estates = list(Place.objects.current().filter(pk__in=self.plan["estates"], parent=old).order_by("pk"))
        if len(estates) < len(self.plan["estates"]) or not estates:
            raise Refused("选的小区现在不在这个居村，请刷新后重选")
        for estate in estates:
            same = {"level": estate.level, "name": estate.name, "address": estate.address}
            if twin := self.target.children.filter(until=None, **same).first():
                estate.merge_into(other=twin, on=today(), by=by)
            else:
                estate.move(to=self.target, on=today(), by=by)
        course.rest = old

    def _members(self, old, course, by):
        if Membership.objects.filter(pk__in=self.plan["members"], until=None, team__place=old).count() < len(
            self.plan["members"]
        ):
            raise Refused("选的人里有人已经不在这支队伍，请刷新后重选")
        course.rest, course.chosen = old, dict.fromkeys(self.plan["members"], self.target)


def apply_due() -> int:
    """The clock does what was planned for today; returns how many. What cannot be done is told, and holds up no other."""
    due = Reorganisation.objects.filter(status=Reorganisation.Status.PLANNED, on__lte=today()).order_by("on", "pk")
    due = list(due.select_related("place", "target"))
    for one in due:
        try:
            one.apply(by=CLOCK)
        except Refused as refused:
            Reorganisation.objects.get(pk=one.pk).fail(by=CLOCK, reason=refused.why)
        except IntegrityError:
            Reorganisation.objects.get(pk=one.pk).fail(by=CLOCK, reason="登记册在计划以后有过改动，请重新安排一次")
    return len(due)
