"""tongxin worker: notices, text messages, queued jobs, deadlines and seals, until it is told to stop."""

import fcntl
import logging
import signal
import threading
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection

from tongxin.journal.seals import seal_now
from tongxin.notifications.round import Round, pick_up_orphans

logger = logging.getLogger("tongxin.worker")
PAUSE = 2.0  # seconds between two rounds with nothing to do
LONGEST_PAUSE = 30.0  # seconds while the database is away


class Command(BaseCommand):
    help = "Deliver notices, run queued jobs, close what is over, seal the journal. Stops on SIGTERM or Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="work off what is there, then end")

    def handle(self, *, once, **options):
        self.stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        with only_worker(self.stop, wait=not once) as mine:
            if mine:
                self._work(once)
            elif once:
                raise CommandError("另一个 worker 正在运行")

    def _stop(self, number, frame):
        if self.stop.is_set():  # asked twice: at once
            raise KeyboardInterrupt
        self.stop.set()

    def _work(self, once):
        work, pause, swept = Round(), PAUSE, False
        while not self.stop.is_set():
            try:
                if not swept:
                    swept = pick_up_orphans() >= 0
                done = work.run()
                pause = PAUSE
            except (OperationalError, InterfaceError) as error:
                logger.warning("database not available, trying again: %s", type(error).__name__)
                connection.close()
                done, pause = 0, min(pause * 2, LONGEST_PAUSE)
            if once and not done:
                break
            if not done:
                self.stop.wait(pause)
        seal_now()


@contextmanager
def only_worker(stop, *, wait):
    """Hold the lock file beside the data: two workers would not tell twice, but they would trip over each other's jobs.

    Yields whether this process is the worker; with `wait` it stands by until it is, or until it is told to stop.
    """
    with (settings.DATA_DIR / "worker.lock").open("w") as lock:
        while not (mine := _take(lock)) and wait and not stop.wait(PAUSE):
            pass
        yield mine


def _take(lock) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
