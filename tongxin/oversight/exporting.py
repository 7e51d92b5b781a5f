"""One way out for tables: a room says in its `exports.py` what it exports, the watermark is put on here.

    @exporter("roster", "在队名册", Permission.VIEW_ROSTER)
    def roster(place, params, reader) -> Table: …

`Table.rows` may be a list or anything with a length; it is made twice for a long export: to count, and when it is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from tongxin.access.rules import can
from tongxin.journal.models import record
from tongxin.sheets.writing import write_workbook

from .models.export import write_down

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXPORTERS: dict[str, "Exporter"] = {}


@dataclass
class Table:
    """What a room hands out: the words above the table, its head, its rows, the name of the file."""

    title: str
    header: list
    rows: Sequence
    filename: str
    notes: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)  # for the journal: no names, no numbers
    sheet_name: str = "数据"


@dataclass(frozen=True)
class Exporter:
    """One kind of table; whoever may see its rows may export them and let a colleague have them."""

    key: str
    label: str
    permission: str
    make: Callable  # (place, params, reader) → Table


def exporter(key, label, permission):
    """Register how a kind of table is made."""

    def register(make):
        _EXPORTERS[key] = Exporter(key, label, permission, make)
        return make

    return register


def exporters() -> dict[str, Exporter]:
    """Every kind of table, from the `exports.py` of each room."""
    autodiscover_modules("exports")
    return _EXPORTERS


def export(request, what, *, place, purpose, params=None):
    """Answer a filled-in export form: the file, or the way to where a long one waits for a second person."""
    one, params = exporters()[what], params or {}
    if not can(request.user, one.permission, place):
        raise PermissionDenied
    table = one.make(place, params, request.user)
    row = write_down(by=request.user, exporter=one, place=place, purpose=purpose, params=params, rows=len(table.rows))
    if row.taken_at:
        return handed_out(row, table)
    messages.info(
        request, f"有{row.rows}行，一天里超过一个人可以直接导出的数，要请另一位能看这些数据的同事同意。同意后在这里取"
    )
    return redirect("oversight:exports")


def take(row, *, by):
    """Hand out what a second person has agreed to, as the data are now; once."""
    with transaction.atomic():
        one = exporters()[row.what]
        if not can(by, one.permission, row.place):
            raise PermissionDenied
        row.take(by=by)
        return handed_out(row, one.make(row.place, row.params, by))


def handed_out(row, table) -> HttpResponse:
    """The workbook with its reader, time and purpose on it; the act is in the journal."""
    body = BytesIO()
    mark = watermark(row)
    write_workbook(
        body, title=table.title, notes=[*table.notes, mark], header=table.header, rows=table.rows,
        sheet_name=table.sheet_name, mark=mark,
    )  # fmt: skip
    facts = table.facts | {"rows": len(table.rows)}
    record(f"{row.what}.export", subject=row.place, by=row.person, place=row.place, reason=row.purpose, facts=facts)
    headers = {"Content-Disposition": f'attachment; filename="{table.filename}"'}
    return HttpResponse(body.getvalue(), content_type=XLSX, headers=headers)


def watermark(row) -> str:
    """Whose copy this is and what for: it stands on every printed page and on a sheet of its own."""
    who = f"{row.person.shown_as}（人员编号{row.person_id}）"
    when = timezone.localtime(row.taken_at)
    return f"导出：{who}，{when:%Y-%m-%d %H:%M}。用途：{row.purpose}。请只用于这个用途，用完删除。"


def labels() -> dict[str, str]:
    return {key: one.label for key, one in exporters().items()}
