"""python -m shots [--out DIR] [--as READER…]: loads and serves the demo, then pictures every page as each of its people.

With TONGXIN_DATA set, that folder's demo is used (and loaded if it is not); otherwise a folder that is gone afterwards.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from .demo import DemoFailed, load, say, served

OUT = Path(__file__).resolve().parent.parent / "shots-out"


def main() -> int:
    """Returns the exit code: 1 when a page answered wrongly or showed an error."""
    parser = argparse.ArgumentParser(prog="python -m shots", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures (default: shots-out)")
    parser.add_argument("--as", dest="readers", nargs="+", metavar="READER", help="alan zhou wang shen he yan …")
    options = parser.parse_args()
    own = None if os.environ.get("TONGXIN_DATA") else tempfile.mkdtemp(prefix="tongxin-shots-")
    os.environ |= {"TONGXIN_DATA": own or os.environ["TONGXIN_DATA"], "TONGXIN_DEMO": "1"}
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tongxin.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
    try:
        load()
        with served() as address:
            return picture_all(address, options.out.resolve(), options.readers, dress=bool(own))
    except DemoFailed as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if own:
            shutil.rmtree(own, ignore_errors=True)


def picture_all(address: str, out: Path, readers: list[str] | None, *, dress: bool) -> int:
    """Pictures, sheets, and what was wrong on the way; with `dress` the clerk's desk gets its props first."""
    import django

    django.setup()  # only now: the settings read the folder chosen above
    from tests.browser import ROLES, person_of

    from .camera import take
    from .props import uploads
    from .sheet import write_sheets

    if unknown := set(readers or ()) - set(ROLES):
        say(f"No such reader: {', '.join(sorted(unknown))}. There are: {' '.join(ROLES)}")
        return 2
    if dress and (clerk := person_of("shen")):
        uploads(clerk, clerk.appointments.get().place, take_back=True)
    pictures, wrong = take(address, out, readers or list(ROLES))
    write_sheets(pictures, out)
    say(f"{len(pictures)} pages pictured twice (first screen, whole page): {out / 'index.html'}")
    for words in wrong:
        say(f"NOT FINE  {words}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
