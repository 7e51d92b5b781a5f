"""One tag for the base pages: read a block of the page that extends them, so that a title is written once and an empty part leaves no frame."""

from django import template
from django.template.loader_tags import BlockNode
from django.utils.safestring import mark_safe

register = template.Library()


class BlockValue(template.Node):
    """Puts the rendered text of a named block into a variable; empty when no page fills the block."""

    def __init__(self, name: str, variable: str):
        self.name, self.variable = name, variable

    def render(self, context):
        # A block node without words of its own renders the most derived block of that name.
        text = BlockNode(self.name, template.NodeList()).render(context).strip()
        context[self.variable] = mark_safe(text)  # noqa: S308 - a rendered template, escaped already
        return ""


@register.tag
def block_value(parser, token):
    """{% block_value title as page_title %}. Raises TemplateSyntaxError when it is written otherwise."""
    words = token.split_contents()
    if len(words) != 4 or words[2] != "as":
        raise template.TemplateSyntaxError("block_value: {% block_value NAME as VARIABLE %}")
    return BlockValue(words[1], words[3])
