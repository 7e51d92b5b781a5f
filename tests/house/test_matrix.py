"""The permission matrix: every URL × everybody × own, sibling and other place; and unique canaries that never leak.

Trust D1 and D2: the resolver is walked, a URL without a row fails, other places answer 404, and every byte answered to
a wrong reader is searched for names and numbers that are not theirs.
"""

import copy

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.house.matrix import BATCHES, DOORS, EVERYBODY, things
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


class Visitor:
    """A browser that finds everything as it was at every door: what a knock changed, cookies included, is taken back."""

    def __init__(self, world, name):
        self.world, self.client = world, world.client(cast(world, name) if name else None)
        self.cookies = copy.deepcopy(self.client.cookies)

    def knock(self, door, made):
        self.client.cookies = copy.deepcopy(self.cookies)
        cache.clear()
        with transaction.atomic():
            answer = knock(self.world, door, self.client, made)
            if not answer.streaming:
                answer.content  # noqa: B018 - rendered while the thing is there
            transaction.set_rollback(True)
        return answer


def test_every_url_has_a_row():
    assert named_urls() - {door.name for door in DOORS} == set(), (
        "Add a row to tests/house/doors/<room>.py: who may open it?"
    )


def test_no_row_without_a_url():
    assert {door.name for door in DOORS} - named_urls() == set()


def inside(code) -> bool:
    return code not in (403, 404)


@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_who_gets_in_and_who_does_not(world, batch):
    made, clients = things(world, batch), {name: Visitor(world, name) for name in EVERYBODY}
    wrong = []
    for door in batch:
        for name, visitor in clients.items():
            code = visitor.knock(door, made).status_code
            if code >= 500 or inside(code) != (name in door.who):
                wrong.append(f"{door}: {name} {'gets in' if inside(code) else 'is refused'} ({code})")
    assert wrong == []


@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_visitors_are_sent_to_sign_in(world, batch):
    made, visitor, wrong = things(world, batch), Visitor(world, None), []
    for door in batch:
        answer = visitor.knock(door, made)
        sent_on = "/people/sign-in/" in answer.headers.get("Location", "")
        if door.name.startswith("web:demo"):
            right = answer.status_code == 404
        else:
            right = (answer.status_code < 400 and not sent_on) if door.visitors else sent_on
        if not right:
            wrong.append(f"{door}: {answer.status_code}")
    assert wrong == []


def missing(made) -> dict:
    """The same keys, pointing at nothing."""
    gone = lambda value: 10**9 if isinstance(value, int) else value  # noqa: E731
    return {key: tuple(map(gone, value)) if isinstance(value, tuple) else gone(value) for key, value in made.items()}


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@pytest.mark.parametrize("name", ["outsider", "far_secretary"])
def test_other_places_answer_as_if_nothing_were_there(world, batch, name):
    """404; or 403 where the kind of page is not their job at all, whatever the number. Never a hint that it exists."""
    made, visitor = things(world, batch), Visitor(world, name)
    strip = lambda answer: answer.content.split(b"csrfmiddlewaretoken")[0]  # noqa: E731
    hints = []
    for door in batch:
        if door.args and door.who and not door.visitors and name not in door.who:
            theirs, nothing = visitor.knock(door, made), visitor.knock(door, missing(made))
            same = theirs.status_code == nothing.status_code in (403, 404) and strip(theirs) == strip(nothing)
            hints += [] if same else [f"{door}: {theirs.status_code} is not {nothing.status_code}"]
    assert hints == []


READS = {  # whose names a reader works with
    "wang": ["neighbourhood"], "zhou": ["neighbourhood"], "shen": ["subdistrict"], "he": ["district"], "far_secretary": ["far"],
    "admin": [], "security": [], "auditor": [], "alan": [], "wu": [], "outsider": [], "neighbour": [], "newcomer": [],
}  # fmt: skip


def forbidden(world, reader, person) -> list[str]:
    """What of somebody else must not stand on a page of this reader: never the number, the name unless it is their work."""
    if person == reader:
        return []
    name = next(key for key in READS if cast(world, key) == reader)
    homes = [row.team.place for row in person.memberships.all()] + [row.place for row in person.registrations.all()]
    works_with = any(home.is_under(cast(world, place)) for home in homes for place in READS[name])
    staff_list = name in ("admin", "security") and person.is_staff_member
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
        "people:copy_page",
        "people:kinds",
        "registrations:mine",
        "registrations:mend",
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
