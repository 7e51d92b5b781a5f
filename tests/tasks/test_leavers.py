"""Leaving the team: voluntary at any time, seats go to the next in line, hours stay."""

from tongxin.people.models import Person, Purpose
from tongxin.registrations.models import Registration
from tongxin.service.models import Entry
from tongxin.tasks.checks import problems
from tongxin.tasks.leavers import release_leavers
from tongxin.tasks.models import Claim
from tongxin.teams.models import Membership


def newcomer_in_team(world):
    world.joined(world.registration)
    return Person.objects.get(pk=world.registration.person_id)


def test_leaving_is_one_press_and_ends_membership_and_posts(world):
    person = newcomer_in_team(world)
    client = world.client(person)
    assert "退出队伍" in client.get("/registrations/mine/").content.decode()
    client.post("/registrations/mine/leave/")
    assert Registration.objects.get().status == "left"
    assert not Membership.objects.current().filter(person=person).exists()
    assert not person.appointments.current().exists()


def test_the_seat_of_a_leaver_goes_to_the_next_in_line(world):
    person, task = newcomer_in_team(world), world.task(seats=1)
    held, waiting = task.claim(by=person), None
    task.refresh_from_db()
    waiting = task.claim(by=world.alan)
    world.client(person).post("/registrations/mine/leave/")
    assert release_leavers() == 1
    assert Claim.objects.get(pk=held.pk).status == "released"
    assert Claim.objects.get(pk=waiting.pk).status == "claimed"
    assert list(problems()) == []


def test_without_the_clock_the_seat_would_stay_taken(world):
    """Red twin: leaving alone frees nothing, since registrations know no tasks."""
    person, task = newcomer_in_team(world), world.task(seats=1)
    task.claim(by=person)
    world.client(person).post("/registrations/mine/leave/")
    task.refresh_from_db()
    assert task.free_seats == 0


def test_reported_hours_of_a_leaver_are_still_verified(world):
    person = newcomer_in_team(world)
    claim = world.claimed(world.past_task(), person)
    claim.report(by=person, hours=claim.task.planned_hours)
    world.client(person).post("/registrations/mine/leave/")
    release_leavers()
    Claim.objects.get(pk=claim.pk).verify(by=world.zhou)
    assert Entry.objects.get(person=person).hours == claim.hours


def test_who_took_back_the_consent_to_be_contacted_is_not_called_any_more(world):
    path = f"/people/{world.alan.pk}/reveal/"
    assert world.client(world.zhou).post(path, {"reason": "任务联系"}).status_code == 200
    world.client(world.alan).post(f"/people/me/consents/{Purpose.CONTACT}/")
    answer = world.client(world.zhou).post(path, {"reason": "任务联系"})
    assert answer.status_code == 404 and world.alan.local_phone not in answer.content.decode()
    world.client(world.alan).post(f"/people/me/consents/{Purpose.CONTACT}/")
    assert world.client(world.zhou).post(path, {"reason": "任务联系"}).status_code == 200
