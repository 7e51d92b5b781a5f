"""The shell: front door, demo, door sign, errors, headers."""

import re

import pytest

from tongxin.people.models import Person


def test_visitors_are_welcomed_without_signing_in(world):
    page = world.client(None).get("/")
    assert page.status_code == 200 and "我要报到" in page.content.decode()


@pytest.mark.parametrize(
    ("who", "there"), [("wang", "/desk/"), ("shen", "/desk/"), ("he", "/figures/"), ("auditor", "/journal/")]
)
def test_staff_begin_where_their_work_is(world, who, there):
    assert world.client(getattr(world, who)).get("/").headers["Location"] == there


def test_members_come_to_their_home(world):
    page = world.client(world.alan).get("/").content.decode()
    assert "今年的服务时长" in page


def test_the_home_of_a_member_costs_the_same_whatever_there_is(world, django_assert_max_num_queries):
    for _ in range(12):
        world.task()
    client = world.client(world.alan)
    with django_assert_max_num_queries(20):
        client.get("/")


def test_the_door_names_the_place_and_gives_no_rights(world):
    building = world.buildings[0]
    page = world.client(None).get(f"/d/{building.short_code}").content.decode()
    assert "富平路18弄1号" in page and "中浩云居委会" in page
    assert world.alan.name not in page and world.alan.local_phone not in page


@pytest.mark.parametrize("code", ["ZZZZZZ", "1", "../etc", "%00"])
def test_an_unknown_door_is_404(world, code):
    assert world.client(None).get(f"/d/{code}").status_code in (400, 404)


def test_the_demo_does_not_exist_outside_demo_mode(world):
    client = world.client(None)
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/alan/").status_code == 404


def test_the_demo_does_not_exist_off_the_loopback(world, settings):
    settings.DEMO = True
    Person.objects.filter(pk=world.alan.pk).update(demo_key="alan")
    client = world.client(None, REMOTE_ADDR="192.0.2.7")
    assert client.get("/demo/").status_code in (403, 404)
    assert client.post("/demo/alan/").status_code in (403, 404)


def test_the_demo_signs_in_by_one_plain_button(world, settings):
    settings.DEMO = True
    Person.objects.filter(pk=world.wang.pk).update(demo_key="wang")
    client = world.client(None)
    assert "王敏华" in client.get("/demo/").content.decode()
    client.post("/demo/wang/")
    assert client.get("/desk/").status_code == 200


def test_every_html_answer_carries_the_strict_policy(world):
    for path in ("/", "/people/sign-in/", "/nowhere/", "/help/"):
        policy = world.client(None).get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_personal_pages_stay_out_of_caches(world):
    assert "no-store" in world.client(world.alan).get("/people/me/").headers["Cache-Control"]


def test_a_form_without_its_token_is_refused_in_words(world):
    client = world.client(world.alan, enforce_csrf_checks=True)
    answer = client.post("/people/me/salutation/", {"salutation": "陈女士"})
    assert answer.status_code == 403 and "页面放得太久了" in answer.content.decode()


def test_elder_mode_is_remembered_and_goes_back_only_to_ourselves(world):
    client = world.client(None)
    assert client.post("/elder/", {"next": "https://example.org/"}).headers["Location"] == "/"
    assert re.search(r'<html[^>]*class="elder"', client.get("/").content.decode())


def test_sign_in_goes_back_only_to_ourselves(world, sms):
    client = world.client(None)
    client.post("/people/sign-in/", {"phone": world.alan.local_phone, "action": "send"})
    form = {"phone": world.alan.local_phone, "code": sms.code(), "next": "//example.org/"}
    assert client.post("/people/sign-in/", form).headers["Location"] == "/"


def test_a_refusal_is_409_in_words(world):
    answer = world.client(world.alan).post(f"/tasks/{world.past_task().pk}/claim/")
    assert answer.status_code == 409 and "来不及" in answer.content.decode()


def test_the_supervisor_is_answered(client, db):
    assert client.get("/livez").content == client.get("/readyz").content == b"ok"
