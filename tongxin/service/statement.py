"""One's own list of hours: on the page, as a workbook, and the yearly statement to print."""

import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from tongxin.access.rules import held_by
from tongxin.people.own_data import source
from tongxin.sheets.writing import write_workbook

from .models import BackEntry, Dispute, Entry, PointsSwitch, Rule, Statement, Year, back_entries_of, half_up, selves

HEADS = "日期 事项 类型 时长（小时） 系数 计分时长（小时） 积分 规则版本 地点 核验人 登记时间 说明".split()


def points_off(person):
    """The switch of the person's district while points are off there; None while they are on."""
    districts = {int(place.path.split("/")[1]) for _, place in held_by(person)}
    return PointsSwitch.objects.filter(place__in=districts, off_since__isnull=False).first()


def sees_points(person) -> bool:
    """Whether points stand beside the hours: the person wants them, and the district has them."""
    return person.points_shown and points_off(person) is None


def dressed(lines) -> list:
    """Lines with what explains them: the paper they came from, an open dispute, a correction; a constant number of queries."""
    lines = list(lines)
    papers = back_entries_of([*lines, *(line.reverses for line in lines if line.reverses_id)])
    open_ones = Dispute.objects.filter(entry__in=lines, status__in=Dispute.ACTIVE).values_list("entry_id", "pk")
    disputes = dict(open_ones)
    for line in lines:
        line.paper, line.dispute = papers.get(line.pk), disputes.get(line.pk)
        line.standing = not line.reverses_id and not hasattr(line, "reversed_by")
    return lines


def paper_words(paper) -> str:
    """补录, and by whom: never without both."""
    return f"补录：{paper.entered_by.shown_as}录入，{paper.confirmed_by.shown_as}确认" if paper else ""


def own_rows(person, year: int) -> list[list]:
    """The lines of one's own year as typed cells, oldest first; points only if they are shown."""
    lines = (
        Entry.objects.of(person)
        .in_year(year)
        .select_related("rule", "place", "by", "reverses")
        .order_by("served_on", "pk")
    )
    points, lines = sees_points(person), list(lines)
    papers = back_entries_of(lines)
    return [
        [
            line.served_on, line.reason, line.get_factor_display(), float(line.hours), float(line.tariff), float(line.counted),
            float(line.points) if points else None, line.rule.version, line.place.name,
            line.by.shown_as if line.by else "", timezone.localtime(line.at).replace(tzinfo=None, microsecond=0),
            "更正" if line.reverses_id else paper_words(papers.get(line.pk)),
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
    lines = Entry.objects.of(person).select_related("place")
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


@source
def own_disputes(person) -> tuple[str, list]:
    """What one said about one's hours, and what came of it."""
    rows = Dispute.objects.filter(person__in=selves(person)).order_by("pk")
    return "时长异议", [
        {
            "日期": str(row.served_on), "事项": row.what, "本人说的小时": str(row.hours), "说明": row.words, "状态": row.get_status_display(),
            "答复": row.answer, "裁定": row.decision, "街镇复核": row.final_words,
        }
        for row in rows
    ]  # fmt: skip


@source
def own_back_entries(person) -> tuple[str, list]:
    """Hours others entered for one from paper."""
    rows = BackEntry.objects.filter(person__in=selves(person)).order_by("pk")
    return "补录", [
        {
            "日期": str(row.served_on),
            "事项": row.what,
            "小时": str(row.hours),
            "依据": row.evidence,
            "状态": row.get_status_display(),
        }
        for row in rows
    ]


def years_of(person, shown: int) -> list[dict]:
    """The years one has lines in, newest first, with the frozen statement if there is one."""
    rows = Statement.objects.filter(person__in=selves(person)).select_related("year", "year__review")
    frozen = {
        year: together([row for row in rows if row.year.year == year]) for year in {row.year.year for row in rows}
    }
    own = Entry.objects.of(person).order_by().values_list("year", flat=True).distinct()
    return [
        {"year": year, "statement": frozen.get(year), "current": year == shown}
        for year in sorted({*own, *frozen, timezone.localdate().year}, reverse=True)
    ]


@dataclass(frozen=True)
class Together:
    """The statements of one year of every row that is one person, added up: each of them stays as it was frozen."""

    year: Year
    entries: int
    hours: Decimal
    points: Decimal
    points_shown: Decimal  # the cap of the year is one person's, however many rows there were


def together(statements):
    """One statement as it is; of several the sum."""
    if len(statements) < 2:
        return next(iter(statements), None)
    total = {name: sum(getattr(one, name) for one in statements) for name in ("entries", "hours", "points")}
    closed = max((one.year for one in statements), key=lambda year: year.frozen_at)
    cap = half_up(Rule.on(dt.date(closed.year, 12, 31)).year_cap)
    return Together(closed, **total, points_shown=min(total["points"], cap))


def statement_page(statement, person) -> dict:
    """What is printed: every line of the year, the sums, the rule and the digest they were frozen with."""
    lines = Entry.objects.filter(person=statement.person_id, year=statement.year.year)
    lines = lines.filter(place__path__under=statement.year.place.path)
    lines = dressed(lines.select_related("rule", "place", "by", "reverses", "reversed_by").order_by("served_on", "pk"))
    return {
        "statement": statement, "closed": statement.year, "lines": lines, "points": sees_points(person),
        "versions": sorted({line.rule.version for line in lines}),
    }  # fmt: skip
