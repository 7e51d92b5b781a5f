"""受伤求助: the telephone first, a few words for whoever follows it up, and nothing of it in the journal."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.notifications.rules import RULES
from tongxin.people.models import Purpose
from tongxin.tasks.models import Incident
from tongxin.tasks.models import incident as models
from tongxin.workflow.transitions import Refused

WORDS = "摔了一跤，脚踝肿了"


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def on_now(world):
    now = timezone.now()
    task = world.task(starts_at=now - dt.timedelta(hours=1), ends_at=now + dt.timedelta(hours=1))
    world.claimed(task, world.alan)
    return task


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def test_one_press_opens_every_number(world, on_now):
    client = world.client(world.alan)
    assert "受伤/求助" in text(client.get(f"/tasks/{on_now.pk}/"))
    page = text(client.post(f"/tasks/{on_now.pk}/help/"))
    for number in ("120", "110", "119", world.zhou.local_phone, "021-62000000"):
        assert f'href="tel:{number}"' in page
    revealed = Event.objects.get(verb="person.reveal")
    assert (revealed.actor_id, revealed.subject_id) == (world.alan.pk, world.zhou.pk)


def test_looking_alone_reveals_no_number(world, on_now):
    page = text(world.client(world.alan).get(f"/tasks/{on_now.pk}/help/"))
    assert world.zhou.local_phone not in page and 'href="tel:120"' in page
    assert not Event.objects.filter(verb="person.reveal").exists()


def test_a_contact_who_takes_no_calls_is_not_shown(world, on_now):
    world.client(world.zhou).post(f"/people/me/consents/{Purpose.CONTACT}/")
    page = text(world.client(world.alan).post(f"/tasks/{on_now.pk}/help/"))
    assert world.zhou.local_phone not in page and "021-62000000" in page


def test_a_note_is_followed_up_and_closed(world, on_now):
    client = world.client(world.alan)
    given = {"kind": "hurt", "words": WORDS, "submit_key": "k1"}
    for _ in range(2):
        assert client.post(f"/tasks/{on_now.pk}/incident/", given).status_code == 302
    one = Incident.objects.get()
    captain = world.client(world.zhou)
    assert WORDS in text(captain.get("/tasks/incidents/"))
    captain.post(f"/tasks/incidents/{one.pk}/see/")
    captain.post(f"/tasks/incidents/{one.pk}/close/", {"outcome": ""})
    assert fresh(one).status == "seen"
    captain.post(f"/tasks/incidents/{one.pk}/close/", {"outcome": "送去医院，家人到了"})
    assert (fresh(one).status, fresh(one).seen_by) == ("closed", world.zhou)
    assert "送去医院" in text(client.get("/tasks/incidents/"))
    assert [event.verb for event in Event.objects.about(one)] == ["incident.note", "incident.see", "incident.close"]


def test_the_journal_holds_no_word_of_it(world, on_now):
    one = Incident.note(on_now, by=world.alan, kind="hurt", words=WORDS)
    one.close(by=world.zhou, outcome="脚踝敷了冰")
    for event in Event.objects.about(one):
        assert (event.reason, event.facts) == ("", {})


def test_only_who_follows_it_up_reads_the_words(world, on_now):
    one = Incident.note(on_now, by=world.alan, kind="hurt", words=WORDS)
    for reader in (world.neighbour, world.shen, world.he, world.far_secretary, world.auditor):
        assert WORDS not in text(world.client(reader).get("/tasks/incidents/"))
        assert world.client(reader).post(f"/tasks/incidents/{one.pk}/see/").status_code == 404
    for reader in (world.wang, world.wu, world.zhou, world.alan):
        assert WORDS in text(world.client(reader).get("/tasks/incidents/"))
    with pytest.raises(PermissionDenied):
        one.see(by=world.alan)


def test_red_twin_without_the_question_a_stranger_takes_it_in_hand(world, on_now, unpermitted):
    one = Incident.note(on_now, by=world.alan, kind="hurt")
    one.see(by=world.outsider)
    assert fresh(one).seen_by == world.outsider


def test_only_who_was_in_or_leads_there_notes(world, on_now):
    for stranger in (world.neighbour, world.outsider, world.far_secretary, world.he):
        with pytest.raises(PermissionDenied):
            Incident.note(on_now, by=stranger, kind="hurt")
        assert world.client(stranger).get(f"/tasks/{on_now.pk}/help/").status_code == 404
    left = world.claimed(on_now, world.wu)
    fresh(left).withdraw(by=world.wu)
    assert Incident.note(on_now, by=world.wu, kind="hurt").person == world.wu


def test_red_twin_without_the_question_anybody_cries_wolf(world, on_now, monkeypatch):
    monkeypatch.setattr(models, "may_note", lambda task, person: True)
    assert Incident.note(on_now, by=world.outsider, kind="hurt").person == world.outsider


def test_long_before_or_after_there_is_no_button(world):
    coming, over = world.task(), world.past_task(
        starts_at=timezone.now() - dt.timedelta(days=5), ends_at=timezone.now() - dt.timedelta(days=4)
    )  # fmt: skip
    for task in (coming, over):
        world.claimed(task, world.alan)
        assert "受伤/求助" not in text(world.client(world.alan).get(f"/tasks/{task.pk}/"))
        with pytest.raises(Refused, match="打电话"):
            Incident.note(task, by=world.alan, kind="hurt")


def test_a_form_of_somebody_else_is_not_mine(world, on_now):
    Incident.note(on_now, by=world.alan, kind="hurt", submit_key="k1")
    with pytest.raises(Refused):
        Incident.note(on_now, by=world.zhou, kind="help", submit_key="k1")
    assert Incident.objects.count() == 1


def test_the_database_wants_to_know_who_and_what(world, on_now):
    one = Incident.note(on_now, by=world.alan, kind="hurt")
    for wrong in ({"status": "seen"}, {"status": "closed", "seen_by": world.zhou, "seen_at": one.at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(pk=one.pk).update(**wrong)


def test_it_is_told_at_any_hour():
    assert all(rule.urgent for rule in RULES["incident.note"])
