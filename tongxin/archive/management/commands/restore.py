"""tongxin restore FOLDER: put the newest backup of a folder (or the one named) in place of the database, and verify it."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError

from tongxin.archive.backup import BackupProblem
from tongxin.archive.restore import choose, restore
from tongxin.journal.seals import seal_now


class Command(BaseCommand):
    help = "Restore a backup: checked first, what is there is saved, everybody erased since stays erased, verified at the end."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("where", metavar="FOLDER|FILE")
        parser.add_argument("--identity", metavar="FILE", help="the age identity, if it is not beside our keys")
        parser.add_argument("--keys", metavar="FOLDER", help="the keys that belong to it, for an empty machine")
        parser.add_argument("--replace", action="store_true", help="there are data now; save them and replace them")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, where, identity, keys, replace, **options):
        try:
            done = restore(choose(where), identity=identity, keys=keys, replace=replace)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from None
        seal_now()  # that it was restored is the first thing the restored journal says
        if options["json"]:
            self.stdout.write(json.dumps(done | {"ok": not done["problems"]}, ensure_ascii=False))
        else:
            self._print(done)
        if done["problems"]:
            sys.exit(1)

    def _print(self, done):
        self.stdout.write(f"已恢复 {done['made']} 的备份：{done['rows']['people']}人，{done['rows']['entries']}笔时长")
        if done["saved"]:
            self.stdout.write(f"恢复前的数据备份在 {done['saved']}")
        self.stdout.write(f"备份之后注销的 {done['erased']} 人已再次删除个人资料")
        self.stdout.write("核对：全部一致" if not done["problems"] else f"核对发现不一致：{done['problems'][0]}")
        self.stdout.write("请重新启动服务和 worker")
