import pytest

from tongxin.workflow import transitions


@pytest.fixture
def unguarded(monkeypatch):
    """The house without its guards: any declared move, from any status, for any reason. For red twins."""
    monkeypatch.setattr(transitions, "refusal", lambda subject, move, by: None)


@pytest.fixture
def unpermitted(monkeypatch):
    """The house without the question "may you, here?". For red twins."""
    monkeypatch.setattr(transitions, "_permit", lambda subject, move, by: None)
