"""What leaves as a file: a purpose, the reader's name on it, a second person for many rows, nothing kept."""

import datetime as dt
import io
import zipfile

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tongxin.access.policy import Permission, Role
from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.oversight import exporting
from tongxin.oversight.clockwork import expire_exports
from tongxin.oversight.exporting import Exporter, Table, exporters
from tongxin.oversight.models import Export
from tongxin.oversight.models import export as export_module
from tongxin.people.models import Person
from tongxin.refused import Refused


@pytest.fixture
def long_table(monkeypatch, settings):
    """A table of five rows where three are the most one takes alone."""
    settings.EXPORT_ROWS = 3

    def make(place, params, reader):
        rows = [[f"行{n}", params.get("mark", "")] for n in range(5)]
        return Table("名册", ["甲", "乙"], rows, "list.xlsx", facts={"as_of": "2026-11-20"})

    monkeypatch.setitem(exporters(), "figures", Exporter("figures", "第二梯队数据", Permission.VIEW_FIGURES, make))


def asked(world, who="shen"):
    client = world.client(getattr(world, who))
    answer = client.post(reverse("figures:export", args=[world.subdistrict.pk]), {"purpose": "年终汇总"})
    assert answer.headers["Location"] == reverse("oversight:exports")
    return Export.objects.get()


def sheets(answer):
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_short_one_is_taken_at_once_and_carries_its_reader(world):
    answer = world.client(world.he).post(
        reverse("figures:export", args=[world.district.pk]), {"purpose": "区委办季度汇总&上报"}
    )
    mark = sheets(answer)["导出说明"][0][0]
    assert "何老师" in mark and f"{world.he.pk}" in mark and "区委办季度汇总&上报" in mark
    printed = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<oddHeader>" in printed and "何老师" in printed.split("<oddHeader>")[1]
    export = Export.objects.get()
    assert (export.status, export.person, export.purpose) == ("taken", world.he, "区委办季度汇总&上报")
    assert Event.objects.get(verb="figures.export").facts["rows"] == export.rows


def test_without_a_purpose_nothing_leaves(world):
    url = reverse("figures:export", args=[world.district.pk])
    assert world.client(world.he).post(url, {"purpose": "看看"}).status_code == 422
    assert not Export.objects.exists()


def test_a_long_one_waits_for_a_second_person(world, long_table):
    export = asked(world)
    assert (export.status, export.rows) == ("asked", 5)
    assert not Event.objects.filter(verb="figures.export").exists()
    deliver()
    assert world.he.pk in Notice.objects.filter(kind="export_asked").values_list("person_id", flat=True)
    world.client(world.he).post(reverse("oversight:export_approve", args=[export.pk]))
    client = world.client(world.shen)
    taken = client.post(reverse("oversight:export_take", args=[export.pk]))
    assert len(sheets(taken)["数据"]) == 1 + 1 + 1 + 5  # title, mark, head, rows
    assert client.post(reverse("oversight:export_take", args=[export.pk])).status_code == 409
    verbs = Event.objects.filter(verb__contains="export").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["export.ask", "export.approve", "export.take", "figures.export"]


def test_red_twin_without_the_cap_a_long_one_would_walk_out(world, long_table, settings):
    settings.EXPORT_ROWS = 10**6
    answer = world.client(world.shen).post(
        reverse("figures:export", args=[world.subdistrict.pk]), {"purpose": "年终汇总"}
    )
    assert len(sheets(answer)["数据"]) == 8


def test_nobody_approves_their_own(world, long_table):
    export = asked(world)
    with pytest.raises(Refused, match="另一位"):
        export.approve(by=world.shen)
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.update(decided_by=world.shen)


def test_red_twin_without_the_guard_they_would(world, long_table, monkeypatch):
    export = asked(world)
    monkeypatch.setattr(export_module, "another", lambda export, by: None)
    move = Export.approve.move
    monkeypatch.setattr(Export.approve, "move", move)
    object.__setattr__(move, "guard", None)
    try:
        with pytest.raises(IntegrityError), transaction.atomic():  # the table is the second belt
            export.approve(by=world.shen)
    finally:
        object.__setattr__(move, "guard", GUARD)


GUARD = Export.approve.move.guard


@pytest.mark.parametrize("who", ["alan", "zhou", "admin", "security", "far_secretary"])
def test_only_who_may_see_the_rows_decides(world, long_table, who):
    export = asked(world)
    with pytest.raises(PermissionDenied):
        export.approve(by=getattr(world, who))


