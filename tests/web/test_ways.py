"""Pages that are somebody's work are reached by links, from where that work begins."""

import pytest
from django.urls import reverse

from tongxin.notifications import digest
from tongxin.oversight.models import Finding


def page(world, who, name, *args):
    answer = world.client(getattr(world, who) if who else None).get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["people:privacy", "web:help"])
def test_how_long_things_are_kept_is_one_press_away(world, name):
    assert reverse("people:retention") in page(world, None, name)


def test_the_help_page_leads_to_putting_things_right(world):
    words = page(world, "alan", "web:help")
    assert "有异议" in words and "更正" in words and "我做了但没有记" in words
    for there in ("service:mine", "service:missing_new", "people:me"):
        assert f'href="{reverse(there)}"' in words


def test_the_thanks_list_is_one_press_from_the_team_for_who_may_print_it(world):
    thanks = reverse("service:thanks", args=[world.neighbourhood.pk])
    assert thanks in page(world, "wang", "teams:team")
    assert thanks not in page(world, "zhou", "teams:team")


@pytest.mark.parametrize(
    ("who", "start", "there"),
    [
        ("auditor", "service:check_list", "tasks:sample"),
        ("shen", "service:disputes", "tasks:disputes"),
        ("shen", "service:disputes", "tasks:sample"),
        ("wang", "service:disputes", "tasks:disputes"),
        ("shen", "tasks:sample", "service:check_list"),
        ("wang", "tasks:disputes", "service:back_entries"),
    ],
)
def test_second_looks_and_disagreements_are_among_the_tabs_of_hours(world, who, start, there):
    assert f'href="{reverse(there)}"' in page(world, who, start)


@pytest.mark.parametrize("who", ["shen", "auditor"])
def test_the_menu_leads_there_and_stays_lit(world, who):
    words = page(world, who, "tasks:sample")
    assert words.count('aria-current="page">') >= 1 and "时长账" in words


def test_a_finding_waits_at_the_unit_that_answers_and_nowhere_else(world):
    finding = Finding.note(unit=world.neighbourhood, words="原因写得太短，请看一下", by=world.auditor)

    def waits(person):
        return [row["url"] for row in digest.waiting(person) if "审计意见" in row["label"]]

    assert waits(world.shen) == [reverse("oversight:findings")]
    assert waits(world.wang) == waits(world.auditor) == waits(world.far_secretary) == []
    finding.answer(by=world.shen, reason="已请居村补写原因")
    assert waits(type(world.shen).objects.get(pk=world.shen.pk)) == []


def test_staff_find_where_to_change_their_password_and_members_have_none(world):
    assert reverse("people:password") in page(world, "wang", "people:me")
    assert reverse("people:password") not in page(world, "alan", "people:me")
    assert reverse("people:set_password") in page(world, None, "people:staff_sign_in")
