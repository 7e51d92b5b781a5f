"""Holes that were found by attacking the house, each closed, each with a red twin that shows the harm without the guard."""

import datetime as dt
import os
import stat
import subprocess
import sys

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone

from tongxin.access.models import AppointmentQuerySet, appoint
from tongxin.access.policy import Role
from tongxin.channels import models as channels
from tongxin.channels.models import Attempt, Challenge, TooMany
from tongxin.channels.sms import send_sms
from tongxin.figures import forms
from tongxin.journal import models as journal
from tongxin.journal.models import Event
from tongxin.people.models import Kind, Person, Purpose, give_consent
from tongxin.people.names import clean_name
from tongxin.people.network import network_of
from tongxin.registrations.models import Registration
from tongxin.tasks.models import Claim, Task
from tongxin.teams import sheet
from tongxin.web import gate
from tongxin.workflow.transitions import Refused

PASSWORD = "correct horse battery"


# reading rights ------------------------------------------------------------------------------------------------------


def kinds_on_the_roster(world, reader):
    lines = world.client(reader).get(reverse("teams:roster")).context["lines"]
    return {line.name: line.kind for line in lines}


def test_a_hidden_kind_does_not_say_which_kind_it_is(world):
    """统战人士 alone behind "—" was as good as the word itself."""
    shown = kinds_on_the_roster(world, world.shen)
    assert set(shown.values()) == {"—"} and kinds_on_the_roster(world, world.wang)["吴文博"] == Kind.UNITED_FRONT


def test_red_twin_without_the_permission_the_kinds_would_stand_there(world, monkeypatch):
    monkeypatch.setattr(sheet, "can", lambda reader, permission, place: True)
    assert kinds_on_the_roster(world, world.shen)["吴文博"] == Kind.UNITED_FRONT


def test_the_journal_does_not_say_who_agreed_to_a_specific_identity(world):
    give_consent(world.alan, Purpose.SENSITIVE_KIND, text_version="x", by=world.alan).withdraw(by=world.alan)
    page = world.client(world.auditor).get(reverse("web:journal")).content.decode()
    assert Purpose.SENSITIVE_KIND.label not in page
    assert not Event.objects.filter(facts__purpose="sensitive_kind").exists()


def test_red_twin_the_journal_would_have_said_it(world, monkeypatch):
    from tongxin.people import models

    monkeypatch.setattr(
        models, "_journal", lambda verb, consent, by, facts: models.record(verb, subject=consent, by=by, facts=facts)
    )
    give_consent(world.alan, Purpose.SENSITIVE_KIND, text_version="x", by=world.alan)
    assert Purpose.SENSITIVE_KIND.label in world.client(world.auditor).get(reverse("web:journal")).content.decode()


def test_a_stranger_who_has_only_checked_in_does_not_get_the_captains_number(world):
    url = reverse("people:reveal", args=[world.zhou.pk])
    assert world.client(world.newcomer).post(url, {"reason": "问一下"}).status_code == 404
    assert world.client(world.alan).post(url, {"reason": "问一下"}).status_code == 200


def test_red_twin_any_post_would_open_the_captains_number(world, monkeypatch):
    monkeypatch.setattr(AppointmentQuerySet, "exclude", lambda self, **what: self)
    assert Person.objects.contactable_by(world.newcomer).filter(pk=world.zhou.pk).exists()


# acting rights -------------------------------------------------------------------------------------------------------


def sign_in(client, password, username="wang", **extra):
    return client.post(reverse("people:staff_sign_in"), {"username": username, "password": password}, **extra)


def test_a_thousand_wrong_passwords_and_the_owner_still_gets_in(world):
    guesser = world.client(None)
    for n in range(40):
        sign_in(guesser, f"wrong number {n}", REMOTE_ADDR="192.0.2.7")
    assert "试得太多了" in sign_in(guesser, PASSWORD, REMOTE_ADDR="192.0.2.7").content.decode()  # even the right one
    assert Attempt.objects.count() <= 3 * channels.FREE_TRIES  # what was not looked at is not counted
    assert sign_in(world.client(None), PASSWORD, REMOTE_ADDR="192.0.2.8").status_code == 302


def test_the_pause_ends(world, monkeypatch):
    client = world.client(None)
    for n in range(channels.FREE_TRIES):
        sign_in(client, f"wrong number {n}")
    Attempt.objects.update(at=timezone.now() - dt.timedelta(minutes=6))
    assert sign_in(client, PASSWORD).status_code == 302
    assert Attempt.objects.filter(key=channels._keyed("try:password:wang:127.0.0.1")).count() == 0


def test_red_twin_without_pauses_every_guess_is_looked_at(world, monkeypatch):
    monkeypatch.setattr(channels, "FREE_TRIES", 10**6)
    monkeypatch.setattr(channels, "FREE_ACCOUNT", 10**6)
    client = world.client(None)
    for n in range(12):
        sign_in(client, f"wrong number {n}")
    assert sign_in(client, PASSWORD).status_code == 302


