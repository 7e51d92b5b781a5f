"""The pages about oneself: each consent in words, the copy to read, who looked, deleting, and staff who are members."""

import pytest
from django.urls import reverse

from tongxin.journal.models import Event
from tongxin.people.consent_words import VERSION, WORDS
from tongxin.people.models import Consent, Person, Purpose
from tongxin.people.own_data import own_data, readable


@pytest.mark.parametrize("purpose", Purpose.values)
def test_each_consent_says_what_who_how_long_and_what_without(world, purpose):
    page = world.client(world.alan).get(reverse("people:consent", args=[purpose])).content.decode()
    for part in ("what", "who", "long", "without"):
        assert getattr(WORDS[purpose], part)[:12] in page


def test_text_and_time_of_a_consent_are_kept_and_shown(world):
    client = world.client(world.alan)
    client.post(f"/people/me/consents/{Purpose.THANKS}/")
    assert Consent.objects.get(person=world.alan, purpose=Purpose.THANKS).text_version == VERSION
    assert f"说明文本{VERSION}版" in client.get(f"/people/me/consents/{Purpose.THANKS}/words/").content.decode()
    client.post(f"/people/me/consents/{Purpose.THANKS}/")
    assert "撤回" in client.get(f"/people/me/consents/{Purpose.THANKS}/words/").content.decode()


def test_an_unknown_purpose_is_no_page(world):
    assert world.client(world.alan).get("/people/me/consents/advertising/words/").status_code == 404


def test_withdrawing_contact_does_what_the_words_say(world):
    assert Person.objects.contactable_by(world.zhou).filter(pk=world.alan.pk).exists()
    world.client(world.alan).post(f"/people/me/consents/{Purpose.CONTACT}/")
    assert not Person.objects.contactable_by(world.zhou).filter(pk=world.alan.pk).exists()
    assert world.client(world.alan).get(reverse("tasks:list")).status_code == 200


def test_the_copy_can_be_read_and_leaves_nothing_out(world):
    world.alan.reveal_phone(by=world.zhou, reason="任务联系", place=world.neighbourhood)
    page = world.client(world.alan).get("/people/me/copy/read/").content.decode()
    assert world.alan.local_phone in page and "任务联系" in page and "陈阿兰" in page
    data = own_data(world.alan)
    titles = {part["title"] for part in readable(data)}
    assert len(titles) == 1 + sum(isinstance(value, dict | list) for value in data.values())
    assert world.zhou.local_phone not in page


def test_every_look_is_on_the_page_also_at_a_row_merged_into_mine(world):
    from tongxin.people.merges import merge

    other = world.member("陈阿兰", world.neighbourhood)
    for n in range(22):
        world.alan.reveal_phone(by=world.zhou, reason=f"第{n}次", place=world.neighbourhood)
    other.reveal_phone(by=world.wang, reason="看另一条", place=world.neighbourhood)
    merge(kept=world.alan, gone=other, by=world.wang, reason="同一个人")
    client = world.client(world.alan)
    pages = [client.get("/people/me/looked/", {"page": n}).content.decode() for n in (1, 2)]
    assert "23次" in pages[0] and "看另一条" in pages[0] and "周队长看了完整手机号" in pages[0]
    assert "第0次" in pages[1] and "第0次" not in pages[0]


def test_the_statements_of_my_page_do_not_grow(world, django_assert_max_num_queries):
    client = world.client(world.alan)
    client.get("/people/me/")
    for n in range(12):
        world.alan.reveal_phone(by=world.zhou, reason=f"第{n}次", place=world.neighbourhood)
    with django_assert_max_num_queries(22):
        client.get("/people/me/")


def test_deleting_takes_one_press_after_a_tick(world):
    client = world.client(world.outsider)
    page = client.get("/people/me/erase/").content.decode()
    assert "不能恢复" in page and "编号" in page
    assert "请先打勾" in client.post("/people/me/erase/").content.decode()
    assert Person.objects.get(pk=world.outsider.pk).erased_at is None
    client.post("/people/me/erase/", {"sure": "on"})
    gone = Person.objects.get(pk=world.outsider.pk)
    assert gone.erased_at and gone.phone_index is None
    assert client.get("/people/me/").status_code == 302
    assert Event.objects.filter(verb="person.erase", subject_id=gone.pk).exists()


def test_from_the_own_page_every_right_is_within_four_taps(world):
    page = world.client(world.alan).get("/people/me/").content.decode()
    for name in ("own_copy", "copy_page", "erase", "looked", "name", "new_number", "kinds"):
        assert f'href="{reverse(f"people:{name}")}"' in page or name == "looked"


@pytest.mark.parametrize("who", ["wang", "shen"])
def test_staff_who_are_members_have_the_pages_of_members(world, who):
    from tongxin.teams.models import Membership

    staff = getattr(world, who)
    Membership.begin(staff, team=world.team, by=None)
    client = world.client(staff)
    for name in ("people:me", "registrations:mine", "service:mine", "tasks:list", "people:kinds", "people:copy_page"):
        assert client.get(reverse(name)).status_code == 200, name
    assert reverse("service:mine") in client.get("/people/me/").content.decode()


def test_the_notice_names_every_clock_and_the_promises_every_point(world):
    from tongxin.people.retention import clocks

    page = world.client(None).get("/people/privacy/").content.decode()
    assert all(clock.what in page for clock in clocks()) and len(clocks()) > 3
    promises = world.client(None).get("/people/promises/").content.decode()
    for words in ("不重复填", "不签到", "不强制下载", "不当考核工具", "不用于经营", "投诉建议", "12号"):
        assert words in promises
