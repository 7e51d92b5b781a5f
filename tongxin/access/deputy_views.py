"""Standing in for a colleague who is away: who for whom, from when until when."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .deputies import colleagues_for, delegate, posts_to_lend, recall, stand_ins_of
from .forms import DelegateForm
from .models import today
from .policy import STAFF_ROLES
from .rules import roles_of


@require_GET
def deputies(request):
    """Who stands in for me, and for whom I stand in."""
    posts = list(posts_to_lend(request.user))
    if not posts and not STAFF_ROLES & roles_of(request.user):
        raise PermissionDenied
    page = Paginator(stand_ins_of(request.user), 50).get_page(request.GET.get("page"))
    return render(request, "access/deputies.html", {"page": page, "posts": posts, "today": today()})


@require_http_methods(["GET", "POST"])
def new(request, pk):
    """Ask a colleague to stand in for one of my posts."""
    post = get_object_or_404(posts_to_lend(request.user).select_related("place__parent"), pk=pk)
    form = DelegateForm(request.POST or None, people=colleagues_for(post))
    if request.method == "POST" and form.is_valid():
        stand_in = delegate(post, by=request.user, **form.cleaned_data)
        messages.success(request, f"已请{stand_in.person.shown_as}代理，两位都会收到消息，到期自动结束")
        return redirect("access:deputies")
    return render(request, "access/delegate.html", {"post": post, "form": form}, status=422 if form.is_bound else 200)


@require_POST
def recall_one(request, pk):
    """End it early: the holder is back, or the colleague cannot go on."""
    recall(get_object_or_404(stand_ins_of(request.user).filter(until__gt=today()), pk=pk), by=request.user)
    messages.success(request, "代理已结束，下一次打开页面起不再有这个岗位的权限")
    return redirect("access:deputies")
