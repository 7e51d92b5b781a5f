"""Every message of every room, rendered with a canary in each place a person or their words could stand."""

import datetime as dt
import re

import pytest
from django.template.loader import get_template

from tongxin.notifications.messages import words
from tongxin.notifications.rules import RULES, Rule

NAME, PHONE, TYPED = "金丝雀甲", "13900001111", "金丝雀写的话"
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
TIMES = re.compile(r"(_at|_on|until|since|day|due|^at|answer_by)$")
NUMBERS = {"hours", "counted", "points", "year", "seats", "taken", "count", "pk", "rows", "days", "left", "id"}  # fmt: skip
WORDS = {
    "reason", "note", "summary", "words", "answer", "answer_words", "why", "text", "comment", "decision", "finding",
    "explanation", "message", "remark", "result", "skills", "times", "contact", "said", "correction", "evidence", "purpose",
}  # fmt: skip
PEOPLE = {"name", "shown_as", "masked_name", "salutation"}
PHONES = {"phone", "local_phone", "masked_phone"}


class Facts(dict):
    """What the house itself notes of an event: no names, by the journal's own rule."""

    def __missing__(self, name):
        return "2026-11-23" if TIMES.search(name) else "5"


class Canary:
    """Anything a template may ask for; whoever asks for a name, a number or typed words gets the canary's."""

    def __init__(self, world, literal=""):
        self._world, self._literal = world, literal

    def __getattr__(self, name):
        if name.startswith("_") or name in ("all", "resolve_expression"):
            raise AttributeError(name)
        if name == "place":
            return self._world.neighbourhood
        if TIMES.search(name):
            return NOW
        if name in NUMBERS or name.endswith("_hours"):
            return 3
        if name == "facts":
            return Facts()
        if name in PEOPLE:
            return NAME
        if name in PHONES:
            return PHONE
        if name in WORDS or name.endswith(("_reason", "_words", "_note")):
            return TYPED
        if name in ("status", "went_to", "came_from", "kind", "verb") or name.startswith("get_"):
            return self._literal
        if name in ("title", "label", "spot", "own_label", "post", "number"):
            return "门厅整理"
        if name in ("tzinfo", "astimezone", "utctimetuple"):
            raise AttributeError(name)
        return Canary(self._world, self._literal)

    def __getitem__(self, name):
        return getattr(self, str(name))

    def __str__(self):
        return NAME  # a template that shows a thing itself shows a person


def every_rule():
    return [rule for rules in RULES.values() for rule in rules]


def branches(rule) -> list[str]:
    """The words a template compares with, so that each of its ways is gone."""
    source = get_template(f"notifications/messages/{rule.message}.txt").template.source
    return ["", *sorted(set(re.findall(r"""[=!]= *["'](\w+)["']""", source)))]


def rendered(world, rule):
    for literal in branches(rule):
        canary = Canary(world, literal)
        event = Canary(world, literal)
        yield words(Rule(rule.verb, tell=None, message=rule.message, url="/", text=True), event, canary)


ROOMS = sorted({rule.verb.partition(".")[0] for rule in every_rule()})


def of(subject):
    return [rule for rule in every_rule() if rule.verb.startswith(f"{subject}.")]


@pytest.mark.parametrize("subject", ROOMS)
def test_every_message_says_what_next_and_whom_to_call(world, subject):
    for rule in of(subject):
        for title, body, _ in rendered(world, rule):
            assert 4 <= len(title) <= 60 and 10 <= len(body) <= 300, rule.message
            assert world.neighbourhood.contact_phone in body, f"{rule.message}: whom to call"
            assert "None" not in title + body, rule.message


@pytest.mark.parametrize("subject", ROOMS)
def test_no_third_person_lights_up_on_a_phone(world, subject):
    """Trust threat 4, mission §3: whoever holds the phone reads no name, no number of a person, nothing somebody typed."""
    for rule in of(subject):
        for _, _, text in rendered(world, rule) if rule.text else ():
            for canary in (NAME, PHONE, TYPED, world.zhou.shown_as):
                assert canary not in text, f"put it behind {{% if push %}} in {rule.message}.txt"


def test_the_hunt_would_find_a_leak(world):
    """The red twin: in the app the reason stands, so the canary is seen where it is not held back."""
    rule = next(rule for rule in every_rule() if rule.message == "registration_refused")
    assert any(TYPED in body for _, body, _ in rendered(world, rule))


def test_the_phone_is_added_where_a_template_forgets_it(world):
    rule = next(rule for rule in every_rule() if rule.message == "claim_verified")
    source = get_template("notifications/messages/claim_verified.txt").template.source
    assert "{{ call }}" not in source
    assert all(world.neighbourhood.contact_phone in body for _, body, _ in rendered(world, rule))
