"""`python -m bench.child MODULE:FUNCTION ARGUMENTS`: call a function with Django set up; its answer is printed as JSON."""

import importlib
import json
import sys

import django


def main(function: str, arguments: str) -> None:
    """Answer on standard output; whatever the function itself prints goes to standard error."""
    out, sys.stdout = sys.stdout, sys.stderr
    django.setup()
    module, _, name = function.partition(":")
    answer = getattr(importlib.import_module(f"bench.{module}"), name)(**json.loads(arguments))
    json.dump(answer, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
