"""The pages of `access`."""

from .finding import D, Sight

SIGHTS = [
    Sight("任职", "access:appointments", ("guan",), D),
    Sight("新任职", "access:new", ("guan",), D),
]
