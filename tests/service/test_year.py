"""A year is closed once, from the ledger alone, and comes out the same every time."""

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from tests.journal.tampering import raw, triggers_lifted
from tongxin.journal.models import Event
from tongxin.places.models import Level, Place
from tongxin.service.checks import problems
from tongxin.service.models import Entry, Statement, Unfinished, Year, award, close_year, reverse
from tongxin.service.models import year as years

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
IN_YEAR = dt.datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
AFTER = dt.datetime(2027, 1, 1, 0, 0, tzinfo=SHANGHAI)


@pytest.fixture
def clock():
    with time_machine.travel(IN_YEAR, tick=False) as traveller:
        yield traveller


@pytest.fixture
def year(clock, world):
    """阿兰 with 3.5 hours and a correction, 老周 with 2, somebody of another 街镇 with 8."""
    enter(world, world.alan, 2)
    enter(world, world.alan, Decimal("1.5"), factor="skilled")
    reverse(enter(world, world.alan, 4), by=world.wang, reason="记重了")
    enter(world, world.zhou, 2, by=world.wu)
    enter(world, world.outsider, 8, place=world.far)
    return world


def enter(world, person, hours, **given):
    facts = {
        "factor": "ordinary", "place": world.neighbourhood, "served_on": dt.date(2026, 11, 20), "reason": "巡看",
        "source": world.task(), "by": world.wang,
    }  # fmt: skip
    return award(person, hours=hours, **(facts | given))


def run(*args):
    out = io.StringIO()
    call_command("close_year", *args, stdout=out)
    return out.getvalue()


def test_an_unfinished_year_is_refused(year, clock):
    clock.move_to(dt.datetime(2026, 12, 31, 23, 59, 59, 999_000, tzinfo=SHANGHAI))
    with pytest.raises(Unfinished, match="2026年还没有结束，最早可在2027年1月1日封账"):
        close_year(year.district, 2026)
    with pytest.raises(CommandError, match="还没有结束"):
        run("2026", "--district", "310107")
    assert not Year.objects.exists()


def test_without_the_calendar_a_running_year_would_freeze(year, monkeypatch):
    """The red twin: hours of December would be missing from the statement."""
    monkeypatch.setattr(years.timezone, "localdate", lambda *_: dt.date(2027, 1, 1))
    close_year(year.district, 2026)
    monkeypatch.undo()
    enter(year, year.alan, 3, served_on=dt.date(2026, 12, 20))
    assert Statement.objects.get(person=year.alan).hours == Decimal("3.50")


def test_at_midnight_in_shanghai_the_year_closes(year, clock):
    clock.move_to(AFTER)
    closed = close_year(year.district, 2026)
    assert (closed.people, closed.hours, closed.points) == (3, Decimal("13.50"), Decimal("13.80"))
    alan = Statement.objects.get(year=closed, person=year.alan)
    assert (alan.entries, alan.hours, alan.points) == (4, Decimal("3.50"), Decimal("3.80"))
    assert problems() == []


def test_closing_again_prints_the_same_bytes(year, clock):
    clock.move_to(AFTER)
    first = run("2026", "--district", "310107", "--json")
    clock.move_to(AFTER + dt.timedelta(days=3))
    enter(year, year.alan, 5, served_on=dt.date(2026, 12, 20))  # late: of the old year, counted in the new one
    assert run("2026", "--district", "310107", "--json") == first
    assert run("2026", "--district", "310107000000", "--json") == first
    result = json.loads(first)
    assert result["people"] == 3 and len(result["digest"]) == 64
    assert Statement.objects.count() == 3
    assert Event.objects.filter(verb="year.close").count() == 1


def test_two_ledgers_alike_have_one_digest(year, clock):
    clock.move_to(AFTER)
    closed = close_year(year.district, 2026)
    assert closed.recomputed_digest() == closed.digest
    with triggers_lifted("service_entry") as cursor:
        cursor.execute("UPDATE service_entry SET hours = hours + 0.5 WHERE id = %s", [Entry.objects.first().pk])
    assert closed.recomputed_digest() != closed.digest
    with pytest.raises(CommandError, match="不一致"):
        run("2026", "--district", "310107")


def test_hours_verified_after_the_close_count_in_the_new_year(year, clock):
    clock.move_to(AFTER)
    close_year(year.district, 2026)
    late = enter(year, year.alan, 3, served_on=dt.date(2026, 12, 30))
    assert late.year == 2027
    back = reverse(Entry.objects.filter(person=year.zhou).get(), by=year.wang, reason="记错人了")
    assert back.year == 2027
    assert Statement.objects.get(person=year.zhou).hours == 2
    assert problems() == []


def test_the_year_of_another_district_stays_open(year, clock):
    other = Place.objects.create(level=Level.DISTRICT, name="静安区", code="310106")
    clock.move_to(AFTER)
    assert close_year(other, 2026).people == 0
    assert enter(year, year.alan, 1, served_on=dt.date(2026, 12, 30)).year == 2026


def test_points_shown_stop_at_the_cap_of_the_year(clock, world):
    for n in range(30):
        enter(world, world.alan, 8, served_on=dt.date(2026, 3, 1) + dt.timedelta(days=n))
    clock.move_to(AFTER)
    close_year(world.district, 2026)
    statement = Statement.objects.get(person=world.alan)
    assert (statement.hours, statement.points, statement.points_shown) == (240, 240, 200)


def test_the_command_seals_what_it_wrote(year, clock):
    clock.move_to(AFTER)
    run("2026", "--district", "310107")
    assert not Event.objects.filter(seal=None).exists()


@pytest.mark.parametrize(
    ("args", "words"), [(("2026", "--district", "999999"), "没有代码为"), (("99", "--district", "310107"), "年份不对")]
)
def test_a_wrong_district_or_year_is_said(year, args, words):
    with pytest.raises(CommandError, match=words):
        run(*args)


@pytest.mark.parametrize("table", ["service_statement", "service_year"])
@pytest.mark.parametrize("act", ["UPDATE {} SET hours = 99", "DELETE FROM {}"])
def test_a_closed_year_stays(year, clock, table, act):
    clock.move_to(AFTER)
    close_year(year.district, 2026)
    with pytest.raises(DatabaseError), transaction.atomic():
        raw(act.format(table))
    assert problems() == []


def test_a_changed_statement_is_found(year, clock):
    clock.move_to(AFTER)
    close_year(year.district, 2026)
    statement = Statement.objects.get(person=year.alan)
    with triggers_lifted("service_statement") as cursor:
        cursor.execute("UPDATE service_statement SET hours = 99 WHERE id = %s", [statement.pk])
    assert problems() == [f"service.statement {statement.pk}: differs from the ledger of 2026"]


def test_a_missing_statement_is_found(year, clock):
    clock.move_to(AFTER)
    close_year(year.district, 2026)
    with triggers_lifted("service_statement") as cursor:
        cursor.execute("DELETE FROM service_statement WHERE person_id = %s", [year.alan.pk])
    assert problems() == [f"service.statement of people.person {year.alan.pk} for 2026: missing"]
