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
from tongxin.service.models import BackEntry, Dispute, Entry, Review, Statement, Unfinished, award, close_year, reverse
from tongxin.workflow.transitions import Refused

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
        self.disputes = {}  # entry pk → dispute pk, while somebody still has to act
        self.papers = {}  # back entry pk → hours, while unconfirmed
        self.sheets = 0

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
        self.sources[who, number] = entry.pk
        self.write(entry, who, day, hours, TARIFF[factor])

    def write(self, entry, who, day, hours, tariff):
        """The model's own idea of a new line."""
        spent = sum(row["counted"] for row in self.model.values() if (row["who"], row["day"]) == (who, day))
        counted = min(hours, 8 - spent)
        points = (counted * tariff).quantize(Decimal("0.01"), ROUND_HALF_UP)
        facts = {"year": self.year_of(day), "hours": hours, "counted": counted, "points": points, "tariff": tariff}
        self.model[entry.pk] = {"who": who, "day": day} | facts

    def mirror(self, pk, mirror):
        row = self.model[pk]
        row["back"] = mirror
        turned = {name: -row[name] for name in ("hours", "counted", "points")}
        self.model[mirror] = row | turned | {"year": self.year_of(row["day"])}

    def standing(self):
        taken = {row.get("back") for row in self.model.values()}
        return sorted(pk for pk, row in self.model.items() if not row.get("back") and pk not in taken)

    @precondition(lambda self: [pk for pk in self.standing() if pk not in self.disputes])
    @rule(data=st.data(), halves=st.integers(0, 12))
    def dispute(self, data, halves):
        pk = data.draw(st.sampled_from([pk for pk in self.standing() if pk not in self.disputes]))
        person = self.people[self.model[pk]["who"]]
        dispute = Dispute.raise_on(Entry.objects.get(pk=pk), by=person, words="不对", hours=Decimal(halves) / 2)
        self.disputes[pk] = dispute.pk

    @precondition(lambda self: self.disputes)
    @rule(data=st.data(), halves=st.integers(0, 24))
    def answer(self, data, halves):
        """Somebody answers with any number: what lies between the line and what was said becomes the line, else nothing."""
        pk = data.draw(st.sampled_from(sorted(self.disputes)))
        dispute, row, hours = Dispute.objects.get(pk=self.disputes[pk]), self.model[pk], Decimal(halves) / 2
        now = Decimal(0) if row.get("back") else row["hours"]
        by = self.world.wu if dispute.place.is_under(self.world.neighbourhood) else self.world.wang
        if not min(now, dispute.hours) <= hours <= max(now, dispute.hours):
            try:
                dispute.answer_it(by=by, hours=hours, reason="看过")
            except Refused:
                return
            raise AssertionError("a dispute made it worse")
        dispute.answer_it(by=by, hours=hours, reason="看过")
        Dispute.objects.get(pk=dispute.pk).accept(by=dispute.person)
        del self.disputes[pk]
        if hours != now:
            if not row.get("back"):
                self.mirror(pk, Entry.objects.get(reverses=pk).pk)
            if hours:
                self.write(dispute.corrections.get().entry, row["who"], row["day"], hours, row["tariff"])

    @rule(halves=st.integers(1, 20), day=st.sampled_from(DAYS))
    def enter_from_paper(self, halves, day):
        if dt.datetime.now(START.tzinfo).date() < day:
            return
        self.sheets += 1
        made = BackEntry.enter(
            [(self.world.alan, Decimal(halves) / 2)], by=self.world.zhou, place=self.world.neighbourhood, served_on=day,
            what=f"第{self.sheets}张", evidence="签到表", sheet=str(self.sheets),
        )  # fmt: skip
        self.papers[made[0].pk] = Decimal(halves) / 2

    @precondition(lambda self: self.papers)
    @rule(data=st.data())
    def confirm_paper(self, data):
        pk = data.draw(st.sampled_from(sorted(self.papers)))
        row = BackEntry.objects.get(pk=pk)
        row.confirm(by=self.world.wang)
        line = Entry.objects.get(source_kind="service.backentry", source_id=pk)
        self.write(line, 0, row.served_on, self.papers.pop(pk), Decimal(1))

    @precondition(lambda self: self.sources)
    @rule(data=st.data())
    def take_back(self, data):
        pk = data.draw(st.sampled_from(sorted(self.sources.values())))
        mirror = reverse(Entry.objects.get(pk=pk), by=self.world.wang, reason="更正")
        row = self.model[pk]
        if row.get("back"):
            assert mirror.pk == row["back"]
            return
        self.mirror(pk, mirror.pk)

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
            assert Review.objects.get(year=closed).status == "frozen"
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
