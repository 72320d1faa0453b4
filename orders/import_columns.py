"""The headings under which other programs, and people, write what concerns customers and orders."""

NAMES = (
    "name", "customer name", "customer", "full name", "display name", "client", "client name", "contact",
    "contact name", "company", "company name", "buyer", "buyer name", "kunde", "kundenname", "vollständiger name",
    "firma", "nom", "nom complet", "nom du client", "client nom", "nombre", "nombre completo", "cliente",
    "nombre del cliente", "nome", "nome completo", "nome cliente", "naam", "volledige naam", "klant", "klantnaam",
)  # fmt: skip
EMAILS = (
    "email", "e-mail", "email address", "e-mail address", "mail", "customer email", "client email", "buyer email",
    "billing email", "email (billing)", "contact email", "e-mail-adresse", "mailadresse", "kunden email", "courriel",
    "adresse e-mail", "adresse email", "correo", "correo electrónico", "dirección de correo", "posta elettronica",
    "indirizzo email", "e-mailadres", "mailadres",
)  # fmt: skip
CUSTOMER_SYNONYMS = {
    "name": NAMES,
    "email": EMAILS,
    "phone": (
        "phone", "phone number", "telephone", "telephone number", "tel", "mobile", "mobile phone", "mobile number",
        "cell", "cell phone", "default address phone", "billing phone", "phone (billing)", "contact phone", "telefon",
        "telefonnummer", "handy", "mobil", "mobiltelefon", "mobilnummer", "rufnummer", "téléphone", "portable",
        "numéro de téléphone", "teléfono", "móvil", "número de teléfono", "telefono", "cellulare", "numero di telefono",
        "telefoon", "telefoonnummer", "mobiel", "gsm",
    ),
    "address": (
        "address", "postal address", "full address", "mailing address", "delivery address", "shipping address",
        "billing address", "anschrift", "adresse", "lieferadresse", "postanschrift", "adresse postale",
        "adresse de livraison", "dirección", "dirección postal", "dirección de envío", "indirizzo",
        "indirizzo di spedizione", "adres", "postadres", "bezorgadres",
    ),
    "told": (
        "wants to be told", "told", "notify", "notifications", "email notifications", "order emails", "be told",
        "benachrichtigen", "benachrichtigung", "notifier", "notifications par e-mail", "notificar", "notificare",
        "avvisare", "informeren", "berichten",
    ),
}  # fmt: skip
