"""Log hygiene: phone numbers never reach a log line, whoever wrote it."""

import logging
import re

PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1\d{2})[- ]?(\d{4})[- ]?(\d{4})(?!\d)")


def mask_numbers(text: str) -> str:
    """The text with the middle of every mainland mobile number hidden."""
    return PHONE.sub(r"\1****\3", text)


class Scrub(logging.Filter):
    """Masks mainland mobile numbers in the finished message and in its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask_numbers(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask_numbers(record.exc_text)
        return True
