"""Perhaps the same person twice: shown when reviewing, with enough to judge by; a human says which, and is asked once."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from tongxin.journal.models import Event
from tongxin.people.models import Person
from tongxin.registrations.desk import rows_of
from tongxin.registrations.duplicates import likenesses_of
from tongxin.registrations.models import Registration, ToldApart
from tongxin.workflow.transitions import Refused


def likely(world, registration, reader="wang"):
    return [(one.registration.pk, one.signs) for one in likenesses_of(registration, getattr(world, reader))]


def with_number(registration, number):
    person = Person.objects.get(pk=registration.person_id)
    person.set_phone(number)
    person.save()
    return Registration.objects.get(pk=registration.pk)


def test_the_same_name_is_shown_with_what_else_agrees(world):
    one = with_number(world.register("许文博", home=world.buildings[0]), "19920008123")
    two = with_number(world.register("许文博", home=world.buildings[0]), "13920008123")
    world.register("许文博", place=world.far)
    assert likely(world, one) == [(two.pk, ("姓名相同", "住同一处", "手机号后4位相同"))]


def test_a_name_nearly_the_same_in_the_same_building_is_shown(world):
    one = world.register("欧阳文博", home=world.buildings[0])
    two = world.register("欧阳文搏", home=world.buildings[0])
    world.register("欧阳文搏", home=world.buildings[1])
    assert likely(world, one) == [(two.pk, ("姓名相近", "住同一处"))]


def test_neighbours_in_one_building_are_not_suspected(world):
    one = world.register("许文博", home=world.buildings[0])
    world.register("何佳怡", home=world.buildings[0])
    assert likely(world, one) == []


def test_whoever_left_another_neighbourhood_of_the_street_is_shown_masked(world):
    gone = world.register("许文博", place=world.sibling)
    gone.leave(by=gone.person)
    one = world.register("许文博")
    assert likely(world, one) == [(gone.pk, ("姓名相同",))]
    page = world.client(world.wang).get(reverse("registrations:detail", args=[one.pk])).content.decode()
    assert "许**" in page and reverse("registrations:detail", args=[gone.pk]) not in page
    assert [one.seen for one in likenesses_of(one, world.shen)] == [True]


def test_the_same_person_before_is_no_duplicate_but_stands_beside(world):
    first = world.register("许文博")
    first.refuse(by=world.wang, reason="不住在本居村")
    again = Registration.submit(phone=first.person.local_phone, name="许文博", place=world.neighbourhood)[0]
    assert likely(world, again) == []
    page = world.client(world.wang).get(reverse("registrations:detail", args=[again.pk])).content.decode()
    assert "同一位以前的报到" in page and "未通过" in page


def test_told_apart_once_and_asked_no_more_from_either_side(world):
    one, two = world.register("许文博"), world.register("许文博")
    path = reverse("registrations:tell_apart", args=[one.pk])
    world.client(world.wang).post(path, {"person": two.person_id})
    assert likely(world, one) == likely(world, two) == []
    assert not any(row.twin for row in rows_of([one, two], world.wang))
    ToldApart.note(two, one.person, by=world.wang)
    assert ToldApart.objects.count() == Event.objects.filter(verb="registration.tell_apart").count() == 1


def test_a_third_of_that_name_is_asked_about_all_the_same(world):
    one, two = world.register("许文博"), world.register("许文博")
    ToldApart.note(one, two.person, by=world.wang)
    three = world.register("许文博")
    assert {row.registration.pk for row in rows_of([one, two, three], world.wang) if row.twin} == {
        one.pk,
        two.pk,
        three.pk,
    }


def test_only_who_reviews_says_so_and_only_of_two(world):
    one, two = world.register("许文博"), world.register("许文博")
    with pytest.raises(PermissionDenied):
        ToldApart.note(one, two.person, by=world.zhou)
    with pytest.raises(Refused, match="同一个人"):
        ToldApart.note(one, one.person, by=world.wang)
    with pytest.raises(Refused, match="刷新"):
        ToldApart.note(one, None, by=world.wang)


def test_red_twin_without_the_question_a_captain_says_so(world, monkeypatch):
    one, two = world.register("许文博"), world.register("许文博")
    monkeypatch.setattr("tongxin.registrations.models.pairs.can", lambda *args: True)
    ToldApart.note(one, two.person, by=world.zhou)
    assert likely(world, one) == []


def test_the_way_to_merge_is_offered_to_who_may_at_both_ends(world):
    one, two = world.register("许文博"), world.register("许文博")
    urls = {who: likenesses_of(one, getattr(world, who))[0].merge_url for who in ("wang", "zhou", "shen")}
    merge = reverse("people:merge", args=[one.person_id, two.person_id])
    assert urls == {"wang": merge, "shen": merge, "zhou": ""}
    assert world.client(world.wang).get(merge).status_code == 200


def test_nothing_is_merged_by_itself(world):
    world.register("许文博", home=world.buildings[0]).accept(by=world.wang)
    world.register("许文博", home=world.buildings[0]).accept(by=world.wang)
    assert Person.objects.filter(registrations__status="accepted").count() == 2


@pytest.mark.parametrize("more", [1, 4])
def test_the_page_asks_the_same_number_of_questions(world, more, django_assert_max_num_queries):
    one = world.register("许文博", home=world.buildings[0])
    for _ in range(more):
        world.register("许文博", home=world.buildings[0])
    with django_assert_max_num_queries(8):
        assert (
            len(likenesses_of(Registration.objects.select_related("person", "place").get(pk=one.pk), world.wang))
            == more
        )
