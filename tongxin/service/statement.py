"""One's own list of hours: on the page, and as a workbook."""

import io

from django.utils import timezone

from tongxin.people.own_data import source
from tongxin.sheets.writing import write_workbook

from .models import Entry, Statement

HEADS = "日期 事项 类型 时长（小时） 系数 计分时长（小时） 积分 规则版本 地点 核验人 登记时间 说明".split()


def own_rows(person, year: int) -> list[list]:
    """The lines of one's own year as typed cells, oldest first; points only if the person wants to see them."""
    lines = (
        Entry.objects.filter(person=person)
        .in_year(year)
        .select_related("rule", "place", "by")
        .order_by("served_on", "pk")
    )
    return [
        [
            line.served_on, line.reason, line.get_factor_display(), float(line.hours), float(line.tariff), float(line.counted),
            float(line.points) if person.points_shown else None, line.rule.version, line.place.name,
            line.by.shown_as if line.by else "", timezone.localtime(line.at).replace(tzinfo=None, microsecond=0),
            "更正" if line.reverses_id else "",
        ]
        for line in lines
    ]  # fmt: skip


def own_workbook(person, year: int) -> bytes:
    """The same lines as a workbook (.xlsx)."""
    target = io.BytesIO()
    write_workbook(target, header=HEADS, rows=own_rows(person, year), title=f"{year}年我的时长", sheet_name="时长")
    return target.getvalue()


@source
def own_hours(person) -> tuple[str, list]:
    """This room's part of the copy of one's own data."""
    lines = Entry.objects.filter(person=person).select_related("place")
    return "时长", [
        {
            "日期": str(line.served_on),
            "事项": line.reason,
            "小时": str(line.hours),
            "积分": str(line.points),
            "地点": line.place.name,
        }
        for line in lines
    ]


def years_of(person, shown: int) -> list[dict]:
    """The years one has lines in, newest first, with the frozen statement if there is one."""
    frozen = {row.year.year: row for row in Statement.objects.filter(person=person).select_related("year")}
    own = Entry.objects.filter(person=person).order_by().values_list("year", flat=True).distinct()
    return [
        {"year": year, "statement": frozen.get(year), "current": year == shown}
        for year in sorted({*own, *frozen, timezone.localdate().year}, reverse=True)
    ]
