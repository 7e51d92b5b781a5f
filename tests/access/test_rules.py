"""Permissions answered in both directions, by place, by date, by mode."""

import datetime as dt

import pytest
from django.utils import timezone

from tongxin.access import policy, rules
from tongxin.access.models import appoint
from tongxin.access.policy import Permission, Role
from tongxin.access.rules import can, places_where
from tongxin.people.models import Person
from tongxin.places.models import Mode, Place


def fresh(person):
    """As the next request would load it."""
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def emergency_column(monkeypatch):
    monkeypatch.setitem(policy.EMERGENCY_ADDS, Role.VOLUNTEER, {Permission.VIEW_TEAM})


def test_can_and_places_where_agree_for_everybody_everywhere(world, emergency_column):
    Place.objects.under(world.neighbourhood).update(mode=Mode.EMERGENCY)
    places = list(Place.objects.all())
    for person in Person.objects.all():
        for permission in Permission:
            where = set(places_where(person, permission).values_list("pk", flat=True))
            assert where == {place.pk for place in places if can(person, permission, place)}, (person.pk, permission)


def test_scope_is_the_same_answer_on_rows(world):
    world.register("甲某", world.neighbourhood), world.register("乙某", world.far)
    from tongxin.registrations.models import Registration

    seen = Registration.objects.filter(rules.scope(world.shen, Permission.VIEW_REGISTRATION))
    assert {row.place for row in seen} == {world.neighbourhood}


def test_an_appointment_holds_below_and_not_beside_or_above(world):
    assert can(world.wang, Permission.REVIEW_REGISTRATION, world.buildings[0])
    assert not can(world.wang, Permission.REVIEW_REGISTRATION, world.sibling)
    assert not can(world.wang, Permission.REVIEW_REGISTRATION, world.subdistrict)


def test_a_higher_level_sees_but_does_not_act_for_the_lower(world):
    assert can(world.shen, Permission.VIEW_REGISTRATION, world.neighbourhood)
    assert not can(world.shen, Permission.REVIEW_REGISTRATION, world.neighbourhood)


def test_the_second_column_widens_only_where_the_mode_is_switched(world, emergency_column):
    assert not can(world.alan, Permission.VIEW_TEAM, world.buildings[3])
    Place.objects.under(world.neighbourhood).update(mode=Mode.EMERGENCY)
    assert can(fresh(world.alan), Permission.VIEW_TEAM, Place.objects.get(pk=world.buildings[3].pk))
    assert not can(fresh(world.alan), Permission.VIEW_TEAM, world.sibling)


def test_leaving_cuts_access_at_the_next_request(world):
    client = world.client(world.wang)
    assert client.get("/registrations/").status_code == 200
    appoint(world.shen, Role.SECRETARY, world.neighbourhood, by=world.admin)
    world.wang.appointments.get().end(by=world.admin, reason="调任")
    assert world.registration.pk
    assert not can(fresh(world.wang), Permission.REVIEW_REGISTRATION, world.neighbourhood)
    assert client.get(f"/registrations/{world.registration.pk}/").status_code in (403, 404)


def test_an_appointment_of_tomorrow_gives_nothing_today(world):
    appoint(world.outsider, Role.SECRETARY, world.far, by=None, since=timezone.localdate() + dt.timedelta(days=1))
    assert not can(fresh(world.outsider), Permission.REVIEW_REGISTRATION, world.far)


def test_an_inactive_person_can_nothing(world):
    world.wang.is_active = False
    assert not can(world.wang, Permission.REVIEW_REGISTRATION, world.neighbourhood)


def test_red_twin_a_prefix_without_its_slash_would_leak_to_the_next_place(world):
    """Paths end in "/": otherwise /1/2 would be a prefix of /1/23."""
    near = Place(path=world.neighbourhood.path.rstrip("/") + "9/", mode=Mode.ROUTINE)
    assert not can(world.wang, Permission.REVIEW_REGISTRATION, near)
    assert near.path.startswith(world.neighbourhood.path.rstrip("/"))


def test_second_echelon_members_approve_nothing():
    """R12: a volunteer, leader or captain holds no approval power over residents' matters."""
    volunteers = [Role.VOLUNTEER, Role.RESIDENT_LEADER, Role.ONLINE_LEADER, Role.SQUAD_LEADER, Role.CAPTAIN]
    assert all(Permission.REVIEW_REGISTRATION not in policy.ALWAYS[role] for role in volunteers)
