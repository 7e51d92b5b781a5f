"""`tongxin import_roster FILE --district CODE`: bring a roster into the register, and say what is wrong with the rest."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongxin.journal.seals import seal_now
from tongxin.places.models import Place
from tongxin.registrations.roster.check import Check, check_roster
from tongxin.registrations.roster.columns import LABELS, find_roster
from tongxin.registrations.roster.load import load
from tongxin.registrations.roster.models import RosterImport
from tongxin.sheets.problems import SheetProblem
from tongxin.sheets.reading import read_workbook
from tongxin.workflow.transitions import CLOCK

SHOWN = 200  # bad cells listed for people; --json lists all


class Command(BaseCommand):
    help = (
        "Import a roster of second-echelon members (.xlsx, .xls, .csv). The good rows are imported, the bad ones listed. "
        "rows = imported + known + duplicates + errors; errors counts rows, error_rows lists every bad cell. "
        "Running it again imports nothing twice. Exits 0 unless the file is unreadable."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="the workbook")
        parser.add_argument(
            "--district", required=True, metavar="CODE", help="division code of the district (or 街镇) it belongs to"
        )
        parser.add_argument(
            "--map", action="append", default=[], metavar="COLUMN=HEADER",
            help="which header stands for a column, when the file words it otherwise (姓名=人员)",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="print JSON alone on standard output")

    def handle(self, *args, file, district, dry_run, **options):
        place = Place.objects.by_code(district)
        if place is None:
            raise CommandError(f"登记册里没有代码{district}，请先运行 tongxin import_places")
        try:
            table = find_roster(read_workbook(file), mapping_of(options["map"]))
        except SheetProblem as problem:
            raise CommandError(f"{Path(file).name}：{problem.message}") from None
        check = check_roster(table, place=place)
        if not dry_run:
            self._import(check, table, place, Path(file).name)
        answer = check.counts() | {"error_rows": check.error_rows()}
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            self._tell(answer, check, dry_run)

    def _import(self, check: Check, table, place, filename):
        job = RosterImport(place=place, filename=filename[-120:], header_row=table.header_row, ignored=table.unmapped)
        job.count(check)
        job.save()
        job.confirm(by=CLOCK, queue=False)
        try:
            load(job, check)
        except BaseException:
            RosterImport.objects.get(pk=job.pk).fail(by=CLOCK, reason="命令中断，已导入的整行都在，重新运行即可继续")
            raise
        finally:
            seal_now()

    def _tell(self, answer, check, dry_run):
        verb = "可以导入" if dry_run else "导入"
        self.stdout.write(
            f"共{answer['rows']}行：{verb}{answer['imported']}，已在册{answer['known']}，"
            f"重复{answer['duplicates']}，要改{answer['errors']}"
        )
        for bad in answer["error_rows"][:SHOWN]:
            self.stdout.write(f"  第{bad['row']}行 {bad['column']}：{bad['reason']}（{bad['code']}）")
        if len(answer["error_rows"]) > SHOWN:
            self.stdout.write(f"  ……共{len(answer['error_rows'])}处，全部见 --json")
        for code, count in sorted(check.remarks().items()):
            print(f"  备注 {code}：{count}行", file=sys.stderr)


def mapping_of(pairs) -> dict[str, str]:
    """["姓名=人员"] → {"name": "人员"}. Raises CommandError for a column that does not exist."""
    keys = {label: key for key, label in LABELS.items()} | {key: key for key in LABELS}
    mapping = {}
    for pair in pairs:
        column, _, header = pair.partition("=")
        if column not in keys or not header:
            raise CommandError(f"--map {pair}：列名可用 {'、'.join(LABELS.values())}")
        mapping[keys[column]] = header
    return mapping
