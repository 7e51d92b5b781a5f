"""The ledger: entered once, taken back by a mirror, never changed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from tests.journal.tampering import raw, triggers_lifted
from tongxin.journal.models import Event
from tongxin.service.checks import problems
from tongxin.service.models import Entry, Rule, award, half_up, ledger, reverse
from tongxin.workflow.transitions import Refused

DAY = dt.date(2026, 11, 20)


@pytest.fixture
def source(world):
    """Anything with a number: every task is one."""
    return lambda: world.task()


@pytest.fixture
def enter(world, source):
    def enter(hours=2, **given):
        facts = {
            "hours": hours, "factor": "ordinary", "place": world.neighbourhood, "served_on": DAY, "reason": "楼道巡看",
            "source": source(), "by": world.zhou,
        }  # fmt: skip
        person = given.pop("person", world.alan)
        return award(person, **(facts | given))

    return enter


def balance(person):
    return Entry.objects.filter(person=person).totals()


def test_verified_hours_are_entered_with_their_tariff(world, enter):
    entry = enter(Decimal("1.5"), factor="skilled")
    assert (entry.hours, entry.counted, entry.tariff, entry.points) == (
        Decimal("1.5"),
        Decimal("1.5"),
        Decimal("1.2"),
        Decimal("1.80"),
    )
    assert (entry.rule.version, entry.year, entry.person) == ("v1", 2026, world.alan)
    event = Event.objects.get(verb="entry.award")
    assert (event.actor_id, event.subject_id, event.place_id) == (world.zhou.pk, entry.pk, world.neighbourhood.pk)


def test_the_same_source_is_entered_once(world, enter, source):
    one = source()
    assert enter(2, source=one) == enter(3, source=one)
    assert balance(world.alan) == {"hours": Decimal("2.00"), "points": Decimal("2.00"), "times": 1}
    assert Event.objects.filter(verb="entry.award").count() == 1


def test_a_day_earns_points_up_to_its_cap_and_hours_without_one(world, enter):
    enter(6)
    second = enter(6)
    third = enter(1)
    assert (second.counted, third.counted) == (Decimal(2), Decimal(0))
    assert balance(world.alan) == {"hours": Decimal("13.00"), "points": Decimal("8.00"), "times": 3}


@pytest.mark.parametrize("hours", [0, -1, Decimal("0.25"), Decimal("1.3")])
def test_hours_come_in_steps_of_half_an_hour(world, enter, hours):
    with pytest.raises(Refused, match="半小时"):
        enter(hours)
    assert not Entry.objects.exists()


def test_a_mistake_is_taken_back_by_its_mirror(world, enter):
    entry = enter(2, factor="hard")
    mirror = reverse(entry, by=world.wang, reason="记重了")
    assert (mirror.hours, mirror.points, mirror.counted) == (-entry.hours, -entry.points, -entry.counted)
    assert balance(world.alan) == {"hours": Decimal("0.00"), "points": Decimal("0.00"), "times": 0}
    assert Entry.objects.count() == 2
    assert Event.objects.get(verb="entry.reverse").reason == "记重了"


def test_taking_back_twice_is_taking_back_once(world, enter):
    entry = enter(2)
    assert reverse(entry, by=world.wang, reason="记重了") == reverse(entry, by=world.zhou, reason="又一次")
    assert Entry.objects.count() == 2


def test_a_correction_needs_somebody_else_and_a_reason(world, enter):
    entry = enter(2)
    with pytest.raises(Refused, match="别人"):
        reverse(entry, by=world.alan, reason="我自己")
    with pytest.raises(Refused, match="原因"):
        reverse(entry, by=world.wang, reason=" ")
    mirror = reverse(entry, by=world.wang, reason="记重了")
    with pytest.raises(Refused, match="不能再更正"):
        reverse(mirror, by=world.wang, reason="还是要")


def test_nobody_enters_hours_for_oneself(world, enter):
    with pytest.raises(IntegrityError), transaction.atomic():
        enter(2, by=world.alan)
    assert not Entry.objects.exists()


def test_a_new_tariff_leaves_old_lines_alone(world, enter):
    old = enter(2, factor="skilled")
    Rule.objects.create(
        version="v2", since=DAY + dt.timedelta(days=1), factors={"skilled": "2.0"}, day_cap=8, year_cap=200
    )
    new = enter(2, factor="skilled", served_on=DAY + dt.timedelta(days=1))
    old.refresh_from_db()
    assert (old.points, new.points) == (Decimal("2.40"), Decimal("4.00"))


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.625", "0.63"), ("0.624", "0.62"), ("2.675", "2.68"), ("-0.625", "-0.63"), ("1", "1.00")]
)
def test_points_are_rounded_half_up(value, rounded):
    assert half_up(Decimal(value)) == Decimal(rounded)


COLUMNS = {
    "id": "id + 1", "person_id": "1", "place_id": "1", "served_on": "'2020-01-01'", "year": "2020", "hours": "9",
    "counted": "9", "factor": "'hard'", "tariff": "9", "points": "9", "rule_id": "1", "reason": "'x'", "source_kind": "'x.y'",
    "source_id": "1", "by_id": "NULL", "at": "'2020-01-01 00:00:00+00:00'", "reverses_id": "id",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_raw_sql_cannot_change_a_line(world, enter, column):
    entry = enter(2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        raw(f"UPDATE service_entry SET {column} = {COLUMNS[column]}")
    assert Entry.objects.get().points == entry.points


def test_every_column_is_immutable():
    assert {field.column for field in Entry._meta.local_fields} == set(COLUMNS)


def test_raw_sql_cannot_delete_a_line(world, enter):
    enter(2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        raw("DELETE FROM service_entry")
    assert Entry.objects.count() == 1


def test_the_models_refuse_too(world, enter):
    entry = enter(2)
    for change in (entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(hours=9)):
        with pytest.raises(TypeError, match="never"):
            change()
    assert Entry.objects.get().hours == 2


def test_without_the_trigger_hours_can_be_made_up_and_verify_says_so(world, enter):
    """The red twin: it is the trigger that refuses, and the check that finds."""
    entry = enter(2)
    assert problems() == []
    with triggers_lifted("service_entry") as cursor:
        cursor.execute("UPDATE service_entry SET points = 200")
    assert problems() == [f"service.entry {entry.pk}: points are not counted hours times tariff"]


def test_a_mirror_that_does_not_fit_is_found(world, enter):
    mirror = reverse(enter(2), by=world.wang, reason="记重了")
    with triggers_lifted("service_entry") as cursor:
        cursor.execute("UPDATE service_entry SET hours = -1, counted = -1, points = -1 WHERE id = %s", [mirror.pk])
    assert f"service.entry {mirror.pk}: is not the mirror of service.entry {mirror.reverses_id}" in problems()


def test_a_day_over_its_cap_is_found(world, enter):
    enter(8)
    second = enter(3)
    with triggers_lifted("service_entry") as cursor:
        cursor.execute("UPDATE service_entry SET counted = 3, points = 3 WHERE id = %s", [second.pk])
    assert problems() == [
        f"service.entry of people.person {world.alan.pk} on {DAY}: counted hours outside the day's cap"
    ]


def test_without_the_cap_a_day_would_earn_more(world, enter, monkeypatch):
    """The red twin of the cap."""
    monkeypatch.setattr(ledger, "_counted_on", lambda person, day: Decimal(0))
    enter(8)
    enter(8)
    assert balance(world.alan)["points"] == 16
    assert len(problems()) == 1


def test_the_last_millisecond_of_a_year_belongs_to_it(world, enter):
    """23:59:59.999 in Shanghai is the old year, though it is a month away from UTC's midnight in no direction but eight hours."""
    shanghai = dt.timezone(dt.timedelta(hours=8))
    last = dt.datetime(2026, 12, 31, 23, 59, 59, 999_000, tzinfo=shanghai)
    first = dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC)
    assert enter(1, served_on=timezone.localdate(last)).year == 2026
    assert enter(1, served_on=timezone.localdate(first)).year == 2027
