"""A staff session is good only with its second factor, and only while somebody is at the desk."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.shortcuts import redirect

OPEN = {
    "people:second_factor",
    "people:sign_out",
    "people:sign_in",
    "people:staff_sign_in",
    "people:set_password",
    "web:livez",
    "web:readyz",
    "web:elder",
}


def second_factor_required(get_response):
    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        person = request.user
        if not (person.is_authenticated and person.is_staff_member):
            return None
        now = int(time.time())
        if now - request.session.get("seen", now) > settings.STAFF_IDLE_SECONDS:
            logout(request)
            return redirect("people:staff_sign_in")
        if now - request.session.get("seen", 0) > 60:
            request.session["seen"] = now
        if not request.session.get("second_factor") and request.resolver_match.view_name not in OPEN:
            return redirect("people:second_factor")
        if person.must_change and request.resolver_match.view_name not in {*OPEN, "people:password"}:
            return redirect("people:password")  # somebody else knows it: nothing else before it is one's own
        return None

    middleware.process_view = process_view
    return middleware
