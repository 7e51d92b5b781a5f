"""A lost second factor and an account switched off: asked by one, decided by another, effective at once."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from tongxin.access.policy import ALWAYS, Permission, Role
from tongxin.journal.models import Event
from tongxin.oversight import accounts
from tongxin.oversight.accounts import switch_off, switch_on
from tongxin.oversight.models import Reset
from tongxin.oversight.models import reset as reset_module
from tongxin.people.models import Person
from tongxin.refused import Refused

OLD = "correct horse battery"


def fresh(person):
    return Person.objects.get(pk=person.pk)


def asked(world, person=None):
    return Reset.ask(person=person or world.wang, how="face", by=world.admin, reason="换了手机")


def test_asked_by_one_approved_by_another(world):
    client = world.client(world.wang)
    assert client.get("/registrations/").status_code == 200
    request = asked(world)
    assert client.get("/registrations/").status_code == 200  # nothing has changed yet
    request.approve(by=world.security)
    assert not fresh(world.wang).totp_secret
    assert client.get("/registrations/").status_code == 302  # signed out everywhere
    events = Event.objects.filter(verb__startswith="reset.").values_list("verb", "actor_id")
    assert list(events) == [("reset.ask", world.admin.pk), ("reset.approve", world.security.pk)]


def test_the_next_sign_in_sets_up_a_new_one(world):
    asked(world).approve(by=world.security)
    client = world.client(None)
    answer = client.post(reverse("people:staff_sign_in"), {"username": "wang", "password": "correct horse battery"})
    assert answer.headers["Location"] == reverse("people:second_factor")
    assert "data:image/svg" in client.get(reverse("people:second_factor")).content.decode()
    assert client.get("/registrations/").headers["Location"] == reverse("people:second_factor")


@pytest.mark.parametrize("who", ["admin", "he", "wang", "auditor", "shen", "alan"])
def test_only_security_approves(world, who):
    with pytest.raises(PermissionDenied):
        asked(world).approve(by=getattr(world, who))


@pytest.mark.parametrize("who", ["security", "he", "wang", "auditor"])
def test_only_system_administration_asks(world, who):
    with pytest.raises(PermissionDenied):
        Reset.ask(person=world.shen, how="face", by=getattr(world, who))


def test_not_for_oneself(world):
    request = asked(world, world.security)
    with pytest.raises(Refused, match="不能批准自己"):
        request.approve(by=world.security)
    other = world.staff("另一位", "an2", Role.SECURITY, world.district, "")
    request.approve(by=other)
    assert not fresh(world.security).totp_secret


def test_red_twin_even_without_the_guard_the_table_refuses(world, monkeypatch):
    monkeypatch.setitem(ALWAYS, Role.ADMIN, ALWAYS[Role.ADMIN] | {Permission.RESET_FACTOR})
    request = asked(world)
    with pytest.raises(Refused):
        request.approve(by=fresh(world.admin))
    with pytest.raises(IntegrityError), transaction.atomic():
        Reset.objects.filter(pk=request.pk).update(decided_by=world.admin, status="done")


def test_red_twin_without_ending_sessions_a_thief_would_stay(world, monkeypatch):
    client = world.client(world.wang)
    monkeypatch.setattr(reset_module, "end_sessions", lambda person: 0)
    asked(world).approve(by=world.security)
    assert client.get("/registrations/").status_code == 200


def test_declining_says_why_and_leaves_the_old_one(world):
    request = asked(world)
    with pytest.raises(Refused, match="原因"):
        request.decline(by=world.security, reason=" ")
    request = Reset.objects.get()
    request.decline(by=world.security, reason="请当面核对工作证")
    assert fresh(world.wang).totp_secret
    assert asked(world).pk != request.pk


def test_asking_twice_is_asking_once(world):
    assert asked(world).pk == asked(world).pk
    assert Event.objects.filter(verb="reset.ask").count() == 1


def test_members_have_none_to_reset(world):
    with pytest.raises(PermissionDenied):
        asked(world, world.alan)


def test_the_pages_from_asking_to_approving(world):
    admin, security = world.client(world.admin), world.client(world.security)
    form = {"person": world.wang.pk, "how": "call", "reason": "手机进水"}
    assert admin.post(reverse("oversight:reset_new"), form | {"how": ""}).status_code == 422
    admin.post(reverse("oversight:reset_new"), form)
    request = Reset.objects.get()
    assert "批准重置" in security.get(reverse("oversight:resets")).content.decode()
    assert "批准重置" not in admin.get(reverse("oversight:resets")).content.decode()
    security.post(reverse("oversight:reset_approve", args=[request.pk]))
    assert Reset.objects.get().status == "done"


# passwords ------------------------------------------------------------------------------------------------------------


def forgotten(world, person=None, by=None):
    return Reset.ask(person=person or world.wang, how="face", kind="password", by=by or world.admin, reason="忘了")


def test_a_forgotten_password_asked_by_one_approved_by_another(world):
    client = world.client(world.wang)
    request = forgotten(world)
    assert client.get("/registrations/").status_code == 200 and fresh(world.wang).check_password(OLD)
    page = world.client(world.security).post(reverse("oversight:reset_approve", args=[request.pk])).content.decode()
    code = re.search(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", page)[0]
    assert fresh(world.wang).totp_secret and not fresh(world.wang).check_password(OLD)
    assert client.get("/registrations/").status_code == 302  # signed out everywhere
    again = world.client(world.security).get(reverse("oversight:resets")).content.decode()
    assert code not in again and code not in str(list(Event.objects.values_list("reason", "facts")))
    new = {"username": "wang", "code": code, "new": "a quite different one", "again": "a quite different one"}
    assert world.client(None).post(reverse("people:set_password"), new).status_code == 302
    assert fresh(world.wang).check_password("a quite different one")


def test_the_code_is_shown_once(world):
    client, path = world.client(world.security), reverse("oversight:reset_approve", args=[forgotten(world).pk])
    assert client.post(path).status_code == 200
    assert client.post(path).status_code == 409


def test_declined_the_old_password_goes_on(world):
    forgotten(world).decline(by=world.security, reason="请当面来")
    assert fresh(world.wang).check_password(OLD)


def test_both_may_be_lost_at_once_and_each_is_asked_once(world):
    assert forgotten(world).pk == forgotten(world).pk != asked(world).pk
    assert Event.objects.filter(verb="reset.ask").count() == 2


def test_a_password_is_for_two_as_well(world):
    request = forgotten(world, world.security)
    with pytest.raises(Refused, match="不能批准自己"):
        request.approve(by=world.security)
    with pytest.raises(PermissionDenied):
        forgotten(world).approve(by=world.admin)
    with pytest.raises(PermissionDenied):
        forgotten(world, by=world.security)
    assert fresh(world.security).check_password(OLD)


def test_red_twin_with_one_hand_a_password_would_be_taken_over(world, monkeypatch):
    monkeypatch.setitem(ALWAYS, Role.SECURITY, ALWAYS[Role.SECURITY] | {Permission.ASK_RESET})
    with pytest.raises(Refused, match="不能批准自己"):
        forgotten(world, by=fresh(world.security)).approve(by=fresh(world.security))
    monkeypatch.setattr(reset_module.Reset.approve.move.guard, "__code__", (lambda reset, by: None).__code__)
    with pytest.raises(IntegrityError), transaction.atomic():  # and the table is the second wall
        Reset.objects.get().approve(by=fresh(world.security))


# accounts ------------------------------------------------------------------------------------------------------------


def test_switched_off_at_the_next_request_and_on_again(world):
    client = world.client(world.wang)
    switch_off(world.wang, by=world.security, reason="手机和密码可能被人拿到")
    assert client.get("/registrations/").status_code == 302
    again = world.client(None).post(
        reverse("people:staff_sign_in"), {"username": "wang", "password": "correct horse battery"}
    )
    assert again.status_code == 200
    switch_on(fresh(world.wang), by=world.security, reason="已换密码")
    assert world.client(fresh(world.wang)).get("/registrations/").status_code == 200
    assert set(
        Event.objects.filter(subject_id=world.wang.pk, verb__startswith="person.switch").values_list("reason")
    ) == {
        ("手机和密码可能被人拿到",),
        ("已换密码",),
    }


def test_not_ones_own_and_not_without_a_reason(world):
    with pytest.raises(Refused, match="自己的账号"):
        switch_off(world.security, by=world.security, reason="试试")
    with pytest.raises(Refused, match="原因"):
        switch_off(world.wang, by=world.security, reason=" ")


@pytest.mark.parametrize("who", ["admin", "auditor", "he", "shen"])
def test_only_security_switches_off(world, who):
    with pytest.raises(PermissionDenied):
        switch_off(world.wang, by=getattr(world, who), reason="看不顺眼")


def test_red_twin_without_the_permission_anybody_could(world, monkeypatch):
    monkeypatch.setattr(accounts, "can", lambda *args: True)
    switch_off(world.wang, by=world.alan, reason="看不顺眼")
    assert not fresh(world.wang).is_active


def test_members_are_not_switched_off_here(world):
    with pytest.raises(PermissionDenied):
        switch_off(world.alan, by=world.security, reason="x")


# the page of security records ----------------------------------------------------------------------------------------


def test_the_security_page_says_that_it_happened_and_not_what_it_was_about(world):
    asked(world).approve(by=world.security)
    world.alan.reveal_phone(by=world.wang, reason="通知明早停水", place=world.neighbourhood)
    page = world.client(world.auditor).get(reverse("oversight:security")).content.decode()
    assert "申请重置动态口令" in page and "重置动态口令" in page
    assert "停水" not in page and "换了手机" not in page


def test_a_sign_in_and_wrong_tries_are_on_it(world):
    import pyotp

    visitor = world.client(None)
    visitor.post(reverse("people:staff_sign_in"), {"username": "wang", "password": "wrong wrong wrong"})
    client = world.client(None)
    client.post(reverse("people:staff_sign_in"), {"username": "wang", "password": "correct horse battery"})
    client.post(reverse("people:second_factor"), {"code": pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").now()})
    answer = world.client(world.security).get(reverse("oversight:security"))
    assert [event.verb for event in answer.context["page"]] == ["person.sign_in"]
    assert sum(row["value"] for row in answer.context["tries"]) == 1


def test_the_keepers_of_the_system_and_its_security_do_not_read_the_journal(world):
    for person in (world.admin, world.security):
        for name in ("web:journal", "web:sample", "web:seals", "web:journal_export"):
            assert world.client(person).get(reverse(name)).status_code == 403
