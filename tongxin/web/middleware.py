"""What every answer has in common: refusals become 409 in one place, personal pages are never kept by a cache."""

from django.shortcuts import render

from tongxin.places.problems import RegisterProblem
from tongxin.refused import Refused


def secure_cache(get_response):
    """Pages of people who are signed in stay out of every cache; capabilities of the browser we do not use are off."""

    def middleware(request):
        response = get_response(request)
        if not response.has_header("Cache-Control") and not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store, private"
        response["Permissions-Policy"] = "geolocation=(), camera=(), microphone=(), payment=()"
        return response

    return middleware


def wrong_method(get_response):
    """An address that only takes a press of a button, opened by itself (reload, 返回, a kept link): words and a way on, 405."""

    def middleware(request):
        response = get_response(request)
        if response.status_code != 405 or request.method not in ("GET", "HEAD"):
            return response
        text = "这一步要在页面上按按钮来办，不能直接打开地址。请回首页再进来，办过的都在。"
        page = render(request, "web/error.html", {"title": "这一步请从页面上办", "text": text, "code": 405}, status=405)
        page["Allow"] = response["Allow"]
        return page

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
