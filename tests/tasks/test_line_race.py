"""Queueing and leaving in the same instant: either sees the other. Only PostgreSQL lets the two overlap at all."""

import threading

from django.conf import settings
from django.db import connection

from tongxin.tasks.checks import problems
from tongxin.tasks.models import Claim, Task
from tongxin.workflow import seats

LONG_ENOUGH = 0.6  # seconds; the leaver takes milliseconds unless the row is held


def queue_while_the_seat_falls_free(world, monkeypatch, look) -> list[str]:
    """阿兰 queues; between her look at the seats and her commit the only seated person tries to leave."""
    task = world.task(seats=1)
    seated = Task.objects.get(pk=task.pk).claim(by=world.wu)
    stale = Task.objects.get(pk=task.pk)

    def leave():
        Claim.objects.get(pk=seated.pk).withdraw(by=world.wu)
        connection.close()

    leaver = threading.Thread(target=leave)

    def look_and_linger(holder, *fields):
        seen = look(holder, *fields)
        if not leaver.ident:
            leaver.start()
            leaver.join(LONG_ENOUGH)
        return seen

    monkeypatch.setattr(seats, "lock", look_and_linger)
    stale.claim(by=world.alan)
    leaver.join(20)
    return list(problems())


if "postgresql" in settings.DATABASES["default"]["ENGINE"]:

    def test_nobody_waits_beside_a_seat_that_falls_free_that_moment(live_world, monkeypatch):
        assert queue_while_the_seat_falls_free(live_world, monkeypatch, seats.lock) == []
        assert Claim.objects.get(person=live_world.alan).status == Claim.Status.CLAIMED

    def test_red_twin_looking_without_holding_the_row_leaves_her_waiting(live_world, monkeypatch):
        look = lambda holder, *fields: type(holder).objects.get(pk=holder.pk)  # noqa: E731
        assert queue_while_the_seat_falls_free(live_world, monkeypatch, look) != []
