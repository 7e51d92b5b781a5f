"""What must agree between tasks, claims and the ledger; `tongxin verify` reads every line."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from tongxin.service.models import Entry

from .models import Claim, Task

CLAIM = Claim._meta.label_lower


def problems() -> Iterator[str]:
    """One line for each disagreement, naming the row; nothing when all is well."""
    yield from _seats()
    yield from _queues()
    yield from _hands()
    yield from _verified_without_entry()
    yield from _entries_without_claim()


def _seats():
    held = Count("claims", filter=Q(claims__status__in=Claim.SEATED))
    wrong = Task.objects.annotate(held=held).exclude(taken=F("held"))
    for task in wrong.order_by("pk").iterator():
        yield f"tasks.task {task.pk}: 已占名额记为{task.taken}，实际在册{task.held}"
    for task in Task.objects.filter(taken__gt=F("seats")).order_by("pk").iterator():
        yield f"tasks.task {task.pk}: 名额{task.seats}，已占{task.taken}，超出"


def _queues():
    queue = Claim.objects.filter(task=OuterRef("pk"), status=Claim.Status.WAITING)
    now = timezone.now()
    coming = Q(starts_at__gt=now) | Q(flexible=True, ends_at__gt=now)
    free = Task.objects.filter(Exists(queue), coming, status=Task.Status.OPEN, taken__lt=F("seats"))
    for task in free.order_by("pk").iterator():
        yield f"tasks.task {task.pk}: 有空名额，却有人在候补"
    over = Claim.objects.filter(task__status=Task.Status.CANCELLED, status__in=Claim.ACTIVE)
    for claim in over.order_by("pk").iterator():
        yield f"tasks.claim {claim.pk}: 任务{claim.task_id}已取消，认领却还在"


def _hands():
    """Nobody's hours are their own to confirm, and what a person said is never lost."""
    settled = Q(status=Claim.Status.VERIFIED)
    own = Claim.objects.filter(settled & Q(verified_by=F("person")) | Q(corrected_by=F("person")))
    for claim in own.order_by("pk").iterator():
        yield f"tasks.claim {claim.pk}: 核验或更正的是本人"
    overruled = Claim.objects.filter(settled, reported_hours__isnull=False, corrected_by=None)
    for claim in overruled.order_by("pk").iterator():
        yield f"tasks.claim {claim.pk}: 时长改过，却没有更正的人"
    rejected = Claim.objects.filter(status=Claim.Status.ABSENT, proposed=False, corrected_hours__gt=0, disputed_at=None)
    for claim in rejected.order_by("pk").iterator():
        yield f"tasks.claim {claim.pk}: 记为没有参加，却没有经过本人或裁定"


def _verified_without_entry():
    entry = Entry.objects.filter(source_kind=CLAIM, source_id=OuterRef("pk"), reverses=None, person=OuterRef("person"))
    verified = Claim.objects.filter(status=Claim.Status.VERIFIED)
    for claim in verified.exclude(Exists(entry.filter(hours=OuterRef("hours")))).order_by("pk").iterator():
        yield f"tasks.claim {claim.pk}: 已核验{claim.hours}小时，时长账里没有相同的一笔"


def _entries_without_claim():
    claim = Claim.objects.filter(pk=OuterRef("source_id"), status=Claim.Status.VERIFIED, person=OuterRef("person"))
    stray = Entry.objects.filter(source_kind=CLAIM, reverses=None).exclude(Exists(claim))
    for entry in stray.order_by("pk").iterator():
        yield f"service.entry {entry.pk}: 来自认领{entry.source_id}，但那条认领没有核验"
