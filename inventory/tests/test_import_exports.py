"""Files as other programs write them."""

import pytest

from inventory.models import Item, Location
from inventory.resources import ItemResource
from inventory.tests.import_shop import counts, run_text, sentences
from inventory.tests.shop import figures, make_item

pytestmark = pytest.mark.django_db

SHOPIFY = (
    "Handle,Title,Type,Option1 Name,Option1 Value,Option2 Value,Variant SKU,Variant Inventory Qty,Variant Price,"
    "Image Src\n"
)


@pytest.fixture
def load(tmp_path):
    return lambda text, **options: run_text(tmp_path, text, **options)


def test_shopify_variants_without_skus_are_told_apart_by_handle_and_options(load):
    run = load(
        SHOPIFY
        + "top,Varsity Top,Tops,Size,Small,,,1,60,http://x/1.jpg\n"
        + "top,,,,Medium,,,2,60,\n"
        + "top,,,,,,,,,http://x/2.jpg\n"
        + "shirt,Blue Shirt,,Title,Default Title,,,3,50,\n"
    )

    assert (run.state, counts(run), run.skipped) == ("applied", (3, 0, 0, 0), 1)
    assert list(Item.objects.values_list("sku", "name", "category")) == [
        ("shirt", "Blue Shirt", ""),
        ("top / Medium", "Varsity Top – Medium", "Tops"),
        ("top / Small", "Varsity Top – Small", "Tops"),
    ]
    assert "1 row carries only a picture." in run.notices
    assert figures(Item.objects.get(sku="top / Medium")) == (2, 0, 2)


def test_shopify_rows_with_skus_keep_them_and_the_others_fall_back(load):
    run = load(SHOPIFY + "top,Top,,Size,Small,,TOP-S,1,60,\ntop,,,,Medium,,,2,60,\n")

    assert sorted(Item.objects.values_list("sku", flat=True)) == ["TOP-S", "top / Medium"]
    assert "1 row has no SKU; it is identified by Handle+Option1 Value+Option2 Value." in run.notices


def test_the_same_shopify_file_again_changes_nothing(load):
    text = SHOPIFY + "top,Top,,Size,Small,,,1,60,\ntop,,,,Medium,,,2,60,\n"
    load(text)

    assert counts(load(text)) == (0, 0, 2, 0)


WOO = "ID,Type,SKU,Name,Stock,Low stock amount,Sale price,Regular price,Categories,Parent\n"


def test_woocommerce_parents_are_passed_over_and_variations_inherit(load):
    run = load(
        WOO
        + "1,variable,tee,T-Shirt,,,,,Clothing > Tshirts,\n"
        + '2,"simple, virtual",album,Album,,,,15,"Music, Gifts",\n'
        + "3,variation,tee-blue,,4,2,20,25,,tee\n"
        + "4,variation,tee-red,T-Shirt - Red,5,,,25,,id:1\n"
        + "5,grouped,set,Set,,,,,,\n"
    )

    assert (run.state, run.skipped) == ("applied", 2)
    assert list(Item.objects.values_list("sku", "name", "category", "unit_price")) == [
        ("album", "Album", "Music", 15),
        ("tee-blue", "T-Shirt", "Clothing > Tshirts", 25),
        ("tee-red", "T-Shirt - Red", "Clothing > Tshirts", 25),
    ]
    assert not Item.objects.get(sku="album").levels.exists()


def test_a_woocommerce_row_without_sku_is_refused_in_plain_words(load):
    run = load(WOO + "1,simple,,Belt,,,,55,,\n")

    assert sentences(run) == ["The row has no SKU. Fill it in, or match the SKU to columns that tell items apart."]


@pytest.mark.parametrize(
    "header",
    [
        "Artikelnummer;Bezeichnung;Bestand;VK-Preis;EK-Preis",
        "Référence;Désignation;Quantité;Prix de vente;Prix d'achat",
        "Código;Nombre;Existencias;Precio;Coste",
        "Codice articolo;Descrizione;Giacenza;Prezzo;Costo",
        "Artikelcode;Omschrijving;Voorraad;Verkoopprijs;Inkoopprijs",
        "Internal Reference;Name;Quantity On Hand;Sales Price;Cost",
        "Token;SKU;Item Name;Current Quantity Main;Price;Default Unit Cost",
    ],
)
def test_headings_of_other_languages_and_programs_match_themselves(load, header):
    first = "tok;" if header.startswith("Token") else ""
    run = load(f"{header}\n{first}A-1;Mug;3;1.234,50;2,5\n")

    assert run.state == "applied"
    assert Item.objects.values_list("name", "unit_price", "cost").get() == ("Mug", 1234.5, 2.5)
    assert figures(Item.objects.get()) == (3, 0, 3)


def test_a_column_that_proves_its_decimal_mark_settles_its_ambiguous_values(load):
    run = load("sku;name;price\nA-1;Mug;1.234\nA-2;Cup;9,90\n")

    assert (run.state, Item.objects.get(sku="A-1").unit_price) == ("applied", 1234)


def test_an_ambiguous_amount_is_refused_when_nothing_settles_it(load):
    run = load("sku;name;price\nA-1;Mug;1.234\nA-2;Cup;9\n")

    assert sentences(run) == ["“1.234” could be 1234 or 1.234. Write it without separators."]


def test_what_is_exported_is_imported_unchanged(load):
    store = Location.objects.create(code="store", name="Store B")
    mug = make_item("=MUG", name="-5 °C, “cold”", barcode="0590", category="@home", cost="3.10", on_hand=5)
    make_item("00123", name="Cup", condition="used", on_hand=2, location=store)
    make_item("SHIPPING", is_stocked=False)
    exported = ItemResource().export().csv

    run = load(exported)

    assert (exported.count("\n"), "'=MUG" in exported) == (4, True)
    assert (counts(run), sentences(run), mug.sku) == ((0, 0, 3, 0), [], "=MUG")
