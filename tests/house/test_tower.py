"""The house guards itself: floors, foreign keys, file length, generated docs, hosts in lock files."""

import re
import subprocess
import tomllib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey

from tongxin.web.house_docs import pages

ROOT = Path(settings.BASE_DIR)


def floors() -> dict[str, int]:
    """Room → floor number, read from the import-linter contract: the picture of the house is the contract."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    layers = list(reversed(contract["layers"]))
    return {re.sub(r"[() ]", "", room): level for level, layer in enumerate(layers) for room in layer.split("|")}


def upward_keys(models, floor) -> list[str]:
    """Foreign keys that point up or sideways; string keys are invisible to the import linter."""
    found = []
    for model in models:
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model._meta.app_label in floor:
                here, there = model._meta.app_label, field.related_model._meta.app_label
                if here in floor and here != there and floor[there] >= floor[here]:
                    found.append(
                        f"{model._meta.label}.{field.name} points up to {there}: turn it round or use origin ids"
                    )
    return found


def test_foreign_keys_point_down():
    assert upward_keys(apps.get_models(), floors()) == []


def test_an_upward_key_would_be_seen():
    upside_down = {room: -level for room, level in floors().items()}
    assert upward_keys(apps.get_models(), upside_down) != []


def test_every_room_has_a_floor():
    rooms = {path.parent.name for path in (ROOT / "tongxin").glob("*/__init__.py")}
    assert rooms <= set(floors())


def test_no_source_file_is_long():
    sources = [*ROOT.glob("tongxin/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("bench/**/*.py")]
    long = {str(path.relative_to(ROOT)): n for path in sources if (n := len(path.read_text().splitlines())) > 450}
    assert long == {}, "Is one of them two nouns?"


def test_generated_docs_are_current():
    stale = [path.name for path, text in pages().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "Run: .venv/bin/tongxin write_docs"


def test_locks_name_no_host():
    named = [
        f"{path.name}: {line.strip()[:80]}"
        for pattern in ("requirements*.lock", "package-lock.json", ".npmrc", "pyproject.toml")
        for path in ROOT.glob(pattern)
        for line in path.read_text().splitlines()
        if re.search(r"https?://", line) and not re.search(r'"(url|homepage|funding)"', line)
    ]
    assert named == []


def test_no_emergency_or_role_names_in_views():
    """A view translates, it does not decide: roles and modes are the policy's business."""
    guilty = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("tongxin/*/*views.py")
        if re.search(r"Role\.[A-Z]|Mode\.EMERGENCY|\.status ==", path.read_text())
    ]
    assert guilty == []


def test_templates_carry_no_inline_style_or_handler():
    guilty = [
        f"{path.relative_to(ROOT)}"
        for path in ROOT.glob("tongxin/**/templates/**/*.html")
        if re.search(r"\sstyle=|\son[a-z]+=|javascript:|https?://(?!www\.w3\.org)", path.read_text())
    ]
    assert guilty == []


def test_migrations_are_complete(db):
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_nothing_private_is_tracked():
    """No data folder, database or key is in the repository."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in tracked if re.search(r"\.(sqlite3|key|jsonl)$|^var/", name)] == []
