"""The six-step bar: where one stands, who acted, since when, what comes next."""

import datetime as dt

import pytest
from django.utils import timezone

from tongxin.registrations.history import long, short, timeline_of
from tongxin.registrations.models import Registration, RosterImport
from tongxin.registrations.steps import WORDS, next_of, steps_of

Status = Registration.Status


def fresh(registration):
    return Registration.objects.get(pk=registration.pk)


def states(registration):
    return [step.state for step in steps_of(fresh(registration))]


def test_the_bar_moves_with_the_chain(world):
    registration = world.registration
    seen = [states(registration)]
    for verb, by in (("accept", world.wang), ("contact", world.zhou), ("join", world.newcomer)):
        getattr(registration, verb)(by=by)
        seen.append(states(registration))
    assert seen == [["done"] * n + ["now"] + [""] * (5 - n) for n in (1, 2, 3, 4)]
    assert [step.word for step in steps_of(registration)] == WORDS


def test_each_step_says_who_acted_and_since_when(world):
    world.joined(world.registration)
    steps, today = steps_of(fresh(world.registration)), "今天"
    assert [step.by for step in steps[:4]] == ["本人", "王书记", "周队长", "本人"]
    assert [step.who for step in steps[1:3]] == ["居村党组织书记 王书记", "队长 周队长"]
    assert {step.date for step in steps[:4]} == {today}


def test_the_step_going_on_says_until_when(world):
    due = timezone.now() + dt.timedelta(days=5)
    Registration.objects.filter(pk=world.registration.pk).update(due_at=due)
    step = steps_of(fresh(world.registration))[1]
    assert (step.date, step.by) == (short(due), "之前")


def test_a_refusal_shows_at_its_step_and_says_how_to_go_on(world):
    world.registration.refuse(by=world.wang, reason="不住在本居村，请到您住的居村报到")
    registration = fresh(world.registration)
    assert steps_of(registration)[1].date == "未通过"
    assert next_of(registration).url == "registrations:start"
    assert timeline_of(registration)[0]["what"] == "没有通过：不住在本居村，请到您住的居村报到"


def test_claims_are_counted_from_the_journal(world):
    world.joined(world.registration)
    for _ in range(2):
        world.task().claim(by=Registration.objects.get(pk=world.registration.pk).person)
    step = steps_of(fresh(world.registration))[4]
    assert (step.state, step.date) == ("now", "2次")


def test_who_came_with_the_roster_is_told_so(world):
    upload = RosterImport.objects.create(place=world.subdistrict, by=world.shen, filename="名册.xlsx", uid="0" * 32)
    registration = Registration.objects.create(
        person=world.alan, place=world.neighbourhood, status=Status.JOINED, imported_by=upload
    )
    assert [step.who for step in steps_of(registration)[:4]] == ["街镇名册登记"] * 4
    assert timeline_of(registration)[-1]["what"] == "街镇名册登记"


def test_the_role_is_the_one_held_then(world):
    """Who leaves the post later still stands in the history with it."""
    world.registration.accept(by=world.wang)
    world.wang.appointments.get().end(by=None)
    assert steps_of(fresh(world.registration))[1].who == "居村党组织书记 王书记"


@pytest.mark.parametrize("status", Status.values)
def test_every_status_has_steps_and_a_next_sentence(world, status):
    Registration.objects.filter(pk=world.registration.pk).update(status=status, reason="原因", objection="理由")
    registration = fresh(world.registration)
    assert len(steps_of(registration)) == 6 and next_of(registration).text


@pytest.mark.parametrize(("status", "whom"), [(Status.SUBMITTED, "答复"), (Status.ACCEPTED, "联系您")])
def test_a_missed_deadline_is_said_plainly(world, status, whom):
    yesterday = timezone.now() - dt.timedelta(days=1)
    Registration.objects.filter(pk=world.registration.pk).update(status=status, due_at=yesterday)
    assert f"原定{short(yesterday)}前{whom}" in next_of(fresh(world.registration)).text


def test_dates_are_written_in_shanghai_time():
    midnight_there = dt.datetime(2020, 12, 31, 16, 5, tzinfo=dt.UTC)
    assert (short(midnight_there), long(midnight_there)) == ("2021年1月1日", "2021年1月1日 00:05")


def test_the_number_of_queries_does_not_grow_with_the_history(world, django_assert_num_queries):
    world.registration.accept(by=world.wang)
    registration = Registration.objects.select_related("place").get(pk=world.registration.pk)
    with django_assert_num_queries(5):
        steps_of(registration)
    for _ in range(5):
        world.registration.note_contact(by=world.zhou, result="no_answer")
    with django_assert_num_queries(5):
        steps_of(registration)
