"""Who may open the people behind a number: a list of persons is more than a count."""

import datetime as dt

from django.utils import timezone

from tongxin.access.policy import Permission
from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.people.models import Kind


def why_closed(reader, place, kind="") -> str | None:
    """Why this reader cannot open the people of this kind at this place; None when they can.

    The lists of all other kinds together would say who is 统战人士 or 两代表一委员 by what is left over. So without the
    permission for those two, only everybody and 在职党员 open.
    """
    if not can(reader, Permission.VIEW_FIGURE_ROWS, place):
        return "您的岗位可以看汇总数，人员明细只向本辖区负责名册的同事开放。"
    if kind not in ("", Kind.PARTY) and not can(reader, Permission.VIEW_SENSITIVE_KIND, place):
        return (
            "两代表一委员和统战人士属于特定身份，明细只向指定人员开放；"
            "其他类别的名单合起来能推算出这两类，所以也一并只向指定人员开放。"
        )
    return None


def day_for(reader, place, day):
    """The day whose figures this reader is shown: the day itself, or the end of a month before it.

    Of two neighbouring days the difference is often one person, and the roster says who joined on which day: together
    they say what kind that person is. So without the permission for specific identities the past comes month by month.
    """
    if day >= timezone.localdate() or can(reader, Permission.VIEW_SENSITIVE_KIND, place):
        return day
    ends = (day + dt.timedelta(days=1)).day == 1
    return (
        day if ends else day.replace(day=1) - (dt.timedelta(days=1) if day > dt.date(1900, 1, 31) else dt.timedelta())
    )


def note_opened(*, by, place, metric, kind, as_of) -> None:
    """A list of one kind of people was opened: that is on record."""
    record(
        "figures.rows", subject=place, by=by, place=place, facts={"metric": metric, "kind": kind, "as_of": f"{as_of}"}
    )
