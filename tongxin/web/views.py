"""The shell's pages: front door, home, desk, door sign address, errors, and the two questions of a supervisor."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST, require_safe

from tongxin.places.models import Place

from .context import first_page, is_desk
from .desk import desk_page
from .home import captain_page, home_page

ELDER_SECONDS = 60 * 60 * 24 * 365


@login_not_required
@require_safe
def home(request):
    """The front door for visitors, the desk for staff, the next thing for everybody else."""
    if not request.user.is_authenticated:
        return render(request, "web/welcome.html")
    if is_desk(request.user):
        return redirect(first_page(request.user))
    return render(request, "web/home.html", home_page(request.user) | captain_page(request.user))


@require_GET
def desk(request):
    """What waits for me today."""
    return render(request, "web/desk_home.html", desk_page(request.user))


@login_not_required
@require_GET
def door(request, code):
    """The address on a building's door: names a place, gives no rights."""
    building = Place.objects.filter(until=None, short_code=code.strip().upper()).first()
    if building is None:
        return render(request, "web/door_unknown.html", {"sign": code[:12]}, status=404)
    return render(request, "web/door.html", {"building": building})


@login_not_required
@require_POST
def elder(request):
    """Switch between 长辈版 and 标准版; remembered on the phone."""
    there = request.POST.get("next", "/")
    response = HttpResponseRedirect(there if url_has_allowed_host_and_scheme(there, {request.get_host()}) else "/")
    on = request.COOKIES.get("elder") == "1"
    response.set_cookie("elder", "0" if on else "1", max_age=ELDER_SECONDS, samesite="Lax", secure=settings.SECURE)
    return response


@login_not_required
@require_GET
def help_page(request):
    return render(request, "web/help.html")


@login_not_required
@require_safe
def livez(request):
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request):
    """The process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def _error(request, status, title, text):
    return render(request, "web/error.html", {"title": title, "text": text, "code": status}, status=status)


def bad_request(request, exception=None):
    return _error(request, 400, "这个请求看不懂", "地址或表单不完整，请返回上一页再试。")


def forbidden(request, exception=None):
    return _error(request, 403, "这一页不归您办", "您现在的岗位不能做这件事。需要的话请联系您的街镇或系统管理员。")


def csrf_failure(request, reason=""):
    return _error(request, 403, "页面放得太久了", "为了安全，请返回上一页刷新后再提交一次，填过的内容还在。")


def too_large(request):
    return _error(request, 413, "文件太大了", "请删去图片和空白行列，或分成几份再上传。")


def not_found(request, exception=None):
    return _error(request, 404, "没有找到这一页", "可能地址写错了，也可能不在您的辖区。")


def server_error(request):
    return _error(request, 500, "出了点问题", "已经记下来了。请过一会儿再试，急事请打电话。")
