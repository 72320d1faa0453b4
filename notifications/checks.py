"""Mistakes in the settings of messages, found before they cost a message or let a stranger report one."""

import importlib.util

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from backoffice.mail_providers import PROVIDERS
from notifications.webhooks import has_secret


@register("notifications")
def check_provider(app_configs, **kwargs):
    """What the provider needs is there."""
    provider = PROVIDERS[settings.EMAIL_PROVIDER]
    found = [missing(name) for name in provider.needed if not settings.ANYMAIL.get(name)]
    is_signed = any(settings.ANYMAIL.get(name) for name in provider.signing)
    packages = [provider.extra, provider.signing_extra if is_signed else ""]
    return found + [not_installed(name) for name in packages if name and not importlib.util.find_spec(name)]


def not_installed(package: str) -> Error:
    words = f"EMAIL_PROVIDER={settings.EMAIL_PROVIDER} needs the package {package}."
    return Error(words, hint=f"Install it beside the rest: pip install {package}", id="notifications.E002")


def missing(name: str) -> Error:
    words = f"EMAIL_PROVIDER={settings.EMAIL_PROVIDER} needs {name}, which is not set."
    return Error(words, hint="Put it into the environment or into .env.", id="notifications.E001")


@register(Tags.security)
def check_webhook_secret(app_configs, **kwargs):
    """Nobody but the provider may say what became of a mail."""
    provider = PROVIDERS[settings.EMAIL_PROVIDER]
    if not provider.webhook:
        return []
    if not has_secret(provider):
        names = list(provider.signing) if provider.must_sign else ["WEBHOOK_SECRET", *provider.signing]
        words = f"{settings.EMAIL_PROVIDER} reports deliveries, and nothing proves that a report is theirs."
        hint = f"Set {' or '.join(names)}. WEBHOOK_SECRET is name:password, given to the provider within the address."
        return [Error(words, hint=hint, id="notifications.E003")]
    secret = settings.ANYMAIL.get("WEBHOOK_SECRET", "")
    if secret and (":" not in secret or len(secret) < 20):
        words = "WEBHOOK_SECRET is not name:password, or too short to be secret."
        hint = "Use 20 characters or more, such as provider:Hk3… from a password generator."
        return [Error(words, hint=hint, id="notifications.E004")]
    return []


@register("notifications")
def check_gateways(app_configs, **kwargs):
    found = []
    for name, url in settings.CHATS.items():
        if "://" not in url:
            words = f"CHATS names “{name}”, but CHAT_URL_{name.upper()} is not an address."
            found.append(Error(words, hint="Use an address as Apprise writes it: slack://…", id="notifications.E005"))
    if settings.TEXT_URL and "{phone}" not in settings.TEXT_URL:
        words = "TEXT_URL does not say where the phone number goes."
        hint = "Put {phone} there: twilio://SID:TOKEN@15551230000/{phone}"
        found.append(Error(words, hint=hint, id="notifications.E006"))
    return found


@register(Tags.security, deploy=True)
def check_site_url(app_configs, **kwargs):
    is_local = settings.SITE_URL.startswith(("http://127.0.0.1", "http://localhost", "http://0.0.0.0"))
    if is_local and settings.EMAIL_PROVIDER not in {"capture", "console"}:
        words = f"Links in messages lead to {settings.SITE_URL}, where nobody but this machine gets."
        return [Warning(words, hint="Set SITE_URL to the public address.", id="notifications.W001")]
    return []
