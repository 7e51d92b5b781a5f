"""Own data: see it, take it along, know who looked; consents one by one."""

import json

import pytest

from tongxin.journal.models import Event
from tongxin.people import models as people
from tongxin.people.models import Consent, Person, Purpose


def test_a_reveal_is_one_number_with_a_reason_and_the_person_sees_it(world):
    page = world.client(world.zhou).post(f"/people/{world.alan.pk}/reveal/", {"reason": "任务联系"}).content.decode()
    assert world.alan.local_phone in page
    event = Event.objects.get(verb="person.reveal")
    assert (event.actor_id, event.subject_id, event.reason) == (world.zhou.pk, world.alan.pk, "任务联系")
    mine = world.client(world.alan).get("/people/me/").content.decode()
    assert "任务联系" in mine and "周队长" in mine


def test_looking_at_the_page_alone_reveals_nothing(world):
    page = world.client(world.zhou).get(f"/people/{world.alan.pk}/reveal/").content.decode()
    assert world.alan.local_phone not in page and world.alan.masked_phone in page
    assert not Event.objects.filter(verb="person.reveal").exists()


def test_no_reason_no_number(world):
    page = world.client(world.zhou).post(f"/people/{world.alan.pk}/reveal/", {"reason": ""}).content.decode()
    assert world.alan.local_phone not in page


@pytest.mark.parametrize("reader", ["alan", "outsider", "neighbour", "far_secretary", "auditor", "admin", "he"])
def test_who_has_no_business_there_gets_404(world, reader):
    answer = world.client(getattr(world, reader)).post(f"/people/{world.wu.pk}/reveal/", {"reason": "好奇"})
    assert answer.status_code == 404
    assert world.wu.local_phone not in answer.content.decode()


def test_a_member_may_call_the_own_captain(world):
    page = world.client(world.alan).post(f"/people/{world.zhou.pk}/reveal/", {"reason": "请假"}).content.decode()
    assert world.zhou.local_phone in page


def test_red_twin_without_the_scope_anybody_could_open_any_number(world, monkeypatch):
    from django.db.models import Q

    monkeypatch.setattr(people, "CONTACT_SCOPES", [lambda reader: Q(pk__gt=0)])
    page = world.client(world.outsider).post(f"/people/{world.alan.pk}/reveal/", {"reason": "好奇"}).content.decode()
    assert world.alan.local_phone in page


def test_the_own_copy_holds_everything_and_nobody_elses(world):
    copy = json.loads(world.client(world.alan).get("/people/me/copy/").content)
    assert copy["姓名"] == "陈阿兰" and copy["手机号"] == world.alan.local_phone
    assert world.zhou.local_phone not in json.dumps(copy)


def test_consents_are_given_and_withdrawn_one_by_one(world):
    client = world.client(world.alan)
    client.post(f"/people/me/consents/{Purpose.SMS}/")
    assert Consent.objects.get(person=world.alan, purpose=Purpose.SMS).withdrawn_at is None
    client.post(f"/people/me/consents/{Purpose.SMS}/")
    assert Consent.objects.get(person=world.alan, purpose=Purpose.SMS).withdrawn_at is not None
    assert client.get("/tasks/").status_code == 200, "withdrawing leaves normal use working"


def test_the_chosen_form_of_address_is_what_others_see(world):
    assert Person.objects.get(pk=world.alan.pk).shown_as == "陈**"
    world.client(world.alan).post("/people/me/salutation/", {"salutation": "陈女士"})
    assert Person.objects.get(pk=world.alan.pk).shown_as == "陈女士"


def test_taking_back_the_consent_ends_the_sensitive_kind_and_keeps_the_headcount(world):
    people.give_consent(world.wu, Purpose.SENSITIVE_KIND, text_version="test", by=world.wu)
    world.client(world.wu).post(f"/people/me/consents/{Purpose.SENSITIVE_KIND}/")
    assert [held.kind for held in world.wu.categories.filter(until=None)] == ["社区志愿者"]
    assert world.wu.categories.filter(until=None, primary=True).count() == 1
