"""What happens to an uploaded roster behind the pages: taken in, and worked off by the worker."""

from django.db import transaction
from django_tasks import task

from tongxin.journal.models import record
from tongxin.workflow.transitions import CLOCK

from . import store
from .check import DUPLICATE, ERROR, check_roster
from .columns import point_out
from .load import imported_indexes, load
from .models import RosterImport


def take_in(table, *, filename, place, by) -> RosterImport:
    """Keep an uploaded table, sealed, with the figures of its check; nothing of it enters the register yet."""
    job = RosterImport(place=place, by=by, filename=filename[-120:], header_row=table.header_row)
    with transaction.atomic():
        _judge(job, table)
        record("rosterimport.upload", subject=job, by=by, place=place, facts={"rows": len(table.rows)})
    return job


def point_out_columns(job, *, mapping) -> None:
    """Take over which header stands for a column that was not found by itself."""
    table = store.load(job.uid)
    if table and job.status == RosterImport.Status.CHECKED:
        point_out(table, mapping)
        _judge(job, table)


def _judge(job, table) -> None:
    job.missing, job.ignored = table.missing, table.unmapped
    if not table.missing:
        job.count(check_roster(table, place=job.place))
    job.save()
    store.save(job.uid, table)


def check_again(job):
    """The verdict as it stands now, or None when the table is no longer kept."""
    table = store.load(job.uid)
    if table is None or table.missing:
        return None
    return check_roster(table, place=job.place, mine=imported_indexes(job))


@task()
def run_import(pk: int) -> None:
    """Work off a confirmed import; called by the worker."""
    job = RosterImport.objects.select_related("place", "by").get(pk=pk)
    if job.status != RosterImport.Status.RUNNING:
        return
    check = check_again(job)
    if check is None:
        job.fail(by=CLOCK, reason="上传的表格已不在，请重新上传")
        return
    try:
        load(job, check, by=job.by)
    except Exception:
        RosterImport.objects.get(pk=pk).fail(by=CLOCK, reason="中途停下，已导入的整行都在，可以继续")
        raise
    store.keep_only(job.uid, {row.number for row in check.having(ERROR, DUPLICATE)})
