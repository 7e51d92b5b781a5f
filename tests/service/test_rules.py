"""The points rule: drafted by one, approved by another, announced, in force on its day; old lines stay as they are."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tests.journal.tampering import raw
from tongxin.service.checks import problems
from tongxin.service.clockwork import rules_begin
from tongxin.service.models import Entry, PointsSwitch, Rule, switch_points
from tongxin.service.models import rule as rules
from tongxin.workflow.transitions import CLOCK, Refused

FACTORS = {"ordinary": 1, "skilled": Decimal("1.5"), "hard": Decimal("1.5")}


@pytest.fixture
def second(world):
    return world.staff("冯远", "feng", "district", world.district, "冯老师")


@pytest.fixture
def draft(world, travel):
    def draft(**given):
        facts = {
            "version": "v2", "since": dt.date(2027, 1, 1), "factors": FACTORS, "day_cap": 6, "year_cap": 150, "note": "夜间更辛苦",
        }  # fmt: skip
        return Rule.draft(by=world.he, place=world.district, **(facts | given))

    return draft


def test_a_rule_lives_from_draft_to_retired(world, draft, second, travel, line):
    rule = draft()
    assert Rule.on(dt.date(2027, 1, 1)).version == "v1"  # a draft is not in force
    rule.approve(by=second)
    travel.move_to(dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    assert rules_begin(timezone.now()) == 0
    old = line(2, factor="skilled")
    travel.shift(dt.timedelta(seconds=1))
    assert rules_begin(timezone.now()) == 1 and rules_begin(timezone.now()) == 0
    assert dict(Rule.objects.values_list("version", "status")) == {"v1": "retired", "v2": "active"}
    new = line(8, factor="skilled", served_on=dt.date(2027, 1, 1))
    assert (old.points, new.counted, new.points) == (Decimal("2.40"), 6, Decimal("9.00"))
    late = line(2, factor="skilled", served_on=dt.date(2026, 12, 30))
    assert late.rule.version == "v1" and problems() == []  # the rule of the day it was done on


def test_an_approved_rule_holds_on_its_day_even_before_the_clock_said_so(world, draft, second, travel, line):
    draft().approve(by=second)
    travel.move_to(dt.datetime(2027, 1, 1, 0, 0, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    assert line(1, served_on=dt.date(2027, 1, 1)).rule.version == "v2"


def test_the_drafter_does_not_approve(world, draft):
    with pytest.raises(Refused, match="另一位同事"):
        draft().approve(by=world.he)


def test_without_the_guard_one_person_sets_the_rule(world, draft):
    """The red twin: the database refuses."""
    from django.db import IntegrityError, transaction

    rule = draft()
    object.__setattr__(Rule.approve.move, "guard", None)
    try:
        with pytest.raises(IntegrityError), transaction.atomic():
            rule.approve(by=world.he)
    finally:
        object.__setattr__(Rule.approve.move, "guard", rules.by_another)
    assert Rule.objects.get(version="v2").status == "draft"


@pytest.mark.parametrize(("days", "fits"), [(9, False), (10, True)])
def test_ten_days_of_notice(world, draft, second, days, fits):
    rule = draft(since=timezone.localdate() + dt.timedelta(days=days))
    if fits:
        rule.approve(by=second)
    else:
        with pytest.raises(Refused, match="离起用不到10天"):
            rule.approve(by=second)
    assert (Rule.objects.get(pk=rule.pk).status == "approved") == fits


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"factors": FACTORS | {"hard": Decimal("2.1")}}, "0.5到2"),
        ({"factors": FACTORS | {"hard": Decimal("0.4")}}, "0.5到2"),
        ({"day_cap": 0}, "每天计分"),
        ({"day_cap": 25}, "每天计分"),
        ({"year_cap": 0}, "上限"),
        ({"version": "v1"}, "已经有一版"),
        ({"since": dt.date(2026, 11, 23)}, "将来"),
    ],
)
def test_strange_rules_are_refused(draft, given, why):
    with pytest.raises(Refused, match=why):
        draft(**given)
    assert Rule.objects.count() == 1


@pytest.mark.parametrize("name", ["wang", "shen", "zhou", "auditor", "admin"])
def test_others_set_no_rule(world, draft, name):
    person = getattr(world, name)
    with pytest.raises(PermissionDenied):
        Rule.draft(
            by=person,
            place=world.district,
            version="v3",
            since=dt.date(2027, 1, 1),
            factors=FACTORS,
            day_cap=8,
            year_cap=9,
        )
    with pytest.raises(PermissionDenied):
        switch_points(world.district, shown=False, by=person, reason="x")
    with pytest.raises(PermissionDenied):
        draft().approve(by=person)


def test_what_has_not_begun_can_be_taken_back(world, draft, second, travel):
    rule = draft()
    rule.approve(by=second)
    rule.withdraw(by=world.he, reason="系数写错了")
    draft(version="v3").approve(by=second)  # the same day is free again
    travel.shift(dt.timedelta(days=60))
    rules_begin(timezone.now())
    with pytest.raises(Refused, match="不能撤下"):
        Rule.objects.get(version="v3").withdraw(by=world.he, reason="太晚")


def test_two_rules_on_one_day_are_refused(draft, second):
    one, two = draft(), draft(version="v3")
    one.approve(by=second)
    with pytest.raises(Refused, match="换一个日期"):
        two.approve(by=second)


def test_nobody_starts_a_rule_by_hand(world, draft, second):
    rule = draft()
    rule.approve(by=second)
    with pytest.raises(Refused, match="系统"):
        rule.activate(by=second)
    with pytest.raises(Refused, match="还没有到"):
        rule.activate(by=CLOCK)


def test_a_rule_approved_by_nobody_is_found(world, draft):
    rule = draft()
    raw(f"UPDATE service_rule SET status = 'approved' WHERE id = {rule.pk}")
    assert problems() == [f"service.rule {rule.pk}: nobody else approved it"]


def test_members_read_the_next_rule_and_no_drafts(world, draft, second):
    rule = draft()
    client = world.client(world.alan)
    assert "v2" not in client.get("/service/rules/").content.decode()
    rule.approve(by=second)
    page = client.get("/service/rules/").content.decode()
    assert "v2" in page and "自2027年1月1日" in page and "夜间更辛苦" in page


def test_the_desk_drafts_and_another_approves(world, travel, second):
    fields = {
        "place": world.district.pk, "version": "v2", "since": "2027-01-01", "ordinary": "1.0", "skilled": "1.3", "hard": "1.2",
        "day_cap": "8", "year_cap": "200", "note": "技能更宝贵",
    }  # fmt: skip
    assert world.client(world.he).post("/service/desk/rules/new/", fields).status_code == 302
    rule = Rule.objects.get(version="v2")
    assert rule.tariff("skilled") == Decimal("1.3")
    assert world.client(world.he).post(f"/service/desk/rules/{rule.pk}/approve/").status_code == 409
    assert world.client(second).post(f"/service/desk/rules/{rule.pk}/approve/").status_code == 302
    assert Rule.objects.get(version="v2").status == "approved"


def test_points_can_be_off_while_hours_stay(world, line):
    line(3)
    before = list(Entry.objects.values())
    switch_points(world.district, shown=False, by=world.he, reason="先只记时长")
    page = world.client(world.alan).get("/service/").content.decode()
    assert "折合积分" not in page and "先只记时长" in page and "楼道巡看" in page and " 分</span>" not in page
    line(2)
    assert Entry.objects.of(world.alan).totals()["points"] == 5  # the ledger goes on as ever
    assert list(Entry.objects.values())[:1] == before
    switch_points(world.district, shown=True, by=world.he, reason="恢复")
    assert "折合积分" in world.client(world.alan).get("/service/").content.decode()
    with pytest.raises(Refused, match="原因"):
        switch_points(world.district, shown=False, by=world.he, reason=" ")
    assert PointsSwitch.objects.get().off_since is None
