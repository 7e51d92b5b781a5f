"""Whatever is pressed in whatever order, and whenever the clock comes by: a plain dictionary says the same as the claims."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.world import World
from tongxin.service.models import Entry
from tongxin.tasks.chasing import STEPS
from tongxin.tasks.checks import problems
from tongxin.tasks.models import Claim, Task, close_past
from tongxin.workflow.transitions import Refused
from tongxin.workflow.working_time import add_working_days

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.timezone(8 * HOUR))  # a Monday
WHO = st.integers(0, 2)
HALVES = st.integers(1, 14)
JUDGES = st.sampled_from(["zhou", "wang", "shen"])
NEXT = {  # what somebody would press in each state, the likelier more than once
    "waiting": ["cannot_come"],
    "claimed": ["report", "report", "report", "report", "cannot_come", "keep"],
    "reported": ["verify", "put_right", "put_right"],
    "corrected": ["agree", "disagree"],
    "disputed": ["decide"],
    "absent": ["disagree"],
    "released": ["report", "claim"],
}
SEATED = {"claimed", "reported", "corrected", "disputed", "verified", "absent"}
HELD = {"waiting", *SEATED}


class Chain(RuleBasedStateMachine):
    """Three people, two seats, a captain, a secretary and a clerk."""

    world: World

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.clock = time_machine.travel(NOW, tick=False)
        self.traveller = self.clock.start()
        third = self.world.neighbour
        self.people = [self.world.alan, self.world.wu, third]
        self.rows = [None, None, None]  # the newest claim of each, as the model has it
        self.turn = 0
        self.ledger = {}

    @initialize(flexible=st.booleans(), begun=st.sampled_from([True, True, False]), data=st.data())
    def publish(self, flexible, begun, data):
        """A task with people in it, mostly at work already: from here the ways part."""
        start, end = (NOW + HOUR, NOW + 14 * DAY) if flexible else (NOW + 5 * HOUR, NOW + 7 * HOUR)
        self.flexible, self.start, self.end = flexible, start, end
        self.last_call = end if flexible else start
        task = self.world.task(
            seats=2, starts_at=start, ends_at=end, flexible=flexible, hours=2, open_to=self.world.subdistrict
        )
        self.pk, self.open = task.pk, True
        for who in range(3):
            self.claim(who, data)
        if begun:
            self.traveller.move_to(start + HOUR, tick=False)
            for who in self.some("claimed"):
                self.report(who, data)

    def teardown(self):
        self.clock.stop()
        transaction.savepoint_rollback(self.savepoint)

    # what the model knows

    @property
    def now(self):
        return timezone.localtime()

    def taken(self):
        return sum(row is not None and row["status"] in SEATED for row in self.rows)

    def status(self, who):
        return self.rows[who] and self.rows[who]["status"]

    def seat(self, row):
        row["status"] = "claimed"
        evening = max(self.now, self.start).replace(hour=21, minute=0) + 3 * DAY
        row["release_at"] = evening if self.flexible and evening < self.end else None

    def move_up(self):
        line = sorted((row for row in self.rows if row and row["status"] == "waiting"), key=lambda row: row["turn"])
        while line and self.open and self.now < self.last_call and self.taken() < 2:
            self.seat(line.pop(0))

    def press(self, allowed, verb, *args, **given):
        """What the model forbids is refused, what it allows happens."""
        try:
            verb(*args, **given)
        except (Refused, PermissionDenied):
            assert not allowed, (verb, given)
            return False
        assert allowed, (verb, given)
        return True

    def some(self, status) -> list:
        return [who for who, row in enumerate(self.rows) if row and row["status"] == status]

    def claim_of(self, who):
        found = Claim.objects.filter(task=self.pk, person=self.people[who]).order_by("pk").last()
        return found or Claim(task=Task.objects.get(pk=self.pk), person=self.people[who], status="dropped")

    # what people do

    @rule(who=WHO, data=st.data())
    def next_step(self, who, data):
        """What somebody at this point would press."""
        data.draw(st.sampled_from(NEXT.get(self.status(who), ["claim"])).map(lambda name: getattr(self, name)))(
            who, data
        )

    @rule(
        who=WHO,
        name=st.sampled_from(["claim", "keep", "report", "verify", "agree", "disagree", "decide"]),
        data=st.data(),
    )
    def any_step(self, who, name, data):
        """What a page that stood open too long still offers."""
        getattr(self, name)(who, data)

    def claim(self, who, data):
        allowed = self.open and self.now < self.last_call
        if not self.press(allowed, Task.objects.get(pk=self.pk).claim, by=self.people[who]):
            return
        if self.status(who) in HELD:
            return
        self.turn += 1
        row = self.rows[who] = {"turn": self.turn, "status": "waiting", "release_at": None}
        if self.taken() < 2:
            self.seat(row)

    def cannot_come(self, who, data):
        status = self.status(who)
        allowed = status in {"claimed", "waiting"} and self.now < self.end
        if self.press(allowed, self.claim_of(who).withdraw, by=self.people[who]):
            self.rows[who]["status"] = "withdrawn"
            self.move_up()

    def keep(self, who, data):
        row = self.rows[who]
        waits = any(other and other["status"] == "waiting" for other in self.rows)
        held = self.status(who) == "claimed" and row["release_at"] and row.get("warned_at") and self.now < self.end
        if self.press(bool(held and not waits), self.claim_of(who).keep, by=self.people[who]):
            self.seat(row)
            row["warned_at"] = None

    def report(self, who, data):
        hours, status = Decimal(data.draw(HALVES)) / 2, self.status(who)
        back = status == "released" and self.taken() < 2 and self.flexible
        allowed = (status == "claimed" or back) and self.now >= self.start and hours <= 5
        if self.press(allowed, self.claim_of(who).report, by=self.people[who], hours=hours):
            self.rows[who] |= {"status": "reported", "hours": hours, "at": self.now, "proposed": False}

    def verify(self, who, data):
        by = data.draw(st.sampled_from(["zhou", "zhou", "wang", "shen", "alan"]))
        allowed = self.status(who) == "reported" and by in {"zhou", "wang"}
        if self.press(allowed, self.claim_of(who).verify, by=getattr(self.world, by)):
            self.settle(who, self.rows[who]["hours"])

    def put_right(self, who, data):
        by, halves = data.draw(JUDGES), data.draw(st.sampled_from([0, 0, 1, 2, 3, 4, 10, 11]))
        row, hours = self.rows[who], Decimal(halves) / 2
        allowed = self.status(who) == "reported" and by != "shen" and hours != row["hours"] and hours <= 5
        given = {"by": getattr(self.world, by), "hours": hours, "reason": "看表"}
        if self.press(bool(allowed), self.claim_of(who).put_right, **given):
            absent = row["proposed"] and not hours
            days = 10 if absent else 5
            row |= {"status": "absent" if absent else "corrected", "other": hours, "corrector": by, "ruled": False}
            row["answer_by"] = add_working_days(self.now, days)

    def agree(self, who, data):
        row = self.rows[who]
        if self.press(self.status(who) == "corrected", self.claim_of(who).agree, by=self.people[who]):
            if row["other"]:
                self.settle(who, row["other"])
            else:
                row["status"] = "absent"

    def disagree(self, who, data):
        row, status = self.rows[who], self.status(who)
        in_time = status == "absent" and not row["ruled"] and self.now <= row["answer_by"]
        allowed = status == "corrected" or in_time
        if self.press(allowed, self.claim_of(who).dispute, by=self.people[who], reason="我在"):
            row |= {"status": "disputed", "ruled": True}

    def decide(self, who, data):
        by, hours = data.draw(JUDGES), Decimal(data.draw(st.sampled_from([0, 1, 2, 4, 10]))) / 2
        row = self.rows[who]
        judge = {"zhou": "wang", "wang": "shen"}.get(row.get("corrector")) if row else None
        allowed = self.status(who) == "disputed" and by == judge
        given = {"by": getattr(self.world, by), "hours": hours, "reason": "问过"}
        if self.press(allowed, self.claim_of(who).rule, **given):
            if hours:
                self.settle(who, hours)
            else:
                row["status"] = "absent"

    def settle(self, who, hours):
        self.rows[who] |= {"status": "verified", "hours": hours}
        self.ledger[who] = hours

    # what time does

    @rule(hours=st.sampled_from([1, 1, 1, 5, 5, 24, 73, 200]))
    def later(self, hours):
        self.traveller.move_to(self.now + hours * HOUR, tick=False)
        self.tick()

    def tick(self):
        for step in STEPS:
            step(self.now)
        close_past(now=self.now)
        rows, now = sorted((row for row in self.rows if row), key=lambda row: row["turn"]), self.now
        forgot = [row for row in rows if row["status"] == "claimed" and self.end < now.replace(hour=0, minute=0)]
        for row in forgot:
            if now.hour >= 9:
                row.setdefault("asked_at", now)
        for row in forgot:
            if row.get("asked_at") and row["asked_at"] < now - 3 * DAY:
                row |= {"status": "reported", "hours": Decimal(2), "at": now, "proposed": True}
        for row in rows:
            timed = row["status"] == "claimed" and row["release_at"] and now < self.end
            if timed and not row.get("warned_at") and row["release_at"] <= now + DAY:
                row["warned_at"] = now
        for row in rows:
            timed = row["status"] == "claimed" and row["release_at"] and now < self.end and row.get("warned_at")
            if timed and row["release_at"] <= now and row["warned_at"] <= now - DAY:
                row["status"] = "released"
                self.move_up()
        for row in rows:
            if row["status"] == "corrected" and row["answer_by"] < now:
                row |= {"status": "disputed", "ruled": True}
        if self.open and self.end < now - DAY:
            self.open = False
            for row in rows:
                if row["status"] == "waiting":
                    row["status"] = "dropped"

    # what holds

    @invariant()
    def the_claims_are_as_the_model_has_them(self):
        if not hasattr(self, "pk"):
            return
        found = {claim.person_id: claim for claim in Claim.objects.filter(task=self.pk).order_by("pk")}
        for who, row in enumerate(self.rows):
            claim = found.get(self.people[who].pk)
            assert (claim and claim.status) == (row and row["status"]), who
            if row and row["status"] in {"reported", "verified"}:
                assert claim.hours == row["hours"]
        assert Task.objects.get(pk=self.pk).taken == self.taken()

    @invariant()
    def the_ledger_has_what_was_settled(self):
        for who, person in enumerate(self.people):
            assert Entry.objects.filter(person=person).totals()["hours"] == self.ledger.get(who, 0)

    @invariant()
    def nothing_is_broken(self):
        assert list(problems()) == []


@pytest.mark.django_db
def test_the_claims_agree_with_a_dictionary(world):
    Chain.world = world
    run_state_machine_as_test(
        Chain,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert not Claim.objects.exists()  # every run was rolled back
