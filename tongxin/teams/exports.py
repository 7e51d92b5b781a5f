"""The roster as it is exported: masked numbers, and the kinds of people only when asked for by who may read them."""

from django.utils import timezone

from tongxin.access.policy import Permission
from tongxin.access.rules import can
from tongxin.oversight.exporting import Table, exporter

from .models import Membership
from .sheet import lines_of

HEADER = ["姓名", "手机号", "居村", "分队", "楼栋", "职务", "入队日期"]


@exporter("roster", "在队名册", Permission.VIEW_ROSTER)
def roster_table(place, params, reader) -> Table:
    """Members of a place as the roster page shows them to this reader."""
    members = Membership.objects.current().filter(team__place__path__under=place.path)
    members = list(
        members.select_related("person", "team__place__parent", "squad", "home").order_by(
            "team__place__path", "squad_id", "pk"
        )
    )
    with_kinds = bool(params.get("kinds")) and can(reader, Permission.VIEW_SENSITIVE_KIND, place)
    rows = [_row(line, with_kinds) for line in lines_of(members, reader=reader)]
    header = [*HEADER, "人员类别"] if with_kinds else HEADER
    notes = [] if with_kinds else ["人员类别没有导出：其中有特定身份，要用时由指定人员另行勾选。"]
    notes.append("手机号只显示前后几位；要打电话请在系统里打开，会留记录。")
    filename = f"roster-{place.code or place.pk}-{timezone.localdate()}.xlsx"
    facts = {"kind": "人员类别"} if with_kinds else {}
    return Table(f"{place.label} 在队名册", header, rows, filename, notes, facts=facts, sheet_name="名册")


def _row(line, with_kinds) -> list:
    one = line.membership
    home = one.home.own_label if one.home else ""
    cells = [line.name, one.person.masked_phone, one.place.name, one.squad.name if one.squad else "", home, line.posts]
    return [*cells, one.since, *([line.kind] if with_kinds else [])]
