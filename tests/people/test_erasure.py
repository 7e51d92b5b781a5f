"""Erasing a person: nothing but a number and the hours is left, and nothing that stood in the way is forgotten."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tongxin.archive.invariants import problems
from tongxin.journal.models import Event
from tongxin.people import erasure
from tongxin.people.erasure import erase, erased_uids, list_file, merge_lists, why_not_erase
from tongxin.people.models import Category, Person
from tongxin.service.models import Entry, award


def hours_of(world, person):
    award(
        person, hours=Decimal("1.5"), factor="ordinary", place=world.neighbourhood, served_on=timezone.localdate(),
        reason="楼道巡查", source=world.task(), by=world.zhou,
    )  # fmt: skip


def everything_stored() -> str:
    """Every text and blob of every table, as one word to search in."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            parts += [repr(row) for row in cursor.fetchall()]
    return "\n".join(parts)


def test_name_number_home_and_words_go_and_the_hours_stay(world):
    alan, number = world.alan, world.alan.phone_index
    hours_of(world, alan)
    before = list(Entry.objects.filter(person=alan).values_list("hours", "points"))
    erase(alan, by=alan)
    alan.refresh_from_db()
    assert (alan.name, alan.phone, alan.is_active, alan.salutation) == ("已注销人员", "", False, "")
    assert not Category.objects.filter(person=alan).exists()
    assert not alan.memberships.filter(until=None).exists() and not alan.appointments.filter(until=None).exists()
    assert alan.memberships.get().home is None and number not in everything_stored()
    assert list(Entry.objects.filter(person=alan).values_list("hours", "points")) == before
    assert list(problems()) == []


def test_erasing_twice_is_erasing_once(world):
    erase(world.alan, by=world.alan), erase(Person.objects.get(pk=world.alan.pk), by=None)
    assert Event.objects.filter(verb="person.erase").count() == 1


def test_the_session_ends_and_the_number_is_free_again(world):
    client, number = world.client(world.alan), world.alan.local_phone
    erase(world.alan, by=world.alan)
    assert client.get("/people/me/").status_code == 302
    assert Person.objects.by_phone(number) is None


def test_an_open_check_in_ends_and_its_words_go(world):
    registration = world.register("许文博", skills="急救护理", times="周末")
    erase(registration.person, by=registration.person)
    registration.refresh_from_db()
    assert (registration.status, registration.skills, registration.times, registration.home) == ("left", "", "", None)


def test_whoever_holds_an_office_hands_it_over_first(world):
    assert "先交接" in why_not_erase(world.wang)
    assert why_not_erase(world.alan) is None


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_was_undone_leaves_no_line(live_world):
    with pytest.raises(RuntimeError), transaction.atomic():
        erase(live_world.alan, by=None)
        raise RuntimeError
    assert not list_file().exists()
    erase(live_world.alan, by=None)
    assert erased_uids(list_file().parent) == {str(live_world.alan.uid)}


def test_a_line_lost_by_a_crash_is_added_by_the_next(live_world, tmp_path):
    erase(live_world.alan, by=None)
    list_file().unlink()
    erase(live_world.neighbour, by=None)
    assert erased_uids(list_file().parent) == {str(live_world.alan.uid), str(live_world.neighbour.uid)}
    (tmp_path / "safe").mkdir()
    assert merge_lists(list_file().parent, tmp_path / "safe") == 2


def test_red_twin_without_a_rooms_part_the_home_would_stay(world, monkeypatch):
    erasure.why_not_erase(world.alan)  # every room has registered by now
    monkeypatch.setattr(erasure, "ERASERS", [])
    erase(world.alan, by=world.alan)
    assert world.alan.memberships.get().home is not None
    assert any("something is left" in line for _, line in problems(["erased"]))
