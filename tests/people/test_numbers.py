"""A number changed, lost, or sold on by the operator: whoever takes over a number does not take over a person."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from tongxin.people import numbers
from tongxin.people.models import NumberChange, Person
from tongxin.people.numbers import finish_due, forget_numbers, take_number, unreachable
from tongxin.people.phones import normalise_phone
from tongxin.refused import Refused

NEW = "19920008811"
OTHER = "19920008822"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def address(token):
    return f"/people/number/{token}/"


def lost(world, **more):
    given = {
        "person": world.alan,
        "number": normalise_phone(NEW),
        "checked": "known",
        "by": world.wang,
        "address": address,
    }
    return NumberChange.ask_for(**(given | more))


def own(world, number=NEW):
    return NumberChange.by_oneself(person=world.alan, number=normalise_phone(number), by=world.alan, address=address)


def claimed(world):
    return NumberChange.claim(number=world.alan.phone)


def prove(client, url, sms, number, **more):
    client.post(url, {"phone": number, "action": "send"} | more)
    return client.post(url, {"phone": number, "code": sms.code()} | more)


def sent_to(sms, number) -> str:
    return "\n".join(one["text"] for one in sms.refresh() if one["to"] == normalise_phone(number))


def link_in(text) -> str:
    return re.search(r"(/people/number/[\w-]+/)", text)[1]


def fresh(person):
    return Person.objects.get(pk=person.pk)


def quiet(person):
    """Not used for a hundred days."""
    Person.objects.filter(pk=person.pk).update(last_login=None, created_at=timezone.now() - 100 * DAY)


# by oneself ----------------------------------------------------------------------------------------------------------


def test_a_member_changes_the_number_and_every_session_ends(world, sms):
    old, client, elsewhere = world.alan.local_phone, world.client(world.alan), world.client(world.alan)
    answer = prove(client, "/people/me/number/", sms, NEW)
    assert answer.headers["Location"] == "/people/sign-in/"
    assert fresh(world.alan).local_phone == NEW
    assert elsewhere.get("/people/me/").status_code == 302
    assert "换回" in sent_to(sms, old)
    visitor = world.client(None)
    assert prove(visitor, "/people/sign-in/", sms, NEW).status_code == 302
    assert visitor.get("/people/me/").status_code == 200


def test_red_twin_without_the_epoch_a_stolen_session_would_live_on(world, sms, monkeypatch):
    monkeypatch.setattr(Person, "end_sessions", lambda self: None)
    elsewhere = world.client(world.alan)
    own(world)
    assert elsewhere.get("/people/me/").status_code == 200


def test_a_wrong_code_changes_nothing(world, sms):
    client = world.client(world.alan)
    client.post("/people/me/number/", {"phone": NEW, "action": "send"})
    client.post("/people/me/number/", {"phone": NEW, "code": "000000" if sms.code() != "000000" else "111111"})
    assert fresh(world.alan).phone == world.alan.phone


def test_the_old_number_takes_it_back_within_three_days(world, sms):
    old = world.alan.local_phone
    own(world)
    link, thief, owner = link_in(sent_to(sms, old)), world.client(world.alan), world.client(None)
    assert owner.get(link).status_code == 200
    assert fresh(world.alan).local_phone == NEW, "opening the link alone does nothing"
    owner.post(link)
    assert fresh(world.alan).local_phone == old
    assert thief.get("/people/me/").status_code == 302
    assert owner.post(link).status_code == 404, "once"


def test_after_three_days_the_link_is_nothing(world, sms):
    old = world.alan.local_phone
    own(world)
    with time_machine.travel(timezone.now() + 4 * DAY):
        assert world.client(None).post(link_in(sent_to(sms, old))).status_code == 404


def test_nobody_changes_the_number_of_somebody_else(world):
    with pytest.raises(PermissionDenied):
        NumberChange.by_oneself(person=world.alan, number=normalise_phone(NEW), by=world.zhou, address=address)


def test_a_number_somebody_else_has_is_not_taken(world):
    with pytest.raises(Refused, match="另一个人名下"):
        own(world, world.zhou.local_phone)
    assert fresh(world.zhou).phone == world.zhou.phone and NumberChange.objects.count() == 0


def test_red_twin_without_the_question_the_database_still_refuses(world, monkeypatch):
    """The number taken by somebody else between the question and the writing."""
    monkeypatch.setattr(numbers, "_ask_free", lambda number, person: None)
    with pytest.raises(Refused, match="另一个人名下"):
        take_number(world.alan, world.zhou.phone)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=world.alan.pk).update(phone_index=world.zhou.phone_index)


# lost ----------------------------------------------------------------------------------------------------------------


def test_the_office_changes_a_lost_number_after_a_day(world, sms):
    old, client = world.alan.local_phone, world.client(world.wang)
    url = reverse("people:lost_number", args=[world.alan.pk])
    answer = prove(client, url, sms, NEW, checked="card")
    assert answer.headers["Location"] == reverse("people:matters")
    change = NumberChange.objects.get()
    assert (change.kind, change.status, change.asked_by, change.checked) == ("lost", "waiting", world.wang, "card")
    assert fresh(world.alan).local_phone == old, "not yet"
    assert "停下" in sent_to(sms, old) and "已受理" in sent_to(sms, NEW)
    assert finish_due(timezone.now() + 23 * HOUR) == 0
    assert finish_due(timezone.now() + 25 * HOUR) == 1 and finish_due(timezone.now() + 26 * HOUR) == 0
    assert fresh(world.alan).local_phone == NEW


def test_the_worker_is_who_does_it(world):
    from tongxin.workflow.clock import steps

    lost(world)
    step = next(step for step in steps() if step.name == "web.change_numbers")
    assert step.run(timezone.now() + 25 * HOUR) == 1 and fresh(world.alan).local_phone == NEW


def test_how_the_person_was_known_has_to_be_said(world, sms):
    page = prove(
        world.client(world.wang), reverse("people:lost_number", args=[world.alan.pk]), sms, NEW
    ).content.decode()
    assert "怎么确认是本人的" in page and not NumberChange.objects.exists()
    with pytest.raises(Refused, match="怎么确认"):
        lost(world, checked="")


def test_the_old_number_stops_it(world, sms):
    old = world.alan.local_phone
    change = lost(world)
    world.client(None).post(link_in(sent_to(sms, old)))
    change.refresh_from_db()
    assert change.status == "stopped" and finish_due(timezone.now() + 30 * HOUR) == 0
    assert fresh(world.alan).local_phone == old


def test_the_person_who_is_signed_in_sees_it_and_stops_it(world):
    lost(world)
    client = world.client(world.alan)
    assert "停下" in client.get("/people/me/").content.decode()
    client.post("/people/me/number/stop/")
    assert NumberChange.objects.get().status == "stopped"


def test_red_twin_without_the_wait_one_office_could_take_over_anybody(world, settings):
    settings.NUMBER_WAIT_HOURS = 0
    lost(world)
    finish_due(timezone.now())
    assert fresh(world.alan).local_phone == NEW


def test_a_guessed_link_stops_nothing(world):
    change = lost(world)
    assert world.client(None).post("/people/number/guess/").status_code == 404
    with pytest.raises(PermissionDenied):
        change.stop(token="guess")
    with pytest.raises(PermissionDenied):
        change.stop(by=world.zhou)


@pytest.mark.parametrize("who", ["zhou", "he", "auditor", "admin", "far_secretary", "alan"])
def test_only_the_own_office_may_ask(world, who):
    with pytest.raises(PermissionDenied):
        lost(world, by=getattr(world, who))
    page = world.client(getattr(world, who)).get(reverse("people:lost_number", args=[world.alan.pk]))
    assert page.status_code == 404


def test_red_twin_without_reach_a_far_office_could_ask(world, monkeypatch):
    from tongxin.people import reach

    monkeypatch.setattr(reach, "ask_reach", lambda reader, permission, *persons: None)
    assert lost(world, by=world.far_secretary).is_waiting


def test_staff_accounts_go_another_way(world):
    with pytest.raises(PermissionDenied):
        lost(world, person=world.wang, by=world.shen)


def test_the_office_does_not_do_its_own(world):
    namesake = world.member("王敏华", world.neighbourhood)
    with pytest.raises(Refused, match="另一位同事"):
        lost(world, person=namesake)


def test_one_change_at_a_time_for_a_person_and_for_a_number(world):
    lost(world)
    with pytest.raises(Refused, match="已有一次换号"):
        lost(world, number=normalise_phone(OTHER))
    with pytest.raises(Refused, match="已有一次换号"):
        lost(world, person=world.zhou)


def test_somebody_who_checks_in_with_the_number_meanwhile_keeps_it(world, sms):
    change = lost(world)
    stranger = world.person("许文博")
    stranger.set_phone(NEW)
    stranger.save()
    finish_due(timezone.now() + 25 * HOUR)
    change.refresh_from_db()
    assert change.status == "stopped" and fresh(stranger).local_phone == NEW
    assert fresh(world.alan).phone == world.alan.phone


# recycled by the operator --------------------------------------------------------------------------------------------


def test_a_long_silent_number_is_asked_for_the_name_and_shows_nothing(world, sms):
    quiet(world.alan)
    stranger = world.client(None)
    answer = prove(stranger, "/people/sign-in/", sms, world.alan.local_phone)
    assert answer.headers["Location"] == "/people/is-it-you/"
    page = stranger.get("/people/is-it-you/").content.decode()
    assert "陈" not in page and world.alan.local_phone not in page
    assert stranger.get("/people/me/").status_code == 302
    stranger.post("/people/is-it-you/", {"name": "许文博"})
    assert "_auth_user_id" not in stranger.session
    assert world.alan.phone not in str(dict(stranger.session.items()))


def test_red_twin_without_the_question_the_stranger_is_in(world, sms, monkeypatch):
    from tongxin.people import views

    quiet(world.alan)
    monkeypatch.setattr(views, "asks_who", lambda person, number: False)
    stranger = world.client(None)
    prove(stranger, "/people/sign-in/", sms, world.alan.local_phone)
    assert "陈阿兰" in stranger.get("/people/me/").content.decode()


def test_the_owner_says_the_name_and_is_in(world, sms):
    quiet(world.alan)
    owner = world.client(None)
    prove(owner, "/people/sign-in/", sms, world.alan.local_phone)
    owner.post("/people/is-it-you/", {"name": " 陈阿兰 "})
    assert owner.session["_auth_user_id"] == str(world.alan.pk)
    again = world.client(None)
    assert prove(again, "/people/sign-in/", sms, world.alan.local_phone).headers["Location"] == "/", "asked once"


def test_three_wrong_names_use_up_the_proof(world, sms):
    quiet(world.alan)
    stranger = world.client(None)
    prove(stranger, "/people/sign-in/", sms, world.alan.local_phone)
    for name in ("许文博", "许文博", "许文博", "陈阿兰"):
        stranger.post("/people/is-it-you/", {"name": name})
    assert "_auth_user_id" not in stranger.session


def test_nobody_is_asked_who_came_lately(world, sms):
    member = world.client(None)
    assert prove(member, "/people/sign-in/", sms, world.alan.local_phone).headers["Location"] == "/"


def test_a_stranger_with_the_number_asks_and_the_office_frees_it(world, sms):
    number = world.alan.local_phone
    page = prove(world.client(None), "/people/not-me/", sms, number).content.decode()
    assert "居委会核对" in page and "陈" not in page
    change = NumberChange.objects.get()
    office = world.client(world.wang)
    assert "号码已换人" in office.get(reverse("people:matters")).content.decode()
    office.post(reverse("people:decide_number", args=[change.pk]), {"action": "confirm"})
    assert fresh(world.alan).phone_index is None and Person.objects.by_phone(number) is None
    assert list(unreachable(world.wang)) == [world.alan] and not unreachable(world.far_secretary)
    assert "可以用它在同心报到" in sent_to(sms, number)


def test_the_old_owner_gets_another_number_at_the_office(world, sms):
    claimed(world).confirm(by=world.wang)
    lost(world)
    finish_due(timezone.now() + 25 * HOUR)
    assert fresh(world.alan).local_phone == NEW and not unreachable(world.wang)


def test_the_owner_who_still_has_it_answers_by_signing_in(world, sms):
    change = claimed(world)
    owner = world.client(None)
    answer = prove(owner, "/people/sign-in/", sms, world.alan.local_phone)
    assert answer.headers["Location"] == "/people/is-it-you/", "while somebody claims it the name is asked"
    owner.post("/people/is-it-you/", {"name": "陈阿兰"})
    change.refresh_from_db()
    assert change.status == "stopped" and fresh(world.alan).phone == world.alan.phone


def test_a_claim_nobody_answers_frees_only_a_silent_number(world):
    claimed(world)
    late = timezone.now() + 8 * DAY
    assert finish_due(late) == 0 and fresh(world.alan).phone_index
    quiet(world.alan)
    assert finish_due(late) == 1 and fresh(world.alan).phone_index is None


def test_red_twin_without_the_silence_a_claim_would_take_a_number_in_use(world, monkeypatch):
    claimed(world)
    monkeypatch.setattr(numbers, "_quiet", lambda person, now: True)
    assert finish_due(timezone.now() + 8 * DAY) == 1 and fresh(world.alan).phone_index is None


def test_only_the_own_office_frees_a_number(world):
    change = claimed(world)
    for who in (world.zhou, world.far_secretary, world.he, world.alan):
        with pytest.raises(PermissionDenied):
            change.confirm(by=who)


def test_a_lost_number_cannot_be_hurried(world):
    with pytest.raises(Refused, match="等满一天"):
        lost(world).confirm(by=world.wang)


def test_a_number_nobody_has_needs_no_claim(world, sms):
    answer = prove(world.client(None), "/people/not-me/", sms, NEW)
    assert answer.status_code == 409 and "可以直接报到" in answer.content.decode()


def test_the_number_of_staff_is_not_claimed(world):
    with pytest.raises(Refused, match="工作人员"):
        NumberChange.claim(number=world.wang.phone)


def test_claiming_twice_is_claiming_once(world):
    assert claimed(world) == claimed(world)


def test_no_number_stands_in_the_journal_and_sealed_ones_are_forgotten(world):
    from tongxin.journal.models import Event

    own(world)
    told = str(list(Event.objects.values_list("verb", "reason", "facts")))
    assert NEW not in told and world.alan.local_phone not in told
    assert forget_numbers(timezone.now() + 40 * DAY) == 1
    kept = NumberChange.objects.get()
    assert (kept.old_number, kept.new_number, kept.new_index) == ("", "", None)


def test_unknown_and_known_numbers_look_the_same_everywhere(world, sms):
    """Asking for a code says nothing; only whoever holds the phone hears more."""
    pages = [
        world.client(None).post("/people/not-me/", {"phone": number, "action": "send"}).content.decode()
        for number in (world.alan.local_phone, "19920009777")
    ]
    said = [re.sub(r'value="[^"]*"|19\d{9}', "", page) for page in pages]
    assert said[0] == said[1] and "验证码已发出" in pages[0]
