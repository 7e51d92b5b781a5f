"""The table of a place as it is exported: what the page shows; who, when and what for is put on it by `oversight`."""

import datetime as dt

from tongxin.access.policy import Permission
from tongxin.oversight.exporting import Table, exporter
from tongxin.people.models import Kind

from .metrics import METRICS, RULES
from .opening import day_for
from .suppression import FEW, HIDDEN, SMALL
from .tables import SHARE_FROM, Published, parts_of

HEADER = ["代码", "名称", "居村", "覆盖居村", "楼栋", "第二梯队", "在职党员占比（%）", *Kind.values]


@exporter("figures", "第二梯队数据", Permission.VIEW_FIGURES)
def figures_table(place, params, reader) -> Table:
    """The table of a place on a day, with what a reader needs to know about its numbers."""
    as_of = day_for(reader, place, dt.date.fromisoformat(params["as_of"]))
    published = Published(place.district, as_of)
    rows = [_row(published, unit.code, unit.name, unit.pk) for unit in parts_of(published, place)]
    rows.append(_row(published, place.code_on(as_of) or place.code, "合计", place.pk))
    notes = [
        f"截至{as_of}，规则{RULES}。{METRICS['members'].definition}",
        f"1–{FEW - 1}写作“{SMALL}”；为防止倒推另外隐去的写作“{HIDDEN}”；不足{SHARE_FROM}人的不列占比。",
    ]
    filename = f"figures-{place.code or place.pk}-{as_of}.xlsx"
    return Table(f"{place.label} 第二梯队数据", HEADER, rows, filename, notes, facts={"as_of": f"{as_of}"})


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
