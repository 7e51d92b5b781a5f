"""A seeded year: whatever people and the clock do, every invariant and the plain books hold on every single day.

`TONGXIN_SIM_SEED` and `TONGXIN_SIM_DAYS` choose another one; the seed stands in every line that is broken.
"""

import datetime as dt
import os
import time
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.simulation.year import INNER, SHANGHAI, START, UNSEEN, Sim
from tongxin.journal.models import Event
from tongxin.service.models import Entry, Year
from tongxin.tasks.models import claim as claims
from tongxin.workflow import seats

# The suite takes a winter of it, with New Year and 29 February; TONGXIN_SIM_DAYS=366 is the whole year from June to June.
WHOLE = int(os.environ.get("TONGXIN_SIM_DAYS", 0))
SAMPLE_FROM = dt.datetime(2027, 12, 6, 8, tzinfo=SHANGHAI)
DAYS, FROM = (WHOLE, START) if WHOLE else (92 if connection.vendor == "sqlite" else 40, SAMPLE_FROM)
SEED = int(os.environ.get("TONGXIN_SIM_SEED", 42))
LONGEST = 600  # days in which every move is made at least once
NEW_YEAR = dt.datetime(2028, 1, 1, tzinfo=SHANGHAI)
WINTER = dt.datetime(2027, 12, 10, 8, tzinfo=SHANGHAI)

pytestmark = pytest.mark.xdist_group("year")


@contextmanager
def process_in(zone):
    """The machine stands in another time zone; Django has set its own at the start."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def test_every_invariant_holds_on_every_day(db):
    sim = Sim(SEED, start=FROM)
    with process_in("UTC"):  # whoever changes the product changes what happens: a rare move may take some days more
        sim.run(DAYS, on=lambda: DAYS >= 366 and sim.days < LONGEST and sim.never_made() != set(UNSEEN))
    assert sim.broken == [], f"seed {SEED}: \n" + "\n".join(sim.broken)
    assert not set(INNER) & set(sim.made)
    if FROM + dt.timedelta(days=DAYS) > NEW_YEAR:
        _frozen_once_at_midnight()
    if WHOLE >= 366:
        assert Entry.objects.filter(served_on=dt.date(2028, 2, 29)).exists()
        assert sim.never_made() == set(UNSEEN), f"seed {SEED}"


def _frozen_once_at_midnight():
    closed = Year.objects.filter(year=2027)
    assert closed.count() == Event.objects.filter(verb="year.close", facts__year=2027).count() == 1
    assert timezone.localtime(closed.get().frozen_at) == NEW_YEAR
    assert Entry.objects.filter(at=NEW_YEAR - dt.timedelta(seconds=1), served_on=dt.date(2027, 12, 31)).exists()
    assert set(Entry.objects.filter(at__lt=NEW_YEAR).values_list("year", flat=True)) == {2027}
    later = Entry.objects.filter(at__gte=NEW_YEAR, at__lt=NEW_YEAR.replace(year=2029))
    assert set(later.values_list("year", flat=True)) <= {2028}


def test_the_zone_of_the_machine_changes_nothing(db, settings, tmp_path):
    """The same thirty days around New Year, the same statements and the same ledger, wherever the server stands."""
    found = {}
    for zone in ("UTC", "America/New_York", "Asia/Kathmandu"):
        settings.DATA_DIR = tmp_path / zone.replace("/", "-")  # the list of seals stands beside the database
        settings.DATA_DIR.mkdir()
        with process_in(zone), transaction.atomic():
            sim = Sim(SEED, start=WINTER).run(30)
            assert sim.broken == []
            _frozen_once_at_midnight()
            found[zone] = sim.digest()
            transaction.set_rollback(True)
    assert len(set(found.values())) == 1, found


def test_red_twin_half_an_hour_too_much_is_seen_on_the_same_day(db, monkeypatch):
    award = claims.award
    more = Decimal("0.5")
    monkeypatch.setattr(claims, "award", lambda person, *, hours, **given: award(person, hours=hours + more, **given))
    sim = Sim(SEED).run(60)
    assert any("hours by the book" in line for line in sim.broken)


def test_red_twin_a_seat_that_is_not_given_back_is_seen(db, monkeypatch):
    monkeypatch.setattr(seats, "release", lambda *given, **more: None)
    sim = Sim(SEED).run(60)
    assert any("claims hold one by the journal" in line for line in sim.broken)


def test_red_twin_a_move_offered_to_whoever_may_not_make_it_is_seen(db, monkeypatch):
    from tests.simulation import year
    from tongxin.workflow.transitions import moves_of

    everything = lambda row, person: [move for move in moves_of(type(row)) if row.status in move.sources]  # noqa: E731
    monkeypatch.setattr(year, "open_moves", everything)
    sim = Sim(SEED).run(20)
    assert any("then not permitted" in line for line in sim.broken)
