"""In the team and beyond: pause, resume, move home with history, leave; each is the person's own decision."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.registrations.chains import fresh, moves, person_of, sound, without_guard
from tongxin.access.models import appoint
from tongxin.access.policy import Permission as P
from tongxin.access.policy import Role
from tongxin.access.rules import can, roles_of
from tongxin.people.models import Person
from tongxin.registrations.history import timeline_of
from tongxin.registrations.models import Registration
from tongxin.teams.models import Membership
from tongxin.workflow.transitions import CLOCK, Refused

Status = Registration.Status
MINE, MOVE = reverse("registrations:mine"), reverse("registrations:move")


@pytest.fixture
def joined(world):
    registration = world.register("许文博", home=world.buildings[0], kind="在职党员", skills="都可以", times="周末")
    return world.joined(registration)


def membership(registration):
    return Membership.objects.current().get(person=registration.person_id)


# pause and resume


def test_a_pause_keeps_the_seat_and_takes_the_calls_away(world, joined):
    fresh(joined).pause(by=person_of(joined))
    assert fresh(joined).status == Status.PAUSED and membership(joined).paused_at
    assert not can(person_of(joined), P.CLAIM_TASK, world.neighbourhood) and sound()
    assert not Membership.objects.active().filter(person=joined.person_id).exists()


def test_back_again_everything_is_as_before(world, joined):
    fresh(joined).pause(by=person_of(joined))
    fresh(joined).resume(by=person_of(joined))
    assert fresh(joined).status == Status.JOINED and membership(joined).paused_at is None
    assert can(person_of(joined), P.CLAIM_TASK, world.neighbourhood) and sound()
    assert Membership.objects.filter(person=joined.person_id).count() == 1


def test_a_captain_who_pauses_makes_room_for_another(world, joined):
    world.zhou.appointments.get(role=Role.CAPTAIN).end(by=None)
    appoint(joined.person, Role.CAPTAIN, world.neighbourhood, by=world.wang)
    fresh(joined).pause(by=person_of(joined))
    assert roles_of(person_of(joined)) == {Role.REGISTRANT}
    fresh(joined).resume(by=person_of(joined))
    assert roles_of(person_of(joined)) == {Role.VOLUNTEER}


@pytest.mark.parametrize("who", ["wang", "zhou", "shen", "alan"])
@pytest.mark.parametrize("verb", ["pause", "resume", "leave", "set_out"])
def test_nobody_else_does_it_for_the_person(world, joined, who, verb):
    if verb == "resume":
        fresh(joined).pause(by=person_of(joined))
    with pytest.raises(PermissionDenied):
        getattr(fresh(joined), verb)(by=getattr(world, who))


def test_red_twin_without_the_question_the_captain_pauses_a_member(world, joined, monkeypatch):
    monkeypatch.setattr("tongxin.workflow.transitions._permit", lambda *args: None)
    without_guard(monkeypatch, "pause")
    fresh(joined).pause(by=world.zhou)
    assert fresh(joined).status == Status.PAUSED


def test_pausing_and_coming_back_from_the_page(world, joined):
    client = world.client(person_of(joined))
    assert "暂停参加" in client.get(MINE).content.decode()
    client.post(reverse("registrations:pause"))
    assert "恢复参加" in client.get(MINE).content.decode() and fresh(joined).status == Status.PAUSED
    client.post(reverse("registrations:resume"))
    assert fresh(joined).status == Status.JOINED


# moving home


@pytest.fixture
def moved(world, joined):
    """Moving to 万里名轩, waiting for its answer: (the old one, the new one)."""
    new = fresh(joined).move_home(by=person_of(joined), home=world.sibling_buildings[0])
    return joined, new


@pytest.fixture
def sibling_secretary(world):
    return world.staff("李慎行", "li", Role.SECRETARY, world.sibling, "李书记")


def test_moving_asks_for_nothing_but_the_new_home(world, joined):
    form = world.client(person_of(joined)).get(MOVE).context["form"]
    assert set(form.fields) == {"where"}
    place = world.sibling_buildings[0]
    world.client(person_of(joined)).post(MOVE, {"where": "万里名轩1号楼", "asked": "万里名轩1号楼", "place": place.pk})
    new = Registration.objects.get(person=joined.person, status=Status.SUBMITTED)
    assert (new.place, new.home, new.skills, new.times, new.previous) == (
        world.sibling, place, "都可以", "周末", joined,
    )  # fmt: skip
    assert new.declared_kind() == "在职党员" and new.person.name == "许文博"


def test_until_the_answer_the_old_team_keeps_the_person(world, moved):
    old, new = moved
    assert (fresh(old).status, fresh(new).status) == (Status.MOVING, Status.SUBMITTED)
    assert can(person_of(old), P.CLAIM_TASK, world.neighbourhood) and sound()


def test_accepted_there_closed_here_and_joined_with_one_membership(world, moved, sibling_secretary):
    old, new = moved
    fresh(new).accept(by=sibling_secretary)
    assert fresh(old).status == Status.TRANSFERRED and sound()
    assert not Membership.objects.current().filter(person=old.person).exists()
    fresh(new).contact(by=sibling_secretary)
    fresh(new).join(by=person_of(new))
    assert (
        membership(new).team.place == world.sibling and membership(new).home == world.sibling_buildings[0] and sound()
    )


@pytest.mark.parametrize("paused", [False, True])
def test_refused_there_everything_here_is_as_before(world, joined, sibling_secretary, paused):
    if paused:
        fresh(joined).pause(by=person_of(joined))
    new = fresh(joined).move_home(by=person_of(joined), home=world.sibling_buildings[0])
    fresh(new).refuse(by=sibling_secretary, reason="查不到这一户")
    assert fresh(joined).status == (Status.PAUSED if paused else Status.JOINED) and sound()
    page = world.client(person_of(joined)).get(MINE).content.decode()
    assert "查不到这一户" in page and "中浩云居委会" in page  # the refusal stands beside what goes on


def test_red_twin_without_what_follows_the_person_hangs_between_two_places(
    world, moved, sibling_secretary, monkeypatch
):
    monkeypatch.setattr(Registration, "keep_previous", lambda self: None)
    fresh(moved[1]).refuse(by=sibling_secretary, reason="查不到这一户")
    assert fresh(moved[0]).status == Status.MOVING and not sound()


def test_an_appeal_of_a_refused_move_takes_it_up_again(world, moved, sibling_secretary):
    old, new = moved
    fresh(new).refuse(by=sibling_secretary, reason="查不到这一户")
    fresh(new).appeal(by=person_of(new), reason="上个月刚搬来，有租约")
    assert fresh(old).status == Status.MOVING and sound()
    fresh(new).overturn(by=world.shen, reason="看过租约")
    assert (fresh(old).status, fresh(new).status) == (Status.TRANSFERRED, Status.ACCEPTED) and sound()


def test_an_upheld_one_leaves_the_person_where_they_were(world, moved, sibling_secretary):
    old, new = moved
    fresh(new).refuse(by=sibling_secretary, reason="查不到这一户")
    fresh(new).appeal(by=person_of(new), reason="上个月刚搬来")
    fresh(new).uphold(by=world.shen, reason="租约没有生效")
    assert (fresh(old).status, fresh(new).status) == (Status.JOINED, Status.REFUSED) and sound()


def test_not_moving_after_all(world, moved):
    old, new = moved
    world.client(person_of(old)).post(reverse("registrations:stay"))
    assert (fresh(old).status, fresh(new).status) == (Status.JOINED, Status.LEFT) and sound()


def test_leaving_while_moving_leaves_both(world, moved):
    old, new = moved
    world.client(person_of(old)).post(reverse("registrations:leave"))
    assert {fresh(old).status, fresh(new).status} == {Status.LEFT} and sound()
    assert not Membership.objects.current().filter(person=old.person).exists()


def test_within_the_neighbourhood_the_building_changes_without_a_review(world, joined):
    same = fresh(joined).move_home(by=person_of(joined), home=world.buildings[3])
    assert same.pk == joined.pk and fresh(joined).home == world.buildings[3] and fresh(joined).status == Status.JOINED
    assert (membership(joined).home, membership(joined).squad) == (world.buildings[3], world.squads[1])


def test_everything_shows_at_both_ends(world, moved, sibling_secretary):
    old, new = moved
    fresh(new).accept(by=sibling_secretary)
    here, there = ([line["what"] for line in timeline_of(fresh(one))] for one in (old, new))
    assert "新居村接收，这里办结迁出" in here and "万里名轩居委会：审核通过" in here
    assert "审核通过" in there and "中浩云居委会：确认入队" in there


def test_one_open_and_one_moving_can_be_stored_and_no_third(world, moved):
    old, _new = moved
    assert Registration.objects.filter(person=old.person).count() == 2
    for status in (Status.SUBMITTED, Status.PAUSED, Status.APPEALED, Status.MOVING):
        with pytest.raises(IntegrityError), transaction.atomic():
            Registration.objects.create(person=old.person, place=world.far, status=status, objection="x", reason="x")


def test_a_state_that_does_not_exist_cannot_be_stored(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=world.registration.pk).update(status="maybe")


@pytest.mark.parametrize("verb", ["stay", "stay_paused", "transfer", "lapse"])
def test_what_follows_by_itself_is_pressed_by_nobody(world, moved, verb, monkeypatch):
    old, _ = moved
    with pytest.raises(Refused, match="自动"):
        getattr(fresh(old), verb)(by=person_of(old))
    without_guard(monkeypatch, verb)
    if verb != "stay" and verb != "stay_paused":  # beside the open one only an ending can be stored
        getattr(fresh(old), verb)(by=person_of(old))
        assert fresh(old).status in (Status.TRANSFERRED, Status.LEFT)
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            getattr(fresh(old), verb)(by=person_of(old))


def test_moving_and_accepting_at_once_one_of_them_is_told(world, moved, sibling_secretary):
    """The person takes the move back while the new neighbourhood accepts it."""
    _, new = moved
    theirs, mine = fresh(new), fresh(new)
    theirs.accept(by=sibling_secretary)
    with pytest.raises(Refused, match="没有在办的迁居"):
        mine.stay_home(by=person_of(new))
    assert fresh(new).status == Status.ACCEPTED and sound()


def test_pressed_twice_one_move(world, joined):
    one, two = fresh(joined), fresh(joined)
    one.move_home(by=person_of(joined), home=world.sibling_buildings[0])
    with pytest.raises(Refused):
        two.move_home(by=person_of(joined), home=world.far_buildings[0])
    assert Registration.objects.filter(person=joined.person).count() == 2 and sound()


def test_erasing_ends_whatever_is_under_way(world, moved):
    for one in moved:
        fresh(one).lapse(by=CLOCK)
    assert {fresh(one).status for one in moved} == {Status.LEFT} and sound()
    assert Person.objects.get(pk=moved[0].person_id).appointments.filter(until=None).count() == 0


@pytest.mark.parametrize("name", ["pause", "resume", "move", "leave", "mend"])
def test_the_page_opens_in_any_state_and_offers_only_what_is_possible(world, name):
    client = world.client(world.newcomer)
    for status in Status.values:
        given = {"status": status, "reason": "原因", "objection": "理由"}
        Registration.objects.filter(pk=world.registration.pk).update(**given)
        assert client.get(reverse(f"registrations:{name}")).status_code in (200, 404)
        assert client.get(MINE).status_code == 200
    assert moves(world.registration, world.newcomer) == set()
