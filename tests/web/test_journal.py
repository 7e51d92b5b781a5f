"""The journal page: what happened at the reader's places, and that they looked."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tongxin.access.models import appoint
from tongxin.access.policy import Role
from tongxin.journal.models import Event, draft, record
from tongxin.journal.seals import seal_now
from tongxin.web import journal_words
from tongxin.workflow.transitions import moves_of

URL = "/journal/"


def found(client, **query) -> list[Event]:
    return list(client.get(reverse("web:journal", query=query)).context["page"])


@pytest.mark.parametrize(
    ("who", "status"), [("auditor", 200), ("he", 403), ("shen", 403), ("wang", 403), ("admin", 403), ("alan", 403)]
)
def test_only_who_checks_reads_the_journal(world, who, status):
    assert world.client(getattr(world, who)).get(URL).status_code == status


def test_events_are_newest_first_with_who_what_where_and_seal(world):
    world.alan.reveal_phone(by=world.wang, reason="通知明早停水", place=world.neighbourhood)
    seal_now()
    record("place.correct", subject=world.far, by=world.he, place=world.far)
    page = world.client(world.auditor).get(URL)
    events = list(page.context["page"])
    assert [event.verb for event in events[:3]] == ["journal.read", "place.correct", "person.reveal"]
    text = page.content.decode()
    for words in [
        "王书记",
        "居村党组织书记",
        "查看完整手机号",
        "陈**",
        "万里街道·中浩云居委会",
        "通知明早停水",
        "第1封",
        "待封存",
    ]:
        assert words in text
    assert "陈阿兰" not in text
    assert world.alan.local_phone not in text


def test_reading_is_on_record_once_an_hour_of_a_session(world):
    client = world.client(world.auditor)
    for _ in range(3):
        client.get(URL)
    assert Event.objects.filter(verb="journal.read", actor_id=world.auditor.pk).count() == 1
    world.client(world.auditor).get(URL)
    assert Event.objects.filter(verb="journal.read").count() == 2


@pytest.fixture
def street_auditor(world):
    """Checks one 街镇 only."""
    person = world.staff("街镇审计", "jie", Role.AUDITOR, world.subdistrict, "")
    record("place.correct", subject=world.far, by=world.he, place=world.far)
    record("person.salutation", subject=world.outsider, by=world.outsider)
    record("person.salutation", subject=world.alan, by=world.alan)
    record("demo.load", subject=world.district)
    return person


def test_other_places_and_their_people_are_not_there(world, street_auditor):
    events = found(world.client(street_auditor))
    places = {event.place_id for event in events}
    assert places <= {
        None,
        world.subdistrict.pk,
        world.neighbourhood.pk,
        world.sibling.pk,
        *[b.pk for b in world.buildings],
    }
    spoke = {event.subject_id for event in events if event.verb == "person.salutation"}
    assert spoke == {world.alan.pk}
    assert "demo.load" not in {event.verb for event in events}
    assert "demo.load" in {event.verb for event in found(world.client(world.auditor))}


def test_red_twin_without_the_scope_the_far_place_shows(world, street_auditor, monkeypatch):
    monkeypatch.setattr("tongxin.web.journal_views.readable", lambda reader, top: Event.objects.all())
    assert world.far.pk in {event.place_id for event in found(world.client(street_auditor))}


def test_filters_by_verb_day_and_person(world):
    client = world.client(world.auditor)
    early = timezone.now() - dt.timedelta(days=40)
    Event.objects.bulk_create([draft("place.split", subject=world.far, by=world.he, place=world.far, at=early)])
    assert {event.verb for event in found(client, verb="membership.begin")} == {"membership.begin"}
    day = timezone.localdate(early).isoformat()
    assert [event.verb for event in found(client, since=day, until=day)] == ["place.split"]
    mine = found(client, person=world.he.pk)
    assert mine
    assert all(world.he.pk in (event.actor_id, event.subject_id) for event in mine)


@pytest.mark.parametrize("query", [{"since": "昨天"}, {"verb": "坏事"}, {"person": "张三"}, {"page": "999"}])
def test_odd_filters_do_no_harm(world, query):
    assert world.client(world.auditor).get(reverse("web:journal", query=query)).status_code == 200


def test_the_post_is_the_one_held_then(world):
    record("place.correct", subject=world.far, by=world.shen, place=world.far)
    appoint(world.shen, Role.DISTRICT, world.district, by=None, since=timezone.localdate() + dt.timedelta(days=1))
    event = next(e for e in found(world.client(world.auditor)) if e.verb == "place.correct")
    assert (event.doer, event.post) == ("沈老师", "街镇工作人员")


def test_somebody_who_is_gone_is_a_number(world):
    Event.objects.bulk_create(
        [draft("place.correct", subject=world.far, place=world.far, by=type("Gone", (), {"pk": 987654})())]
    )
    event = next(e for e in found(world.client(world.auditor)) if e.actor_id == 987654)
    assert event.doer == "已注销人员987654"


def test_every_verb_that_is_written_has_a_word():
    source = Path(journal_words.__file__).parents[1]
    written = {
        verb
        for path in source.rglob("*.py")
        for verb in re.findall(r"\b(?:record|draft)\(\s*\"([a-z_.]+)\"", path.read_text())
    }
    for model in apps.get_models():
        written |= {f"{model._meta.model_name}.{move.name}" for move in moves_of(model)}
    assert written <= set(journal_words.VERBS), "give the new verb a Chinese word in web/journal_words.py"


def test_more_events_are_not_more_queries(world):
    client = world.client(world.auditor)

    def queries():
        client.get(URL)
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    few = queries()
    for n in range(30):
        record("place.correct", subject=[world.far, world.sibling, world.estate][n % 3], by=world.he, place=world.far)
    assert queries() == few
    assert few <= 15
