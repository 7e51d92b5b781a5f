"""Every command seals its own events before it ends: the chain never waits for a worker that does not run."""

from pathlib import Path

import pytest
from django.conf import settings

COMMANDS = sorted(Path(settings.BASE_DIR, "tongxin").glob("*/management/commands/[a-z]*.py"))
#: These write no event.
READ_ONLY = {"figures", "write_docs"}


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_every_command_seals_before_it_ends(path):
    if path.stem in READ_ONLY:
        assert "record(" not in path.read_text()
        return
    assert "seal_now" in path.read_text(), f"{path.name}: call tongxin.journal.seals.seal_now() before it ends"


def test_the_commands_are_there():
    assert {"close_year", "verify", "worker"} <= {path.stem for path in COMMANDS}
