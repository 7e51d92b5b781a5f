"""What does not come in at all: a demo asked for from elsewhere, bodies beyond any form, characters no text holds."""

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse

from .views import too_large

LOOPBACK = {"127.0.0.1", "::1"}
#: A proxy on this machine leaves its mark: whoever it speaks for sits elsewhere.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def demo_stays_here(get_response):
    """In demo mode anybody may become anybody, and codes stand on the page: only for a visitor at this machine."""

    def middleware(request):
        if settings.DEMO and not at_this_machine(request):
            return HttpResponse("演示只在本机打开。", status=403, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware


def at_this_machine(request) -> bool:
    """Whether the visitor sits at the machine that serves."""
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not any(mark in request.META for mark in FORWARDED)


def sane_requests(get_response):
    """Bodies larger than the largest upload are not read; NUL is in no text (PostgreSQL would refuse it with an error)."""

    def middleware(request):
        if _length(request) > settings.LARGEST_BODY:
            return too_large(request)
        if "\0" in request.path or any("\0" in value for value in request.COOKIES.values()) or _has_nul(request.GET):
            raise BadRequest
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if _has_nul(request.POST):
            raise BadRequest

    middleware.process_view = process_view
    return middleware


def _length(request) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _has_nul(data) -> bool:
    return any("\0" in key or any("\0" in value for value in values) for key, values in data.lists())
