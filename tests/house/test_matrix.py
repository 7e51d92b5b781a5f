"""The permission matrix: every URL × everybody × own, sibling and other place; and unique canaries that never leak.

Trust D1 and D2: the resolver is walked, a URL without a row fails, other places answer 404, and every byte answered to
a wrong reader is searched for names and numbers that are not theirs.
"""

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.house.matrix import DOORS, EVERYBODY, things
from tongxin.people.models import Person


def named_urls(resolver=None, space="") -> set[str]:
    """Every named URL of the house."""
    found = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            found |= named_urls(entry, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            found.add(space + entry.name)
    return found


def knock(world, door, client, made):
    """Open one door; the answer."""
    given = made.get(door.args, ())
    args = given if isinstance(given, tuple) else (given,) if door.args else ()
    send = client.get if door.method == "GET" else client.post
    return send(reverse(door.name, args=args), door.data or {})


def cast(world, name):
    return getattr(world, name)


def test_every_url_has_a_row():
    assert named_urls() - {door.name for door in DOORS} == set(), (
        "Add a row to tests/house/doors/<room>.py: who may open it?"
    )


def test_no_row_without_a_url():
    assert {door.name for door in DOORS} - named_urls() == set()


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_who_gets_in_and_who_does_not(world, door):
    made = things(world, door)
    wrong = []
    for name in EVERYBODY:
        with transaction.atomic():  # each finds the thing as it was
            answer = knock(world, door, world.client(cast(world, name)), made)
            transaction.set_rollback(True)
        inside = answer.status_code not in (403, 404)
        assert answer.status_code < 500, (name, answer.status_code)
        if inside != (name in door.who):
            wrong.append(f"{name} {'gets in' if inside else 'is refused'} ({answer.status_code})")
    assert wrong == []


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_visitors_are_sent_to_sign_in(world, door):
    answer = knock(world, door, world.client(None), things(world, door))
    if door.name.startswith("web:demo"):
        assert answer.status_code == 404
    elif door.visitors:
        assert "/people/sign-in/" not in answer.headers.get("Location", "")
        assert answer.status_code < 400
    else:
        assert "/people/sign-in/" in answer.headers["Location"]


def missing(made) -> dict:
    """The same keys, pointing at nothing."""
    gone = lambda value: 10**9 if isinstance(value, int) else value  # noqa: E731
    return {key: tuple(map(gone, value)) if isinstance(value, tuple) else gone(value) for key, value in made.items()}


@pytest.mark.parametrize("door", [door for door in DOORS if door.args and door.who and not door.visitors], ids=str)
@pytest.mark.parametrize("name", ["outsider", "far_secretary"])
def test_other_places_answer_as_if_nothing_were_there(world, door, name):
    """404; or 403 where the kind of page is not their job at all, whatever the number. Never a hint that it exists."""
    if name in door.who:
        return
    made, client = things(world, door), world.client(cast(world, name))
    theirs, nothing = knock(world, door, client, made), knock(world, door, client, missing(made))
    assert theirs.status_code == nothing.status_code in (403, 404)
    strip = lambda answer: answer.content.split(b"csrfmiddlewaretoken")[0]  # noqa: E731
    assert strip(theirs) == strip(nothing)


READS = {  # whose names a reader works with
    "wang": ["neighbourhood"], "zhou": ["neighbourhood"], "shen": ["subdistrict"], "he": ["district"], "far_secretary": ["far"],
    "admin": [], "auditor": [], "alan": [], "wu": [], "outsider": [], "neighbour": [], "newcomer": [],
}  # fmt: skip


def forbidden(world, reader, person) -> list[str]:
    """What of somebody else must not stand on a page of this reader: never the number, the name unless it is their work."""
    if person == reader:
        return []
    name = next(key for key in READS if cast(world, key) == reader)
    homes = [row.team.place for row in person.memberships.all()] + [row.place for row in person.registrations.all()]
    works_with = any(home.is_under(cast(world, place)) for home in homes for place in READS[name])
    staff_list = name == "admin" and person.is_staff_member
    return [person.local_phone] if works_with or staff_list else [person.local_phone, person.name]


@pytest.mark.parametrize("name", EVERYBODY)
def test_canaries_never_reach_a_wrong_reader(world, name):
    made = things(world)
    world.register("柏远航", world.far)
    reader = cast(world, name)
    secrets = [word for person in Person.objects.all() for word in forbidden(world, reader, person)]
    client = world.client(reader)
    leaks = []
    for door in DOORS:
        if door.method == "GET":
            answer = knock(world, door, client, made)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = body.decode(errors="ignore") + str(dict(answer.headers))
            leaks += [f"{door}: {word}" for word in secrets if word in text]
    assert leaks == []


def test_the_canary_hunt_would_find_a_leak(world):
    assert world.outsider.name in forbidden(world, world.alan, world.outsider)
    assert world.alan.name not in forbidden(world, world.wang, world.alan)
    assert world.alan.local_phone in forbidden(world, world.wang, world.alan)


def test_red_twin_without_the_scope_the_matrix_would_see_it(world, monkeypatch):
    from tongxin.tasks.models import TaskQuerySet

    monkeypatch.setattr(TaskQuerySet, "visible_to", lambda self, person: self.all())
    made = things(world)
    detail = next(door for door in DOORS if door.name == "tasks:detail")
    assert knock(world, detail, world.client(world.outsider), made).status_code == 200


PARTY_WORDS = ["在职党员", "统战人士", "两代表一委员"]


@pytest.mark.parametrize("name", ["alan", "outsider", "neighbour", "newcomer"])
def test_party_membership_is_never_on_a_page_of_another_volunteer(world, name):
    """Red line: only counts go up; other volunteers see neither membership nor category of anybody."""
    made, client = things(world), world.client(cast(world, name))
    own = {
        "figures:definitions",
        "people:me",
        "people:own_copy",
        "registrations:mine",
        "registrations:start",
        "web:home",
        "registrations:where",
    }
    shown = []
    for door in DOORS:
        if door.method == "GET" and door.name not in own and not door.visitors:
            text = knock(world, door, client, made).content.decode(errors="ignore")
            shown += [f"{door}: {word}" for word in PARTY_WORDS if word in text]
    assert shown == []
