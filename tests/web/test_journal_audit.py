"""The auditor's tools: whole traces with their seals, repeatable samples, the state of the chain, an extract. They change nothing."""

import pytest
from django.urls import reverse

from tests.house.matrix import DOORS, things
from tests.house.test_matrix import knock
from tests.journal.tampering import triggers_lifted
from tongxin.journal import seals
from tongxin.journal.models import Event, Seal, record
from tongxin.journal.seals import seal_now
from tongxin.oversight.models import Export
from tongxin.web import audit_views


def trace(world, subject):
    url = reverse("web:trace", args=[subject._meta.label_lower, subject.pk])
    return world.client(world.auditor).get(url)


def test_a_trace_is_everything_about_one_thing_oldest_first(world):
    registration = world.joined(world.registration)
    seal_now()
    answer = trace(world, registration)
    verbs = [event.verb for event in answer.context["events"]]
    assert verbs[:2] == ["registration.submit", "registration.accept"] and verbs[-1] == "registration.join"
    page = answer.content.decode()
    assert "没有被改动" in page and "孙一鸣" not in page


def tamper(event):
    """As a database administrator could."""
    with triggers_lifted("journal_event") as cursor:
        cursor.execute("UPDATE journal_event SET reason = 'changed' WHERE id = %s", [event.pk])


def test_a_changed_event_is_named_on_its_trace(world):
    event = record("place.correct", subject=world.far, by=world.he, place=world.far)
    seal_now()
    tamper(event)
    page = trace(world, world.far).content.decode()
    assert "封存对不上" in page and f"journal.event {event.pk}: changed after it was sealed" in page


def test_red_twin_without_looking_at_the_seal_nobody_would_see(world, monkeypatch):
    event = record("place.correct", subject=world.far, by=world.he, place=world.far)
    seal_now()
    tamper(event)
    monkeypatch.setattr(audit_views, "verify_seals", lambda numbers: [])
    assert "封存对不上" not in trace(world, world.far).content.decode()


def test_some_seals_are_judged_as_the_whole_chain_is(world):
    for _ in range(3):
        record("place.correct", subject=world.far, by=world.he, place=world.far)
        seal_now()
    numbers = list(Seal.objects.values_list("number", flat=True))
    assert seals.verify_seals(numbers) == seals.verify_chain() == []
    last = Event.objects.order_by("-pk").first()
    tamper(last)
    assert seals.verify_seals([last.seal_id - 1]) == []
    assert seals.verify_seals([last.seal_id]) == seals.verify_chain() != []


@pytest.mark.parametrize("kind", ["people.person", "no.such", "people.person/../x"])
def test_what_has_no_trace_is_not_there(world, kind):
    assert world.client(world.auditor).get(f"/journal/of/{kind}/987654321/").status_code == 404


# samples -------------------------------------------------------------------------------------------------------------


def drawn(world, **query):
    answer = world.client(world.auditor).get(reverse("web:sample", query=query))
    return [event.pk for event in answer.context["events"]], answer


def test_the_same_seed_draws_the_same_events(world):
    ids, answer = drawn(world, size="4", seed=7)
    assert len(ids) == 4 and "种子 <b" in answer.content.decode()
    again, _ = drawn(world, size="4", seed=7, until="2020-01-01")
    assert again == []
    family, _ = drawn(world, size="5%", seed=1, family="appointment")
    assert {Event.objects.get(pk=pk).verb.split(".")[0] for pk in family} == {"appointment"}


def test_later_events_do_not_change_a_sample_of_days_gone(world):
    import datetime as dt

    from django.utils import timezone

    from tongxin.journal.models import draft

    early = timezone.now() - dt.timedelta(days=40)
    Event.objects.bulk_create([draft("place.split", subject=world.far, place=world.far, at=early) for _ in range(20)])
    day = timezone.localdate(early).isoformat()
    asked = {"size": "5", "seed": 11, "since": day, "until": day}
    first, _ = drawn(world, **asked)
    for _ in range(10):
        record("place.split", subject=world.far, by=world.he, place=world.far)
    assert drawn(world, **asked)[0] == first and len(first) == 5


def test_a_new_seed_is_printed_and_on_record(world):
    _, answer = drawn(world, size="3")
    seed = answer.context["seed"]
    assert f"seed={seed}" in answer.content.decode()
    assert Event.objects.get(verb="journal.sample").facts["seed"] == f"{seed}"


@pytest.mark.parametrize("query", [{"size": "viel"}, {"size": "20", "family": "x"}, {"size": "5", "seed": "-1"}])
def test_odd_samples_are_explained(world, query):
    assert world.client(world.auditor).get(reverse("web:sample", query=query)).status_code == 422


# the chain -----------------------------------------------------------------------------------------------------------


def test_the_state_of_the_chain(world):
    seal_now()
    page = world.client(world.auditor).get(reverse("web:seals"), {"check": "1"}).content.decode()
    assert "没有被改动" in page and "库外存着的最后一封" in page
    event = Event.objects.exclude(seal=None).first()
    tamper(event)
    assert f"journal.event {event.pk}" in world.client(world.auditor).get(
        reverse("web:seals"), {"check": "1"}
    ).content.decode()  # fmt: skip


def test_an_extract_is_an_export_like_any_other(world):
    client, url = world.client(world.auditor), reverse("web:journal_export", query={"verb": "membership.begin"})
    assert client.post(url, {"purpose": ""}).status_code == 422
    answer = client.post(url, {"purpose": "季度审计"})
    assert answer.headers["Content-Disposition"].endswith('"journal.xlsx"')
    assert Export.objects.get().params == {"verb": "membership.begin"}


def test_by_place_name_or_code(world):
    client = world.client(world.auditor)
    record("place.correct", subject=world.far, by=world.he, place=world.far)
    events = list(client.get("/journal/", {"place": "师大一村"}).context["page"])
    assert events and {event.place_id for event in events} <= {world.far.pk, *[b.pk for b in world.far_buildings]}
    assert list(client.get("/journal/", {"place": world.far.code}).context["page"]) == events
    assert list(client.get("/journal/", {"place": "没有这里"}).context["page"]) == []


# read only -----------------------------------------------------------------------------------------------------------

#: What an auditor may press: words about what was seen, own exports, and what concerns oneself.
OWN = {
    "oversight:glass_review", "oversight:finding_new", "oversight:export_approve", "oversight:export_decline",
    "oversight:export_take", "web:journal_export", "figures:export",
}  # fmt: skip


def test_the_auditor_changes_nothing(world):
    """Every POST that lets the auditor in is one that concerns oneself (open to everybody) or a note of the audit."""
    everyone = {"alan", "shen", "he", "admin", "security"}
    presses = [door for door in DOORS if door.method == "POST" and "auditor" in door.who]
    assert {door.name for door in presses if not everyone <= set(door.who)} - OWN <= CHECKS


#: Notes of other rooms about what a sample showed.
CHECKS = {"tasks:sample_note", "service:check_note"}


def test_the_presses_of_the_work_are_closed_to_the_auditor(world):
    made, client = things(world), world.client(world.auditor)
    work = [door for door in DOORS if door.method == "POST" and "auditor" not in door.who and not door.visitors]
    assert work
    assert [str(door) for door in work if knock(world, door, client, made).status_code not in (403, 404)] == []
