"""tongxin backup FOLDER: an encrypted backup of the database and what stands beside it."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongxin.archive.backup import BackupProblem, back_up, identity_file, write_identity
from tongxin.journal.seals import seal_now


class Command(BaseCommand):
    help = "Write an encrypted backup into FOLDER. The keys are not in it: keep a copy of them in another place."

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="FOLDER")
        parser.add_argument(
            "--keep-days", type=int, default=settings.BACKUP_KEEP_DAYS, help="older ones go (0: keep all)"
        )
        parser.add_argument("--new-identity", metavar="FILE", help="write a new age identity into FILE and end")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, folder, keep_days, new_identity, **options):
        if new_identity:
            return self._new_identity(Path(new_identity))
        try:
            backup = back_up(folder, keep_days=keep_days)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from None
        finally:
            seal_now()
        facts = {"file": str(backup.file)} | {key: backup.facts[key] for key in ("at", "bytes", "rows", "sha256")}
        if options["json"]:
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return None
        self.stdout.write(
            f"已备份到 {backup.file}（{backup.facts['bytes'] / 1e6:.1f} MB，{backup.facts['rows']['people']}人）"
        )
        self.stdout.write(f"钥匙不在备份里：请把 {settings.KEYS.folder} 另存到别处，没有它打不开备份")
        return None

    def _new_identity(self, file):
        try:
            identity = write_identity(file)
        except FileExistsError:
            raise CommandError(f"{file} 已存在，没有覆盖") from None
        self.stdout.write(
            f"私钥在 {file}，请离线保存。把公钥设为环境变量：\nTONGXIN_BACKUP_RECIPIENT={identity.to_public()}"
        )
        if identity_file().exists():
            self.stdout.write(f"以前的备份仍用 {identity_file()} 打开")
