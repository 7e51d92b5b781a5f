"""Mobile numbers: one person is one number, however it was typed."""

import re
import unicodedata

DIGITS = 11  # of a mainland mobile number
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})")


class PhoneProblem(ValueError):
    """A number that cannot be used; `code` for machines, the message in Chinese says how to mend it."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def normalise_phone(text) -> str:
    """ "199-0000-2436", "+86 199…", full-width digits → "+8619900002436". Raises PhoneProblem."""
    if isinstance(text, float):
        text = f"{text:.0f}"
    plain = re.sub(r"[\s\-‐-―()]", "", unicodedata.normalize("NFKC", str(text or "")))
    if match := _MOBILE.fullmatch(plain):
        return f"+86{match[1]}"
    if not plain:
        raise PhoneProblem("no_phone", "没有填手机号，请补上")
    local = re.sub(r"^(?:\+|00)86", "", plain)
    if not local.isdecimal():
        raise PhoneProblem("bad_phone", "手机号里有数字以外的字，或不是内地号码，请检查")
    if len(local) < DIGITS:
        raise PhoneProblem("short_phone", f"手机号少{DIGITS - len(local)}位，请检查")
    if len(local) > DIGITS:
        raise PhoneProblem("long_phone", f"手机号多{len(local) - DIGITS}位，请检查")
    if not _MOBILE.fullmatch(local):
        raise PhoneProblem("bad_phone", "这不是手机号（应以13至19开头），请检查")
    return f"+86{local}"


def mask_phone(e164: str) -> str:
    """138****1234: what most people may see."""
    local = e164.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) == DIGITS else "****"


def local_phone(e164: str) -> str:
    """The eleven digits a person dials."""
    return e164.removeprefix("+86")
