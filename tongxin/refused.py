"""The rules say no, in words: one exception for every floor of the house."""


class Refused(Exception):
    """The rules say no, in words for the person who asked; one middleware answers 409."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why
