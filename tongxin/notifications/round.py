"""One round of the worker: everything that happens without anybody pressing a button."""

import datetime as dt
import logging
import os
from functools import partial

from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from tongxin.channels.models import Attempt, Challenge
from tongxin.journal.seals import seal_now
from tongxin.places.models import bring_up_to_date
from tongxin.registrations.roster import store as uploads
from tongxin.workflow.clock import steps

from .deliver import deliver
from .texts import send_texts

logger = logging.getLogger("tongxin.worker")
HOUR = dt.timedelta(hours=1)
KEEP_CHALLENGES = dt.timedelta(hours=24)
KEEP_JOBS = dt.timedelta(days=30)
MAX_TRIES = 3  # a job that ended its worker three times is not tried again


class Round:
    """What one worker does, and when it last did what is done once an hour."""

    def __init__(self):
        self.tidied_at = None
        self.stepped_at = {}
        self.jobs = Worker(
            queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
            worker_id=f"tongxin-{os.getpid()}-{timezone.now():%Y%m%d%H%M%S%f}", excluded_queue_names=[],
        )  # fmt: skip

    def run(self) -> int:
        """Everything once, at most one queued job; returns how much was done. Raises OperationalError: database away."""
        if not connection.in_atomic_block:
            close_old_connections()
        return sum(
            self._safely(step) for step in (deliver, send_texts, self.run_job, self.by_the_clock, self.tidy, _seal)
        )

    def run_job(self) -> int:
        """The oldest queued job (an import), if there is one; what it wants told is delivered in the next round."""
        if not DBTaskResult.objects.ready().exists():
            return 0
        with exclusive_transaction():
            job = DBTaskResult.objects.ready().get_locked()
            if job is not None:
                job.claim(self.jobs.worker_id)
        if job is not None:
            self.jobs.run_task(job)
        return int(job is not None)

    def by_the_clock(self) -> int:
        """What the rooms do by themselves (their `clockwork.py`), each as often as it asks; one that fails holds up no other."""
        now, done = timezone.now(), 0
        for step in steps():
            if step.due(self.stepped_at.get(step.name), now):
                self.stepped_at[step.name] = now
                done += self._safely(partial(step.run, now), step.name)
        return done

    def tidy(self, *, now=None) -> int:
        """Once an hour: what nobody needs any more goes, and the register takes up changes whose day has come."""
        now = now or timezone.now()
        if self.tidied_at and now - self.tidied_at < HOUR:
            return 0
        self.tidied_at = now
        Session.objects.filter(expire_date__lt=now).delete()
        Challenge.objects.filter(at__lt=now - KEEP_CHALLENGES).delete()
        Attempt.objects.filter(at__lt=now - KEEP_CHALLENGES).delete()
        DBTaskResult.objects.finished().filter(finished_at__lt=now - KEEP_JOBS).delete()
        uploads.sweep()
        bring_up_to_date()
        return 0

    def _safely(self, step, name="") -> int:
        try:
            return step()
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # one step that fails must not hold up the others; the text may carry personal data
            logger.error(
                "%s failed: %s",
                name or step.__name__,
                type(error).__name__,
                exc_info=logger.isEnabledFor(logging.DEBUG),
            )
            return 0


def _seal() -> int:
    seal_now()
    return 0


def pick_up_orphans() -> int:
    """Jobs a killed worker left half done go back into the queue; only the one worker that holds the lock may ask."""
    running = DBTaskResult.objects.running()
    orphans = 0
    for job in running:
        if len(job.worker_ids) >= MAX_TRIES:
            job.set_failed(RuntimeError("the worker ended three times during this job"))
        else:
            orphans += running.filter(pk=job.pk).update(status="READY", started_at=None)
    return orphans
