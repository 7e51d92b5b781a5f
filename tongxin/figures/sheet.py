"""The table of a place as a workbook: what the page shows, with who, when and what for on it."""

from io import BytesIO

from django.utils import timezone

from tongxin.journal.models import record
from tongxin.people.models import Kind
from tongxin.sheets.writing import write_workbook

from .metrics import METRICS, RULES
from .suppression import FEW, HIDDEN, SMALL
from .tables import SHARE_FROM, Published, parts_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = ["代码", "名称", "居村", "覆盖居村", "楼栋", "第二梯队", "在职党员占比（%）", *Kind.values]


def workbook_of(place, as_of, *, by, purpose) -> tuple[bytes, str]:
    """The workbook and its file name; the export is an event."""
    published, at = Published(place.district, as_of), timezone.localtime()
    rows = [_row(published, unit.code, unit.name, unit.pk) for unit in parts_of(published, place)]
    rows.append(_row(published, place.code_on(as_of) or place.code, "合计", place.pk))
    notes = [
        f"截至{as_of}，规则{RULES}。{METRICS['members'].definition}",
        f"1–{FEW - 1}写作“{SMALL}”；为防止倒推另外隐去的写作“{HIDDEN}”；不足{SHARE_FROM}人的不列占比。",
        f"导出：{by.shown_as}，{at:%Y-%m-%d %H:%M}。用途：{purpose}。请只用于这个用途，用完删除。",
    ]
    body = BytesIO()
    write_workbook(body, title=f"{place.label} 第二梯队数据", notes=notes, header=HEADER, rows=rows, sheet_name="数据")
    facts = {"as_of": f"{as_of}", "rows": len(rows)}
    record("figures.export", subject=place, by=by, place=place, reason=purpose, facts=facts)
    return body.getvalue(), f"figures-{place.code or place.pk}-{as_of}.xlsx"


def _row(published, code, name, pk) -> list:
    head = published.head
    numbers = [published.number(pk), *(published.number(pk, kind) for kind in Kind.values)]
    total, *kinds = [shown.text if shown.value is None else shown.value for shown in numbers]
    share = published.share(pk, least=SHARE_FROM)
    return [
        code,
        name,
        len(head.of_level("neighbourhood", pk)),
        len(head.covered(pk)),
        head.building_count(pk),
        total,
        HIDDEN if share is None else share,
        *kinds,
    ]
