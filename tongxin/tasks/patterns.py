"""What tasks and claims show that a human should look at: two places at once."""

import datetime as dt

from django.db.models import F
from django.utils import timezone

from tongxin.access.policy import Permission as P
from tongxin.access.rules import scope
from tongxin.service.models import Finding, pattern

from .models import Claim

LOOK_BACK = dt.timedelta(days=400)
FIRST = 100
LONGEST = dt.timedelta(hours=24)  # a flexible task is open for days: its hours have no place on the clock


@pattern
def two_places_at_once(reader):
    """Two verified claims of one person whose tasks overlap."""
    found = Claim.objects.filter(
        scope(reader, P.CHECK_HOURS, "task__place"), status=Claim.Status.VERIFIED, task__starts_at__gte=timezone.now() - LOOK_BACK,
        task__ends_at__lte=F("task__starts_at") + LONGEST, person__claims__status=Claim.Status.VERIFIED,
        person__claims__pk__gt=F("pk"), person__claims__task__starts_at__lt=F("task__ends_at"),
        person__claims__task__ends_at__gt=F("task__starts_at"),
        person__claims__task__ends_at__lte=F("person__claims__task__starts_at") + LONGEST,
    )  # fmt: skip
    pairs = list(found.order_by("pk").values_list("pk", "person__claims__pk")[:FIRST])
    ids = {pk for pair in pairs for pk in pair}
    claims = Claim.objects.select_related("person", "task__place").in_bulk(ids)
    for first, second in pairs:
        one, other = claims[first], claims[second]
        title = "同一时间在两个任务里"
        rows = [_row(one), _row(other)]
        hands = frozenset({one.verified_by_id, other.verified_by_id})
        yield Finding("overlap", title, f"overlap:{first}:{second}", one.person, one.task.place, rows, hands)


def _row(claim) -> str:
    starts, ends = timezone.localtime(claim.task.starts_at), timezone.localtime(claim.task.ends_at)
    return f"{starts:%Y-%m-%d %H:%M}到{ends:%H:%M} {claim.task.title}，{claim.task.place.name}，登记{claim.hours.normalize():f}小时"
