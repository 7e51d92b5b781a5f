"""Signing in: phone and code for members, password and second factor for staff."""

import datetime as dt
import re

import pyotp
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from tongxin.channels import models as channels
from tongxin.channels.models import Challenge
from tongxin.people.models import Person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def ask_for_code(client, number):
    return client.post("/people/sign-in/", {"phone": number, "action": "send"})


def test_a_member_signs_in_with_phone_and_code(world, sms):
    client = world.client(None)
    ask_for_code(client, world.alan.local_phone)
    answer = client.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": sms.code()})
    assert answer.status_code == 302
    assert client.get("/people/me/").status_code == 200


def test_the_session_key_changes_at_sign_in(world, sms):
    client = world.client(None)
    ask_for_code(client, world.alan.local_phone)
    before = client.session.session_key
    client.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": sms.code()})
    assert client.session.session_key != before


def test_a_code_works_once(world, sms):
    client = world.client(None)
    ask_for_code(client, world.alan.local_phone)
    code = sms.code()
    assert client.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": code}).status_code == 302
    client.post("/people/sign-out/")
    again = client.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": code})
    assert "验证码不对或已过期" in again.content.decode()


def test_a_code_belongs_to_the_browser_that_asked(world, sms):
    ask_for_code(world.client(None), world.alan.local_phone)
    stranger = world.client(None)
    answer = stranger.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": sms.code()})
    assert "验证码不对" in answer.content.decode()


def test_five_wrong_tries_end_a_code(world, sms):
    client = world.client(None)
    ask_for_code(client, world.alan.local_phone)
    right = sms.code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        client.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": wrong})
    assert client.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": right}).status_code == 200


def test_red_twin_without_the_try_limit_the_code_can_be_guessed_on(world, sms, monkeypatch):
    monkeypatch.setattr(channels, "TRIES", 10**6)
    client = world.client(None)
    ask_for_code(client, world.alan.local_phone)
    right = sms.code()
    for _ in range(6):
        client.post(
            "/people/sign-in/", {"phone": world.alan.local_phone, "code": "000000" if right != "000000" else "1" * 6}
        )
    assert client.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": right}).status_code == 302


def test_a_code_ends_after_ten_minutes(world, sms):
    client = world.client(None)
    ask_for_code(client, world.alan.local_phone)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        answer = client.post("/people/sign-in/", {"phone": world.alan.local_phone, "code": sms.code()})
    assert answer.status_code == 200


def test_an_unknown_number_gets_the_same_answer_and_no_message(world, sms):
    known = ask_for_code(world.client(None), world.alan.local_phone)
    sent = len(sms.refresh())
    unknown = ask_for_code(world.client(None), "19920009998")
    assert len(sms.refresh()) == sent == 1
    same = [answer.content.decode().count("验证码已发出") for answer in (known, unknown)]
    assert same == [1, 1]


def test_the_sixth_code_within_the_hour_is_refused(world, sms):
    client = world.client(None)
    for _ in range(5):
        ask_for_code(client, world.alan.local_phone)
    assert "1小时内已发过5次" in ask_for_code(client, world.alan.local_phone).content.decode()
    assert len(sms.refresh()) == 5


def test_what_was_typed_stays_when_it_is_wrong(world):
    page = world.client(None).post("/people/sign-in/", {"phone": "1990000243", "action": "send"}).content.decode()
    assert "1990000243" in page and "少1位" in page


def test_codes_and_numbers_never_reach_the_journal(world, sms):
    from tongxin.journal.models import Event

    ask_for_code(world.client(None), world.alan.local_phone)
    text = str(list(Event.objects.values_list("verb", "reason", "facts")))
    assert sms.code() not in text and world.alan.local_phone not in text
    assert Challenge.objects.get().code_hash != sms.code()


def test_staff_need_the_second_factor(world):
    client = world.client(None)
    client.post("/people/staff/", {"username": "wang", "password": "correct horse battery"})
    assert client.get("/desk/").headers["Location"] == "/people/second-factor/"
    client.post("/people/second-factor/", {"code": pyotp.TOTP(SECRET).now()})
    assert client.get("/desk/").status_code == 200


def test_a_staff_person_who_comes_by_phone_code_is_asked_for_the_password(world, sms):
    client = world.client(None)
    ask_for_code(client, world.wang.local_phone)
    answer = client.post("/people/sign-in/", {"phone": world.wang.local_phone, "code": sms.code()})
    assert answer.headers["Location"] == "/people/staff/"
    assert client.get("/registrations/").headers["Location"].startswith("/people/sign-in/")


def test_a_totp_code_works_once(world):
    from tongxin.people.backends import totp_accepts

    code = pyotp.TOTP(SECRET).now()
    assert totp_accepts(world.wang, code)
    assert not totp_accepts(Person.objects.get(pk=world.wang.pk), code)


def test_wrong_password_and_unknown_name_say_the_same(world):
    client = world.client(None)
    pages = [
        client.post("/people/staff/", {"username": name, "password": "no no no no"}).content.decode()
        for name in ("wang", "nobody")
    ]
    assert all("用户名或密码不对" in page for page in pages)


def test_an_idle_desk_asks_again(world):
    client = world.client(world.wang)
    assert client.get("/desk/").status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(hours=3)):
        assert client.get("/desk/").headers["Location"] == "/people/staff/"


def test_create_staff_makes_the_first_one_who_then_binds_the_authenticator(world):
    call_command("create_staff", "zhang", name="张三丰", role="district", place="310107", password="a long enough one")
    client = world.client(None)
    client.post("/people/staff/", {"username": "zhang", "password": "a long enough one"})
    page = client.get("/people/second-factor/").content.decode()
    secret = re.search(r"break-all\">([A-Z2-7]{32})<", page)[1]
    assert secret not in str(dict(client.session.items())), "sessions lie in the database: the secret is sealed there"
    client.post("/people/second-factor/", {"code": pyotp.TOTP(secret).now()})
    assert client.get("/desk/").headers["Location"] == "/people/password/"
    assert Person.objects.get(username="zhang").totp_secret == secret


@pytest.mark.parametrize(
    ("change", "words"),
    [({"place": "999999"}, "没有代码为999999"), ({"username": "wang"}, "已有人用"), ({"password": "short"}, "至少")],
)
def test_create_staff_says_what_is_wrong(world, change, words):
    given = {
        "username": "zhang",
        "name": "张三丰",
        "role": "district",
        "place": "310107",
        "password": "a long enough one",
    } | change
    username = given.pop("username")
    with pytest.raises(CommandError, match=words):
        call_command("create_staff", username, **given)


def test_sign_out_ends_the_session(world):
    client = world.client(world.alan)
    client.post("/people/sign-out/")
    assert client.get("/people/me/").status_code == 302


def test_red_twin_the_secret_in_clear_would_be_seen(world, monkeypatch):
    from tongxin.people import sessions

    monkeypatch.setattr(sessions, "seal", lambda text, bound_to: text.encode())
    monkeypatch.setattr(sessions, "unseal", lambda blob, bound_to: blob.decode())
    client = world.client(None)
    call_command("create_staff", "li", name="李四光", role="district", place="310107", password="a long enough one")
    client.post("/people/staff/", {"username": "li", "password": "a long enough one"})
    page = client.get("/people/second-factor/").content.decode()
    secret = re.search(r"break-all\">([A-Z2-7]{32})<", page)[1]
    assert bytes.fromhex(client.session["totp_new"]).decode() == secret
