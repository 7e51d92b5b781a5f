"""What depends on the task or claim itself: each says why not, in words, or None. Who and where is the policy's business."""

from django.utils import timezone

from tongxin.refused import Refused


def task_not_begun(task, by):
    """只有还没开始的任务可以这样做"""
    return "任务已经开始，不能再改" if task.too_late else None


def may_be_changed(task, by):
    """可认领的任务，还没有开始"""
    if not task.is_open:
        return f"这个任务{task.get_status_display()}，不能再改。需要的话可以照着它再发一个"
    return task_not_begun(task, by)


def still_to_come(task, by):
    """还没有结束，也没有人登记过时长"""
    if any(claim.is_worked for claim in task.claims.all()):
        return "已经有人登记了时长，不能再取消；到时间会自动结束"
    if task.is_open and task.ended:
        return "任务已经结束，不能再取消，来过的人还要登记时长"
    return None


def before_the_end(claim, by):
    """结束之前随时可以"""
    return "任务已经结束。来过请登记时长，没有来请告诉联系人" if claim.task.ended else None


def after_start(claim, by):
    """开始之后；系统代为登记的，核验之前可以改成自己的"""
    if not claim.task.begun:
        return "任务还没有开始，做完再登记"
    if claim.status == claim.Status.REPORTED and not claim.proposed:
        return "您已经登记过，正在等别人核验。填错了请告诉联系人，由核验的人更正"
    if claim.status == claim.Status.RELEASED and (
        not claim.task.flexible or claim.task.status == claim.task.Status.CANCELLED
    ):
        return "名额已经让出，不能再登记。确实做过请打电话给联系人"
    return None


def as_it_was_read(claim) -> None:
    """Whoever decides about hours decides about those they read. Raises Refused when the person changed them meanwhile."""
    now = type(claim)._base_manager.select_for_update(of=("self",)).get(pk=claim.pk)
    if (now.hours, now.proposed) != (claim.hours, claim.proposed):
        raise Refused("本人刚刚改了时长，请刷新看最新的再办")


def still_held(claim, by):
    """名额快到期，任务还没结束"""
    if claim.release_at is None or claim.warned_at is None or claim.task.ended:
        return "名额还给您留着，不用延长"
    return None


def proposed_by_the_clock(claim, by):
    """只有系统代为登记的，本人自己登记的请更正"""
    if not claim.proposed:
        return "这是本人自己登记的。有不同看法请更正（可以填0），由本人确认"
    return not_own_hours(claim, by)


def answered_with_hours(claim, by):
    """更正后的时长大于0"""
    return None if claim.corrected_hours else "更正为没有参加，请选同意没有参加或有异议"


def answered_with_none(claim, by):
    """更正为没有参加"""
    return "更正后仍有时长，请选同意更正或有异议" if claim.corrected_hours else None


def disputable(claim, by):
    """更正之后，或记为没有参加后10个工作日内，还没有裁定过"""
    if claim.status != claim.Status.ABSENT:
        return None
    if claim.disputed_at:
        return "这一条已经裁定过。还有不同意见请打电话给居委"
    if timezone.now() > claim.answer_by:
        return "已经过了可以提异议的时间。还有不同意见请打电话给居委"
    return None


def outside_the_dispute(claim, by):
    """不是本人，也不是更正的人"""
    if claim.corrected_by_id == by.pk or by.may_be(claim.corrected_by):
        return "更正是您写的，请另一位同事裁定"
    return not_own_hours(claim, by)


def not_own_hours(claim, by):
    """不能核验自己的时长"""
    own = "自己的时长请别人核验" if claim.person_id == by.pk else None
    return own or ("登记的人与您同名，请另一位同事核验" if by.may_be(claim.person) else None)
