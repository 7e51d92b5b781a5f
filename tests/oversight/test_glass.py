"""Breaking the glass: half an hour, one person, a reason said aloud, looked at afterwards."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.oversight.models import Finding, Glass
from tongxin.oversight.models import glass as module
from tongxin.people.models import Person
from tongxin.refused import Refused


def opened(world, by=None, person=None):
    return Glass.open(
        person=person or world.alan, case="missing", reason="独自去了楼顶，电话一直没人接", by=by or world.he
    )


def number_page(world, by, person):
    return world.client(by).get(reverse("people:reveal", args=[person.pk])).status_code


def test_it_opens_one_person_for_half_an_hour(world):
    assert number_page(world, world.he, world.alan) == 404
    glass = opened(world)
    assert number_page(world, world.he, world.alan) == 200
    assert number_page(world, world.he, world.wu) == 404
    assert number_page(world, world.shen, world.newcomer) in (200, 404)
    with time_machine.travel(glass.until + dt.timedelta(seconds=1), tick=False):
        assert world.alan not in Person.objects.contactable_by(world.he)


def test_red_twin_without_the_clock_it_would_stay_open(world, monkeypatch):
    glass = opened(world)
    monkeypatch.setattr(module, "in_force", lambda now=None: module.models.Q())
    with time_machine.travel(glass.until + dt.timedelta(days=300), tick=False):
        assert world.alan in Person.objects.contactable_by(world.he)


def test_it_opens_nothing_once_the_post_is_gone(world):
    opened(world)
    world.he.appointments.get().end(by=None)
    assert world.alan not in Person.objects.contactable_by(Person.objects.get(pk=world.he.pk))


def test_looking_is_still_a_reveal_with_its_own_reason(world):
    opened(world)
    client = world.client(world.he)
    client.post(reverse("people:reveal", args=[world.alan.pk]), {"reason": "联系家人"})
    assert Event.objects.get(verb="person.reveal").actor_id == world.he.pk
    assert any(row["why"] == "联系家人" for row in _looked(world.alan))


def _looked(person):
    from tongxin.people.own_data import own_data

    return own_data(person)["who_looked"]


@pytest.mark.parametrize("who", ["wang", "zhou", "auditor", "admin", "security", "alan"])
def test_only_the_levels_above_may_break_it(world, who):
    with pytest.raises(PermissionDenied):
        opened(world, by=getattr(world, who), person=world.wu)


def test_only_below_the_own_place(world):
    with pytest.raises(PermissionDenied):
        opened(world, by=world.shen, person=world.outsider)
    assert world.client(world.shen).get(reverse("oversight:glass_open", args=[world.outsider.pk])).status_code == 404


def test_red_twin_without_the_place_a_stranger_would_be_opened(world, monkeypatch):
    monkeypatch.setattr(module, "reachable", lambda person, by: world.far)
    assert opened(world, by=world.shen, person=world.outsider).pk


def test_a_reason_is_needed(world):
    with pytest.raises(Refused, match="写清楚"):
        Glass.open(person=world.alan, case="other", reason="急", by=world.he)


def test_the_person_the_unit_and_the_auditor_hear_of_it(world):
    opened(world)
    deliver()
    told = {notice.person_id for notice in Notice.objects.filter(kind__startswith="glass_")}
    assert told == {world.alan.pk, world.wang.pk, world.auditor.pk}
    assert world.alan.name not in "".join(Notice.objects.values_list("body", flat=True))


def test_opening_twice_in_the_half_hour_is_opening_once(world):
    assert opened(world).pk == opened(world).pk
    assert Event.objects.filter(verb="glass.open").count() == 1


def test_the_auditor_reviews_each(world):
    client, glass = world.client(world.auditor), opened(world)
    client.post(reverse("oversight:glass_review", args=[glass.pk]), {"verdict": "fine", "reason": "情况属实"})
    glass.refresh_from_db()
    assert (glass.status, glass.words, glass.reviewed_by) == ("fine", "情况属实", world.auditor)
    again = client.post(reverse("oversight:glass_review", args=[glass.pk]), {"verdict": "follow_up", "reason": "再看"})
    assert again.status_code == 409


def test_following_up_needs_words_and_tells_the_unit_above(world):
    glass = opened(world, by=world.shen)
    with pytest.raises(Refused, match="跟进什么"):
        glass.follow_up(by=world.auditor, reason="")
    Glass.objects.get().follow_up(by=world.auditor, reason="请说明为什么没有先打居委电话")
    deliver()
    told = set(Notice.objects.filter(kind="glass_follow_up").values_list("person_id", flat=True))
    assert told == {world.shen.pk, world.he.pk}


def test_nobody_reviews_their_own(world):
    with pytest.raises(PermissionDenied):
        opened(world).find_fine(by=world.he)
    with pytest.raises(IntegrityError), transaction.atomic():
        Glass.objects.update(reviewed_by=world.he)


def test_the_page_finds_by_the_whole_name_only(world):
    client, url = world.client(world.he), reverse("oversight:glass_new")
    found = lambda name: client.get(url, {"place": world.neighbourhood.pk, "name": name}).context["found"]  # noqa: E731
    assert found("陈阿兰") == [world.alan] and found("陈") == [] and found("褚远山") == []
    page = client.get(url, {"place": world.neighbourhood.pk, "name": "陈阿兰"}).content.decode()
    assert world.alan.local_phone not in page


def test_from_the_name_to_the_number(world):
    client = world.client(world.he)
    url = reverse("oversight:glass_open", args=[world.alan.pk])
    assert client.post(url, {"case": "injury", "reason": ""}).status_code == 422
    answer = client.post(url, {"case": "injury", "reason": "活动中受伤，要联系家人"})
    assert answer.headers["Location"] == reverse("people:reveal", args=[world.alan.pk])
    shown = client.post(answer.headers["Location"], {"reason": "联系家人"}).content.decode()
    assert world.alan.local_phone in shown.replace(" ", "")
    mine = client.get(reverse("oversight:glasses")).content.decode()
    assert "看号码" in mine and "复查</summary>" not in mine


# findings ------------------------------------------------------------------------------------------------------------


def test_a_finding_goes_to_the_unit_above_and_comes_back_answered(world):
    finding = Finding.note(unit=world.neighbourhood, words="三条报到的原因写得太短", by=world.auditor)
    assert finding.place == world.subdistrict
    deliver()
    assert set(Notice.objects.filter(kind="finding_new").values_list("person_id", flat=True)) == {world.shen.pk}
    with pytest.raises(PermissionDenied):
        finding.answer(by=world.wang, reason="已经改好了")
    Finding.objects.get().answer(by=world.shen, reason="已请居村补写，今后按要求写")
    deliver()
    assert Notice.objects.get(kind="finding_answered").person_id == world.auditor.pk


@pytest.mark.parametrize("who", ["he", "shen", "wang", "admin", "security"])
def test_only_auditors_note_findings(world, who):
    with pytest.raises(PermissionDenied):
        Finding.note(unit=world.neighbourhood, words="随便写一条", by=getattr(world, who))


def test_a_finding_about_one_record(world):
    event = Event.objects.filter(place_id=world.neighbourhood.pk).first()
    client, url = world.client(world.auditor), f"{reverse('oversight:finding_new')}?event={event.pk}"
    assert f"记录编号{event.pk}" in client.get(url).content.decode()
    client.post(url, {"words": "这一条没有写原因"})
    finding = Finding.objects.get()
    assert (finding.event_id, finding.unit, finding.at <= timezone.now()) == (event.pk, world.neighbourhood, True)
