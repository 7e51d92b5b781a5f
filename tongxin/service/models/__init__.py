"""Hours and points: the ledger, the rule, the year, disputes, what is entered from paper, what a human checks."""

from tongxin.people.models import selves

from .backoffice import BackEntry, back_entries_of, confirm_many, members_at
from .checkup import PATTERNS, Checked, Finding, findings, note_checked, pattern
from .dispute import Correction, Dispute
from .frozen import Statement, Year
from .ledger import Entry, EntryQuerySet, award, reverse, show_points
from .rule import CENT, STEP, Factor, PointsSwitch, Rule, half_up, switch_points
from .year import Review, Unfinished, close_year, digest_of, sum_year

__all__ = [
    "CENT", "PATTERNS", "STEP", "BackEntry", "Checked", "Correction", "Dispute", "Entry", "EntryQuerySet", "Factor", "Finding",
    "PointsSwitch", "Review", "Rule", "Statement", "Unfinished", "Year", "award", "back_entries_of", "close_year", "confirm_many", "digest_of",
    "findings", "half_up", "members_at", "note_checked", "pattern", "reverse", "selves", "show_points", "sum_year",
    "switch_points",
]  # fmt: skip
