"""Demo mode: a named cast to try on, one button each. Loopback only; anywhere else these pages do not exist."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongxin.people.models import Person

from .gate import at_this_machine

# Person.demo_key → role, what one can try, icon
CAST = {
    "alan": ("志愿者", "认领任务、登记时长、看自己的时长", "hand-heart"),
    "zhou": ("队长", "联络新人、发布任务、核验时长", "users"),
    "wang": ("居村党组织书记", "审核报到、看队伍和楼组", "list-checks"),
    "shen": ("街镇工作人员", "导入名册、看各居村进展", "clipboard-list"),
    "he": ("区级工作人员", "数据、口径和背后的明细", "chart-column"),
    "yan": ("审计员（只读）", "查阅记录、抽样核对", "history"),
    "guan": ("系统管理员", "任命工作人员、申请重置动态口令", "id-card"),
    "an": ("安全管理员", "重置动态口令、停用账号、看安全记录", "shield-check"),
}


def demo_only(view):
    """404 unless the demo is on and the visitor sits at this machine."""

    def guarded(request, **kwargs):
        if not settings.DEMO or not at_this_machine(request):
            raise Http404
        return view(request, **kwargs)

    guarded.__name__, guarded.__doc__ = view.__name__, view.__doc__
    return login_not_required(guarded)


@demo_only
@require_GET
def cast(request):
    """Who one can be."""
    people = Person.objects.in_bulk(list(CAST), field_name="demo_key")
    keys = ("role", "does", "icon")
    rows = [{"person": people[key], **dict(zip(keys, row, strict=True))} for key, row in CAST.items() if key in people]
    return render(request, "web/demo.html", {"cast": rows})


@demo_only
@require_POST
def enter(request, key):
    """Sign in as one of the cast."""
    person = get_object_or_404(Person, demo_key=key)
    login(request, person, backend="tongxin.people.backends.PersonBackend")
    request.session["second_factor"] = True
    return redirect("web:home")