def test_the_second_factor_cannot_be_guessed_either(world):
    client = world.client(None)
    sign_in(client, PASSWORD)
    said = [client.post(reverse("people:second_factor"), {"code": f"{n:06d}"}).content.decode() for n in range(9)]
    assert "试得太多了" in said[-1] and "试得太多了" not in said[0]


def test_a_text_message_is_no_substitute_for_the_password(world, sms):
    client, number = world.client(None), world.wang.local_phone
    client.post(reverse("people:sign_in"), {"phone": number, "action": "send"})
    answer = client.post(reverse("people:sign_in"), {"phone": number, "code": sms.code()})
    assert answer.url == reverse("people:staff_sign_in") and "_auth_user_id" not in client.session


def test_a_staff_member_cannot_verify_the_hours_of_their_own_second_account(world):
    twin = world.member(world.wang.name, world.neighbourhood)
    claim = world.claimed(world.past_task(), twin, status="reported", hours=1, reported_at=timezone.now())
    with pytest.raises(Refused, match="同名"):
        claim.verify(by=world.wang)
    claim.verify(by=world.zhou)
    with pytest.raises(Refused, match="同名"):
        world.register(world.wang.name).accept(by=world.wang)


def test_red_twin_the_second_account_would_be_verified(world, monkeypatch):
    monkeypatch.setattr(Person, "may_be", lambda self, other: False)
    twin = world.member(world.wang.name, world.neighbourhood)
    claim = world.claimed(world.past_task(), twin, status="reported", hours=1, reported_at=timezone.now())
    claim.verify(by=world.wang)
    assert Claim.objects.get(pk=claim.pk).status == Claim.Status.VERIFIED


def test_somebody_elses_form_key_makes_a_task_of_ones_own(world):
    first = world.task(submit_key="k" * 32)
    fields = {name: getattr(first, name) for name in "title spot starts_at ends_at seats risk_text place".split()}
    mine = Task.draft(by=world.wang, submit_key="k" * 32, **fields)
    assert mine.pk != first.pk and mine.contact == world.wang


def test_codes_asked_for_at_once_are_counted_together(db, monkeypatch):
    """The row is there before the count: whoever comes second sees it."""
    for _ in range(channels.PER_HOUR):
        Challenge.issue(number_index="a", address="192.0.2.1")
    with pytest.raises(TooMany):
        Challenge.issue(number_index="a", address="192.0.2.2")
    assert Challenge.objects.count() == channels.PER_HOUR


def test_the_network_is_the_last_hop_of_our_own_proxy_only(rf, settings):
    asked = rf.get("/", HTTP_X_FORWARDED_FOR="203.0.113.1, 198.51.100.2", REMOTE_ADDR="127.0.0.1")
    assert network_of(asked) == "127.0.0.1"
    settings.SECURE = True
    assert network_of(asked) == "198.51.100.2"
    assert network_of(rf.get("/", HTTP_X_FORWARDED_FOR="2001:db8:1:2:3::9")) == "2001:db8:1:2::/64"


# the demo ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("elsewhere", [{"REMOTE_ADDR": "192.0.2.9"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}])
def test_a_demo_answers_nobody_elsewhere(world, settings, elsewhere):
    settings.DEMO = True
    for url in ("/", "/demo/", reverse("people:sign_in"), reverse("registrations:start")):
        assert world.client(None).get(url, **elsewhere).status_code == 403
    assert world.client(None).get("/demo/").status_code == 200


