"""What is looked at by a second person: resets, emergency views, exports, findings."""

from .export import Export
from .finding import Finding
from .glass import Glass, in_force
from .reset import Reset

__all__ = ["Export", "Finding", "Glass", "Reset", "in_force"]
