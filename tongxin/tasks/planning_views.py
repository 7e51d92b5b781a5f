"""Pages for whoever plans tasks: write, change, hand over; templates and series. And the age one may tell."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.access.policy import Permission as P
from tongxin.access.rules import may_anywhere

from . import planning
from .models import Series, Task, TaskTemplate
from .task_forms import AgeForm, ChangeForm, ContactForm, StopForm, TaskForm, UseForm

OPENED = "已发布，志愿者现在可以认领"


def _publisher(request):
    if not may_anywhere(request.user, P.PUBLISH_TASK):
        raise PermissionDenied
    return request.user


def _own_task(request, pk):
    return get_object_or_404(Task.objects.published_by(request.user).select_related("contact"), pk=pk)


@require_http_methods(["GET", "POST"])
def new(request):
    """Write a task or a series down; keep it as a draft or open it at once."""
    publisher = _publisher(request)
    form = TaskForm(request.POST or None, publisher=publisher, like=planning.like(request))
    if request.method == "POST" and form.is_valid():
        made = form.keep(by=publisher, publish="publish" in request.POST)
        messages.success(request, planning.kept_words(made, opened=OPENED))
        return redirect(planning.address(made))
    return render(request, "tasks/new.html", {"form": form})


@require_http_methods(["GET", "POST"])
def change(request, pk):
    """Another time, spot or number of seats; everybody who is in is told."""
    task = _own_task(request, pk)
    form = ChangeForm(request.POST or None, task=task)
    if request.method == "POST" and form.is_valid():
        task.change(by=request.user, **form.changes)
        messages.success(request, "已改好。时间和地点有变，会告诉已认领和候补的人")
        return redirect("tasks:detail", pk=pk)
    return render(request, "tasks/change.html", planning.change_page(task, request.user, form=form))


@require_POST
def hand_over(request, pk):
    """Another contact for a task."""
    task = _own_task(request, pk)
    form = ContactForm(request.POST, task=task)
    if form.is_valid():
        task.hand_over(to=form.cleaned_data["to"], by=request.user)
        messages.success(request, f"联系人已换成{form.cleaned_data['to'].shown_as}")
    else:
        messages.warning(request, "请选一位联系人")
    return redirect("tasks:detail", pk=pk)


@require_POST
def keep(request, pk):
    """Keep a task as a template."""
    template = TaskTemplate.keep(_own_task(request, pk), by=request.user)
    messages.success(request, f"“{template.title}”存成模板了，下次只填时间和人数")
    return redirect("tasks:templates")


@require_GET
def templates(request):
    """The templates of one's places, and those that come with the house."""
    return render(request, "tasks/templates.html", planning.templates_page(_publisher(request)))


@require_http_methods(["GET", "POST"])
def use_template(request, pk):
    """Publish from a template: when and how many."""
    publisher = _publisher(request)
    template = get_object_or_404(TaskTemplate.objects.usable_by(publisher), pk=pk)
    form = UseForm(request.POST or None, publisher=publisher, template=template)
    if request.method == "POST" and form.is_valid():
        task = form.keep(by=publisher)
        messages.success(request, OPENED)
        return redirect("tasks:detail", pk=task.pk)
    return render(request, "tasks/use.html", {"form": form, "template": template})


@require_POST
def retire_template(request, pk):
    """Take a template off the list."""
    template = get_object_or_404(TaskTemplate.objects.usable_by(_publisher(request)), pk=pk)
    template.retire(by=request.user)
    messages.success(request, f"“{template.title}”不再列出，发过的任务不受影响")
    return redirect("tasks:templates")


@require_GET
def series_list(request):
    """What comes again, and the next dates of each."""
    page = planning.series_page(_publisher(request), number=request.GET.get("page"))
    return render(request, "tasks/series.html", page)


@require_http_methods(["GET", "POST"])
def stop_series(request, pk):
    """No more of a series; the dates that stand already stay or are called off."""
    series = get_object_or_404(Series.objects.published_by(request.user), pk=pk)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        series.stop(by=request.user, **form.cleaned_data)
        messages.success(request, "系列已停止，不会再排新的场次")
        return redirect("tasks:series")
    return render(request, "tasks/stop.html", planning.stop_page(series, request.user, form=form))


@require_POST
def take_series(request, pk):
    """Be the contact of what is still to be made."""
    series = get_object_or_404(Series.objects.published_by(request.user), pk=pk)
    series.hand_over(to=request.user, by=request.user)
    messages.success(request, "以后排出来的场次，您是联系人")
    return redirect("tasks:series")


@require_http_methods(["GET", "POST"])
def age(request):
    """How old, if they like to say: tasks with a risk are not for the young."""
    form = AgeForm(request.POST or None, initial={"band": request.user.age_band})
    if request.method == "POST" and form.is_valid():
        request.user.tell_age(form.cleaned_data["band"])
        messages.success(request, "已记下，随时可以改")
        return redirect("tasks:list")
    return render(request, "tasks/age.html", {"form": form})
