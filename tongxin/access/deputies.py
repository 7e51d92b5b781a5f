"""Standing in for a colleague who is away (代理): a post with a beginning and an end, given by its holder.

Whoever stands in acts in their own name; the journal and the timelines show which post they stood in for.
"""

import datetime as dt

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from tongxin.journal.models import record
from tongxin.people.models import Person
from tongxin.refused import Refused

from .duties import check_apart
from .models import Appointment, today
from .policy import ALWAYS, STAFF_ROLES, Permission


def posts_to_lend(person):
    """Own posts that somebody may stand in for; what one only stands in for oneself is not handed on."""
    lendable = [role for role, may in ALWAYS.items() if Permission.DELEGATE in may]
    return person.appointments.current().filter(role__in=lendable, stands_in_for=None).select_related("place")


def colleagues_for(post):
    """Staff of the same unit or of one above it, who sign in with a password and a second factor."""
    held = Appointment.objects.current().filter(role__in=STAFF_ROLES, stands_in_for=None)
    held = held.filter(place__in=[*post.place.ancestor_ids(), post.place_id]).exclude(person=post.person_id)
    lendable = [role for role, may in ALWAYS.items() if Permission.DELEGATE in may]
    return Person.objects.filter(
        pk__in=held.filter(role__in=lendable).values("person"), is_active=True, username__isnull=False
    )


def delegate(post, *, to, since, until, reason, by) -> Appointment:
    """Ask a colleague to stand in from `since` to `until`, both days included. Raises Refused."""
    if post.person_id != by.pk or not posts_to_lend(by).filter(pk=post.pk).exists():
        raise PermissionDenied
    if why := refusal(post, to=to, since=since, until=until, reason=reason):
        raise Refused(why)
    with transaction.atomic():
        check_apart(to, post.role, to.appointments.not_over(since))
        stand_in = Appointment.objects.create(
            person=to, role=post.role, place=post.place, since=since, until=until + dt.timedelta(days=1),
            deputy=True, stands_in_for=post, appointed_by=by,
        )  # fmt: skip
        facts = {"role": post.role, "deputy": True, "person": to.pk}
        record("appointment.begin", subject=stand_in, by=by, place=post.place, facts=facts)
        days = {"role": post.role, "person": to.pk, "since": f"{since}", "until": f"{until}"}
        record("appointment.delegate", subject=stand_in, by=by, place=post.place, reason=reason, facts=days)
    return stand_in


def refusal(post, *, to, since, until, reason) -> str | None:
    """Why this cannot be; None when it can."""
    if not reason.strip():
        return "请写一句为什么请人代理，比如“出差”"
    if since < today() or until < since:
        return "请选今天或以后的日子，结束那天不早于开始那天"
    if (until - since).days >= settings.DEPUTY_DAYS:
        return f"一次最多请人代理{settings.DEPUTY_DAYS}天。更长的，请系统管理员任命接任的人"
    if post.until is not None and until >= post.until:
        return f"您的任期到{post.last_day.month}月{post.last_day.day}日为止，代理不能比任期长，请改结束日期"
    if not colleagues_for(post).filter(pk=to.pk).exists():
        return "代理的人要是本单位或上级单位的工作人员，用自己的账号登录。没有账号的，请系统管理员先开一个"
    return None


def recall(stand_in, *, by, reason="") -> None:
    """The holder is back early, or the one who stands in cannot go on."""
    if stand_in.stands_in_for_id is None or by.pk not in (stand_in.person_id, stand_in.stands_in_for.person_id):
        raise PermissionDenied
    stand_in.end(by=by, reason=reason)


def stand_ins_of(person):
    """Given by this person or to them, the newest first; those long over stay readable."""
    rows = Appointment.objects.exclude(stands_in_for=None)
    rows = rows.filter(stands_in_for__person=person) | rows.filter(person=person)
    return rows.select_related("person", "place__parent", "stands_in_for__person").order_by("-since", "-pk")
