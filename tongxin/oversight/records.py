"""What the security page shows: acts that open doors, by whom and when, without what was behind the door."""

import datetime as dt

from django.core.paginator import Paginator
from django.db.models import Count
from django.db.models.functions import TruncHour
from django.utils import timezone

from tongxin.access.models import Appointment
from tongxin.access.policy import Permission
from tongxin.access.rules import scope
from tongxin.channels.models import Attempt
from tongxin.journal.models import Event
from tongxin.people.models import Person

ON_DESK = 50
#: Kind of event → words and the state it is drawn with.
DOORS = {
    "person.sign_in": ("登录", "done"),
    "person.second_factor": ("绑定动态口令", "doing"),
    "reset.ask": ("申请重置动态口令或密码", "wait"),
    "reset.approve": ("重置动态口令或密码", "late"),
    "reset.decline": ("没有批准重置", "off"),
    "person.password": ("改密码", "doing"),
    "person.switch_off": ("停用账号", "late"),
    "person.switch_on": ("恢复账号", "doing"),
    "appointment.delegate": ("请人代理", "doing"),
    "glass.open": ("紧急查看", "urgent"),
    "export.ask": ("申请大量导出", "wait"),
    "figures.export": ("导出数据", "doing"),
    "roster.export": ("导出名册", "doing"),
    "journal.export": ("导出查阅记录", "doing"),
}


def security_page(reader, number) -> dict:
    """One page of such events among the reader's staff and places, and the wrong tries of a day, hour by hour."""
    staff = Appointment.objects.filter(scope(reader, Permission.READ_SECURITY)).values("person")
    events = Event.objects.filter(verb__in=DOORS, actor_id__in=staff).order_by("-id")
    page = Paginator(events, ON_DESK).get_page(number)
    page.object_list = list(page.object_list)
    names = Person.objects.in_bulk({event.actor_id for event in page.object_list})
    for event in page.object_list:
        event.word, event.kind = DOORS[event.verb]
        event.doer = names[event.actor_id].shown_as if event.actor_id in names else f"已注销人员{event.actor_id}"
    return {"page": page, "tries": wrong_tries()}


def wrong_tries() -> list[dict]:
    """Wrong passwords and codes of the last day by hour; they are kept a day and name nobody."""
    day_ago = timezone.now() - dt.timedelta(days=1)
    hours = Attempt.objects.filter(at__gt=day_ago).annotate(hour=TruncHour("at")).values("hour")
    # Every try is written under three keys (account here, account, network); a right one after it takes the first away.
    return [{"label": f"{row['hour']:%H}时", "value": -(-row["n"] // 3)} for row in
            hours.annotate(n=Count("pk")).order_by("hour")]  # fmt: skip
