"""`tongxin write_docs`: write docs/lifecycles.md and docs/permissions.md from the code."""

from django.core.management.base import BaseCommand

from tongxin.web.house_docs import pages


class Command(BaseCommand):
    help = "Write the generated pages of the docs."
    requires_system_checks = []

    def handle(self, **options):
        for path, text in pages().items():
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"wrote {path.name}")
