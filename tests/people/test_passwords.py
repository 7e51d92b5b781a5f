"""Passwords of staff: changed by oneself, changed first when somebody else set it, set anew with a code handed over."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tongxin.access.policy import Role
from tongxin.access.staff import create_staff
from tongxin.journal.models import Event
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.people import forms, middleware, passwords
from tongxin.people.models import Person
from tongxin.people.passwords import code_fits, forget_password, keep_password

OLD, NEW = "correct horse battery", "a quite different one"
PAGE, SET, SIGN_IN = "/people/password/", "/people/staff/set-password/", "/people/staff/"


def fresh(person):
    return Person.objects.get(pk=person.pk)


def change(client, **more):
    return client.post(PAGE, {"old": OLD, "new": NEW, "again": NEW} | more)


def test_changed_with_the_old_one_and_signed_in_elsewhere_ends(world):
    here, elsewhere = world.client(world.wang), world.client(world.wang)
    assert elsewhere.get("/desk/").status_code == 200
    assert change(here).status_code == 302
    assert fresh(world.wang).check_password(NEW)
    assert here.get("/desk/").status_code == 200 and elsewhere.get("/desk/").status_code == 302
    event = Event.objects.get(verb="person.password")
    assert (event.actor_id, event.subject_id, event.reason) == (world.wang.pk, world.wang.pk, "")
    deliver()
    assert Notice.objects.get(person=world.wang, kind="password_changed").title == "您的密码改好了"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"old": "something else"}, "现在的密码不对"),
        ({"again": "another one here"}, "两次填的不一样"),
        ({"new": "short", "again": "short"}, "至少10位"),
        ({"new": "12345678901234", "again": "12345678901234"}, "不能全是数字"),
        ({"new": OLD, "again": OLD}, "和现在的一样"),
        ({"old": ""}, "没有填现在的密码"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(world, given, words):
    answer = change(world.client(world.wang), **given)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert fresh(world.wang).check_password(OLD) and not Event.objects.filter(verb="person.password").exists()


def test_guessing_the_old_one_has_to_wait(world):
    client = world.client(world.wang)
    for _ in range(12):
        page = change(client, old="wrong wrong wrong").content.decode()
    assert "试得太多了" in page


def test_members_have_no_password(world):
    assert world.client(world.alan).get(PAGE).status_code == 403


# an initial password -------------------------------------------------------------------------------------------------


def new_colleague(world):
    return create_staff(
        name="张三丰", username="zhang", password=OLD, role=Role.DISTRICT, place=world.district, by=world.admin
    )


def test_an_initial_password_is_changed_before_anything_else(world):
    person = new_colleague(world)
    client = world.client(person)
    for page in ("/desk/", "/people/me/", "/figures/", "/people/me/copy/"):
        assert client.get(page).headers["Location"] == PAGE
    assert "别人替您设的" in client.get(PAGE).content.decode()
    assert change(client).status_code == 302
    assert not fresh(person).must_change and client.get("/desk/").status_code == 200


def test_the_second_factor_comes_first(world):
    person = new_colleague(world)
    client = world.client(None)
    client.post(SIGN_IN, {"username": "zhang", "password": OLD})
    assert client.get(PAGE).headers["Location"] == reverse("people:second_factor")
    assert fresh(person).must_change


def test_who_was_here_before_is_not_asked(world):
    assert world.client(world.wang).get("/desk/").status_code == 200


def test_red_twin_without_the_question_the_appointer_goes_on_knowing_it(world, monkeypatch):
    monkeypatch.setattr(middleware, "OPEN", {*middleware.OPEN, "web:desk"})
    assert world.client(new_colleague(world)).get("/desk/").status_code == 200


# forgotten -----------------------------------------------------------------------------------------------------------


def set_anew(client, code, username="wang", **more):
    return client.post(SET, {"username": username, "code": code, "new": NEW, "again": NEW} | more)


def test_the_code_sets_a_password_once(world):
    code, client = forget_password(world.wang), world.client(None)
    assert not fresh(world.wang).check_password(OLD)
    assert set_anew(client, code.lower().replace("-", " ")).headers["Location"] == SIGN_IN
    assert fresh(world.wang).check_password(NEW) and fresh(world.wang).set_code is None
    assert set_anew(client, code).status_code == 422
    answer = client.post(SIGN_IN, {"username": "wang", "password": NEW})
    assert answer.headers["Location"] == reverse("people:second_factor")


def test_it_is_kept_as_a_hash_and_never_in_the_journal(world):
    code = forget_password(world.wang)
    plain = code.replace("-", "")
    assert plain not in fresh(world.wang).set_code
    keep_password(fresh(world.wang), NEW)
    words = str(list(Event.objects.values_list("verb", "reason", "facts")))
    assert plain not in words and code not in words and NEW not in words


def test_after_a_day_it_is_worth_nothing(world):
    code = forget_password(world.wang)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        assert "已过24小时" in set_anew(world.client(None), code).content.decode()


def test_red_twin_without_the_day_a_note_found_in_a_drawer_would_do(world, monkeypatch):
    monkeypatch.setattr(passwords, "CODE_HOURS", 24 * 365)
    code = forget_password(world.wang)
    with time_machine.travel(timezone.now() + dt.timedelta(days=90)):
        assert set_anew(world.client(None), code).status_code == 302


def test_of_somebody_else_of_nobody_or_wrong_it_says_the_same(world):
    code = forget_password(world.wang)
    tries = [("shen", code), ("nobody", code), ("wang", "AAAA-BBBB-CCCC")]
    for username, typed in tries:
        assert "用户名或设置码不对" in set_anew(world.client(None), typed, username).content.decode()
    assert fresh(world.shen).check_password(OLD)


def test_an_account_switched_off_stays_off(world):
    code = forget_password(world.wang)
    Person.objects.filter(pk=world.wang.pk).update(is_active=False)
    assert not code_fits(fresh(world.wang), code)


def test_guessing_the_code_has_to_wait(world):
    forget_password(world.wang)
    client = world.client(None)
    for _ in range(12):
        page = set_anew(client, "AAAABBBBCCCC").content.decode()
    assert "试得太多了" in page


def test_red_twin_without_the_pause_codes_are_tried_on(world, monkeypatch):
    class Free:
        @classmethod
        def begin(cls, **given):
            return cls()

        def was_right(self):
            return None

    monkeypatch.setattr(forms, "Attempt", Free)
    code, client = forget_password(world.wang), world.client(None)
    for _ in range(12):
        set_anew(client, "AAAABBBBCCCC")
    assert set_anew(client, code).status_code == 302


def test_changing_it_oneself_ends_a_code_that_is_still_out(world):
    code = forget_password(world.wang)
    keep_password(fresh(world.wang), OLD)
    assert not code_fits(fresh(world.wang), code)
