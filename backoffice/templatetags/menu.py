from django import template

from backoffice import menu

register = template.Library()


@register.simple_tag(takes_context=True)
def menu_groups(context):
    """The groups of the menu for who looks at the page."""
    return menu.groups(context["request"], context.get("available_apps") or [])
