"""Two rows that are one person: one cap a day, one sum, one voice; what was frozen stays as it was."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from tongxin.people.merges import merge
from tongxin.service.checks import problems
from tongxin.service.models import Dispute, Entry, Statement, Year, close_year, ledger

from .conftest import DAY, SHANGHAI

AFTER = dt.datetime(2027, 1, 2, 9, tzinfo=SHANGHAI)


@pytest.fixture
def twins(travel, world):
    return world.member("梅双双", world.neighbourhood), world.member("梅双双", world.neighbourhood)


def joined(world, twins):
    return merge(kept=twins[0], gone=twins[1], by=world.wang, reason="当面核对，换过手机")


def counted(*persons):
    return [sum(Entry.objects.filter(person=one).values_list("counted", flat=True)) for one in persons]


# the day's cap


def test_the_days_cap_is_one_for_both_rows(world, twins, line):
    kept, gone = twins
    line(hours=6, person=gone)
    joined(world, twins)
    line(hours=6, person=kept)
    assert counted(kept, gone) == [2, 6]
    assert Entry.objects.of(kept).totals()["hours"] == 12 and problems() == []


def test_also_for_what_is_verified_late_of_the_row_that_is_gone(world, twins, line):
    kept, gone = twins
    line(hours=7, person=kept)
    joined(world, twins)
    line(hours=4, person=gone)
    assert counted(kept, gone) == [7, 1]


def test_taken_apart_each_has_a_cap_again(world, twins, line):
    made = joined(world, twins)
    line(hours=6, person=twins[0])
    made.undo(by=world.wang, reason="是两姐妹")
    line(hours=6, person=twins[1])
    assert counted(*twins) == [6, 6]


def test_red_twin_reading_one_row_only_the_cap_is_passed(world, twins, line, monkeypatch):
    monkeypatch.setattr(ledger, "_whole", lambda person: [person.pk])
    line(hours=6, person=twins[1])
    joined(world, twins)
    line(hours=6, person=twins[0])
    assert sum(counted(*twins)) == 12


# the year


def test_joined_before_the_freeze_each_row_has_its_statement_and_the_page_adds_them_up(world, twins, line, travel):
    kept, gone = twins
    line(hours=3, person=kept), line(hours=2, person=gone, served_on=DAY - dt.timedelta(days=1))
    joined(world, twins)
    travel.move_to(AFTER)
    close_year(world.district, 2026)
    assert sorted(Statement.objects.filter(person__in=twins).values_list("hours", flat=True)) == [2, 3]
    page = world.client(kept).get(reverse("service:statement", args=[2026])).content.decode()
    assert "合计：全年5小时，2笔，折合积分5" in page
    assert problems() == []


def test_joined_after_the_freeze_nothing_frozen_changes(world, twins, line, travel):
    kept, gone = twins
    line(hours=3, person=kept), line(hours=2, person=gone)
    travel.move_to(AFTER)
    digest = close_year(world.district, 2026).digest
    joined(world, twins)
    assert Year.objects.get().recomputed_digest() == digest and problems() == []
    page = world.client(kept).get(reverse("service:statement", args=[2026])).content.decode()
    assert "合计：全年5小时，2笔" in page and page.count("全年3小时") == page.count("全年2小时") == 1
    mine = world.client(kept).get(reverse("service:mine") + "?year=2026").content.decode()
    assert "5小时 · 2笔" in mine


def test_the_cap_of_the_year_is_one_persons(world, twins, line, travel):
    for n in range(15):
        for one in twins:
            line(hours=8, person=one, served_on=dt.date(2026, 3, 1) + dt.timedelta(days=n))
    joined(world, twins)
    travel.move_to(AFTER)
    close_year(world.district, 2026)
    page = world.client(twins[0]).get(reverse("service:statement", args=[2026])).content.decode()
    assert "合计：全年240小时，30笔，折合积分200。" in page


def test_alone_there_is_no_sum(world, line, travel):
    line(hours=3)
    travel.move_to(AFTER)
    close_year(world.district, 2026)
    assert "合计" not in world.client(world.alan).get(reverse("service:statement", args=[2026])).content.decode()


# home and disputes


def test_home_counts_and_shows_both(world, twins, line):
    kept, gone = twins
    line(hours=3, person=gone), line(hours=Decimal("1.5"), person=kept)
    joined(world, twins)
    assert world.client(kept).get("/").context["totals"]["hours"] == Decimal("4.5")


def test_a_dispute_of_the_row_that_is_gone_goes_on(world, twins, line):
    kept, gone = twins
    dispute = Dispute.raise_on(line(hours=2, person=gone), by=gone, words="少了", hours=3)
    joined(world, twins)
    dispute.answer_it(by=world.zhou, hours=2, reason="记录如此")
    client = world.client(kept)
    assert client.get(reverse("service:dispute", args=[dispute.pk])).status_code == 200
    assert any("异议有了答复" in one["title"] for one in client.get("/").context["answers"])
    client.post(reverse("service:dispute_act", args=[dispute.pk, "ask"]), {"reason": "我有照片"})
    dispute = Dispute.objects.get()
    assert dispute.status == "asked"
    dispute.decide(by=world.wang, hours=3, reason="照片看过")
    assert Entry.objects.of(kept).totals()["hours"] == 3 and problems() == []


def test_nobody_else_answers_for_it(world, twins, line):
    dispute = Dispute.raise_on(line(hours=2, person=twins[1]), by=twins[1], words="少了", hours=3)
    joined(world, twins)
    assert world.client(world.alan).get(reverse("service:dispute", args=[dispute.pk])).status_code == 404


def test_red_twin_by_the_own_number_only_it_would_have_no_voice(world, twins, line, monkeypatch):
    from tongxin.service.models import dispute as rules

    dispute = Dispute.raise_on(line(hours=2, person=twins[1]), by=twins[1], words="少了", hours=3)
    joined(world, twins)
    monkeypatch.setattr(rules, "selves", lambda person: [person.pk])
    assert world.client(twins[0]).get(reverse("service:dispute", args=[dispute.pk])).status_code == 404


def test_two_at_once_for_both_rows_do_not_pass_the_cap(live_world):
    """On PostgreSQL the rows are held in one order; on SQLite there is one writer anyway."""
    from django.db import connection

    from .test_races import at_once

    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    pair = live_world.member("梅双双", live_world.neighbourhood), live_world.member("梅双双", live_world.neighbourhood)
    joined(live_world, pair)
    tasks = [live_world.task() for _ in range(8)]
    acts = [
        lambda task=task, one=pair[n % 2]: ledger.award(
            one, hours=3, factor="ordinary", place=live_world.neighbourhood, served_on=dt.date(2026, 11, 20), reason="巡看",
            source=task, by=live_world.zhou,
        )
        for n, task in enumerate(tasks)
    ]  # fmt: skip
    assert at_once(*acts) == []
    assert sum(counted(*pair)) == 8
