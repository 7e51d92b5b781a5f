"""What every test has: its own data folder, fresh caches, the named cast, and a flush that knows the triggers."""

import os
import re
import tempfile
from pathlib import Path

# Before Django reads its settings: keys, outbox and journal head of a test run live in a folder of their own.
os.environ.setdefault("TONGXIN_DATA", tempfile.mkdtemp(prefix="tongxin-test-"))
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the same thread

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.sqlite3 import base as _sqlite  # noqa: F401 - its operations cannot be imported first
from django.db.backends.sqlite3.operations import DatabaseOperations as SqliteOperations

from tests.snapshot import fresh_world
from tests.world import World


@pytest.fixture(scope="session", autouse=True)
def _plain_static_files():
    """The manifest storage needs collectstatic; tests read the built folder."""
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    """Outbox, uploads and the journal's head file belong to one test."""
    settings.DATA_DIR = Path(tmp_path)
    cache.clear()


@pytest.fixture
def world(db) -> World:
    return fresh_world()


@pytest.fixture
def live_world(transactional_db) -> World:
    """The same for tests that need real transactions or a server beside them."""
    return World()


@pytest.fixture
def sms(settings):
    """The text messages that left the house, newest last; `sms.code()` is the newest code."""
    import json

    class Outbox(list):
        def refresh(self):
            path = settings.DATA_DIR / "sms-outbox.jsonl"
            self[:] = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
            return self

        def code(self):
            return re.search(r"验证码(\d{6})", self.refresh()[-1]["text"])[1]

    return Outbox()


def _flush_past_triggers(original):
    """SQLite empties tables by DELETE, which the append-only tables refuse: lift the triggers for the flush alone."""

    def execute_sql_flush(self, sql_list):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        try:
            return original(self, sql_list)
        finally:
            with self.connection.cursor() as cursor:
                for _, sql in triggers:
                    cursor.execute(sql)

    return execute_sql_flush


SqliteOperations.execute_sql_flush = _flush_past_triggers(SqliteOperations.execute_sql_flush)


@pytest.fixture
def on_postgresql():
    return connection.vendor == "postgresql"
