"""People who left the team hold no seats: the clock gives back what has not begun, and the next in line moves up."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from tongxin.teams.models import Membership
from tongxin.workflow import seats
from tongxin.workflow.transitions import CLOCK

from .models import Claim

REASON = "已退出队伍"


def release_leavers() -> int:
    """End the claims of people without a team on tasks that have not begun; returns how many.

    What they reported is still verified: leaving never costs hours.
    """
    in_a_team = Membership.objects.current().filter(person=OuterRef("person"))
    held = Claim.objects.filter(
        ~Exists(in_a_team),
        status__in=[Claim.Status.CLAIMED, Claim.Status.WAITING],
        task__starts_at__gt=timezone.now(),
    ).select_related("task__place")
    for claim in held:
        with transaction.atomic():
            seats.lock(claim.task)
            claim.drop(by=CLOCK, reason=REASON)
            claim.task.promote_waiting()
    return len(held)
