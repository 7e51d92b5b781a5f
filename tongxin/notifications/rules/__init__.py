"""Who is told what, a file a room: one line for each event that somebody should hear of. The words stand in templates/notifications/messages/."""

from . import access, feedback, notifications, oversight, people, registrations, service, tasks, teams
from .on import RULES, Rule, on

__all__ = [
    "RULES",
    "Rule",
    "access",
    "feedback",
    "notifications",
    "on",
    "oversight",
    "people",
    "registrations",
    "service",
    "tasks",
    "teams",
]
