"""The red twin of the claim race: the product, but claiming the way one would first write it: look, then write."""

import time

from tongxin.wsgi import application  # isort: skip  (sets Django up: first)

from tongxin.tasks.models import Claim, Task
from tongxin.workflow.transitions import Refused

__all__ = ["application"]


def look_then_write(self, *, by, **ticked):
    task = Task.objects.get(pk=self.pk)
    if task.taken >= task.seats:
        raise Refused("人齐了")
    time.sleep(0.02)  # a page being made, a message being sent: somebody else looks meanwhile
    claim = Claim.objects.create(task=task, person=by, status=Claim.Status.CLAIMED)
    task.taken += 1
    task.save(update_fields=["taken"])
    return claim


Task.claim = look_then_write
