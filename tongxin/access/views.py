"""Posts: who holds which, since when; appoint and end."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .forms import StaffForm
from .models import Appointment
from .policy import STAFF_ROLES, Permission
from .rules import may_anywhere, places_where, scope
from .staff import create_staff


def _staff_posts(person):
    if not may_anywhere(person, Permission.APPOINT):
        raise PermissionDenied
    posts = Appointment.objects.current().filter(scope(person, Permission.APPOINT), role__in=STAFF_ROLES)
    return posts.select_related("person", "place__parent").order_by("place__path", "role", "pk")


@require_GET
def appointments(request):
    """Current posts of staff, in register order."""
    page = Paginator(_staff_posts(request.user), 50).get_page(request.GET.get("page"))
    return render(request, "access/appointments.html", {"page": page})


@require_http_methods(["GET", "POST"])
def new(request):
    """A new member of staff in a post."""
    _staff_posts(request.user)
    form = StaffForm(request.POST or None, places=places_where(request.user, Permission.APPOINT))
    if request.method == "POST" and form.is_valid():
        person = create_staff(by=request.user, **form.cleaned_data)
        messages.success(request, f"已任命{person.name}，首次登录时绑定动态口令")
        return redirect("access:appointments")
    return render(request, "access/new.html", {"form": form})


@require_POST
def end(request, pk):
    """End a post; access is gone at the next request."""
    post = get_object_or_404(_staff_posts(request.user), pk=pk)
    post.end(by=request.user, reason=request.POST.get("reason", "")[:200])
    messages.success(request, "已结束任职，对方下一次打开页面就不能再用")
    return redirect("access:appointments")
