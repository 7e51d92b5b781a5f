"""One person's check-ins, whatever is pressed in whatever order by whom: they agree with a plain list of dictionaries."""

from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.registrations.chains import fresh
from tests.world import World
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.registrations.checks import problems
from tongxin.registrations.models import Registration
from tongxin.teams.models import Membership
from tongxin.workflow.transitions import Refused

OPEN = {"submitted", "returned", "accepted", "contacted", "joined", "paused", "appealed"}
#: verb → (from, to) where nothing else depends on it.
PLAIN = {
    "send_back": ("submitted", "returned"), "contact": ("accepted", "contacted"), "recontact": ("contacted", "accepted"),
    "join": ("contacted", "joined"), "pause": ("joined", "paused"), "resume": ("paused", "joined"),
}  # fmt: skip
VERBS = [
    *PLAIN, "resubmit", "correct", "redirect", "accept", "refuse", "appeal", "uphold", "overturn", "leave", "move_home",
    "stay_home",
]  # fmt: skip
OWN = {"resubmit", "correct", "appeal", "join", "pause", "resume", "leave", "move_home", "stay_home"}


class Chain(RuleBasedStateMachine):
    """One person, three neighbourhoods in two 街镇."""

    world: World

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        world = self.world
        self.places = [world.neighbourhood, world.sibling, world.far]
        self.homes = [world.buildings[0], world.sibling_buildings[0], world.far_buildings[0]]
        sibling = world.staff("李慎行", "li", Role.SECRETARY, world.sibling, "")
        self.secretaries = [world.wang, sibling, world.far_secretary]
        far_clerk = world.staff("方行远", "fangxy", Role.CLERK, world.far_subdistrict, "")
        self.clerks = [world.shen, world.shen, far_clerk]
        self.number = world.number()
        self.pks, self.model = [], []  # the same order; a row: place, status, objection, previous, paused

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    # the model ---------------------------------------------------------------------------------------------------

    def open_rows(self):
        return [n for n, row in enumerate(self.model) if row["status"] in OPEN]

    def expected(self, verb, n, place):
        """What the rows become; None when it should be refused."""
        rows = [dict(row) for row in self.model]
        row = rows[n]
        old = rows[row["previous"]] if row["previous"] is not None else None
        moving = old is not None and old["status"] == "moving"

        def back():
            if moving:
                old["status"] = "paused" if old["paused"] else "joined"

        status, to = row["status"], None
        if verb in PLAIN and status == PLAIN[verb][0]:
            to = PLAIN[verb][1]
            row["paused"] = to == "paused"
        elif verb in ("resubmit", "correct", "redirect") and status == (
            "returned" if verb == "resubmit" else "submitted"
        ):
            if (old and old["place"] == place) or (verb == "redirect" and row["place"] == place):
                return None
            to, row["place"] = "submitted", place
        elif verb in ("accept", "overturn") and status == ("submitted" if verb == "accept" else "appealed"):
            to = "accepted"
            if moving:
                old["status"] = "transferred"
        elif verb in ("refuse", "uphold") and status == ("submitted" if verb == "refuse" else "appealed"):
            to = "refused"
            back()
        elif verb == "appeal" and status == "refused" and not row["objection"]:
            if set(self.open_rows()) - {row["previous"]}:
                return None
            to, row["objection"] = "appealed", True
            if old and old["status"] in ("joined", "paused"):
                old["status"] = "moving"
        elif (verb == "leave" and status in OPEN) or (verb == "stay_home" and moving and status in OPEN):
            to = "left"
            back()
        elif verb == "move_home" and status in ("joined", "paused"):
            if place == row["place"]:
                return rows
            to = "moving"
            rows.append({"place": place, "status": "submitted", "objection": False, "previous": n, "paused": False})
        if to is None:
            return None
        row["status"] = to
        return rows

    # what is pressed ---------------------------------------------------------------------------------------------

    @initialize(place=st.integers(0, 2))
    def first(self, place):
        self.check_in(place)

    @rule(place=st.integers(0, 2))
    def check_in(self, place):
        registration, made = Registration.submit(phone=self.number, name="许文博", place=self.places[place])
        assert made is (not self.open_rows())
        if made:
            self.pks.append(registration.pk)
            self.model.append(
                {"place": place, "status": "submitted", "objection": False, "previous": None, "paused": False}
            )

    @precondition(lambda self: self.model)
    @rule(verb=st.sampled_from(VERBS), place=st.integers(0, 2), data=st.data())
    def press(self, verb, place, data):
        n = data.draw(st.integers(0, len(self.model) - 1))
        self.act(verb, n, place)

    @precondition(lambda self: self.open_rows())
    @rule(place=st.integers(0, 2), data=st.data())
    def press_what_is_possible(self, place, data):
        """Mostly what can be done is done: that is how the far ends are reached."""
        n = self.open_rows()[0]
        self.act(data.draw(st.sampled_from([verb for verb in VERBS if self.expected(verb, n, place)])), n, place)

    def act(self, verb, n, place):
        expected, registration = self.expected(verb, n, place), Registration.objects.get(pk=self.pks[n])
        at = self.model[n]["place"]
        by = self.clerks[at] if verb in ("uphold", "overturn") else self.secretaries[at]
        by = Person.objects.get(pk=registration.person_id) if verb in OWN else by
        given = (
            {"reason": "有原因"} if verb in ("send_back", "redirect", "refuse", "appeal", "uphold", "overturn") else {}
        )
        if verb in ("resubmit", "correct", "redirect"):
            given |= {"place": self.places[place], "home": self.homes[place]}
        if verb == "move_home":
            given["home"] = self.homes[place]
        try:
            with transaction.atomic():
                getattr(registration, verb)(by=by, **given)
        except (Refused, PermissionDenied):
            assert expected is None, (verb, self.model[n])
            return
        assert expected is not None, (verb, self.model[n])
        if len(expected) > len(self.model):
            self.pks.append(Registration.objects.latest("pk").pk)
        self.model = expected

    # what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def the_rows_agree(self):
        rows = {row.pk: row for row in Registration.objects.filter(pk__in=self.pks)}
        found = [(rows[pk].status, rows[pk].place_id, bool(rows[pk].objection)) for pk in self.pks]
        assert found == [(row["status"], self.places[row["place"]].pk, row["objection"]) for row in self.model]

    @invariant()
    def one_place_in_one_team(self):
        teams = [n for n, row in enumerate(self.model) if row["status"] in ("joined", "paused", "moving")]
        people = Person.objects.filter(registrations__in=self.pks)
        held = Membership.objects.filter(person__in=people, until=None).values_list("team__place_id", flat=True)
        assert sorted(held) == sorted(self.places[self.model[n]["place"]].pk for n in teams) and len(teams) <= 1

    @invariant()
    def nothing_is_broken(self):
        assert list(problems()) == []

    @invariant()
    def the_journal_is_a_chain(self):
        for pk in self.pks:
            steps = Event.objects.about(fresh(Registration(pk=pk))).exclude(went_to="")
            steps = list(steps.values_list("came_from", "went_to"))
            assert all(one[1] == other[0] for one, other in pairwise(steps)), steps
            assert steps[-1][1] == Registration.objects.get(pk=pk).status


@pytest.mark.django_db
def test_check_ins_agree_with_dictionaries(world):
    Chain.world = world
    run_state_machine_as_test(
        Chain,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not Registration.objects.exists()  # every run was rolled back


@pytest.mark.django_db
def test_a_machine_that_forgets_the_old_team_is_caught(world, monkeypatch):
    monkeypatch.setattr(Registration, "keep_previous", lambda self: None)
    machine = type("Broken", (Chain,), {"world": world})()
    for verb, n, place in [("accept", 0, 0), ("contact", 0, 0), ("join", 0, 0), ("move_home", 0, 1)]:
        if not machine.model:
            machine.check_in(0)
        machine.act(verb, n, place)
    machine.act("refuse", 1, 0)
    with pytest.raises(AssertionError):
        machine.the_rows_agree()
    machine.teardown()
