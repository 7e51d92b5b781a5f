"""The worker: one at a time, does everything, survives a database that goes away, picks up what a killed one left."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from tongxin.channels.models import Challenge
from tongxin.journal.models import Event
from tongxin.journal.seals import verify_chain
from tongxin.notifications import round as rounds
from tongxin.notifications.management.commands import worker
from tongxin.notifications.models import Notice
from tongxin.notifications.round import Round, pick_up_orphans
from tongxin.tasks.models import Task

RAN = []


@task()
def job(words):
    RAN.append(words)


@pytest.fixture(autouse=True)
def _signals():
    """The command takes over the signals of its process; give them back."""
    kept = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    RAN.clear()
    yield
    for name, handler in kept.items():
        signal.signal(name, handler)


def test_once_works_everything_off(world, clock, agreed, sms):
    agreed(world.newcomer)
    job.enqueue("导入")
    call_command("worker", once=True)
    assert Notice.objects.filter(person=world.newcomer).exists()
    assert len(sms.refresh()) == 1
    assert RAN == ["导入"]
    assert not Event.objects.filter(seal=None).exists() and verify_chain() == []


def test_a_second_worker_does_not_start(world, clock):
    with worker.only_worker(threading.Event(), wait=False) as mine:
        assert mine
        with pytest.raises(CommandError, match="另一个"):
            call_command("worker", once=True)
    call_command("worker", once=True)
    assert not Event.objects.undelivered().exists()


def test_without_the_lock_both_would_work(world, clock, monkeypatch):
    """The red twin of the lock."""
    monkeypatch.setattr(worker, "_take", lambda lock: True)
    with (
        worker.only_worker(threading.Event(), wait=False) as one,
        worker.only_worker(threading.Event(), wait=False) as other,
    ):
        assert one and other


def test_a_job_a_killed_worker_left_runs_again(world, clock):
    result = job.enqueue("导入")
    row = DBTaskResult.objects.get(pk=result.id)
    row.claim("a worker that was killed")
    call_command("worker", once=True)
    assert RAN == ["导入"]
    assert DBTaskResult.objects.get(pk=row.pk).status == "SUCCESSFUL"


def test_a_job_that_kills_its_worker_is_given_up(world, clock):
    row = DBTaskResult.objects.get(pk=job.enqueue("毒").id)
    for n in range(3):
        row.claim(f"worker {n}")
    assert pick_up_orphans() == 0
    assert DBTaskResult.objects.get(pk=row.pk).status == "FAILED"


def test_tasks_that_are_over_end(world, clock):
    task = world.past_task()
    clock.shift(dt.timedelta(days=2))
    Round().by_the_clock()
    assert Task.objects.get(pk=task.pk).status == Task.Status.CLOSED


def test_once_an_hour_it_tidies(world, clock):
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - dt.timedelta(days=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + dt.timedelta(days=1))
    for token, age in (("old", 25), ("new", 1)):
        Challenge.objects.create(
            token=token, number_index="x", network="y", code_hash="z", at=now - dt.timedelta(hours=age)
        )
    work = Round()
    work.tidy()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert list(Challenge.objects.values_list("token", flat=True)) == ["new"]
    Session.objects.create(session_key="old2", session_data="", expire_date=now - dt.timedelta(days=1))
    work.tidy(now=now + dt.timedelta(minutes=59))
    assert Session.objects.filter(session_key="old2").exists()
    work.tidy(now=now + dt.timedelta(minutes=61))
    assert not Session.objects.filter(session_key="old2").exists()


def test_a_step_that_fails_holds_up_no_other(world, clock, monkeypatch):
    def broken():
        raise ValueError

    monkeypatch.setattr(rounds, "send_texts", broken)
    job.enqueue("导入")
    call_command("worker", once=True)
    assert RAN == ["导入"] and not Event.objects.filter(seal=None).exists()


def test_a_database_that_goes_away_comes_back(world, clock, monkeypatch):
    command = worker.Command()
    tries = []

    class Shaky:
        def run(self):
            tries.append(1)
            if len(tries) < 4:
                raise OperationalError("server closed the connection")
            command.stop.set()
            return 0

    monkeypatch.setattr(worker, "Round", Shaky)
    monkeypatch.setattr(worker.connection, "close", lambda: None)
    command.stop = threading.Event()
    pauses = []
    command.stop.wait = pauses.append
    command._work(once=False)
    assert len(tries) == 4
    assert pauses == [4.0, 8.0, 16.0, 2.0]  # it waits longer and longer, and is quick again when all is well


@pytest.mark.django_db(transaction=True)
def test_it_stops_when_told_to(tmp_path):
    """A process of its own on an empty database: SIGTERM ends it with 0, and it leaves no lock behind."""
    env = os.environ | {"TONGXIN_DATA": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/w.sqlite3"}
    run = [sys.executable, "-m", "django"]
    subprocess.run([*run, "migrate", "-v", "0"], env=env, check=True, cwd=settings.BASE_DIR)
    process = subprocess.Popen([*run, "worker"], env=env, cwd=settings.BASE_DIR)
    try:
        deadline = threading.Event()
        while not (tmp_path / "worker.lock").exists() and process.poll() is None:
            deadline.wait(0.1)
        deadline.wait(0.5)
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
