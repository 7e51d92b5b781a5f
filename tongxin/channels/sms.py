"""Text messages: an adapter chosen by settings; the local one writes to a file."""

import json
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string


class Sms(Protocol):
    """What an operator's gateway has to offer."""

    def send(self, number: str, text: str) -> None: ...


class LocalSms:
    """The working stand-in: one JSON line a message in `sms-outbox.jsonl` beside the database."""

    def send(self, number: str, text: str) -> None:
        path = settings.DATA_DIR / "sms-outbox.jsonl"
        with path.open("a", encoding="utf-8") as out:
            out.write(
                json.dumps({"at": timezone.now().isoformat(), "to": number, "text": text}, ensure_ascii=False) + "\n"
            )
        path.chmod(0o600)


def send_sms(number: str, text: str) -> None:
    """Send one message through the configured adapter."""
    import_string(settings.SMS_ADAPTER)().send(number, text)
