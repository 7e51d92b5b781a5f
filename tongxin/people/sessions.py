"""What a session may hold for a few minutes: a number that was proved, a second factor being set up. Sealed where it is secret."""

import time
from contextlib import suppress

from .models import Person
from .vault import BrokenSeal, seal, unseal

MINUTES = 10
TRIES = 3  # at the own name, for one proof of the number


def keep_pending(request, person, number) -> None:
    """The code was right, the name is still to be asked: nobody is signed in yet."""
    request.session["pending"] = {
        "person": person.pk, "number": _seal(request, number), "at": int(time.time()), "tries": 0,
    }  # fmt: skip


def pending(request) -> dict | None:
    """{"person": Person, "number": "+86…"} while the proof is fresh; None otherwise."""
    kept = request.session.get("pending")
    if not kept or time.time() - kept["at"] > MINUTES * 60:
        return None
    number = _unseal(request, kept["number"])
    person = Person.objects.filter(pk=kept["person"], is_active=True).first()
    return {"person": person, "number": number} if number and person else None


def wrong_name(request) -> bool:
    """Count a wrong name; False once the proof is used up and another code is needed."""
    kept = request.session.get("pending") or {"tries": TRIES}
    kept["tries"] += 1
    request.session["pending"] = kept
    if kept["tries"] < TRIES:
        return True
    forget_pending(request)
    return False


def forget_pending(request) -> None:
    request.session.pop("pending", None)


def keep_secret(request, secret) -> str:
    """A TOTP secret not yet bound: sealed for this person, since sessions lie in the database."""
    request.session["totp_new"] = seal(secret, f"totp:{request.user.pk}").hex()
    return secret


def pending_secret(request) -> str:
    with suppress(BrokenSeal, KeyError, ValueError):
        return unseal(bytes.fromhex(request.session["totp_new"]), f"totp:{request.user.pk}")
    return ""


def _seal(request, text) -> str:
    return seal(text, "pending").hex()


def _unseal(request, text) -> str:
    with suppress(BrokenSeal, ValueError):
        return unseal(bytes.fromhex(text), "pending")
    return ""
