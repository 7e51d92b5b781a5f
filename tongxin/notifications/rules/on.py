"""One rule: when this happens, these people hear that."""

from collections.abc import Callable
from dataclasses import dataclass

RULES: dict[str, list["Rule"]] = {}


@dataclass(frozen=True)
class Rule:
    """When `verb` happens, `tell(event, subject)` hears `message` and is led to `url`.

    `gather`: while one such notice of today is unread, another one adds nothing. `text`: also by SMS to who agreed.
    `urgent`: at any hour, above any cap, and by telephone to who cannot be reached otherwise (incidents).
    `staff_digest`: staff hear of it in their daily digest instead; None: as `gather` says. Only what a line of the
    digest counts (`digest.line(covers=…)`) is left to it, everything else is told at once all the same.
    """

    verb: str
    tell: Callable
    message: str
    url: Callable | str
    gather: bool = False
    text: bool = False
    urgent: bool = False
    staff_digest: bool | None = None

    @property
    def left_to_digest(self) -> bool:
        return (self.gather if self.staff_digest is None else self.staff_digest) and not self.urgent

    def address(self, subject) -> str:
        return str(self.url(subject) if callable(self.url) else self.url)


def on(verb: str, **rule) -> None:
    """Add a rule for events of this verb."""
    RULES.setdefault(verb, []).append(Rule(verb, **rule))
