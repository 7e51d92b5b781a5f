"""Whatever is entered, taken back and closed in whatever order: a balance is a sum, and a plain dictionary agrees."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.world import World
from tongxin.service.checks import problems
from tongxin.service.models import Entry, Statement, Unfinished, award, close_year, reverse

TARIFF = {"ordinary": Decimal("1.0"), "skilled": Decimal("1.2"), "hard": Decimal("1.2")}
DAYS = [dt.date(2026, 12, 30), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
START = dt.datetime(2026, 12, 31, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


class Ledger(RuleBasedStateMachine):
    """Two people, three days around New Year, one district."""

    world: World

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.clock = time_machine.travel(START, tick=False)
        self.clock.start()
        self.people = [self.world.alan, self.world.neighbour]
        self.sources = {}  # (person, number) → entry pk
        self.model = {}  # entry pk → {person, day, year, hours, counted, points, back}
        self.closed = None

    def teardown(self):
        self.clock.stop()
        transaction.savepoint_rollback(self.savepoint)

    def year_of(self, day):
        return 2027 if self.closed is not None and day.year == 2026 else day.year

    @rule(
        who=st.integers(0, 1), number=st.integers(1, 6), halves=st.integers(1, 20), factor=st.sampled_from(sorted(TARIFF)),
        day=st.sampled_from(DAYS),
    )  # fmt: skip
    def enter(self, who, number, halves, factor, day):
        person, source, hours = self.people[who], self.world.buildings[0], Decimal(halves) / 2
        source.pk = number
        entry = award(
            person, hours=hours, factor=factor, place=self.world.neighbourhood, served_on=day, reason="事", source=source,
            by=self.world.wang,
        )  # fmt: skip
        if (who, number) in self.sources:
            assert entry.pk == self.sources[who, number]
            return
        spent = sum(row["counted"] for row in self.model.values() if (row["who"], row["day"]) == (who, day))
        counted = min(hours, 8 - spent)
        points = (counted * TARIFF[factor]).quantize(Decimal("0.01"), ROUND_HALF_UP)
        self.sources[who, number] = entry.pk
        self.model[entry.pk] = {
            "who": who,
            "day": day,
            "year": self.year_of(day),
            "hours": hours,
            "counted": counted,
            "points": points,
        }

    @precondition(lambda self: self.sources)
    @rule(data=st.data())
    def take_back(self, data):
        pk = data.draw(st.sampled_from(sorted(self.sources.values())))
        mirror = reverse(Entry.objects.get(pk=pk), by=self.world.wang, reason="更正")
        row = self.model[pk]
        if row.get("back"):
            assert mirror.pk == row["back"]
            return
        row["back"] = mirror.pk
        turned = {name: -row[name] for name in ("hours", "counted", "points")}
        self.model[mirror.pk] = row | turned | {"year": self.year_of(row["day"])}

    @rule()
    def new_year(self):
        self.clock.stop()
        self.clock = time_machine.travel(START + dt.timedelta(hours=12), tick=False)
        self.clock.start()

    @rule()
    def close(self):
        try:
            closed = close_year(self.world.district, 2026)
        except Unfinished:
            assert dt.datetime.now(START.tzinfo).year == 2026
            return
        if self.closed is None:
            self.closed = (closed.digest, self.totals(2026))
        assert closed.digest == self.closed[0] == closed.recomputed_digest()

    def totals(self, year):
        return {
            self.people[who].pk: sum(
                row["hours"] for row in self.model.values() if (row["who"], row["year"]) == (who, year)
            )
            for who in {row["who"] for row in self.model.values() if row["year"] == year}
        }

    @invariant()
    def a_balance_is_a_sum(self):
        for who, person in enumerate(self.people):
            rows = [row for row in self.model.values() if row["who"] == who]
            found = Entry.objects.filter(person=person).totals()
            assert found["hours"] == sum(row["hours"] for row in rows)
            assert found["points"] == sum(row["points"] for row in rows)

    @invariant()
    def a_frozen_year_stays(self):
        if self.closed is not None:
            assert dict(Statement.objects.values_list("person", "hours")) == self.closed[1]

    @invariant()
    def nothing_is_broken(self):
        assert problems() == []


@pytest.mark.django_db
def test_the_ledger_agrees_with_a_dictionary(world):
    Ledger.world = world
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not Entry.objects.exists()  # every run was rolled back
