"""The floors: what this framework and this database can do at best, on the product's own tables.

hello   a view that says hello: the framework's limit
page    session, user, fifty tasks in a plain template: three queries
claim   session, user, and in one transaction three SQL statements; the claim that finds no seat is taken back
"""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseForbidden
from django.template import engines
from django.urls import path
from django.utils import timezone

from .floor_claim import claim_with

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.floor_settings"
application = get_wsgi_application()

PAGE_ROWS = 50
TEMPLATE = """<!doctype html><html><head><meta charset="utf-8"><title>Floor</title></head><body><h1>{{ person.pk }}</h1><ul>
{% for task in tasks %}<li><a href="/tasks/{{ task.pk }}/">{{ task.title }}</a> {{ task.spot }} {{ task.starts_at|date:"m-d H:i" }}
{{ task.taken }}/{{ task.seats }}</li>
{% endfor %}</ul></body></html>"""


def hello(request):
    return HttpResponse("hello")


def page(request):
    from tongxin.tasks.models import Task

    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    tasks = Task.objects.filter(status="open").order_by("starts_at", "pk")[:PAGE_ROWS]
    return HttpResponse(_template().render({"person": request.user, "tasks": tasks}))


def claim(request, pk):
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    with transaction.atomic(), connection.cursor() as cursor:
        if not claim_with(cursor.execute, lambda: cursor.rowcount, pk, request.user.pk, timezone.now()):
            transaction.set_rollback(True)
            return HttpResponse("full")  # not 409: Django would log a warning for each
    return HttpResponse("yours")


def _template(made=[]):  # noqa: B006 - compiled once a process
    if not made:
        made.append(engines["django"].from_string(TEMPLATE))
    return made[0]


urlpatterns = [path("hello/", hello), path("page/", page), path("claim/<int:pk>/", claim)]
