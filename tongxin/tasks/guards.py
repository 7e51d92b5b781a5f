"""What depends on the task or claim itself: each says why not, in words, or None. Who and where is the policy's business."""

from django.utils import timezone


def task_not_begun(task, by):
    """只有还没开始的任务可以这样做"""
    return "任务已经开始，不能再改" if task.starts_at <= timezone.now() else None


def still_to_come(task, by):
    """还没有结束，也没有人登记过时长"""
    if any(claim.is_worked for claim in task.claims.all()):
        return "已经有人登记了时长，不能再取消；到时间会自动结束"
    if task.is_open and task.ended:
        return "任务已经结束，不能再取消，来过的人还要登记时长"
    return None


def only_claimant(claim, by):
    """只有认领的本人"""
    return None if claim.person_id == by.pk else "只有认领的本人可以这样做"


def claimant_before_start(claim, by):
    """只有认领的本人，在开始之前"""
    if claim.task.begun:
        return "任务已经开始。来不了请打电话给联系人"
    return only_claimant(claim, by)


def claimant_after_start(claim, by):
    """只有认领的本人，在开始之后"""
    if not claim.task.begun:
        return "任务还没有开始，做完再登记"
    return only_claimant(claim, by)


def not_own_hours(claim, by):
    """不能核验自己的时长"""
    own = "自己的时长请别人核验" if claim.person_id == by.pk else None
    return own or ("登记的人与您同名，请另一位同事核验" if by.may_be(claim.person) else None)
