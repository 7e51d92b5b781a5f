"""What follows a verb in the same transaction, once its own row is written."""

from functools import wraps

from django.db import transaction


def then(follow_up):
    """After the verb: `follow_up(self)`. The constraint on one open registration would not let it go before."""

    def declare(verb):
        @wraps(verb)
        def both(self, **given):
            with transaction.atomic():
                result = verb(self, **given)
                follow_up(self)
            return result

        return both

    return declare


def stay_in_the_old_team(registration):
    """Whoever was moving home and did not get in stays where they were."""
    registration.keep_previous()
