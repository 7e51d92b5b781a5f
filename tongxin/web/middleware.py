"""What every answer has in common: refusals become 409 in one place, personal pages are never kept by a cache."""

from django.shortcuts import render

from tongxin.places.problems import RegisterProblem
from tongxin.workflow.transitions import Refused


def secure_cache(get_response):
    """Pages of people who are signed in stay out of every cache; capabilities of the browser we do not use are off."""

    def middleware(request):
        response = get_response(request)
        if not response.has_header("Cache-Control") and not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store, private"
        response["Permissions-Policy"] = "geolocation=(), camera=(), microphone=(), payment=()"
        return response

    return middleware


def refusals(get_response):
    """`Refused` from any verb: the reason in words, 409; a toast for htmx, a page with a way back otherwise."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, exception):
        if not isinstance(exception, (Refused, RegisterProblem)):
            return None
        back = request.META.get("HTTP_REFERER") or "/"
        page = "web/refused_toast.html" if getattr(request, "htmx", False) else "web/refused.html"
        return render(request, page, {"why": str(exception), "back": back}, status=409)

    middleware.process_exception = process_exception
    return middleware