def test_red_twin_elsewhere_the_code_would_stand_on_the_page(world, settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(gate, "at_this_machine", lambda request: True)
    sent = {"phone": world.alan.local_phone, "action": "send"}
    page = world.client(None).post(reverse("people:sign_in"), sent, REMOTE_ADDR="192.0.2.9")
    assert "验证码是" in page.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"TONGXIN_SECURE": "1"}, {"TONGXIN_HOSTS": "tongxin.invalid"}, {"TONGXIN_HOSTS": "*"}]
)
def test_a_demo_for_the_world_does_not_start(tmp_path, wrong):
    env = (
        os.environ
        | {"TONGXIN_DEMO": "1", "TONGXIN_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tongxin.settings"}
        | wrong
    )
    done = subprocess.run(
        [sys.executable, "-m", "django", "check"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0 and ImproperlyConfigured.__name__ in done.stderr


# what stays behind ---------------------------------------------------------------------------------------------------


def test_a_number_typed_into_a_reason_does_not_stay_in_the_journal(world):
    world.alan.reveal_phone(by=world.wang, reason="回电 13812345678，+86 139-1234-5678")
    reason = Event.objects.filter(verb="person.reveal").latest("pk").reason
    assert reason == "回电 138****5678，139****5678"


def test_red_twin_the_number_would_stay(world, monkeypatch):
    monkeypatch.setattr(journal, "mask_numbers", str)
    world.alan.reveal_phone(by=world.wang, reason="回电 13812345678")
    assert "13812345678" in Event.objects.filter(verb="person.reveal").latest("pk").reason


def test_the_outbox_is_the_owners_alone_from_the_first_byte(settings, monkeypatch):
    before = os.umask(0)
    send_sms("+8619920001234", "测试")
    os.umask(before)
    assert stat.S_IMODE((settings.DATA_DIR / "sms-outbox.jsonl").stat().st_mode) == 0o600


def test_no_number_lies_in_the_sessions(world, sms):
    client, number = world.client(None), world.number()
    client.post(reverse("registrations:start"), {"phone": number, "action": "send"})
    kept = "".join(str(row.get_decoded()) for row in Session.objects.all())
    assert number not in kept and "code_token" in kept


# words ---------------------------------------------------------------------------------------------------------------


def test_a_form_of_address_stays_as_short_as_it_may_be(world):
    world.client(world.alan).post(
        reverse("people:set_salutation"), {"salutation": "\ufdfa"}
    )  # eighteen when normalised
    world.alan.refresh_from_db()
    assert 0 < len(world.alan.salutation) <= 12


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2066", "\x07"])
def test_what_cannot_be_seen_makes_no_other_name(hidden):
    assert clean_name(f"王{hidden}敏") == "王敏"


def test_a_sign_in_leads_nowhere_else(world, sms):
    for there in ("https://example.invalid/", "//example.invalid", "admin", "NaN", "/\\example.invalid"):
        client, number = world.client(None), world.member("某人", world.neighbourhood).local_phone
        client.post(reverse("people:sign_in"), {"phone": number, "action": "send"}, REMOTE_ADDR=f"192.0.2.{len(there)}")
        answer = client.post(reverse("people:sign_in"), {"phone": number, "code": sms.code(), "next": there})
        assert answer.status_code == 302 and "example" not in answer.url


def test_a_weak_first_password_is_named_on_the_form(world):
    data = {
        "name": "某某",
        "username": "mou",
        "role": Role.SECRETARY,
        "place": world.neighbourhood.pk,
        "password": "1234567890",
    }
    assert world.client(world.admin).post(reverse("access:new"), data).status_code == 200
    assert not Person.objects.filter(username="mou").exists()


def test_a_body_larger_than_any_upload_is_not_read(world, settings):
    settings.LARGEST_BODY = 100
    assert world.client(None).post(reverse("people:sign_in"), {"phone": "1" * 200}).status_code == 413


def test_the_newest_post_counts_at_once(world):
    """Leaving cuts the reading of numbers too."""
    url = reverse("people:reveal", args=[world.alan.pk])
    client = world.client(world.zhou)
    assert client.get(url).status_code == 200
    for post in world.zhou.appointments.all():
        post.end(by=world.wang)
    assert client.get(url).status_code == 404


def test_nobody_reviews_twice(world):
    one, other = (Registration.objects.get(pk=world.registration.pk) for _ in range(2))
    one.accept(by=world.wang)
    with pytest.raises(Refused):
        other.refuse(by=world.wang, reason="信息对不上")
    assert Registration.objects.get(pk=one.pk).status == Registration.Status.ACCEPTED


def test_a_second_secretary_may_do_what_the_namesake_may_not(world):
    other = world.staff("柳青", "liu", Role.SECRETARY, world.neighbourhood, "")
    appoint(other, Role.SECRETARY, world.neighbourhood, by=None)
    registration = world.register(world.wang.name)
    registration.accept(by=other)
    assert registration.status == Registration.Status.ACCEPTED


def kinds_of_two_days(world, reader):
    """The day before somebody joined and the day they did, as this reader sees 统战人士 of the 街镇."""
    for n in range(9):
        world.member(f"统一{n}", world.neighbourhood, kind=Kind.UNITED_FRONT, since=dt.date(2026, 5, 1))
        for place in (world.neighbourhood, world.sibling, world.far):  # so that no cell is small
            world.member(f"党员{n}", place, since=dt.date(2026, 5, 1))
    world.member("新来者", world.neighbourhood, kind=Kind.UNITED_FRONT, since=dt.date(2026, 9, 15))
    client, url = world.client(reader), reverse("figures:place", args=[world.subdistrict.pk])
    days = [client.get(url, {"as_of": f"2026-09-{day}"}) for day in (14, 15)]
    return [next(bar.shown.text for bar in day.context["bars"] if bar.kind == Kind.UNITED_FRONT) for day in days]


def test_two_neighbouring_days_do_not_say_what_kind_somebody_is(world):
    before, after = kinds_of_two_days(world, world.shen)
    assert before == after


def test_red_twin_day_by_day_they_would_say_it(world, monkeypatch):
    assert kinds_of_two_days(world, world.he) == ["10", "11"]
    monkeypatch.setattr(forms, "day_for", lambda reader, place, day: day)
    client, url = world.client(world.shen), reverse("figures:place", args=[world.subdistrict.pk])
    bars = client.get(url, {"as_of": "2026-09-15"}).context["bars"]
    assert next(bar.shown.text for bar in bars if bar.kind == Kind.UNITED_FRONT) == "11"
