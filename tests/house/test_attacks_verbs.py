"""Attacks on every address that does something: by the wrong method, without the form's token, twice, after it is done."""

import pytest
from django.urls import reverse

from tests.house.matrix import BATCHES, things
from tests.house.test_matrix import cast
from tongxin.journal.models import Event


def address(door, made):
    args = made[door.args] if door.args else ()
    return reverse(door.name, args=args if isinstance(args, tuple) else (args,))


def acts(batch):
    """The doors of a batch that do something, and somebody who may."""
    return [(door, door.who[0]) for door in batch if door.method == "POST" and door.who]


ACTING = [batch for batch in BATCHES if acts(batch)]


class Browsers:
    """A signed-in browser for each of the cast, made once."""

    def __init__(self, world, **extra):
        self.world, self.extra, self.made = world, extra, {}

    def of(self, who):
        if who not in self.made:
            self.made[who] = self.world.client(cast(self.world, who), **self.extra)
        return self.made[who]


def without_the_token(batch, made, browsers):
    """Somebody else's page posts in the name of who is signed in."""
    for door, who in acts(batch):
        code = browsers.of(who).post(address(door, made), door.data).status_code
        yield from [] if code == 403 else [f"{door} without its token: {code}"]


def by_another_method(batch, made, browsers):
    """A link, a preview robot or a program does what a press of a button does."""
    for door, who in acts(batch):
        for method in ("get", "head", "put", "patch", "delete", "options"):
            code = getattr(browsers.of(who), method)(address(door, made)).status_code
            yield from [f"{door} {method}: {code}"] if code >= 500 else []


def three_times(batch, made, browsers):
    """The second press, on whatever is left, ends in an error of the house."""
    for door, who in acts(batch):
        for press in (1, 2, 3):
            code = browsers.of(who).post(address(door, made), door.data).status_code
            yield from [f"{door} press {press}: {code}"] if code >= 500 else []


@pytest.mark.parametrize("batch", ACTING, ids=str)
def test_nothing_happens_by_the_wrong_way_and_nothing_breaks_by_the_right_one(world, batch):
    made = things(world, batch)
    strict, plain = Browsers(world, enforce_csrf_checks=True), Browsers(world, raise_request_exception=False)
    for _, who in acts(batch):
        strict.of(who), plain.of(who)
    before = Event.objects.count()
    assert list(without_the_token(batch, made, strict)) == []
    assert list(by_another_method(batch, made, plain)) == []
    assert Event.objects.count() == before
    assert list(three_times(batch, made, plain)) == []
