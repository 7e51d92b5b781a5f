"""Governance tasks (治理任务): published with seats, claimed, reported, verified by someone else, entered in the ledger."""

from .task import HOUR, HOURS_BEYOND_PLAN, Family, Risk, Task, TaskQuerySet, close_past  # isort: skip - the task comes first
from .claim import Claim, ClaimQuerySet, verify_many

__all__ = [
    "HOUR",
    "HOURS_BEYOND_PLAN",
    "Claim",
    "ClaimQuerySet",
    "Family",
    "Risk",
    "Task",
    "TaskQuerySet",
    "close_past",
    "verify_many",
]
