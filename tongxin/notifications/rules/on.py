"""One rule: when this happens, these people hear that."""

from collections.abc import Callable
from dataclasses import dataclass

RULES: dict[str, list["Rule"]] = {}


@dataclass(frozen=True)
class Rule:
    """When `verb` happens, `tell(event, subject)` hears `message` and is led to `url`.

    `gather`: while one such notice of today is unread, another one adds nothing. `text`: also by SMS to who agreed.
    """

    verb: str
    tell: Callable
    message: str
    url: Callable | str
    gather: bool = False
    text: bool = False

    def address(self, subject) -> str:
        return str(self.url(subject) if callable(self.url) else self.url)


def on(verb: str, **rule) -> None:
    """Add a rule for events of this verb."""
    RULES.setdefault(verb, []).append(Rule(verb, **rule))
