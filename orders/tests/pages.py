"""The order page as tests send it and read what comes back."""

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from inventory.models import Location
from orders.forms import OrderLineFormSet

ADD = reverse("admin:orders_order_add")


def sign_in(name: str, role: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def typed(customer, *lines, order=None, **extra):
    """What the browser posts. A line is (item, quantity) or (item, quantity, existing line)."""
    existing = [line for line in lines if len(line) == 3]
    data = {
        "customer": customer.pk,
        "location": Location.default().pk,
        "seen_version": order.version if order else "",
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": len(existing),
    }
    for number, (item, quantity, *line) in enumerate(lines):
        data |= {
            f"lines-{number}-item": item.pk,
            f"lines-{number}-quantity": quantity,
            f"lines-{number}-unit_price": "",
        }
        if line:
            data |= {f"lines-{number}-id": line[0].pk, f"lines-{number}-order": order.pk}
    return data | extra


def change_url(order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def formset_of(response) -> OrderLineFormSet:
    return response.context["inline_admin_formsets"][0].formset


def line_errors(response) -> list:
    return formset_of(response).errors


def resent(response, **extra) -> dict:
    """What the browser posts when a button is pressed on a form that came back: everything that stands in it."""
    formset = formset_of(response)
    forms = [response.context["adminform"].form, formset.management_form, *formset.forms]
    fields = (field for form in forms for field in form)
    values = {field.html_name: field.value() for field in fields}
    return {name: value for name, value in values.items() if value not in (None, False)} | extra


def buttons(response) -> dict[str, str]:
    """The answers that the page offers: what each says and what it posts."""
    formset = formset_of(response)
    offered = [answer for short in formset.shorts for answer in short.answers(formset.goal)]
    waits = [short.wait(formset.goal) for short in formset.shorts if formset.may_override]
    return {answer.label: answer.value for answer in [*offered, *waits, *filter(None, [formset.override])]}


def save(client: Client, url: str, data: dict):
    """Sends the form and, where the page shows first what the save does, confirms that."""
    response = client.post(url, data)
    effect = response.context and response.context.get("preview")
    return client.post(url, data | {"_confirmed": effect.digest}) if effect else response
