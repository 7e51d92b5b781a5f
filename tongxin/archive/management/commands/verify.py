"""tongxin verify: check every invariant; name the first broken row and end with 1, or say how much was looked at."""

import json
import sys

from django.core.management.base import BaseCommand

from tongxin.archive.invariants import CHECKS, counts, problems
from tongxin.journal.seals import seal_now

SHOWN = 20  # lines of the text report; --json has them all


class Command(BaseCommand):
    help = "Check journal, ledger, seats, members, buildings and places. Exits 1 and names the first broken row if any."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")

    def handle(self, **options):
        found = list(problems())
        if not found:
            seal_now()  # what is broken stays as it was found
        if options["json"]:
            lines = [{"check": check, "problem": line} for check, line in found]
            self.stdout.write(json.dumps({"ok": not found, "problems": lines, "counts": counts()}, ensure_ascii=False))
        else:
            self._print(found)
        if found:
            sys.exit(1)

    def _print(self, found):
        for name in CHECKS:
            broken = [line for check, line in found if check == name]
            self.stdout.write(f"{name}: {'ok' if not broken else f'{len(broken)} broken'}")
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts().items()))
        for _, line in found[:SHOWN]:
            self.stderr.write(line)
        if found:
            self.stderr.write(f"第一处不一致：{found[0][1]}")
