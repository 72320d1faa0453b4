"""The headings under which other programs, and people, write what concerns customers and orders."""

from inventory.import_columns import ITEM_SYNONYMS

NAMES = (
    "contact name", "name", "customer name", "customer", "full name", "display name", "client", "client name",
    "contact",
    "company", "company name", "buyer", "buyer name", "kunde", "kundenname", "vollständiger name",
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
        "numéro de téléphone", "teléfono", "móvil", "número de teléfono", "telefono", "cellulare",
        "numero di telefono", "telefoon", "telefoonnummer", "mobiel", "gsm",
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

NOT_OF_A_LINE = {
    "reference", "référence", "referencia", "riferimento", "code", "código", "codice", "bestellnummer", "mpn",
    "product id", "item id",
}  # fmt: skip
ORDER_SYNONYMS = {
    "number": (
        "number", "order number", "order no", "order nr", "order #", "order id", "order", "order reference",
        "order ref", "order name", "order code", "sales order", "sales order number", "so number", "so no",
        "sale number", "sale order", "reference", "po number", "purchase order", "auftragsnummer", "auftragsnr",
        "auftrag", "auftrags nr", "bestellnummer", "bestellnr", "bestellung", "belegnummer", "numéro de commande",
        "n° de commande", "n° commande", "numéro", "commande", "référence commande", "número de pedido",
        "nº de pedido", "pedido", "número", "numero ordine", "n. ordine", "ordine", "numero", "ordernummer",
        "bestelnummer", "bestelling", "nummer",
    ),
    "date": (
        "date", "order date", "ordered", "ordered at", "ordered on", "date ordered", "order created at", "created at",
        "created", "creation date", "purchase date", "sale date", "sales date", "order placed", "bestelldatum",
        "auftragsdatum", "belegdatum", "datum", "date de commande", "date de la commande", "fecha", "fecha de pedido",
        "fecha del pedido", "data", "data ordine", "besteldatum", "orderdatum",
    ),
    "customer_name": (
        "customer", "customer name", "billing name", "bill to name", "bill to", "buyer name", "buyer", "full name",
        "client", "client name", "ordered by", "sold to", "shipping name", "ship name", "ship to name",
        "recipient name", "recipient", "partner", "kunde", "kundenname", "rechnungsname", "käufer", "besteller",
        "nom du client", "client nom", "acheteur", "cliente", "nombre del cliente", "comprador", "nome cliente",
        "acquirente", "klant", "klantnaam", "koper",
    ),
    "email": EMAILS,
    "sku": (
        "lineitem sku", "line item sku", "line sku", "order lines / product / internal reference",
        *(heading for heading in ITEM_SYNONYMS["sku"] if heading not in NOT_OF_A_LINE),
    ),
    "barcode": ITEM_SYNONYMS["barcode"],
    "quantity": (
        "quantity", "qty", "lineitem quantity", "line item quantity", "line quantity", "item quantity",
        "order quantity", "ordered quantity", "quantity ordered", "qty ordered", "quantity purchased",
        "product quantity", "quantity (- refund)", "order lines / quantity", "units", "pieces", "pcs", "menge",
        "anzahl", "stückzahl", "stück", "bestellmenge", "quantité", "qté", "quantité commandée", "cantidad", "cant",
        "unidades", "quantità", "q.tà", "qta", "aantal", "hoeveelheid",
    ),
    "unit_price": (
        "unit price", "lineitem price", "line item price", "price each", "price per unit", "item cost", "price",
        "unit selling price", "net price", "order lines / unit price", "einzelpreis", "stückpreis", "preis",
        "einzelpreis netto", "vk netto", "std. vk netto", "vk brutto", "prix unitaire", "prix unitaire ht", "prix ht",
        "prix", "precio unitario", "precio",
        "prezzo unitario", "prezzo", "stukprijs", "prijs per stuk", "prijs",
    ),
    "discount_percent": (
        "discount percent", "discount %", "line discount %", "line discount percent", "discount percentage", "disc %",
        "order lines / discount %", "rabatt %", "positionsrabatt %", "remise %", "descuento %", "sconto %",
        "korting %",
    ),
    "order_discount": (
        "order discount percent", "order discount %", "order discount percentage", "auftragsrabatt %",
        "remise globale %", "descuento del pedido %", "sconto ordine %", "orderkorting %",
    ),
    "tax_rate": ("order tax rate", "order tax %", "order vat rate", "order vat %"),
    "due_date": (
        "due date", "due", "delivery date", "requested delivery date", "expected date", "ship by", "ship by date",
        "deliver by", "required by", "commitment date", "liefertermin", "lieferdatum", "wunschtermin", "fällig",
        "fällig am", "date de livraison", "échéance", "fecha de entrega", "data di consegna", "data consegna",
        "leverdatum",
    ),
    "address": (
        "ship to", "ship to address", "shipping address", "delivery address", "address", "lieferadresse", "anschrift",
        "adresse", "adresse de livraison", "dirección de envío", "dirección", "indirizzo di spedizione", "indirizzo",
        "bezorgadres", "afleveradres", "adres",
    ),
    "note": (
        "note", "notes", "order note", "order notes", "customer note", "buyer note", "comment", "comments", "remark",
        "remarks", "message", "notiz", "notizen", "anmerkung", "anmerkungen", "bemerkung", "bemerkungen", "hinweis",
        "kommentar", "remarque", "remarques", "commentaire", "nota", "notas", "observaciones", "comentario",
        "opmerking", "opmerkingen",
    ),
}  # fmt: skip
