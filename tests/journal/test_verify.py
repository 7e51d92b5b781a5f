"""`tongxin verify`: all well is exit 0 and how much was looked at; anything broken is named and is exit 1."""

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.journal.tampering import raw, triggers_lifted
from tongxin.access.models import Appointment
from tongxin.archive import invariants
from tongxin.journal.models import Event
from tongxin.journal.seals import seal_now
from tongxin.people.models import Person
from tongxin.places.models import Place
from tongxin.registrations.models import Registration
from tongxin.service.models import Entry
from tongxin.tasks.models import Task
from tongxin.teams.models import Membership, Responsibility


@pytest.fixture
def whole(world):
    """A bit of everything, sealed."""
    world.joined(world.registration)
    claim = world.claimed(world.past_task(), world.alan)
    claim.report(by=world.alan, hours=2)
    claim.verify(by=world.zhou)
    world.task().claim(by=world.alan)
    seal_now()
    return world


def verify(*args):
    """(exit code, standard output, standard error)."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify", *args, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_all_well_is_exit_0_with_counts(whole):
    code, out, err = verify()
    assert (code, err) == (0, "")
    assert out.count(": ok") == len(invariants.CHECKS)
    assert "entries 1" in out and "tasks 2" in out


def test_json_is_json_alone(whole):
    code, out, _ = verify("--json")
    result = json.loads(out)
    assert code == 0 and result["ok"] and result["problems"] == []
    assert result["counts"]["buildings"] == 8 and result["counts"]["buildings_without_squad"] == 4
    assert result["counts"]["unsealed"] == 0


def flip_event(world):
    event = Event.objects.order_by("pk")[3]
    with triggers_lifted("journal_event") as cursor:
        cursor.execute("UPDATE journal_event SET actor_id = 99 WHERE id = %s", [event.pk])
    return f"journal.event {event.pk}"


def flip_hours(world):
    entry = Entry.objects.get()
    with triggers_lifted("service_entry") as cursor:
        cursor.execute("UPDATE service_entry SET points = 99")
    return f"service.entry {entry.pk}"


def flip_seats(world):
    task = Task.objects.order_by("pk").last()
    Task.objects.filter(pk=task.pk).update(taken=0)
    return f"tasks.task {task.pk}"


def end_access(world):
    Appointment.objects.filter(person=world.alan, role="volunteer").update(until=timezone.localdate())
    return f"teams.membership {Membership.objects.get(person=world.alan).pk}"


def end_membership(world):
    Membership.objects.filter(person=world.alan).update(until=timezone.localdate())
    return f"access.appointment {Appointment.objects.get(person=world.alan, role='volunteer').pk}"


def strange_squad(world):
    Membership.objects.filter(person=world.neighbour).update(squad=world.squads[0])
    return f"teams.membership {Membership.objects.get(person=world.neighbour).pk}"


def strange_building(world):
    duty = Responsibility.objects.create(
        squad=world.squads[0], building=world.far_buildings[0], since=dt.date(2026, 3, 2)
    )
    return f"teams.responsibility {duty.pk}"


def second_squad(world):
    raw("DROP INDEX building_one_squad")
    Responsibility.objects.create(squad=world.squads[1], building=world.buildings[0], since=dt.date(2026, 3, 2))
    return f"places.place {world.buildings[0].pk}"


def strange_path(world):
    Place.objects.filter(pk=world.buildings[0].pk).update(path="/999/")
    return f"places.place {world.buildings[0].pk}"


def forged_post(world):
    return (
        f"access.appointment {Appointment.objects.create(person=world.alan, role='district', place=world.district).pk}"
    )


def swapped_name(world):
    taken = Person.objects.filter(pk=world.zhou.pk).values_list("name", flat=True).get()
    Person.objects.filter(pk=world.alan.pk).update(name=taken)
    return f"people.person {world.alan.pk}"


def two_duties(world):
    post = Appointment.objects.create(person=world.admin, role="auditor", place=world.district)
    return f"access.appointment {post.pk}"


def half_erased(world):
    Person.objects.filter(pk=world.outsider.pk).update(erased_at=timezone.now())
    return f"people.person {world.outsider.pk}"


def joined_nowhere(world):
    registration = world.register("许文博")
    Registration.objects.filter(pk=registration.pk).update(status="joined")
    return f"registrations.registration {registration.pk}"


def place_closed_over_them(world):
    Place.objects.filter(pk=world.sibling.pk).update(until=timezone.localdate())
    return f"teams.membership {Membership.objects.get(person=world.neighbour).pk}"


TAMPERINGS = [
    flip_event, flip_hours, flip_seats, end_access, end_membership, strange_squad, strange_building, second_squad, strange_path,
    forged_post, swapped_name, two_duties, half_erased, joined_nowhere, place_closed_over_them,
]  # fmt: skip


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda function: function.__name__)
def test_what_is_broken_is_named(whole, tamper):
    row = tamper(whole)
    code, _, err = verify()
    assert code == 1
    assert f"{row}:" in err and "第一处不一致" in err
    code, out, _ = verify("--json")
    assert code == 1 and any(line["problem"].startswith(row) for line in json.loads(out)["problems"])


def test_looking_at_something_broken_does_not_seal_it(whole):
    flip_hours(whole)
    whole.task().claim(by=whole.alan)
    assert verify()[0] == 1
    assert Event.objects.filter(seal=None).exists()


@pytest.mark.parametrize("check", sorted(invariants.CHECKS))
def test_without_its_check_nothing_would_be_found(whole, monkeypatch, check):
    """The red twin: each check alone finds its own."""
    tamper = {
        "journal": flip_event, "ledger": flip_hours, "seats": flip_seats, "members": end_access, "buildings": strange_building,
        "places": strange_path, "posts": forged_post, "sealed": swapped_name, "duties": two_duties, "erased": half_erased,
        "registrations": joined_nowhere, "teams": place_closed_over_them,
    }[check]  # fmt: skip
    tamper(whole)
    monkeypatch.setitem(invariants.CHECKS, check, list)
    found = {name for name, _ in invariants.problems()}
    assert check not in found
    monkeypatch.undo()
    assert check in {name for name, _ in invariants.problems()}
