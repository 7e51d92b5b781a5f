"""How long messages are kept."""

from django.conf import settings

from tongxin.people.retention import retention

from .models import Notice


@retention(
    "notices",
    what="给您的消息",
    keep=f"{settings.NOTICE_KEEP_DAYS}天",
    why="够您回头查看",
    then="删除",
    days=settings.NOTICE_KEEP_DAYS,
)
def forget_old_notices(before) -> int:
    """Read or not: what is half a year old is no news."""
    return Notice.objects.filter(at__lt=before).delete()[0]
