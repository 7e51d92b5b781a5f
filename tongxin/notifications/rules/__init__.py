"""Who is told what, a file a room: one line for each event that somebody should hear of. The words stand in templates/notifications/messages/."""

from . import registrations, service, tasks
from .on import RULES, Rule, on

__all__ = ["RULES", "Rule", "on", "registrations", "service", "tasks"]
