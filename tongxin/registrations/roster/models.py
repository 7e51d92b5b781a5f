"""One uploaded roster and its life; and what an office's paper file says about a member besides."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import scope
from tongxin.journal.models import record
from tongxin.people.vault import SealedTextField
from tongxin.places.models import Place
from tongxin.workflow.transitions import CLOCK, only_clock, transition

STALLED = dt.timedelta(minutes=1)  # a running import that has not moved for so long may be started again


class RosterImportQuerySet(models.QuerySet):
    def visible_to(self, person):
        """Where this person may import rosters."""
        return self.filter(scope(person, P.IMPORT_ROSTER))


def columns_found(roster_import, by):
    """必要的列都找到了才可以导入"""
    if roster_import.missing:
        return "还有列没有指定，请先指定"
    return None if roster_import.imported or by is CLOCK else "没有可以导入的行"


def stalled(roster_import, by):
    """停下来了才可以继续"""
    moving = roster_import.status == RosterImport.Status.RUNNING and roster_import.beat_at
    return "正在导入，请稍等" if moving and timezone.now() - roster_import.beat_at < STALLED else None


def in_undo_days(roster_import, by):
    """导入后30天内"""
    if timezone.now() > roster_import.undo_until:
        return f"导入已超过{settings.IMPORT_UNDO_DAYS}天，不能整批撤回"
    return None


class RosterImport(models.Model):
    """One uploaded roster (名册导入): checked, confirmed, run by the worker, undone as a whole if need be."""

    class Status(models.TextChoices):
        CHECKED = "checked", "已检查，待确认"
        DROPPED = "dropped", "没有导入"
        RUNNING = "running", "正在导入"
        DONE = "done", "已导入"
        UNDONE = "undone", "已撤回"
        FAILED = "failed", "中断了"

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # None: a command
    filename = models.CharField(max_length=120)
    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    status = models.CharField(max_length=10, choices=Status, default=Status.CHECKED)
    header_row = models.PositiveIntegerField(default=0)
    ignored = models.JSONField(default=list)  # headers of columns that are not taken
    missing = models.JSONField(default=list)  # keys of columns still to be pointed out
    made = models.JSONField(default=dict)  # {"teams": [ids], "squads": [ids]} that did not exist before
    rows = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # progress: good rows worked off
    kept = models.PositiveIntegerField(default=0)  # people an undo left, because something came after
    at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(null=True)  # when it last moved
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_counts_agree",
                condition=models.Q(
                    rows=models.F("imported") + models.F("known") + models.F("duplicates") + models.F("errors")
                ),
            )
        ]

    def __str__(self):
        return self.filename

    @property
    def undo_until(self):
        return (self.finished_at or self.at) + dt.timedelta(days=settings.IMPORT_UNDO_DAYS)

    @property
    def is_waiting(self) -> bool:
        """Not begun: there is a check to look at."""
        return self.status in (self.Status.CHECKED, self.Status.DROPPED)

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.RUNNING

    @property
    def is_moving(self) -> bool:
        return self.status == self.Status.RUNNING and stalled(self, None) is not None

    def count(self, check) -> None:
        """Take over the figures of a check (not saved)."""
        for name, number in check.counts().items():
            setattr(self, name, number)

    @transition(Status.CHECKED, to=Status.DROPPED, permission=P.IMPORT_ROSTER, label="换一个文件")
    def drop(self, *, by):
        """Not this file: the waiting table is deleted."""
        self._forget()

    @transition(
        Status.CHECKED, to=Status.RUNNING, permission=P.IMPORT_ROSTER, label="导入", guard=columns_found,
        writes=["beat_at"],
    )  # fmt: skip
    def confirm(self, *, by, queue=True):
        """Import the good rows; the worker does it, or with queue=False the caller."""
        self._start(queue)

    @transition(
        Status.RUNNING, Status.FAILED, to=Status.RUNNING, permission=P.IMPORT_ROSTER, label="继续导入", guard=stalled,
        writes=["beat_at"],
    )  # fmt: skip
    def resume(self, *, by):
        """Go on after an interruption; rows that are in stay in."""
        self._start(queue=True)

    @transition(
        Status.RUNNING, to=Status.DONE, permission=P.IMPORT_ROSTER, label="完成", guard=only_clock,
        writes=["rows", "imported", "known", "duplicates", "errors", "done", "finished_at"],
    )  # fmt: skip
    def finish(self, *, by, check):
        """All good rows are in."""
        self.count(check)
        self.done, self.finished_at = self.imported, timezone.now()

    @transition(Status.RUNNING, to=Status.FAILED, permission=P.IMPORT_ROSTER, label="中断", guard=only_clock)
    def fail(self, *, by, reason):
        """It stopped; whole rows are in or not in, and it can go on."""

    @transition(
        Status.DONE, to=Status.UNDONE, permission=P.IMPORT_ROSTER, label="整批撤回", guard=in_undo_days,
        writes=["kept", "undone_at"],
    )  # fmt: skip
    def undo(self, *, by):
        """Take out what this import brought in, except people with whom something came after."""
        from .undo import take_out  # it knows the other models of this room

        self.kept = take_out(self, by=by)
        self.undone_at = timezone.now()
        self._forget()

    def note_download(self, *, by) -> None:
        """The rows to mend leave the house in a file; that is written down."""
        record("rosterimport.download", subject=self, by=by, place=self.place)

    def _start(self, queue):
        from .work import run_import  # the worker's side imports this file

        self.beat_at = timezone.now()
        if queue:
            transaction.on_commit(lambda: run_import.enqueue(self.pk))

    def _forget(self):
        from . import store

        transaction.on_commit(lambda: store.delete(self.uid))


class MemberFile(models.Model):
    """What the office's paper file says about a member besides (在册资料); sealed, read where the roster may be read."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    registration = models.OneToOneField("registrations.Registration", models.CASCADE, related_name="file")
    employer = SealedTextField()
    address = SealedTextField()  # only where the register has no such building
    note = SealedTextField()
