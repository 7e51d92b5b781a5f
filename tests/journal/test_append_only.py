"""What happened stays as it was written: the models refuse, and the database refuses raw SQL."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests.journal.tampering import raw, triggers_lifted
from tongxin.journal.models import Event, Seal, record
from tongxin.journal.seals import seal_now


@pytest.fixture
def event(world):
    return record(
        "test.happen", subject=world.team, by=world.wang, place=world.neighbourhood, reason="因为下雨", facts={"n": 1}
    )


IMMUTABLE = {
    "id": "id + 1000000",
    "at": "'2020-01-01 00:00:00+00:00'",
    "actor_id": "1",
    "verb": "'test.other'",
    "subject_kind": "'x.y'",
    "subject_id": "7",
    "place_id": "7",
    "came_from": "'a'",
    "went_to": "'b'",
    "reason": "'别的原因'",
    "facts": "'{}'",
}


@pytest.mark.parametrize("column", IMMUTABLE)
def test_raw_sql_cannot_change_an_event(event, column):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        raw(f"UPDATE journal_event SET {column} = {IMMUTABLE[column]} WHERE id = %s", event.pk)
    assert Event.objects.get(pk=event.pk).reason == "因为下雨"


def test_every_column_but_delivery_and_seal_is_immutable():
    columns = {field.column for field in Event._meta.local_fields}
    assert columns - {"delivered_at", "seal_id"} == set(IMMUTABLE)


def test_raw_sql_cannot_delete_an_event(event):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        raw("DELETE FROM journal_event WHERE id = %s", event.pk)
    assert Event.objects.filter(pk=event.pk).exists()


def test_delivery_may_be_noted(event):
    raw("UPDATE journal_event SET delivered_at = %s WHERE id = %s", timezone.now(), event.pk)
    assert not Event.objects.undelivered().filter(pk=event.pk).exists()


@pytest.mark.parametrize(
    "sql", ["UPDATE journal_seal SET digest = 'x'", "UPDATE journal_seal SET count = 0", "DELETE FROM journal_seal"]
)
def test_raw_sql_cannot_change_a_seal(event, sql):
    seal_now()
    with pytest.raises(DatabaseError), transaction.atomic():
        raw(sql)
    assert Seal.objects.get().count == Event.objects.count()


def test_the_models_refuse_too(event):
    event.reason = "别的原因"
    with pytest.raises(TypeError, match="never changed"):
        event.save()
    with pytest.raises(TypeError, match="never deleted"):
        event.delete()
    with pytest.raises(TypeError, match="never changed"):
        Event.objects.filter(pk=event.pk).update(reason="别的原因")
    with pytest.raises(TypeError, match="never deleted"):
        Event.objects.all().delete()
    assert Event.objects.get(pk=event.pk).reason == "因为下雨"


def test_without_the_trigger_history_can_be_rewritten(event):
    """The red twin: it is the trigger that refuses."""
    with triggers_lifted("journal_event") as cursor:
        cursor.execute("UPDATE journal_event SET reason = '别的原因' WHERE id = %s", [event.pk])
    assert Event.objects.get(pk=event.pk).reason == "别的原因"
