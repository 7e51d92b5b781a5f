"""What people type about tasks, checked."""

from django import forms


class ReasonForm(forms.Form):
    """Why; the people concerned can read it."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        help_text="会告诉已认领的人",
        error_messages={"required": "请写明原因，已认领的人会看到"},
    )


READY_REASONS = ["天气不好，为了安全取消", "人手不够，这次先不做", "临时有别的安排，改期再约"]


def given_reason(posted) -> dict | None:
    """The reason of a button pressed, else the words typed; None before anything is posted."""
    return ({"reason": posted["ready"]} if posted.get("ready") else posted) if posted else None
