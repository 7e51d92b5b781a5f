"""How long teams keep what they know of people who left."""

from django.db.models import Exists, OuterRef

from tongxin.people.retention import retention

from .models import Membership


@retention(
    "leavers",
    what="退队的人：住处、技能、方便的时间",
    keep="退队后180天",
    why="万一想回来，不用重填",
    then="删除；姓名和时长按志愿服务记录保存",
    days=180,
)
def forget_leavers(before) -> int:
    """Home, skills and times of memberships that ended so long ago."""
    day = before.date()
    over = Membership.objects.filter(until__lt=day).exclude(home=None, skills="", times="")
    back = Membership.objects.filter(person=OuterRef("person"), until=None)
    return over.exclude(Exists(back)).update(home=None, skills="", times="")
