"""Restoring a backup (恢复): checked before anything is touched, what is there is backed up first, the erased stay erased."""

import shutil
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

import pyrage
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import OperationalError, ProgrammingError

from tongxin.journal.models import record
from tongxin.keys import Keys
from tongxin.people.erasure import erase, erased_uids, list_file, merge_lists
from tongxin.people.models import Person
from tongxin.places.models import Place

from . import invariants
from .backup import (
    FORMAT,
    KEYS,
    Backup,
    BackupProblem,
    _run,
    back_up,
    backups_in,
    digest_of,
    head,
    identity_file,
    key_marks,
    mac_of,
    read_identity,
)

SAFETY = "before-restore"


def choose(where) -> Backup:
    """The backup named, or the newest of the folder named. Raises BackupProblem."""
    where = Path(where)
    folder = where if where.is_dir() else where.parent
    found = [one for name in ("tongxin", SAFETY) for one in backups_in(folder, name)]
    if where.is_dir():
        found = backups_in(folder)
    else:
        found = [one for one in found if where in (one.file, one.manifest)]
    if not found:
        raise BackupProblem(f"{where} 里没有同心的备份（tongxin-….age 和同名的 .json）")
    return found[0]


def restore(backup, *, identity=None, keys=None, replace=False) -> dict:
    """Put a backup in place of the database: check, save what is there, load, migrate, erase again, verify.

    `keys`: the folder of the keys that belong to it, if they are not ours yet. `replace`: needed when people are in the
    database now. Returns what was done, with `problems` of the check afterwards. Raises BackupProblem before anything
    is changed; what was there stands in a `before-restore-…` backup beside it.
    """
    _check_manifest(backup)
    _use_keys(backup, keys)
    if backup.facts.get("mac") != mac_of(backup.facts):
        raise BackupProblem("这份备份的说明被改过，或不是这套系统做的，没有恢复")
    if digest_of(backup.file) != backup.facts["sha256"]:
        raise BackupProblem(f"{backup.file.name} 与做备份时不一样（损坏或被改过），没有恢复。请换一份")
    saved = _save_what_is_there(backup, replace)
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as scratch:
        bundle = Path(scratch) / "bundle.tar"
        _decrypt(backup, bundle, identity)
        _unpack(bundle, Path(scratch))
        lost = head()
        _load(Path(scratch) / "database")
        _load_uploads(Path(scratch) / "uploads")
    _set_head(backup.facts["head"])
    call_command("migrate", verbosity=0)
    erased = _erase_again(backup.file.parent)
    record("archive.restore", subject=_whole(), facts={"made": backup.facts["at"], "lost": lost, "erased": erased})
    return {
        "made": backup.facts["at"],
        "rows": backup.facts["rows"],
        "erased": erased,
        "saved": saved and str(saved.file),
        "problems": [line for _, line in invariants.problems()],
    }


def _check_manifest(backup):
    if backup.facts.get("format") != FORMAT:
        raise BackupProblem("这份备份是另一个版本做的，请用那个版本的程序恢复，再升级")
    if backup.facts.get("database") != connection.vendor:
        made, ours = backup.facts.get("database"), connection.vendor
        raise BackupProblem(f"这份备份来自 {made}，现在的数据库是 {ours}。请把 DATABASE_URL 指向 {made} 的数据库再恢复")


def _use_keys(backup, folder):
    """The keys that belong to the backup, from `folder` if ours are others. Never writes over a key of other data."""
    wanted = backup.facts["keys"]
    if key_marks() == wanted:
        return
    if folder is None:
        raise BackupProblem("这份备份要用另一套钥匙才能打开。请用 --keys 指明当时的 keys 文件夹")
    if _anybody():
        raise BackupProblem("现在的数据库里有人员，用的是另一套钥匙。请换一个空的数据文件夹（TONGXIN_DATA）再恢复")
    theirs = Keys(Path(folder))
    if any(not (Path(folder) / f"{name}.key").exists() for name in KEYS) or key_marks(theirs) != wanted:
        raise BackupProblem(f"{folder} 不是这份备份的钥匙，请检查")
    for name in KEYS:
        shutil.copy2(Path(folder) / f"{name}.key", settings.KEYS.folder / f"{name}.key")
    with suppress(FileNotFoundError):
        if not identity_file().exists():
            shutil.copy2(Path(folder) / "backup.identity", identity_file())
    settings.KEYS.forget()


def _anybody() -> bool:
    try:
        return Person.objects.exists()
    except (OperationalError, ProgrammingError):  # no tables yet
        connection.close()
        return False


def _save_what_is_there(backup, replace) -> Backup | None:
    if not _anybody():
        return None
    if not replace:
        raise BackupProblem("数据库里已有数据。确实要用备份代替它，请加 --replace（先自动备份现在的数据）")
    return back_up(backup.file.parent, name=SAFETY)


def _decrypt(backup, target, identity):
    try:
        pyrage.decrypt_file(str(backup.file), str(target), [read_identity(Path(identity or identity_file()))])
    except pyrage.DecryptError:
        raise BackupProblem("用这把私钥打不开这份备份。请用 --identity 指明做备份时的私钥文件") from None


def _unpack(bundle, folder):
    """The database and the uploads, by name: nothing else in it can write anywhere."""
    (folder / "uploads").mkdir()
    with tarfile.open(bundle) as tar:
        for member in tar:
            parts = Path(member.name).parts
            if member.isfile() and (parts == ("database",) or (len(parts) == 2 and parts[0] == "uploads")):
                with (folder / parts[0] / parts[-1] if parts[1:] else folder / "database").open("wb") as out:
                    shutil.copyfileobj(tar.extractfile(member), out)


def _load(database):
    if connection.vendor == "sqlite":
        target = Path(connections["default"].settings_dict["NAME"])
        connection.close()
        for leftover in (target.with_name(target.name + "-wal"), target.with_name(target.name + "-shm")):
            leftover.unlink(missing_ok=True)
        draft = target.with_name(target.name + ".restored")
        shutil.copyfile(database, draft)
        draft.replace(target)
        return
    connection.close()
    _empty_schema()
    _run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={_dbname()}", str(database))


def _empty_schema():
    # What a later version added would otherwise stay beside what an earlier one brings back.
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()


def _dbname() -> str:
    return connection.get_connection_params()["dbname"]


def _load_uploads(folder):
    target = settings.DATA_DIR / "uploads"
    shutil.rmtree(target, ignore_errors=True)
    if any(folder.iterdir()):
        shutil.copytree(folder, target)


def _set_head(line):
    file = settings.DATA_DIR / "journal-head.txt"
    file.unlink(missing_ok=True)
    if line:
        file.write_text(line + "\n")


def _erase_again(folder) -> int:
    """Everybody erased since the backup was made, by the list beside it and our own."""
    uids = erased_uids(folder, settings.DATA_DIR)
    people = list(Person.objects.filter(uid__in=uids, erased_at=None))
    for person in people:
        erase(person, by=None)
    if list_file(folder).exists():
        merge_lists(folder, settings.DATA_DIR)
    return len(people)


def _whole():
    # An event has a subject; a restore is about the whole, which is the place at the top.
    return Place.objects.order_by("pk").first() or Place(pk=0)
