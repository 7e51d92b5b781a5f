"""Odd and hostile input, at every door: an answer in words, never a 5xx; on both databases."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.urls import reverse

from tests.house.matrix import DOORS
from tests.house.test_matrix import Visitor, things
from tongxin.web import gate

ODD = {
    "nul": "王\0敏",
    "rtl": "\u202e王敏\u200b\u2066",
    "long": "长" * 5_000,
    "sql": "' OR 1=1 --%_\\",
    "markup": '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now "Y" %}',
    "formula": '=HYPERLINK("http://127.0.0.1:1","x")',
    "number": "9" * 40,
    "negative": "-1",
    "nan": "NaN",
    "early": "0001-01-01",
    "late": "9999-12-31",
    "expanding": "\ufdfa\ufdfb" * 6,  # one character becomes eighteen when it is normalised
    "emoji": "👨‍👩‍👧‍👦" * 30,
    "digits": "٣٤٥",
}
ASKED = (
    "q page place building where asked to status show which kind as_of verb since until person year next pick".split()
)
# The fields of the forms behind the doors; the others get these in one handful.
FORMS = {
    "people:sign_in": "phone code next",
    "people:staff_sign_in": "username password next",
    "people:second_factor": "code",
    "people:reveal": "reason",
    "people:set_salutation": "salutation",
    "access:new": "name username role place password",
    "access:end": "reason",
    "registrations:start": "name phone code where place asked kind skills contact sms key",
    "registrations:join": "read",
    "registrations:refuse": "template words",
    "registrations:send_back": "template words",
    "registrations:mend": "name where place asked kind skills times sensitive",
    "registrations:appeal": "words",
    "registrations:move": "where place asked",
    "registrations:redirect": "where place asked words",
    "registrations:decide": "verdict words",
    "registrations:tell_apart": "person",
    "registrations:note_contact": "result",
    "tasks:new": "title summary place spot date starts ends seats family factor risk risk_text submit_key publish",
    "tasks:verify": "ids",
    "tasks:report": "hours note",
    "tasks:cancel": "reason",
    "figures:export": "purpose as_of",
    "web:elder": "next",
}
KEEPERS = ["alan", "zhou", "wang", "shen", "he", "auditor", "admin", "security", "newcomer"]


def opener(door):
    """Somebody who gets in, so that the input gets in too; None for a visitor."""
    return None if door.visitors else next((name for name in KEEPERS if name in door.who), None)


def tries(door, odd):
    """Everything odd at once, and for a form each field for itself among good ones."""
    fields = (
        FORMS.get(door.name, "action reason pick ids shown next") if door.method == "POST" else " ".join(ASKED)
    ).split()
    yield dict.fromkeys(fields, odd)
    if door.name in FORMS and door.method == "POST":
        yield from ({**GOOD.get(door.name, {}), **(door.data or {}), field: odd} for field in fields)


def answers(world, door, made, odd):
    """What the door says to it."""
    visitor = Visitor(world, opener(door))
    for data in tries(door, odd):
        yield visitor.knock(replace(door, data=data), made).status_code


GOOD = {
    "tasks:new": {"title": "整理", "spot": "门厅", "date": "2026-12-24", "starts": "10:00", "ends": "11:00", "seats": "2",
                  "family": "governance", "factor": "ordinary", "risk": "low", "risk_text": "小心"},
    "people:sign_in": {"phone": "19920009998", "action": "send"},
    "registrations:start": {"phone": "19920009997", "action": "send"},
}  # fmt: skip


def doors():
    """Every door, and the form behind it where it has one."""
    behind = [replace(door, method="POST") for door in DOORS if door.method == "GET" and door.name in FORMS]
    return [*DOORS, *behind]


SIZE = 8


def kinds_for(door):
    """Every kind for a form that is sent; for the other doors a handful each, so that every kind comes to a third of them."""
    at = sum(map(ord, str(door)))
    sent = door.name in FORMS and door.method == "POST"
    return ODD if sent else [name for n, name in enumerate(ODD) if (n + at) % 3 == 0]


@pytest.mark.parametrize("at", range(0, len(doors()), SIZE), ids=lambda at: doors()[at].name)
def test_odd_input_never_ends_in_a_5xx(world, at):
    batch = doors()[at : at + SIZE]
    made = things(world, batch)
    wrong = set()
    for door, name in [(one, kind) for one in batch for kind in kinds_for(one)]:
        odd = ODD[name]
        try:
            wrong |= {f"{door} {name}: {code}" for code in answers(world, door, made, odd) if code >= 500}
        except Exception as error:  # the test client passes on what a server would answer 500 to
            wrong.add(f"{door} {name}: {type(error).__name__} {error}"[:200])
    assert wrong == set()


NUL = [("places:find", {"q": "a\0"}), ("registrations:where", {"where": "a\0"}), ("web:register", {"q": "a\0b"})]


@pytest.mark.parametrize(("name", "data"), NUL)
def test_nul_is_a_bad_request(world, name, data):
    assert world.client(world.shen).get(reverse(name), data).status_code == 400


def test_nul_in_a_path_a_form_or_a_cookie_is_a_bad_request(world):
    client = world.client(world.alan)
    assert client.get("/d/ABC%00DE/").status_code == 400
    assert client.post(reverse("registrations:start"), {"key": "a\0"}).status_code == 400
    assert client.get("/", HTTP_COOKIE=r'elder="a\000"').status_code == 400


def test_red_twin_nul_would_reach_the_database(world, monkeypatch, on_postgresql):
    monkeypatch.setattr(gate, "_has_nul", lambda data: False)
    client = world.client(None, raise_request_exception=False)
    with transaction.atomic():
        code = client.get(reverse("places:find"), {"q": "王\0"}).status_code
        transaction.set_rollback(True)
    assert code == (500 if on_postgresql else 200)
