"""Every mail provider that Anymail supports, and what each needs from the environment. Only facts: the settings read
the environment, ``notifications`` mounts the webhook."""

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Provider:
    """``needed`` and ``possible`` are names of settings, as Anymail's documentation has them. ``webhook`` is the name
    of the view of its delivery reports; ``signing`` the settings by which the provider signs them, if it does."""

    backend: str
    needed: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    webhook: str = ""
    signing: tuple[str, ...] = ()
    must_sign: bool = False  # a shared secret is not enough: the view refuses what is not signed
    extra: str = ""  # what has to be installed besides
    signing_extra: str = ""  # and what to read its signatures

    @property
    def settings(self) -> tuple[str, ...]:
        return (*self.needed, *self.possible, *self.signing)


def anymail(name: str, view: str = "", **facts) -> Provider:
    module = f"anymail.webhooks.{name}"
    return Provider(f"anymail.backends.{name}.EmailBackend", webhook=f"{module}.{view}" if view else "", **facts)


PROVIDERS: dict[str, Provider] = {
    "capture": Provider("notifications.capture.EmailBackend"),
    "console": Provider("django.core.mail.backends.console.EmailBackend"),
    "smtp": Provider("django.core.mail.backends.smtp.EmailBackend"),
    "amazon_ses": anymail(
        "amazon_ses",
        "AmazonSESTrackingWebhookView",
        possible=("AMAZON_SES_CONFIGURATION_SET_NAME", "AMAZON_SES_MESSAGE_TAG_NAME"),
        extra="boto3",
    ),
    "brevo": anymail("brevo", "BrevoTrackingWebhookView", needed=("BREVO_API_KEY",), possible=("BREVO_API_URL",)),
    "mailersend": anymail(
        "mailersend",
        "MailerSendTrackingWebhookView",
        needed=("MAILERSEND_API_TOKEN",),
        possible=("MAILERSEND_API_URL",),
        signing=("MAILERSEND_SIGNING_SECRET",),
        must_sign=True,
    ),
    "mailgun": anymail(
        "mailgun",
        "MailgunTrackingWebhookView",
        needed=("MAILGUN_API_KEY",),
        possible=("MAILGUN_SENDER_DOMAIN", "MAILGUN_API_URL"),
        signing=("MAILGUN_WEBHOOK_SIGNING_KEY",),
        must_sign=True,
    ),
    "mailjet": anymail(
        "mailjet",
        "MailjetTrackingWebhookView",
        needed=("MAILJET_API_KEY", "MAILJET_SECRET_KEY"),
        possible=("MAILJET_API_URL",),
    ),
    "mailtrap": anymail(
        "mailtrap",
        "MailtrapTrackingWebhookView",
        needed=("MAILTRAP_API_TOKEN",),
        possible=("MAILTRAP_SANDBOX_ID", "MAILTRAP_API_URL"),
        signing=("MAILTRAP_TRACKING_SECRET",),
    ),
    "mandrill": anymail(
        "mandrill",
        "MandrillCombinedWebhookView",
        needed=("MANDRILL_API_KEY",),
        possible=("MANDRILL_API_URL", "MANDRILL_WEBHOOK_URL"),
        signing=("MANDRILL_WEBHOOK_KEY",),
        must_sign=True,
    ),
    "postal": anymail(
        "postal",
        "PostalTrackingWebhookView",
        needed=("POSTAL_API_KEY", "POSTAL_API_URL"),
        signing=("POSTAL_WEBHOOK_KEY",),
        must_sign=True,
        extra="cryptography",
    ),
    "postmark": anymail(
        "postmark",
        "PostmarkTrackingWebhookView",
        needed=("POSTMARK_SERVER_TOKEN",),
        possible=("POSTMARK_MESSAGE_STREAM", "POSTMARK_API_URL"),
    ),
    "resend": anymail(
        "resend",
        "ResendTrackingWebhookView",
        needed=("RESEND_API_KEY",),
        possible=("RESEND_API_URL",),
        signing=("RESEND_SIGNING_SECRET",),
        signing_extra="svix",
    ),
    "scaleway": anymail(
        "scaleway",
        needed=("SCALEWAY_SECRET_KEY", "SCALEWAY_PROJECT_ID"),
        possible=("SCALEWAY_REGION", "SCALEWAY_API_URL"),
    ),
    "sendgrid": anymail(
        "sendgrid",
        "SendGridTrackingWebhookView",
        needed=("SENDGRID_API_KEY",),
        possible=("SENDGRID_API_URL",),
        signing=("SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",),
        signing_extra="cryptography",
    ),
    "sparkpost": anymail(
        "sparkpost",
        "SparkPostTrackingWebhookView",
        needed=("SPARKPOST_API_KEY",),
        possible=("SPARKPOST_SUBACCOUNT", "SPARKPOST_API_URL"),
    ),
    "unisender_go": anymail(
        "unisender_go",
        "UnisenderGoTrackingWebhookView",
        needed=("UNISENDER_GO_API_KEY", "UNISENDER_GO_API_URL"),
        signing=("UNISENDER_GO_API_KEY",),
        must_sign=True,
    ),
}


def find(name: str) -> Provider:
    if name not in PROVIDERS:
        known = ", ".join(PROVIDERS)
        raise ImproperlyConfigured(f"EMAIL_PROVIDER={name!r} is not known. Use one of: {known}.")
    return PROVIDERS[name]


def smtp_options(host: str, port: int, user: str, password: str, security: str) -> dict[str, object]:
    """What Django's own SMTP backend takes. There is no falling back to clear text."""
    if security not in {"starttls", "tls", "none"}:
        raise ImproperlyConfigured(f"SMTP_SECURITY={security!r} is not known. Use starttls, tls or none.")
    options: dict[str, object] = {"host": host, "use_tls": security == "starttls", "use_ssl": security == "tls"}
    options |= {"port": port} if port else {}
    return options | {"username": user, "password": password, "timeout": 25}
