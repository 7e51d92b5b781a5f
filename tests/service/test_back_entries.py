"""Hours from paper: one enters, another confirms, and everybody can see that it was so."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.journal.tampering import raw
from tongxin.service.checks import problems
from tongxin.service.models import BackEntry, Entry, confirm_many
from tongxin.service.models import backoffice as rules
from tongxin.workflow.transitions import Refused

SHEET = {"served_on": dt.date(2026, 11, 20), "what": "高温送水", "evidence": "签到表第2页"}


@pytest.fixture
def enter(world, travel):
    def enter(rows=None, by=None, **given):
        facts = SHEET | {"place": world.neighbourhood, "sheet": "one"} | given
        return BackEntry.enter(rows or [(world.alan, 2), (world.wu, Decimal("1.5"))], by=by or world.zhou, **facts)

    return enter


def test_a_sheet_is_entered_by_one_and_confirmed_by_another(world, enter):
    rows = enter()
    assert [row.status for row in rows] == ["pending", "pending"] and not Entry.objects.exists()
    done, left = confirm_many(rows, by=world.wang)
    assert (len(done), left) == (2, [])
    assert sorted(Entry.objects.values_list("hours", flat=True)) == [Decimal("1.5"), 2]
    line = Entry.objects.get(person=world.alan)
    assert (line.source_kind, line.source_id, line.by_id) == ("service.backentry", rows[0].pk, world.wang.pk)
    assert problems() == []


def test_the_same_form_sent_twice_is_one(world, enter):
    assert enter() == enter()
    assert BackEntry.objects.count() == 2


def test_the_same_work_is_not_entered_twice(world, enter):
    enter()
    with pytest.raises(Refused, match="已经补录过"):
        enter([(world.alan, 3)], sheet="two")
    assert BackEntry.objects.count() == 2


def test_nobody_confirms_what_they_entered(world, enter):
    rows = enter(by=world.wang)
    with pytest.raises(Refused, match="另一位"):
        rows[0].confirm(by=world.wang)
    rows[0].confirm(by=world.shen)
    assert Entry.objects.count() == 1


def test_without_the_guard_one_person_makes_hours(world, enter, monkeypatch):
    """The red twin: the database itself still refuses."""
    rows = enter(by=world.wang)
    object.__setattr__(BackEntry.confirm.move, "guard", None)
    try:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows[0].confirm(by=world.wang)
    finally:
        object.__setattr__(BackEntry.confirm.move, "guard", rules.second_person)
    assert not Entry.objects.exists()


def test_namesakes_confirm_nothing(world, enter):
    twin = world.staff("陈阿兰", "alan2", "secretary", world.neighbourhood, "")
    enterer = world.staff("周建国", "zhou2", "secretary", world.neighbourhood, "")
    row = enter()[0]
    for staff in (twin, enterer):
        with pytest.raises(Refused, match="同名"):
            row.confirm(by=staff)


def test_nobody_enters_their_own(world, enter):
    with pytest.raises(Refused, match="自己的时长"):
        enter([(world.zhou, 2)])
    twin = world.staff("陈阿兰", "alan2", "secretary", world.neighbourhood, "")
    with pytest.raises(Refused, match="自己的时长"):
        enter([(world.alan, 2)], by=twin)


@pytest.mark.parametrize("name", ["alan", "wu", "shen", "he", "far_secretary", "auditor"])
def test_others_do_not_enter(world, enter, name):
    with pytest.raises(PermissionDenied):
        enter([(world.alan, 2)], by=getattr(world, name))


@pytest.mark.parametrize("name", ["alan", "zhou", "he", "far_secretary", "auditor"])
def test_others_do_not_confirm(world, enter, name):
    with pytest.raises(PermissionDenied):
        enter([(world.alan, 2)], by=world.wang)[0].confirm(by=getattr(world, name))


def test_a_line_sent_back_is_put_right_and_handed_in_again(world, enter):
    row = enter()[0]
    with pytest.raises(Refused, match="哪里要改"):
        row.send_back(by=world.wang, reason=" ")
    row.send_back(by=world.wang, reason="签到表上是一小时")
    row.enter_again(by=world.zhou, hours=1, evidence="签到表第2页，第3行")
    row.confirm(by=world.wang)
    assert Entry.objects.get().hours == 1 and problems() == []


def test_who_puts_it_right_does_not_confirm_it(world, enter):
    row = enter()[0]
    row.send_back(by=world.wang, reason="再看")
    row.enter_again(by=world.wang, hours=2, evidence="看过了")
    with pytest.raises(Refused, match="另一位"):
        row.confirm(by=world.wang)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"served_on": dt.date(2026, 12, 1)}, "还没有到"),
        ({"served_on": dt.date(2019, 12, 1)}, "还没有开始记"),
        ({"evidence": " "}, "依据"),
        ({"what": ""}, "做了什么"),
    ],
)
def test_what_cannot_be_is_refused(world, enter, given, why):
    with pytest.raises(Refused, match=why):
        enter(**given)
    assert not BackEntry.objects.exists()


@pytest.mark.parametrize("hours", [0, Decimal("0.3"), 25])
def test_strange_hours_are_refused(world, enter, hours):
    with pytest.raises(Refused, match="半小时"):
        enter([(world.alan, hours)])


def test_only_members_of_the_place(world, enter):
    with pytest.raises(Refused, match="不在本居村"):
        enter([(world.outsider, 2)])
    with pytest.raises(Refused, match="没有选人"):
        BackEntry.enter([], by=world.zhou, place=world.neighbourhood, sheet="x", **SHEET)


def test_made_up_confirmations_are_found(world, enter):
    row = enter()[0]
    raw(f"UPDATE service_backentry SET status = 'confirmed', confirmed_by_id = {world.wang.pk} WHERE id = {row.pk}")
    assert problems() == [f"service.backentry {row.pk}: confirmed, but the ledger has no such line"]


def test_hours_taken_back_are_found(world, enter):
    row = enter()[0]
    row.confirm(by=world.wang)
    raw(f"UPDATE service_backentry SET status = 'pending' WHERE id = {row.pk}")
    assert problems() == [f"service.backentry {row.pk}: in the ledger without having been confirmed"]


def test_the_page_enters_a_sheet_and_another_confirms_it(world, travel):
    fields = {
        "place": world.neighbourhood.pk, "served_on": "2026-11-20", "what": "送水", "hours": "2", "factor": "ordinary",
        "evidence": "签到表第2页", "sheet": "k1", "people": [world.alan.pk, world.wu.pk], f"hours_{world.wu.pk}": "1.5",
    }  # fmt: skip
    assert world.client(world.zhou).post("/service/desk/paper/new/", fields).status_code == 302
    rows = BackEntry.objects.order_by("hours")
    assert [row.hours for row in rows] == [Decimal("1.5"), 2]
    client = world.client(world.wang)
    assert "签到表第2页" in client.get("/service/desk/paper/").content.decode()
    client.post("/service/desk/paper/", {"ids": [row.pk for row in rows]})
    assert Entry.objects.count() == 2
    page = world.client(world.alan).get("/service/").content.decode()
    assert "补录" in page and "周队长录入，王书记确认" in page
