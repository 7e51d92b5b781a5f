"""Two at once, on a database that has more than one writer."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, connections

from tongxin.journal.models import Event, Seal, record
from tongxin.journal.seals import seal_now, verify_chain
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.service import models as ledger
from tongxin.service.checks import problems
from tongxin.service.models import Entry, Statement, award, close_year

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
