from django import template

from backoffice.filters.models import SavedFilter, kept

register = template.Library()
MOST = 50  # shown above one list


@register.inclusion_tag("filters/saved.html", takes_context=True)
def saved_filters(context, opts):
    """The filters kept for a list, and what can be done with the one it shows: keep it, or remove it."""
    request = context["request"]
    label, query = opts.label_lower, kept(request.GET)
    found = list(SavedFilter.objects.of_list(label).visible_to(request.user)[:MOST])
    shown = next((one for one in found if one.query == query), None)
    return {
        "filters": found,
        "label": label,
        "query": query,
        "shown": shown,
        "may_remove": shown and shown.may_be_removed_by(request.user),
        "may_share": request.user.has_perm("filters.share_savedfilter"),
        "csrf_token": context.get("csrf_token"),
    }
