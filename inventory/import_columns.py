"""The headings under which other programs, and people, write the fields of an item."""

ITEM_SYNONYMS = {
    "sku": (
        "sku", "variant sku", "item sku", "custom sku", "seller sku", "product sku", "sku code", "sku number",
        "item code", "item number", "item no", "item #", "item id", "article", "article number", "article no",
        "product code", "product number", "product id", "stock code", "part number", "part no", "part ipn", "ipn",
        "mpn", "internal reference", "default code", "reference", "product reference", "code", "manufact sku",
        "artikelnummer", "artikelnr", "artikel nr", "artikelcode", "art nr", "artnr", "artikel", "bestellnummer",
        "référence", "référence produit", "réf", "code article", "referencia", "código", "código de artículo",
        "codice", "codice articolo", "riferimento", "artikelnummer leverancier", "productcode",
    ),
    "name": (
        "name", "title", "item name", "product name", "product title", "product", "item", "item description",
        "display name", "article name", "description", "short description", "bezeichnung", "artikelbezeichnung",
        "artikelname", "produktname", "produkt", "titel", "beschreibung", "nom", "nom du produit", "désignation",
        "libellé", "titre", "produit", "nombre", "nombre del producto", "título", "descripción", "producto", "nome",
        "nome prodotto", "titolo", "descrizione", "prodotto", "naam", "productnaam", "omschrijving",
    ),
    "barcode": (
        "barcode", "variant barcode", "ean", "ean13", "ean 13", "gtin", "gtin, upc, ean, or isbn", "upc", "isbn",
        "upc ean", "barcode ean upc", "global unique id", "item barcode", "product barcode", "bar code", "strichcode",
        "ean code", "ean nummer", "code barre", "code barres", "code à barres", "código de barras",
        "codice a barre", "streepjescode",
    ),
    "category": (
        "category", "categories", "product category", "type", "product type", "category name", "item group",
        "group", "department", "reporting category", "categ id name", "categ_id", "kategorie",
        "kategorien", "warengruppe", "artikelgruppe", "catégorie", "catégories", "famille", "rayon", "categoría",
        "categorías", "familia", "categoria", "reparto", "categorie", "productgroep",
    ),
    "condition": (
        "condition", "item condition", "google shopping / condition", "zustand", "état", "etat", "estado",
        "condizione", "condizioni", "conditie", "staat",
    ),
    "unit_price": (
        "unit price", "price", "variant price", "regular price", "retail price", "sales price", "selling price",
        "sale price net", "list price", "lst price", "rate", "standard selling rate", "unit selling price", "rrp",
        "msrp", "price each", "preis", "verkaufspreis", "vk", "vk preis", "vk netto", "vk brutto", "einzelpreis",
        "stückpreis", "prix", "prix de vente", "prix unitaire", "prix ht", "prix ttc", "pvp", "precio",
        "precio de venta", "precio unitario", "prezzo", "prezzo di vendita", "prezzo unitario", "prijs",
        "verkoopprijs", "stukprijs", "sale price",
    ),
    "cost": (
        "cost", "cost per item", "unit cost", "cost price", "default cost", "default unit cost", "average cost",
        "purchase price", "purchase rate", "standard price", "supply price", "valuation rate", "buying price", "ek",
        "ek preis", "einkaufspreis", "einstandspreis", "kosten", "coût", "coût unitaire", "prix d'achat",
        "prix de revient", "costo", "coste", "precio de compra", "precio de coste", "costo unitario",
        "prezzo d'acquisto", "prezzo di acquisto", "kostprijs", "inkoopprijs",
    ),
    "tax_rate": (
        "tax rate", "tax %", "tax percent", "tax percentage", "sales tax rate", "vat", "vat %", "vat rate", "gst",
        "gst rate", "mwst", "mwst %", "mwst satz", "mehrwertsteuer", "ust", "ust %",
        "umsatzsteuer", "steuersatz", "tva", "taux de tva", "taux tva", "iva", "iva %", "tipo de iva",
        "aliquota", "aliquota iva", "btw", "btw %", "btw tarief", "btw percentage",
    ),
    "quantity": (
        "quantity", "qty", "variant inventory qty", "on hand (new)", "on hand (current)", "on hand", "on_hand",
        "quantity on hand", "qty on hand", "stock on hand", "inventory quantity", "inventory", "stock", "stock level",
        "stock quantity", "in stock", "current stock", "total stock", "counted", "count", "counted quantity",
        "available", "available quantity", "qty available", "opening stock", "new quantity", "units", "pieces",
        "current quantity*", "inventory *", "bestand", "lagerbestand", "menge", "anzahl", "stückzahl", "gezählt",
        "istbestand", "quantité", "qté", "quantité en stock", "stock disponible", "cantidad", "cantidad en stock",
        "existencias", "quantità", "q.tà", "qta", "giacenza", "scorta", "aantal", "voorraad", "hoeveelheid",
    ),
    "reorder_level": (
        "reorder level", "reorder point", "low stock amount", "low stock threshold", "minimum stock", "min stock",
        "minimum quantity", "min qty", "minimum", "reorder quantity level", "stock alert", "safety stock",
        "stock alert count*", "reorder point*", "meldebestand", "mindestbestand", "seuil de réapprovisionnement",
        "seuil", "stock minimum", "stock minimo", "stock mínimo", "punto de pedido", "scorta minima",
        "minimumvoorraad", "bestelpunt",
    ),
    "location": (
        "location", "location code", "warehouse", "warehouse name", "stock location", "store", "outlet", "site",
        "lager", "lagerort", "standort", "filiale", "emplacement", "entrepôt", "dépôt", "magasin", "ubicación",
        "almacén", "tienda", "ubicazione", "magazzino", "negozio", "locatie", "magazijn", "vestiging",
    ),
}  # fmt: skip
