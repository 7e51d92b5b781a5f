"""Governance tasks (治理任务): published with seats, claimed, reported, verified by someone else, entered in the ledger."""

from tongxin.journal.models import kind_of
from tongxin.service.models.dispute import HANDS

from .task import AGREEMENT, CHANGEABLE, HOUR, HOURS_BEYOND_PLAN, Task, TaskQuerySet, close_past, still_claimable  # isort: skip - the task comes first
from .claim import Claim, ClaimQuerySet, verify_many
from .described import Described, Family, Risk
from .incident import Incident
from .series import Every, Series, make_coming
from .template import TaskTemplate


def _who_corrected(entry) -> list[int]:
    """Whoever wrote the correction of a claim does not decide about the line that came of it."""
    if entry.source_kind != kind_of(Claim):
        return []
    return list(Claim.objects.filter(pk=entry.source_id).values_list("corrected_by_id", flat=True))


HANDS.append(_who_corrected)

__all__ = [
    "AGREEMENT",
    "CHANGEABLE",
    "HOUR",
    "HOURS_BEYOND_PLAN",
    "Claim",
    "ClaimQuerySet",
    "Described",
    "Every",
    "Family",
    "Incident",
    "Risk",
    "Series",
    "Task",
    "TaskQuerySet",
    "TaskTemplate",
    "close_past",
    "make_coming",
    "still_claimable",
    "verify_many",
]
