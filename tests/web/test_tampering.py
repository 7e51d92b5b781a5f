"""Somebody with the database alone: what they change is found by `tongxin verify`, each line naming the row."""

import pytest
from django.db import connection

from tongxin.access.models import Appointment
from tongxin.access.policy import Role
from tongxin.archive import invariants
from tongxin.people.models import Category, Person
from tongxin.service import checks
from tongxin.service.models import Entry, award


def lines(*names):
    return [line for _, line in invariants.problems(names)]


def test_an_untouched_house_is_in_order(world):
    assert lines("posts", "sealed", "members", "ledger") == []


def test_a_post_nobody_gave_is_found(world):
    """One INSERT would make a volunteer a reader of the whole district."""
    post = Appointment.objects.create(person=world.alan, role=Role.DISTRICT, place=world.district)
    assert lines("posts") == [f"access.appointment {post.pk}: nobody gave this post, or it was changed afterwards"]


def test_a_post_handed_to_somebody_else_is_found(world):
    post = world.he.appointments.get()
    Appointment.objects.filter(pk=post.pk).update(person=world.alan)
    assert len(lines("posts")) == 1


def test_red_twin_without_the_journal_it_looks_like_any_post(world, monkeypatch):
    Appointment.objects.create(person=world.alan, role=Role.DISTRICT, place=world.district)
    monkeypatch.delitem(invariants.CHECKS, "posts")
    assert lines("members") == []


@pytest.mark.parametrize(("model", "field"), [(Person, "name"), (Person, "phone"), (Category, "kind")])
def test_a_sealed_value_of_another_row_is_found(world, model, field):
    one, other = model.objects.order_by("pk")[:2]
    taken = model.objects.filter(pk=other.pk).values_list(field, flat=True).get()
    model.objects.filter(pk=one.pk).update(**{field: taken})
    assert lines("sealed") == [
        f"{model._meta.label_lower} {one.pk}: a sealed value was changed, or comes from another row"
    ]


def forged(world):
    task = world.past_task()
    claim = world.claimed(task, world.alan)
    claim.report(by=world.alan, hours=1)
    real = award(
        world.alan, hours=1, factor="ordinary", place=world.neighbourhood, served_on=task.starts_at.date(), reason="真的",
        source=claim, by=world.wang,
    )  # fmt: skip
    columns = [
        field.column for field in Entry._meta.concrete_fields if field.column not in ("id", "source_id", "served_on")
    ]
    named = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO service_entry (source_id, served_on, {named}) SELECT 10999, '2026-10-01', {named} "
            "FROM service_entry WHERE id = %s",
            [real.pk],
        )
    return Entry.objects.latest("pk")


def test_hours_written_past_the_verbs_are_found(world):
    assert f"service.entry {forged(world).pk}: nothing in the journal made it" in lines("ledger")


def test_red_twin_they_add_up_like_any_others(world, monkeypatch):
    monkeypatch.setattr(checks, "_unheard_of", list)
    forged(world)
    assert lines("ledger") == []
