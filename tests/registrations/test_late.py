"""Late is said in working days, to whoever's turn it is, once; later the 街镇 hears of it once. Calls nobody answers are no lateness."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.registrations.chains import fresh, moves, person_of, without_guard
from tongxin.access.policy import Role
from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.registrations.clockwork import escalate_overdue, tell_of_overdue
from tongxin.registrations.models import Registration
from tongxin.registrations.steps import next_of
from tongxin.workflow.models import CalendarDay
from tongxin.workflow.transitions import Refused
from tongxin.workflow.working_time import working_days_between

Status = Registration.Status
LATE, CONTACTS = reverse("registrations:late"), reverse("registrations:contacts")
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def at(month, day, hour=10):
    return dt.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def due(registration, when):
    Registration.objects.filter(pk=registration.pk).update(due_at=when)
    return registration


# working time


def test_days_between_know_weekends_and_the_districts_own_table(db):
    friday, monday = at(12, 4), at(12, 7)
    assert [working_days_between(friday, to) for to in (friday, at(12, 6), monday, at(12, 11))] == [0, 0, 1, 5]
    CalendarDay.objects.create(day=dt.date(2026, 12, 6), working=True)  # 调休
    CalendarDay.objects.create(day=dt.date(2026, 12, 7), working=False)
    assert [working_days_between(friday, to) for to in (at(12, 6), monday, at(12, 8))] == [1, 1, 2]


# the list and the clock


def test_the_list_says_how_late_whose_turn_and_whether_the_street_knows(world):
    review, call = world.register("许文博"), world.register("何佳怡")
    call.accept(by=world.wang)
    due(review, at(12, 4, 23)), due(call, at(12, 8, 23))
    with time_machine.travel(at(12, 9), tick=False):
        tell_of_overdue(timezone.now()), escalate_overdue(timezone.now())
        rows = world.client(world.wang).get(LATE).context["rows"]
        assert [(row.registration, row.days, row.turn, bool(row.told)) for row in rows] == [
            (review, 3, "居委审核", True), (call, 1, "队长 周队长联系", False),
        ]  # fmt: skip
        assert [row.registration for row in world.client(world.shen).get(LATE).context["rows"]] == [review, call]


def test_a_vacant_captain_is_said_plainly(world):
    world.registration.accept(by=world.wang)
    world.zhou.appointments.get(role=Role.CAPTAIN).end(by=None)
    due(world.registration, timezone.now() - dt.timedelta(days=1))
    vacant = "队长空缺，由居委联系"
    assert vacant in world.client(world.wang).get(LATE).content.decode()
    assert vacant in world.client(world.wang).get(CONTACTS).content.decode()
    due(world.registration, timezone.now() + dt.timedelta(days=1))
    assert vacant in next_of(fresh(world.registration)).text
    assert moves(world.registration, world.wang) == {"contact"}


def test_the_clock_tells_once_and_escalates_once(world):
    due(world.registration, at(12, 4, 23))
    told = [
        (tell_of_overdue(now), escalate_overdue(now))
        for now in (at(12, 4), at(12, 5), at(12, 7), at(12, 8), at(12, 9), at(12, 10))
    ]
    assert told == [(0, 0), (1, 0), (0, 0), (0, 0), (0, 1), (0, 0)]
    with time_machine.travel(at(12, 10), tick=False):
        while deliver():
            pass
    kinds = {
        person: set(Notice.objects.filter(person=person).values_list("kind", flat=True))
        for person in (world.wang, world.shen)
    }
    assert kinds[world.shen] == {"registration_escalated"}  # the neighbourhood's own lines stand in its digest
    assert "registration_escalated" not in kinds[world.wang]


def test_a_clock_that_starts_anew_is_told_of_anew(world):
    due(world.registration, at(12, 4, 23))
    assert tell_of_overdue(at(12, 7)) == 1
    due(world.registration, at(12, 14, 23))
    assert [tell_of_overdue(now) for now in (at(12, 11), at(12, 15), at(12, 16))] == [0, 1, 0]


def test_red_twin_without_the_mark_everybody_is_told_every_hour(world, monkeypatch):
    from tongxin.registrations import clockwork

    due(world.registration, at(12, 4, 23))
    monkeypatch.setattr(clockwork, "_not_told", lambda verb, now: Registration.objects.overdue(now).order_by("due_at"))
    assert [tell_of_overdue(now) for now in (at(12, 7), at(12, 8))] == [1, 1]


def test_the_street_sees_and_does_not_act(world):
    due(world.registration, timezone.now() - dt.timedelta(days=20))
    assert moves(world.registration, world.shen) == set()
    with pytest.raises(PermissionDenied):
        fresh(world.registration).accept(by=world.shen)


@pytest.mark.parametrize("status", ["accepted", "contacted", "appealed"])
def test_more_rows_are_not_more_queries(world, status):
    def add(name):
        registration = world.register(name)
        given = {"status": status, "due_at": timezone.now() - dt.timedelta(days=9), "objection": "理由"}
        Registration.objects.filter(pk=registration.pk).update(**given)

    def queries(path):
        client = world.client(world.shen)
        client.get(path)
        with CaptureQueriesContext(connection) as done:
            assert client.get(path).status_code == 200
        return len(done)

    add("许文博")
    queue = f"{reverse('registrations:queue')}?status={status}"
    few = queries(LATE), queries(queue)
    for name in ("何佳怡", "严志强", "曹海峰"):
        add(name)
    assert (queries(LATE), queries(queue)) == few


# three calls


@pytest.fixture
def accepted(world):
    world.registration.accept(by=world.wang)
    return world.registration


def test_three_unanswered_calls_stay_accepted_and_the_person_is_written_to(world, accepted):
    for _ in range(settings.CONTACT_TRIES + 1):
        fresh(accepted).note_contact(by=world.zhou, result="no_answer")
    now = fresh(accepted)
    assert (now.status, now.due_at) == (Status.ACCEPTED, None)
    assert Event.objects.filter(verb="registration.unreached").count() == 1
    while deliver():
        pass
    notice = Notice.objects.get(person=world.newcomer, kind="registration_unreached")
    assert notice.title == "我们打了三次没有接通" and "方便时" in notice.body
    assert "待联络·已试4次" in world.client(world.zhou).get(CONTACTS).content.decode()
    assert "没有接通" in next_of(now).text and tell_of_overdue(at(12, 30)) == 0


def test_another_time_is_a_new_day(world, accepted):
    with time_machine.travel(at(12, 7), tick=False):
        fresh(accepted).note_contact(by=world.zhou, result="later")
    assert timezone.localtime(fresh(accepted).due_at).date() == dt.date(2026, 12, 9)


def test_pressed_by_mistake_is_taken_back_the_same_day(world, accepted):
    before = fresh(accepted).due_at
    fresh(accepted).contact(by=world.zhou)
    client = world.client(world.zhou)
    assert "按错了，改回" in client.get(CONTACTS).content.decode()
    client.post(reverse("registrations:recontact", args=[accepted.pk]))
    now = fresh(accepted)
    assert (now.status, now.due_at) == (Status.ACCEPTED, before)
    assert now.contacts.get().undone_at and Event.objects.get(verb="registration.recontact").reason
    now.contact(by=world.zhou)
    assert fresh(accepted).status == Status.CONTACTED and accepted.contacts.count() == 2


def test_the_next_day_it_is_too_late_and_the_red_twin_undoes_it_for_ever(world, accepted, monkeypatch):
    fresh(accepted).contact(by=world.zhou)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        with pytest.raises(Refused, match="当天"):
            fresh(accepted).recontact(by=world.zhou)
        without_guard(monkeypatch, "recontact")
        fresh(accepted).recontact(by=world.zhou)
    assert fresh(accepted).status == Status.ACCEPTED


def test_whoever_has_joined_is_not_put_back(world, accepted):
    fresh(accepted).contact(by=world.zhou)
    fresh(accepted).join(by=person_of(accepted))
    with pytest.raises(Refused):
        fresh(accepted).recontact(by=world.zhou)
    assert fresh(accepted).status == Status.JOINED
