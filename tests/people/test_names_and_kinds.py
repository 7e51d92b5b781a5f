"""Correcting the own name, and several 人员类别 of one person."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tongxin.journal.models import Event
from tongxin.people import corrections, kinds
from tongxin.people.corrections import correct_name
from tongxin.people.kinds import confirm_kind, declare_kind, drop_kind, held_kinds, make_primary, to_confirm
from tongxin.people.models import Correction, Kind, Person, Purpose, give_consent
from tongxin.refused import Refused


def name_of(person):
    return Person.objects.get(pk=person.pk).name


def words(person):
    return [(one.kind, one.primary) for one in held_kinds(person)]


def test_a_settled_name_waits_for_the_office(world):
    world.client(world.alan).post("/people/me/name/", {"name": "陈阿岚"})
    assert name_of(world.alan) == "陈阿兰"
    asked = Correction.objects.get()
    office = world.client(world.wang)
    assert "陈阿岚" in office.get(reverse("people:matters")).content.decode()
    office.post(reverse("people:decide_name", args=[asked.pk]), {"action": "confirm"})
    assert name_of(world.alan) == "陈阿岚"
    asked.refresh_from_db()
    assert (asked.status, asked.name, asked.decided_by) == ("confirmed", "", world.wang)


def test_red_twin_without_the_office_a_known_name_would_change_at_once(world, monkeypatch):
    from tongxin.people import reach

    monkeypatch.setattr(reach, "is_settled", lambda person: False)
    assert correct_name(world.alan, "陈阿岚", by=world.alan) is None and name_of(world.alan) == "陈阿岚"


def test_a_name_nobody_relies_on_changes_at_once(world):
    fresh = world.person("孙二鸣")
    assert correct_name(fresh, "孙一鸣", by=fresh) is None and name_of(fresh) == "孙一鸣"


def test_the_office_may_leave_it_with_a_reason_the_person_reads(world):
    asked = correct_name(world.alan, "陈阿岚", by=world.alan)
    with pytest.raises(Refused, match="写明原因"):
        asked.decline(by=world.wang, reason=" ")
    asked.decline(by=world.wang, reason="和身份证不一样")
    assert name_of(world.alan) == "陈阿兰"
    with pytest.raises(Refused, match="已经办过"):
        Correction.objects.get().confirm(by=world.wang)


def test_asking_again_changes_the_wish_and_withdrawing_ends_it(world):
    correct_name(world.alan, "陈阿岚", by=world.alan)
    correct_name(world.alan, "陈阿蓝", by=world.alan)
    assert Correction.objects.get().name == "陈阿蓝"
    world.client(world.alan).post("/people/me/name/withdraw/")
    assert Correction.objects.get().status == "withdrawn" and name_of(world.alan) == "陈阿兰"


@pytest.mark.parametrize("who", ["zhou", "alan", "he", "far_secretary", "admin"])
def test_only_the_own_office_confirms_a_name(world, who):
    asked = correct_name(world.alan, "陈阿岚", by=world.alan)
    with pytest.raises(PermissionDenied):
        asked.confirm(by=getattr(world, who))
    answer = world.client(getattr(world, who)).post(
        reverse("people:decide_name", args=[asked.pk]), {"action": "confirm"}
    )
    assert answer.status_code == 404 and name_of(world.alan) == "陈阿兰"


def test_no_name_stands_in_the_journal(world):
    correct_name(world.alan, "陈阿岚", by=world.alan).confirm(by=world.wang)
    told = str(list(Event.objects.values_list("verb", "reason", "facts")))
    assert "陈阿" not in told and corrections.LONGEST == 25


def test_several_kinds_one_of_them_counts(world):
    made = declare_kind(world.alan, Kind.ABLE, by=world.alan)
    assert words(world.alan) == [(Kind.PARTY, True), (Kind.ABLE, False)]
    make_primary(made, by=world.alan)
    assert words(world.alan) == [(Kind.ABLE, True), (Kind.PARTY, False)]
    assert world.alan.categories.exclude(until=None).count() == 2, "what it was before stays readable"


def test_the_sum_of_primary_ones_stays_the_headcount(world):
    declare_kind(world.alan, Kind.ABLE, by=world.alan)
    drop_kind(held_kinds(world.alan)[0], by=world.alan)
    assert words(world.alan) == [(Kind.ABLE, True)]
    drop_kind(held_kinds(world.alan)[0], by=world.alan)
    assert words(world.alan) == [(Kind.VOLUNTEER, True)]
    with pytest.raises(Refused, match="至少留一项"):
        drop_kind(held_kinds(world.alan)[0], by=world.alan)


def test_a_specific_identity_needs_its_own_consent(world):
    with pytest.raises(Refused, match="另行同意"):
        declare_kind(world.alan, Kind.DELEGATE, by=world.alan)
    give_consent(world.alan, Purpose.SENSITIVE_KIND, text_version="x", by=world.alan)
    declare_kind(world.alan, Kind.DELEGATE, by=world.alan)
    world.client(world.alan).post(f"/people/me/consents/{Purpose.SENSITIVE_KIND}/")
    assert words(world.alan) == [(Kind.PARTY, True)]


def test_red_twin_without_the_question_it_would_be_kept_without_consent(world, monkeypatch):
    monkeypatch.setattr(kinds, "_agreed", lambda person: True)
    assert declare_kind(world.alan, Kind.DELEGATE, by=world.alan).kind == Kind.DELEGATE


def test_nobody_declares_for_somebody_else(world):
    with pytest.raises(PermissionDenied):
        declare_kind(world.alan, Kind.ABLE, by=world.zhou)
    mine = held_kinds(world.alan)[0]
    answer = world.client(world.zhou).post(reverse("people:change_kind", args=[mine.pk]), {"action": "drop"})
    assert answer.status_code == 404 and words(world.alan) == [(Kind.PARTY, True)]


def test_the_office_confirms_what_was_declared(world):
    made = declare_kind(world.alan, Kind.ABLE, by=world.alan)
    assert made in to_confirm(world.wang) and not to_confirm(world.shen), "who may not read kinds is not asked"
    with pytest.raises(PermissionDenied):
        confirm_kind(made, by=world.shen)
    world.client(world.wang).post(reverse("people:decide_kind", args=[made.pk]))
    made.refresh_from_db()
    assert made.confirmed_by == world.wang and made not in to_confirm(world.wang)


def test_the_journal_says_that_not_which(world):
    declare_kind(world.alan, Kind.ABLE, by=world.alan)
    event = Event.objects.get(verb="category.declare")
    assert Kind.ABLE not in f"{event.facts}{event.reason}"


def test_the_own_page_does_it_all(world):
    client = world.client(world.alan)
    client.post("/people/me/kinds/", {"kind": Kind.ABLE})
    page = client.get("/people/me/kinds/").content.decode()
    assert "等居委确认" in page and "按这项统计" in page
    made = held_kinds(world.alan)[1]
    client.post(reverse("people:change_kind", args=[made.pk]), {"action": "drop"})
    assert words(world.alan) == [(Kind.PARTY, True)]
