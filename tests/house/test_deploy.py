"""A real installation behind TLS passes Django's own deployment check; permissions are all used."""

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tongxin.access.policy import ALWAYS, EMERGENCY_ADDS, Permission

ROOT = Path(settings.BASE_DIR)


def test_the_deployment_check_is_clean(tmp_path):
    env = os.environ | {
        "TONGXIN_SECURE": "1",
        "TONGXIN_DEMO": "",
        "TONGXIN_HOSTS": "tongxin.invalid",
        "TONGXIN_DATA": str(tmp_path),
    }
    env |= {"DJANGO_SETTINGS_MODULE": "tongxin.settings"}
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser tests' own
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_permission_is_held_by_somebody_and_asked_for_somewhere():
    code = "".join(path.read_text() for path in ROOT.glob("tongxin/**/*.py") if path.name != "policy.py")
    held = set().union(*ALWAYS.values(), *EMERGENCY_ADDS.values())
    idle = [p.name for p in Permission if p not in held or not re.search(rf"\b(P|Permission)\.{p.name}\b", code)]
    assert idle == []
