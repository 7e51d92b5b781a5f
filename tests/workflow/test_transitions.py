"""One way to change a status: permission, status, guard, race, event."""

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from tongxin.journal.models import Event
from tongxin.registrations.models import Registration
from tongxin.workflow import transitions
from tongxin.workflow.transitions import CLOCK, Refused, moves_of, open_moves

LIFECYCLES = [model for model in apps.get_models() if moves_of(model)]


@pytest.mark.parametrize("model", LIFECYCLES, ids=lambda model: model._meta.label)
def test_every_move_not_declared_is_refused(model):
    statuses = dict(model._meta.get_field("status").flatchoices)
    undeclared = [(move, status) for move in moves_of(model) for status in statuses if status not in move.sources]
    slips = [
        f"{move.name} from {status}"
        for move, status in undeclared
        if "不能" not in transitions.refusal(model(status=status), move, CLOCK)
    ]
    assert undeclared and slips == []


def test_a_move_writes_one_event_with_who_where_and_from_to(world):
    world.registration.accept(by=world.wang)
    event = Event.objects.get(verb="registration.accept")
    assert (event.actor_id, event.place_id) == (world.wang.pk, world.neighbourhood.pk)
    assert (event.came_from, event.went_to) == ("submitted", "accepted")


def test_without_the_permission_at_the_place_it_is_denied(world):
    with pytest.raises(PermissionDenied):
        world.registration.accept(by=world.far_secretary)
    with pytest.raises(PermissionDenied):
        world.registration.accept(by=world.zhou)


def test_red_twin_without_the_permission_check_a_stranger_would_accept(world, monkeypatch):
    monkeypatch.setattr(transitions, "_permit", lambda *args: None)
    world.registration.accept(by=world.far_secretary)
    assert Registration.objects.get().status == "accepted"


def test_two_people_deciding_at_once_the_second_is_told(world):
    mine, theirs = (Registration.objects.get(pk=world.registration.pk) for _ in range(2))
    mine.accept(by=world.wang)
    with pytest.raises(Refused, match="刚才有人先处理"):
        theirs.refuse(by=world.wang, reason="不住在本居村")
    assert Registration.objects.get().status == "accepted"
    assert not Event.objects.filter(verb="registration.refuse").exists()


def test_red_twin_an_unconditional_write_lets_the_second_decision_win(world, monkeypatch):
    mine, theirs = (Registration.objects.get(pk=world.registration.pk) for _ in range(2))
    monkeypatch.setattr(transitions, "_write", lambda subject, move, came_from: subject.save())
    mine.accept(by=world.wang)
    theirs.refuse(by=world.wang, reason="不住在本居村")
    assert Registration.objects.get().status == "refused"


def test_a_refused_move_leaves_nothing_behind(world):
    registration, before = world.registration, Event.objects.count()
    with pytest.raises(Refused):
        registration.refuse(by=world.wang, reason="  ")
    assert Event.objects.count() == before
    assert Registration.objects.get().status == "submitted"


def test_open_moves_are_the_buttons_of_the_reader(world):
    registration = world.registration
    assert {move.name for move in open_moves(registration, world.wang)} == {"accept", "refuse", "send_back", "redirect"}
    assert open_moves(registration, world.alan) == []
    assert open_moves(registration, world.far_secretary) == []


def test_only_declared_fields_are_written(world):
    """A body that changes a field it did not declare does not slip it into the database."""
    registration = Registration.objects.get(pk=world.registration.pk)
    registration.skills = "偷偷改了"
    registration.accept(by=world.wang)
    assert Registration.objects.get().skills != "偷偷改了"
