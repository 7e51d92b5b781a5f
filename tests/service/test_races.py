"""Two at once, on a database that has more than one writer."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, connections
from django.utils import timezone

from tongxin.journal.models import Event, Seal, record
from tongxin.journal.seals import seal_now, verify_chain
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.service.checks import problems
from tongxin.service.clockwork import years_freeze
from tongxin.service.models import (
    BackEntry,
    Correction,
    Dispute,
    Entry,
    Review,
    Statement,
    Year,
    award,
    close_year,
    ledger,
)
from tongxin.workflow.transitions import Refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
DAY = dt.date(2026, 11, 20)


def at_once(*acts):
    """Run every act in a thread of its own, all let go together. Returns what they raised."""
    gate, raised = threading.Barrier(len(acts)), []

    def run(act):
        try:
            gate.wait()
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def entering(world, hours, source, day=DAY):
    return lambda: award(
        world.alan, hours=hours, factor="ordinary", place=world.neighbourhood, served_on=day, reason="巡看", source=source, by=world.zhou,
    )  # fmt: skip


def test_two_verifiers_at_once_do_not_pass_the_days_cap(live_world):
    tasks = [live_world.task() for _ in range(8)]
    assert at_once(*(entering(live_world, 3, task) for task in tasks)) == []
    assert Entry.objects.totals() == {"hours": Decimal(24), "points": Decimal(8), "times": 8}
    assert problems() == []


def test_without_the_lock_the_cap_is_passed(live_world, monkeypatch):
    """The red twin: each sees an empty day."""
    together = threading.Barrier(2)
    count = ledger._counted_on

    def slow(person, day):
        found = count(person, day)
        together.wait(timeout=10)
        return found

    monkeypatch.setattr(
        ledger.Person.objects.__class__, "select_for_update", lambda manager, **_: manager.all(), raising=False
    )
    monkeypatch.setattr(ledger, "_counted_on", slow)
    assert at_once(*(entering(live_world, 8, live_world.task()) for _ in range(2))) == []
    assert Entry.objects.totals()["points"] == 16
    assert problems() != []


def test_one_source_verified_twice_at_once_is_one_line(live_world):
    task = live_world.task()
    assert at_once(*(entering(live_world, 2, task) for _ in range(6))) == []
    assert Entry.objects.count() == 1


def test_what_is_entered_while_the_year_closes_is_in_one_year_or_the_other(live_world):
    after = dt.datetime(2027, 1, 2, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    with time_machine.travel(after, tick=True):
        tasks = [live_world.task() for _ in range(12)]
        entries = [entering(live_world, 1, task, day=dt.date(2026, 12, 20)) for task in tasks]
        closings = [lambda: close_year(live_world.district, 2026)] * 3
        assert at_once(*entries[:6], *closings, *entries[6:]) == []
        frozen = sum(Statement.objects.values_list("hours", flat=True))
        assert frozen == (Entry.objects.in_year(2026).totals()["hours"])
        assert Entry.objects.totals()["hours"] == 12
        assert problems() == []


def test_sealing_at_once_makes_one_chain(live_world):
    for n in range(50):
        record("test.happen", subject=live_world.team, facts={"n": n})
    assert at_once(*[seal_now] * 6) == []
    assert verify_chain() == [] and not Event.objects.filter(seal=None).exists()
    assert Seal.objects.count() == 1


def test_two_deliveries_at_once_tell_once(live_world):
    deliver()
    Notice.objects.all().delete()
    for n in range(10):
        live_world.register(f"新人{n}")
    assert at_once(*[deliver] * 4) == []
    assert Notice.objects.filter(kind="registration_received").count() == 10
    assert not Event.objects.undelivered().exists()


def refused(errors) -> int:
    """How many lost the race, in words; anything else that went wrong is raised."""
    for error in errors:
        if not isinstance(error, Refused):
            raise error
    return len(errors)


def open_dispute(world):
    entering(world, 2, world.task())()
    return Dispute.raise_on(Entry.objects.get(), by=world.alan, words="少了", hours=3)


def test_a_dispute_answered_twice_at_once_is_corrected_once(live_world):
    dispute = open_dispute(live_world)
    answers = [
        lambda hours=hours: Dispute.objects.get(pk=dispute.pk).answer_it(by=live_world.wang, hours=hours, reason="看过")
        for hours in (3, Decimal("2.5"), 3, 2)
    ]
    assert refused(at_once(*answers)) == 3
    assert Correction.objects.count() <= 1 and Event.objects.filter(verb="dispute.answer_it").count() == 1
    assert Entry.objects.totals()["times"] == 1 and problems() == []


def test_a_dispute_decided_while_it_is_taken_back_ends_one_way(live_world):
    dispute = open_dispute(live_world)
    dispute.answer_it(by=live_world.wu, hours=2, reason="记录如此")
    dispute.ask(by=live_world.alan, reason="不对")
    again = lambda: Dispute.objects.get(pk=dispute.pk)  # noqa: E731
    errors = at_once(
        lambda: again().decide(by=live_world.wang, hours=3, reason="补上"), lambda: again().withdraw(by=live_world.alan)
    )
    assert refused(errors) == 1
    assert Entry.objects.totals()["hours"] == (3 if again().decided_by_id else 2)
    assert problems() == []


def test_a_dispute_raised_twice_at_once_is_one(live_world):
    entering(live_world, 2, live_world.task())()
    entry = Entry.objects.get()
    raising = [lambda: Dispute.raise_on(entry, by=live_world.alan, words="少了", hours=3)] * 4
    assert at_once(*raising) == [] and Dispute.objects.count() == 1


def test_hours_from_paper_confirmed_twice_at_once_are_one_line(live_world):
    row = BackEntry.enter(
        [(live_world.alan, 2)],
        by=live_world.zhou,
        place=live_world.neighbourhood,
        served_on=DAY,
        what="送水",
        evidence="x",
        sheet="1",
    )[0]
    people = [live_world.wang, live_world.shen] * 3
    errors = at_once(*[lambda by=by: BackEntry.objects.get(pk=row.pk).confirm(by=by) for by in people])
    assert refused(errors) == 5
    assert Entry.objects.count() == 1 and problems() == []


def test_confirmed_and_sent_back_at_once_is_one_of_them(live_world):
    row = BackEntry.enter(
        [(live_world.alan, 2)],
        by=live_world.zhou,
        place=live_world.neighbourhood,
        served_on=DAY,
        what="送水",
        evidence="x",
        sheet="1",
    )[0]
    again = lambda: BackEntry.objects.get(pk=row.pk)  # noqa: E731
    errors = at_once(
        lambda: again().confirm(by=live_world.wang), lambda: again().send_back(by=live_world.shen, reason="再看")
    )
    assert refused(errors) == 1
    assert Entry.objects.count() == (1 if again().confirmed_by_id else 0) and problems() == []


def test_the_clock_in_two_workers_freezes_once_while_lines_come_in(live_world):
    after = dt.datetime(2027, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    entering(live_world, 1, live_world.task(), day=dt.date(2026, 12, 20))()
    with time_machine.travel(after, tick=True):
        tasks = [live_world.task() for _ in range(8)]
        entries = [entering(live_world, 1, task, day=dt.date(2026, 12, 20)) for task in tasks]
        errors = at_once(*entries[:4], *[lambda: years_freeze(timezone.now())] * 3, *entries[4:])
        assert errors == []
        assert Year.objects.count() == Review.objects.filter(status="review").count() == 1
        assert sum(Statement.objects.values_list("hours", flat=True)) == Entry.objects.in_year(2026).totals()["hours"]
        assert Entry.objects.totals()["hours"] == 9 and problems() == []
