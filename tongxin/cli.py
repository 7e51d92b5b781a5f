"""The command line `tongxin`: Django's manage commands with this project's settings."""

import os
import sys


def main() -> None:
    """Run the command named on the command line. Exits as Django's commands do: 0 when all is well."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.settings")
    sys.argv[0] = "tongxin"  # so that --help names the command people typed
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