def test_who_checks_does_not_decide(world, long_table):
    with pytest.raises(Refused, match="只看不办"):
        asked(world).approve(by=world.auditor)


def test_who_lost_the_right_meanwhile_does_not_take(world, long_table):
    export = asked(world)
    export.approve(by=world.he)
    world.shen.appointments.get().end(by=None)
    shen = Person.objects.get(pk=world.shen.pk)
    with pytest.raises(PermissionDenied):
        exporting.take(Export.objects.get(), by=shen)
    assert Export.objects.get().status == "approved"


def test_it_is_only_for_who_asked(world, long_table):
    export = asked(world)
    export.approve(by=world.he)
    answer = world.client(world.he).post(reverse("oversight:export_take", args=[export.pk]))
    assert answer.status_code == 404


def test_what_is_not_taken_in_a_day_expires(world, long_table):
    asked(world).approve(by=world.he)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25), tick=False):
        with pytest.raises(Refused, match="时间已过"):
            Export.objects.get().take(by=world.shen)
        assert expire_exports(timezone.now()) == 1
        assert expire_exports(timezone.now()) == 0
    assert Export.objects.get().status == "expired"


def test_declining_says_why(world, long_table):
    export = asked(world)
    answer = world.client(world.he).post(
        reverse("oversight:export_decline", args=[export.pk]), {"reason": "请只导本街镇要用的"}
    )
    assert answer.status_code == 302
    deliver()
    assert "请只导本街镇要用的" in Notice.objects.get(kind="export_declined").body


def test_the_list_shows_own_ones_and_to_the_auditor_all(world):
    world.client(world.he).post(reverse("figures:export", args=[world.district.pk]), {"purpose": "季度汇总"})
    shown = lambda who: list(world.client(who).get(reverse("oversight:exports")).context["page"])  # noqa: E731
    assert len(shown(world.he)) == len(shown(world.auditor)) == 1
    assert shown(world.shen) == shown(world.wang) == []


def test_a_purpose_is_text_and_never_a_formula(world):
    answer = world.client(world.he).post(
        reverse("figures:export", args=[world.district.pk]), {"purpose": "=HYPERLINK(1)"}
    )
    inside = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in inside and "=HYPERLINK(1)" in sheets(answer)["导出说明"][0][0]


def test_two_auditors_are_needed_for_a_long_extract_of_the_journal(world, settings):
    settings.EXPORT_ROWS = 3
    client = world.client(world.auditor)
    client.post(reverse("web:journal_export"), {"purpose": "季度审计"})
    export = Export.objects.get()
    other = world.staff("另一位审计", "yan2", Role.AUDITOR, world.district, "")
    world.client(other).post(reverse("oversight:export_approve", args=[export.pk]))
    taken = sheets(client.post(reverse("oversight:export_take", args=[export.pk])))
    assert len(taken["记录"]) > 6
    words = "".join(str(cell) for row in taken["记录"] for cell in row)
    assert world.alan.name not in words and world.alan.local_phone not in words


# the roster ----------------------------------------------------------------------------------------------------------


def roster(world, who, **more):
    url = reverse("teams:roster_export", args=[world.neighbourhood.pk])
    return sheets(world.client(who).post(url, {"purpose": "年终慰问"} | more))["名册"]


def test_the_roster_leaves_with_masked_numbers_and_without_kinds(world):
    words = "".join(str(cell) for row in roster(world, world.wang) for cell in row)
    assert "陈阿兰" in words and "王书记" in words and "年终慰问" in words
    assert world.alan.local_phone not in words and "统战人士" not in words and "在职党员" not in words


def test_kinds_only_on_request_and_only_for_who_may_read_them(world):
    assert "统战人士" in str(roster(world, world.wang, kinds="on"))
    assert "统战人士" not in str(roster(world, world.shen, kinds="on"))


def test_red_twin_without_the_permission_the_kinds_would_leave(world, monkeypatch):
    from tongxin.teams import exports as teams_exports
    from tongxin.teams import sheet

    monkeypatch.setattr(teams_exports, "can", lambda *args: True)
    monkeypatch.setattr(sheet, "can", lambda *args: True)
    one = exporters()["roster"].make(world.neighbourhood, {"kinds": True}, world.shen)
    assert "统战人士" in str(one.rows)
