"""The journal as it is exported by who checks."""

from django.utils import timezone

from tongxin.access.policy import Permission
from tongxin.oversight.exporting import Table, exporter

from .journal_dress import dress
from .journal_views import LONGEST, FilterForm, readable

HEADER = ["编号", "时间", "谁", "人员编号", "职务", "事项", "对象", "地方", "经过", "原因", "封存"]


@exporter("journal", "查阅记录", Permission.READ_JOURNAL)
def journal_table(place, params, reader) -> Table:
    """The events found, in words, oldest first; people as everywhere in the journal, never by full name."""
    form = FilterForm(params)
    events = dress(form.applied_to(readable(reader, place)).order_by("id")[:LONGEST])
    rows = [
        [e.pk, timezone.localtime(e.at), e.doer, e.actor_id, e.post, e.word, e.what, e.where, e.change, e.reason,
         e.seal_id] for e in events
    ]  # fmt: skip
    return Table(title=f"{place.label} 查阅记录", header=HEADER, rows=rows, filename="journal.xlsx", sheet_name="记录")
