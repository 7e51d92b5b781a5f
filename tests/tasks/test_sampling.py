"""抽查: the same few for everybody, drawn by month and place, looked at by who had no part in them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.tasks import sampling
from tongxin.tasks.models import Claim
from tongxin.workflow.transitions import Refused


@pytest.fixture
def month(world, time_machine):
    """Forty verified claims of this November and one of October."""
    time_machine.move_to("2026-11-20T10:00:00+08:00", tick=False)
    for n in range(41):
        end = timezone.now() - dt.timedelta(hours=3 * n + 1)
        claim = world.claimed(world.past_task(starts_at=end - dt.timedelta(hours=2), ends_at=end), world.alan)
        claim.report(by=world.alan, hours=Decimal(2))
        claim.verify(by=world.zhou)
    Claim.objects.filter(pk=Claim.objects.order_by("pk").last().pk).update(
        verified_at=timezone.now() - dt.timedelta(days=30)
    )
    return "2026-11"


def test_a_twentieth_by_lot_the_same_for_everybody(world, month):
    drawn = sampling.drawn(world.neighbourhood, month)
    assert len(drawn) == 2 and drawn == sampling.drawn(world.neighbourhood, month)
    assert len(sampling.drawn(world.neighbourhood, "2026-10")) == 1
    assert sampling.drawn(world.sibling, month) == sampling.drawn(world.neighbourhood, "2026-09") == []
    pages = [world.client(who).get(f"/tasks/sample/?place={world.neighbourhood.pk}&month={month}").content.decode()
             for who in (world.wang, world.shen, world.auditor)]  # fmt: skip
    assert all(page.count("没有问题") == pages[0].count("没有问题") == 2 for page in pages)


def test_the_result_is_noted_with_its_words(world, month):
    pk = sampling.drawn(world.neighbourhood, month)[0]
    world.client(world.wang).post(f"/tasks/claims/{pk}/sample/", {"result": "look", "reason": "请再问一下"})
    event = Event.objects.get(verb="claim.sample")
    assert (event.subject_id, event.actor_id, event.facts, event.reason) == (
        pk,
        world.wang.pk,
        {"result": "look"},
        "请再问一下",
    )
    page = (
        world.client(world.auditor).get(f"/tasks/sample/?place={world.neighbourhood.pk}&month={month}").content.decode()
    )
    assert "需要核对" in page and "请再问一下" in page
    assert world.alan.name not in page  # the auditor reads no roster


def test_who_had_a_part_does_not_look(world, month):
    claim = Claim.objects.get(pk=sampling.drawn(world.neighbourhood, month)[0])
    Claim.objects.filter(pk=claim.pk).update(verified_by=world.wang)
    with pytest.raises(Refused, match="另一位"):
        sampling.note(Claim.objects.get(pk=claim.pk), by=world.wang, result="fine")
    for stranger in (world.zhou, world.alan, world.far_secretary, world.he):
        with pytest.raises(PermissionDenied):
            sampling.note(claim, by=stranger, result="fine")


def test_red_twin_without_the_question_the_captain_finds_his_own_work_fine(world, month, monkeypatch):
    claim = Claim.objects.get(pk=sampling.drawn(world.neighbourhood, month)[0])
    monkeypatch.setattr(sampling, "can", lambda *_: True)
    with pytest.raises(Refused):  # the second belt
        sampling.note(claim, by=world.zhou, result="fine")
    sampling.note(claim, by=world.outsider, result="fine")
    assert Event.objects.get(verb="claim.sample").actor_id == world.outsider.pk


def test_nobody_picks_what_to_look_at(world, month):
    drawn = sampling.drawn(world.neighbourhood, month)
    other = Claim.objects.exclude(pk__in=drawn).filter(verified_at__month=11).first()
    with pytest.raises(Refused, match="不在"):
        sampling.note(other, by=world.wang, result="fine")


@pytest.mark.parametrize(
    "query", ["?place=x&month=2026-13", "?place=99999999999999999999", "?place=１２&month=", "?place=0"]
)
def test_nonsense_in_the_address_shows_the_usual_page(world, query):
    assert world.client(world.wang).get(f"/tasks/sample/{query}").status_code == 200
