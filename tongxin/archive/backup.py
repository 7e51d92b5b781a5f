"""A backup (备份): the database and what stands beside it, in one file encrypted with age, and a manifest that says what it is.

    FOLDER/tongxin-20261123T220000Z.age     a tar of `database` and `uploads/`, for the recipient of our backup key
    FOLDER/tongxin-20261123T220000Z.json    when, how much, which keys belong to it, the journal's head; no personal data
    FOLDER/erased.txt                       who was erased, by random id (people/erasure.py); grows with every backup

The keys (`keys/`) are never in it: whoever holds the backup alone reads nothing, whoever holds the keys alone has nothing
to read. Keep a copy of `keys/` in another place.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tongxin.journal.models import Event
from tongxin.journal.seals import seal_now
from tongxin.people.erasure import merge_lists, note_erased
from tongxin.people.models import Person
from tongxin.service.models import Entry

FORMAT = 1
SUFFIX = ".age"
KEYS = ("field", "index", "seal")  # those that belong to the data; `django` only signs cookies


class BackupProblem(Exception):
    """It could not be done; the text says what and how to mend it."""


@dataclass(frozen=True)
class Backup:
    """One backup in a folder."""

    file: Path
    facts: dict

    @property
    def manifest(self) -> Path:
        return self.file.with_suffix(".json")

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.facts["at"])


def back_up(folder, *, keep_days=None, now=None, name="tongxin") -> Backup:
    """Write a backup into `folder` (made if missing) and remove those older than `keep_days`. Raises BackupProblem."""
    folder, now = Path(folder), now or timezone.now()
    _make(folder)
    seal_now()
    note_erased()
    file = folder / f"{name}-{now.astimezone(dt.UTC):%Y%m%dT%H%M%S%fZ}{SUFFIX}"
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".backup-") as scratch:
        database = Path(scratch) / "database"
        facts = _facts(now)  # before the snapshot: what is written meanwhile is at worst more than it says
        _dump(database)
        bundle = Path(scratch) / "bundle.tar"
        with tarfile.open(bundle, "w") as tar:
            tar.add(database, "database")
            if (uploads := settings.DATA_DIR / "uploads").is_dir():
                tar.add(uploads, "uploads")
        draft = file.with_suffix(".part")
        _encrypt(bundle, draft)
    facts |= {"bytes": draft.stat().st_size, "sha256": digest_of(draft)}
    backup = Backup(file, facts | {"mac": mac_of(facts)})
    _keep(draft, backup)
    merge_lists(settings.DATA_DIR, folder)
    for old in backups_in(folder) if keep_days else ():
        if old.at < now - dt.timedelta(days=keep_days):
            remove(old)
    return backup


def backups_in(folder, name="tongxin") -> list[Backup]:
    """The backups of a folder, newest first; what is no backup of ours is passed over."""
    found = []
    for manifest in Path(folder).glob(f"{name}-*.json"):
        try:
            facts = json.loads(manifest.read_text())
            found.append(Backup(manifest.with_suffix(SUFFIX), facts))
            found[-1].at  # noqa: B018 - a manifest without a time is none
        except (ValueError, KeyError, TypeError):
            found = [one for one in found if one.manifest != manifest]
    return sorted((one for one in found if one.file.exists()), key=lambda one: one.at, reverse=True)


def remove(backup) -> None:
    backup.file.unlink(missing_ok=True)
    backup.manifest.unlink(missing_ok=True)


def recipient() -> pyrage.x25519.Recipient:
    """Whom backups are encrypted for: TONGXIN_BACKUP_RECIPIENT, else the identity beside our keys, made now if there is none."""
    if settings.BACKUP_RECIPIENT:
        try:
            return pyrage.x25519.Recipient.from_str(settings.BACKUP_RECIPIENT)
        except pyrage.RecipientError:
            raise BackupProblem("TONGXIN_BACKUP_RECIPIENT 不是 age 公钥（age1…），请检查") from None
    if not identity_file().exists():
        write_identity(identity_file())
    return read_identity(identity_file()).to_public()


def identity_file() -> Path:
    return settings.KEYS.folder / "backup.identity"


def write_identity(file: Path) -> pyrage.x25519.Identity:
    """A new age identity in a file only its owner can read. Raises FileExistsError."""
    identity = pyrage.x25519.Identity.generate()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return identity


def read_identity(file: Path) -> pyrage.x25519.Identity:
    """The identity in a file as age writes it. Raises BackupProblem."""
    try:
        line = next(line for line in file.read_text().splitlines() if line.startswith("AGE-SECRET-KEY-"))
        return pyrage.x25519.Identity.from_str(line.strip())
    except (OSError, StopIteration, pyrage.IdentityError):
        raise BackupProblem(f"{file} 里没有可用的 age 私钥（AGE-SECRET-KEY-…），请用 --identity 指明文件") from None


def key_marks(keys=None) -> dict[str, str]:
    """What tells our keys from others without giving anything away."""
    keys = keys or settings.KEYS
    return {name: hmac.digest(keys.raw(name), b"tongxin backup", "sha256").hex()[:16] for name in KEYS}


def mac_of(facts) -> str:
    """Says that the manifest is ours: the recipient's key alone would let anybody make a backup."""
    plain = json.dumps({key: facts[key] for key in sorted(facts) if key != "mac"}, ensure_ascii=False, sort_keys=True)
    return hmac.digest(settings.KEYS.raw("seal"), f"backup {plain}".encode(), "sha256").hex()


def digest_of(file) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def head() -> str:
    """The journal's newest seal as it stands beside the database."""
    file = settings.DATA_DIR / "journal-head.txt"
    return file.read_text().strip() if file.exists() else ""


def _facts(now) -> dict:
    return {
        "format": FORMAT,
        "at": now.isoformat(),
        "database": connection.vendor,
        "head": head(),
        "keys": key_marks(),
        "rows": {
            "people": Person.objects.count(),
            "entries": Entry.objects.count(),
            "events": Event.objects.count(),
        },
    }


def _make(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupProblem(f"不能建立文件夹 {folder}：{error.strerror}。请换一个，或请管理员放开权限") from None


def _dump(target):
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
        return
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def _encrypt(bundle, target):
    try:
        pyrage.encrypt_file(str(bundle), str(target), [recipient()])
    except OSError as error:
        target.unlink(missing_ok=True)
        raise BackupProblem(f"写不进 {target.parent}：{error.strerror}。请看看磁盘还有没有空间") from None


def _keep(draft, backup):
    # The manifest last: a backup without one is none.
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    draft.replace(backup.file)
    backup.file.chmod(0o600)
    part = backup.manifest.with_suffix(".json.part")
    part.write_text(json.dumps(backup.facts, ensure_ascii=False, indent=1))
    part.replace(backup.manifest)


def _run(program, *options):
    """A program of PostgreSQL against our database; the password goes by the environment. Raises BackupProblem."""
    found = shutil.which(program) or next(
        iter(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))[::-1]), None
    )
    if not found:
        raise BackupProblem(f"没有找到 {program}。请安装 Debian 软件包 postgresql-client")
    known = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    env = os.environ | {name: str(known[key]) for key, name in names.items() if known.get(key)}
    env["PGDATABASE"] = known.get("dbname") or settings.DATABASES["default"]["NAME"]
    done = subprocess.run(  # noqa: S603 - our own options, no shell
        [str(found), *options], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupProblem(f"{program} 没有办成：{done.stderr.strip()[:400]}")
