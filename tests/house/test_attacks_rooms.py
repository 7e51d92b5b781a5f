"""Attacks on the rooms of the deep chain: absurd hours, hostile words, who complained, the broken glass, secret addresses."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from tests.house.matrix import DOORS, things
from tests.house.test_matrix import cast, knock
from tongxin.access.deputies import delegate
from tongxin.access.models import appoint
from tongxin.access.policy import Permission, Role
from tongxin.access.rules import can
from tongxin.feedback.models import Feedback
from tongxin.interop.models import CalendarFeed
from tongxin.journal.models import Event, kind_of
from tongxin.notifications.deliver import deliver
from tongxin.notifications.models import Notice
from tongxin.oversight.accounts import switch_off
from tongxin.oversight.models import Glass
from tongxin.people.erasure import erase
from tongxin.people.models import Consent, NumberChange, Person, Purpose, give_consent
from tongxin.refused import Refused
from tongxin.service.models import BackEntry, Dispute, Entry, award
from tongxin.tasks.models import Claim, Incident

ABSURD = ["-1", "-0.5", "0.25", "24.5", "1e9", "NaN", "Infinity", "９９", "1,5", "", " ", "0x10", "1" * 400]
HOSTILE = "<script>alert(1)</script>\u202e=cmd|' /C calc'!A0" + "长" * 60


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def reported(world, **more):
    facts = {"status": Claim.Status.REPORTED, "hours": Decimal(2), "reported_at": timezone.now()}
    return world.claimed(world.past_task(), world.alan, **(facts | more))


def line(world, hours=2):
    return award(
        world.alan, hours=hours, factor="ordinary", place=world.neighbourhood, served_on=timezone.localdate(),
        reason="楼道巡看", source=world.task(), by=world.wu,
    )  # fmt: skip


# hours no day has -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", ABSURD)
def test_no_form_takes_hours_that_are_none(world, hours):
    done = world.claimed(world.past_task(), world.alan)
    waiting, entry = reported(world), line(world)
    alan, wang = world.client(world.alan), world.client(world.wang)
    said = {"hours": hours, "reason": "核对过", "words": "不对", "factor": "ordinary"}
    paper = {"place": world.neighbourhood.pk, "served_on": "2026-11-20", "what": "送水", "evidence": "签到表"}
    paper |= {"factor": "ordinary", "people": [str(world.alan.pk)], "sheet": "s"}
    missing = {"place": world.neighbourhood.pk, "served_on": "2026-11-20", "what": "送水"}
    answers = [
        alan.post(reverse("tasks:report", args=[done.pk]), said),
        wang.post(reverse("tasks:correct", args=[waiting.pk]), said),
        alan.post(reverse("service:dispute_new", args=[entry.pk]), said),
        alan.post(reverse("service:missing_new"), said | missing),
        wang.post(reverse("service:back_new"), paper | {"hours": hours}),
    ]
    if hours.strip() and hours != "1" * 400:
        answers.append(wang.post(reverse("service:back_new"), paper | {"hours": "2", f"hours_{world.alan.pk}": hours}))
    assert all(answer.status_code < 500 for answer in answers)
    assert Entry.objects.count() == 1 and not Dispute.objects.exists()
    assert fresh(done).status == "claimed" and fresh(waiting).status == "reported"
    assert all(0 < back.hours <= 24 and back.hours % Decimal("0.5") == 0 for back in BackEntry.objects.all())


# words ------------------------------------------------------------------------------------------------------------------


def test_hostile_words_stay_words_on_every_desk(world):
    entry, claim = line(world), reported(world)
    task = world.past_task()
    world.claimed(task, world.alan)
    dispute = Dispute.raise_on(entry, by=world.alan, words=HOSTILE, hours=3)
    incident = Incident.note(task, by=world.alan, kind="hurt", words=HOSTILE)
    claim.correct(by=world.zhou, hours=Decimal("0.5"), reason=HOSTILE)
    claim.dispute(by=world.alan, reason=HOSTILE)
    told, token = Feedback.send(kind="complaint", about_kind="app", words=HOSTILE, network="n")
    deliver()
    pages = [
        (world.wang, reverse("service:dispute_desk", args=[dispute.pk])),
        (world.alan, reverse("service:dispute", args=[dispute.pk])),
        (world.wang, reverse("tasks:decide", args=[claim.pk])),
        (world.zhou, reverse("tasks:incidents")),
        (world.he, reverse("feedback:detail", args=[told.pk])),
        (None, reverse("feedback:follow", args=[token])),
        (world.wang, reverse("notifications:list")),
        (world.auditor, reverse("web:journal")),
    ]
    for reader, url in pages:
        answer = world.client(reader).get(url)
        assert answer.status_code == 200, url
        assert "<script>alert" not in answer.content.decode(), url
    assert incident.words == HOSTILE


def test_a_formula_in_a_reason_is_text_in_the_own_workbook(world):
    award(
        world.alan, hours=1, factor="ordinary", place=world.neighbourhood, served_on=timezone.localdate(),
        reason="=1+1", source=world.task(), by=world.wu,
    )  # fmt: skip
    body = world.client(world.alan).get(reverse("service:download")).content
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "=1+1" in text and "<f>" not in text


# who complained -----------------------------------------------------------------------------------------------------------


def test_nobody_reads_who_complained(world):
    """Signed in, with the answer sent to the account: neither the desk, nor the journal, nor a notice, nor a number says who."""
    client = world.client(world.alan)
    client.post(reverse("feedback:new"), {
        "kind": "complaint", "words": "居委会的人电话里吼我", "about_kind": "unit", "unit": world.neighbourhood.pk, "named": "on",
        "way": "link",
    })  # fmt: skip
    made = Feedback.objects.get()
    assert made.person == world.alan
    made.take_up(by=world.he)
    made.answer(by=world.he, words="已核实，请她道歉")
    client.post(reverse("feedback:rate_own", args=[made.pk]), {"happy": "no", "why": "没有道歉"})
    deliver()
    events = Event.objects.filter(subject_kind=kind_of(Feedback))
    assert {event.actor_id for event in events} == {None, world.he.pk}
    assert str(world.alan.pk) not in [str(value) for event in events for value in event.facts.values()]
    for reader in (world.he, world.wang, world.shen, world.auditor, world.admin, world.security):
        visitor = world.client(reader)
        for url in (
            reverse("feedback:detail", args=[made.pk]), reverse("feedback:desk"), f"/journal/of/feedback.feedback/{made.pk}/",
            reverse("notifications:list"),
        ):  # fmt: skip
            text = visitor.get(url).content.decode()
            assert world.alan.shown_as not in text and world.alan.name not in text, (reader.username, url)
    assert not Notice.objects.filter(person__in=[world.wang, world.shen]).exists()
    assert world.client(world.wang).get(reverse("feedback:detail", args=[made.pk])).status_code in (403, 404)


def test_the_secret_address_of_a_complaint_opens_nothing_else(world):
    first, token = Feedback.send(kind="complaint", about_kind="app", words="一", network="n")
    second, _ = Feedback.send(kind="complaint", about_kind="app", words="二", network="n")
    anybody = world.client(None)
    for word in (
        first.number,
        second.number,
        str(second.uid),
        first.token_hash,
        token[:-1],
        token.upper(),
        "0",
        "None",
    ):
        assert anybody.get(reverse("feedback:follow", args=[word])).status_code == 404
    assert anybody.post(reverse("feedback:rate", args=[token]), {"happy": "yes"}).status_code == 409
    assert fresh(first).status == Feedback.Status.RECEIVED  # nothing to rate yet


# the broken glass -----------------------------------------------------------------------------------------------------------


def test_a_broken_glass_mends_by_itself_and_is_one_persons(world, time_machine):
    other = world.staff("另一位", "ling", Role.CLERK, world.far_subdistrict, "")
    Glass.open(person=world.alan, case="missing", reason="三天没有开门", by=world.he)
    url = reverse("people:reveal", args=[world.alan.pk])
    assert world.client(world.he).get(url).status_code == 200
    assert world.client(other).get(url).status_code == 404
    assert world.client(world.auditor).get(url).status_code == 404
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=31))
    assert world.client(world.he).post(url, {"reason": "再看一次"}).status_code == 404
    assert Event.objects.filter(verb="glass.open").count() == 1
    Glass.open(person=world.alan, case="missing", reason="还是没有开门", by=world.he)
    assert Event.objects.filter(verb="glass.open").count() == 2  # every half hour is announced anew


def test_a_broken_glass_opens_nobody_who_took_back_the_consent_and_nobody_elsewhere(world):
    with pytest.raises(PermissionDenied):
        Glass.open(person=world.outsider, case="other", reason="想找他谈谈", by=world.shen)
    Glass.open(person=world.alan, case="other", reason="想找她谈谈", by=world.he)
    for consent in Consent.objects.filter(person=world.alan, purpose=Purpose.CONTACT):
        consent.withdraw(by=world.alan)
    assert world.client(world.he).get(reverse("people:reveal", args=[world.alan.pk])).status_code == 404


# secret addresses and sessions -------------------------------------------------------------------------------------------------


def test_a_calendar_address_ends_with_its_person(world):
    token = CalendarFeed.start(world.alan, by=world.alan)
    url, anybody = reverse("interop:calendar", args=[token]), world.client(None)
    assert anybody.get(url).status_code == 200
    erase(world.alan, by=world.alan)
    assert anybody.get(url).status_code == 404
    assert anybody.get(reverse("interop:calendar", args=["x" * 43])).status_code == 404


def test_a_calendar_names_nobody(world):
    task = world.task(seats=5)
    for person in (world.alan, world.zhou, world.wu):
        world.claimed(task, person)
    token = CalendarFeed.start(world.alan, by=world.alan)
    text = world.client(None).get(reverse("interop:calendar", args=[token])).content.decode()
    for person in (world.alan, world.zhou, world.wu):
        assert person.name not in text and person.local_phone not in text and person.shown_as not in text


def test_a_calendar_address_ends_when_the_number_changes_hands(world):
    """Whoever had the old phone in hand may have copied it."""
    token = CalendarFeed.start(world.alan, by=world.alan)
    NumberChange.by_oneself(
        person=world.alan, number="+8619920005555", by=world.alan, address=lambda token: f"/{token}"
    )
    assert world.client(None).get(reverse("interop:calendar", args=[token])).status_code == 404


def test_open_sessions_end_with_the_person_and_the_account(world):
    alan, wang = world.client(world.alan), world.client(world.wang)
    erase(world.alan, by=world.alan)
    switch_off(world.wang, by=world.security, reason="手机丢了")
    for client in (alan, wang):
        assert "/people/" in client.get(reverse("people:me")).headers.get("Location", "")


# posts ahead of their time -----------------------------------------------------------------------------------------------------


def test_a_post_in_the_future_is_not_used_now(world):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    appoint(world.alan, Role.CAPTAIN, world.sibling, by=None, since=tomorrow)
    delegate(world.wang.appointments.get(), to=world.shen, since=tomorrow, until=tomorrow, reason="出差", by=world.wang)
    assert not can(Person.objects.get(pk=world.alan.pk), Permission.VERIFY_CLAIM, world.sibling)
    assert not can(Person.objects.get(pk=world.shen.pk), Permission.REVIEW_REGISTRATION, world.neighbourhood)
    with pytest.raises((PermissionDenied, Refused)):
        world.registration.accept(by=Person.objects.get(pk=world.shen.pk))


# who is a party member ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alan", "wu", "zhou", "neighbour"])
def test_no_page_of_a_volunteer_says_what_kind_somebody_is(world, name):
    """Red line 1, on every page of the deep rooms: the word itself never stands there."""
    made, client = things(world), world.client(cast(world, name))
    give_consent(world.alan, Purpose.THANKS, text_version="t", by=world.alan)
    rooms = ("tasks", "teams", "service", "notifications", "interop", "feedback", "access", "oversight", "figures")
    said = []
    for door in DOORS:
        if door.method == "GET" and door.name.split(":")[0] in rooms and door.name != "figures:definitions":
            answer = knock(world, door, client, made)
            text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="ignore")
            said += [f"{door}: {word}" for word in ("在职党员", "统战人士", "两代表一委员", "人员类别") if word in text]
    assert said == []
