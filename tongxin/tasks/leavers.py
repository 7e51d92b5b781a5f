"""People who left the team or pause hold no seats: the clock gives back what they have not begun, and the next in line moves up."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tongxin.teams.models import Membership
from tongxin.workflow import seats

from .chasing import done
from .models import Claim

REASON = "已退出队伍或暂停"


def release_leavers() -> int:
    """Give back the seats of people without a team, or pausing, on what has not begun; returns how many.

    What they did they still report, and it is still verified: leaving never costs hours.
    """
    serves = Membership.objects.current().filter(person=OuterRef("person"), paused_at=None)
    return sum(_give_back(claim) for claim in _not_begun().filter(~Exists(serves) | Q(person__is_active=False)))


def give_back_all(person) -> int:
    """Give back everything of one person that has not begun; returns how many."""
    return sum(_give_back(claim) for claim in _not_begun().filter(person=person))


def _not_begun():
    now = timezone.now()
    not_begun = Q(task__starts_at__gt=now) | Q(task__flexible=True, task__ends_at__gt=now)
    held = Claim.objects.filter(not_begun, status__in=[Claim.Status.CLAIMED, Claim.Status.WAITING])
    return held.select_related("task__place")


@transaction.atomic
def _give_back(claim) -> bool:
    seats.lock(claim.task)
    waits = claim.status == Claim.Status.WAITING
    return done(claim.drop if waits else claim.release, reason=REASON)
