"""Files as other programs export them: their columns match themselves, or the message says exactly what to do.

The headings and the oddities are those of the programs; the rows are made here.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backoffice.imports.refusals import FileRefused
from backoffice.imports.tests.sheets import xlsx_file
from inventory.models import Item, Location, StockLevel
from inventory.tests.import_shop import counts, run_text, sentences

pytestmark = pytest.mark.django_db

# program → (file, the item as SKU, name, price, cost, on hand)
KNOWN = {
    "Square": (
        "Token,Item Name,Variation Name,SKU,Description,Category,Price,Current Quantity Main Street,"
        "Stock Alert Count Main Street,Default Unit Cost\n"
        "X1,Blue Mug,Regular,MUG-1,,Kitchen,12.50,7,2,4.00\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "Lightspeed": (
        "id,handle,sku,name,description,product_category,supply_price,retail_price,inventory_Main_Outlet,reorder_point\n"
        "9f,mug,MUG-1,Blue Mug,,Kitchen,4.00,12.50,7,2\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "Etsy": (
        "TITLE,DESCRIPTION,PRICE,CURRENCY_CODE,QUANTITY,TAGS,SKU\nBlue Mug,Nice,12.50,EUR,7,mug,MUG-1\n",
        ("MUG-1", "Blue Mug", 12.5, 0, 7),
    ),
    "eBay": (
        "Item number,Title,Variation details,Custom label (SKU),Available quantity,Format,Currency,Start price\n"
        "1101,Blue Mug,,MUG-1,7,FIXED_PRICE,EUR,12.50\n",
        ("MUG-1", "Blue Mug", 12.5, 0, 7),
    ),
    "Amazon": (
        "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\topen-date\tasin1\n"
        "Blue Mug\t\t0101A\tMUG-1\t12.50\t7\t2026-01-01 10:00:00 PST\tB000\n",
        ("MUG-1", "Blue Mug", 12.5, 0, 7),
    ),
    "Magento": (
        "sku,store_view_code,attribute_set_code,product_type,name,price,cost,qty,is_in_stock\n"
        "MUG-1,,Default,simple,Blue Mug,12.5000,4.0000,7.0000,1\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "BigCommerce": (
        "Product ID,Product Type,Product Code/SKU,Product Name,Brand,Price,Cost Price,Current Stock Level,"
        "Low Stock Level\n"
        "111,P,MUG-1,Blue Mug,Acme,12.50,4.00,7,2\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "PrestaShop": (
        "Product ID;Image;Name;Reference;Category;Price (tax excl.);Price (tax incl.);Quantity;Status\n"
        '1;http://x/1.jpg;"Blue Mug";MUG-1;Kitchen;12.500000;15.000000;7;1\n',
        ("MUG-1", "Blue Mug", 12.5, 0, 7),
    ),
    "Odoo": (
        '"External ID","Internal Reference","Name","Sales Price","Cost","Quantity On Hand","Product Category"\n'
        '"x","MUG-1","Blue Mug","12.50","4.00","7.00","All / Kitchen"\n',
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "Zoho Inventory": (
        "Item ID,Item Name,SKU,Rate,Purchase Rate,Stock On Hand,Reorder Level,Status\n"
        "460,Blue Mug,MUG-1,EUR 12.50,EUR 4.00,7.00,2,Active\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "QuickBooks": (
        "Product/Service Name,SKU,Type,Sales Description,Sales Price / Rate,Purchase Cost,"
        "Quantity On Hand,Reorder Point\n"
        "Blue Mug,MUG-1,Inventory,A mug,12.50,4.00,7,2\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "Xero": (
        "*ItemCode,ItemName,PurchasesDescription,PurchasesUnitPrice,SalesUnitPrice,Quantity\n"
        "MUG-1,Blue Mug,,4.00,12.50,7\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "InvenTree": (
        "ID,Name,IPN,Description,Category,Minimum Stock,Total Stock\n1,Blue Mug,MUG-1,A mug,Kitchen,2,7\n",
        ("MUG-1", "Blue Mug", 0, 0, 7),
    ),
    "ERPNext": (
        "Item Code,Item Name,Item Group,Standard Selling Rate,Valuation Rate,Opening Stock\n"
        "MUG-1,Blue Mug,Kitchen,12.50,4.00,7\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "Loyverse": (
        "Handle,SKU,Name,Category,Sold by weight,Default price,Cost,Barcode,In stock [Main],Low stock [Main]\n"
        "mug,MUG-1,Blue Mug,Kitchen,N,12.50,4.00,901,7,2\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "Shopify inventory": (
        "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,SKU,HS Code,COO,"
        "Location,Bin name,Incoming (not editable),Unavailable (not editable),Committed (not editable),"
        "Available (not editable),On hand (current),On hand (new)\n"
        "mug,Blue Mug,Title,Default Title,,,,,MUG-1,,,Main,,0,0,0,7,7,\n",
        ("MUG-1", "Blue Mug", 0, 0, 7),
    ),
    "Shopify inventory of old": (
        "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,12 Mill Lane\n"
        "mug,Blue Mug,Title,Default Title,MUG-1,,,7\n",
        ("MUG-1", "Blue Mug", 0, 0, 7),
    ),
    "WooCommerce in German": (
        "ID,Typ,Artikelnummer,Name,Lager,Geringe Lagermenge,Regulärer Preis,Kategorien,Übergeordnetes Produkt\n"
        '1,variable,MUG,Mug,,,,Kitchen,\n2,variation,MUG-1,Blue Mug,7,2,"12,50",,MUG\n',
        ("MUG-1", "Blue Mug", 12.5, 0, 7),
    ),
    "Magento with a view in German": (
        "sku,store_view_code,product_type,name,price,cost,qty\n"
        "MUG-1,,simple,Blue Mug,12.5000,4.0000,7.0000\nMUG,,configurable,Mug,,,0\nMUG-1,de,simple,Tasse,,,\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "BigCommerce with variants": (
        "Item,ID,Name,SKU,Options,Inventory Tracking,Current Stock,Low Stock,Price,Cost\n"
        "Product,1,Mug,MUG,,variant,0,0,12.5,4\n"
        "Variant,2,,MUG-1,Type=Swatch|Name=Colour|Value=Blue,,7,2,,\nImage,3,,,,,,,,\n",
        ("MUG-1", "Mug – Blue", 12.5, 4, 7),
    ),
    "BigCommerce of old": (
        "Item Type,Product ID,Product Name,Product Code/SKU,Price,Cost Price,Track Inventory,Current Stock Level\n"
        "Product,1,Mug,MUG,12.50,4.00,by option,7\n  SKU,,[S]Colour=Blue,MUG-1,,,,7\n",
        ("MUG-1", "Mug – Blue", 12.5, 4, 7),
    ),
    "eBay with variations": (
        "Item number,Title,Variation details,Custom label (SKU),Available quantity,Start price\n"
        "11,Mug,,,,\n11,Mug,[Colour=Blue],MUG-1,7,12.50\n",
        ("MUG-1", "Mug – Colour=Blue", 12.5, 0, 7),
    ),
    "Square with a variation": (
        "Token,Item Name,Variation Name,SKU,Price,Current Quantity Main,New Quantity Main\nX,Mug,Blue,MUG-1,12.50,7,\n",
        ("MUG-1", "Mug – Blue", 12.5, 0, 7),
    ),
    "Amazon's warehouse": (
        "sku\tproduct-name\tyour-price\tafn-warehouse-quantity\tafn-reserved-quantity\tafn-total-quantity\n"
        "MUG-1\tBlue Mug\t12.50\t7\t3\t27\n",
        ("MUG-1", "Blue Mug", 12.5, 0, 7),
    ),
    "Unleashed": (
        "*Product Code,*Product Description,Default Purchase Price,Default Sell Price,Product Group\n"
        "MUG-1,Blue Mug,4.00,12.50,Kitchen\n",
        ("MUG-1", "Blue Mug", 12.5, 4, None),
    ),
    "Cin7": (
        "ProductCode,Name,Category,MinimumBeforeReorder,PriceTier1,PriceTier2,AverageCost\n"
        "MUG-1,Blue Mug,Kitchen,2,12.5000,0.0000,4.0000\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 0),
    ),
    "JTL": (
        "Artikelnummer;Artikelname;Std. VK Netto;Durchschnittlicher Einkaufspreis (netto);Steuersatz in %;"
        "Lagerbestand Gesamt;Verfügbarer Lagerbestand;In Aufträgen\n"
        "MUG-1;Blue Mug;12,50;4,00;19,00;7,00;5,00;2,00\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "a till in Poland": (
        "Symbol;Nazwa;Cena netto;Cena zakupu;VAT;Stan;Magazyn\nMUG-1;Blue Mug;12,50 zł;4,00 zł;23%;7,00;MAIN\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "a till in France": (
        "Référence;Désignation;PV HT;PA HT;Stock réel;Stock virtuel\nMUG-1;Blue Mug;12,50 €;4,00 €;7;9\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "a till in Spain": (
        "Código;Descripción;P.V.P.;Precio compra;Stock actual\nMUG-1;Blue Mug;12,50 €;4,00 €;7\n",
        ("MUG-1", "Blue Mug", 12.5, 4, 7),
    ),
    "ERPNext's balance": (
        "Item,Item Name,Warehouse,Balance Qty,Opening Qty,In Qty,Out Qty,Valuation Rate\n"
        "MUG-1,Blue Mug,MAIN,7,5,4,2,4\n",
        ("MUG-1", "Blue Mug", 0, 4, 7),
    ),
}


@pytest.fixture
def load(tmp_path):
    return lambda text, name="export.csv", **options: run_text(tmp_path, text, name, **options)


@pytest.mark.parametrize("program", KNOWN)
def test_the_columns_of_a_known_program_match_themselves(load, program):
    text, expected = KNOWN[program]
    Location.objects.update(name="Main", code="main")

    run = load(text, name="export.txt" if program.startswith("Amazon") else "export.csv")

    assert (sentences(run), run.state) == ([], "applied")
    item = Item.objects.get()
    on_hand = StockLevel.objects.values_list("on_hand", flat=True).first()
    assert (item.sku, item.name, item.unit_price, item.cost, on_hand) == expected


# What people do to files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["Stock list May 2026\n", "Acme Ltd\n\nStock list\n"])
def test_a_title_above_the_headings_is_passed_over_and_told(load, title):
    run = load(f"{title}sku,name,quantity\nMUG-1,Blue Mug,7\n")

    assert (run.state, Item.objects.get().name) == ("applied", "Blue Mug")
    assert any("what stands above them is ignored" in notice for notice in run.notices)


def test_a_title_in_a_workbook_with_blank_leading_columns_is_passed_over(load):
    rows = [["", "", "Stock list"], [], ["", "", "sku", "name", "quantity"], ["", "", "MUG-1", "Blue Mug", 7]]

    run = load(xlsx_file(rows).getvalue(), "stock.xlsx")

    assert (run.state, StockLevel.objects.get().on_hand) == ("applied", 7)


def test_a_file_of_one_column_has_its_heading_in_the_first_row(load):
    assert load("sku\nMUG-1\n", dry_run=True).mapping == {"sku": "sku"}


@pytest.mark.parametrize(
    ("total", "sentence"),
    [
        (",,57", "The row has no SKU. Fill it in, or match the SKU to columns that tell items apart."),
        ("Total,,57", "There is no item Total, and a new item needs a name."),
    ],
)
def test_a_row_of_totals_is_refused_and_the_others_can_go_in_without_it(load, total, sentence):
    run = load(f"sku,name,quantity\nMUG-1,Blue Mug,7\n{total}\n", only_good=True)

    assert (sentences(run), run.state) == ([sentence], "applied")
    assert list(Item.objects.values_list("sku", flat=True)) == ["MUG-1"]


def test_units_in_a_quantity_are_refused_and_a_currency_in_a_price_is_taken_off(load):
    run = load("sku,name,quantity,price\nMUG-1,Blue Mug,12 pcs,€ 12.50\nMUG-2,Red Mug,7,USD 9.90\n", only_good=True)

    assert sentences(run) == ["“12 pcs” is not a whole number."]
    assert [str(item.unit_price) for item in Item.objects.all()] == ["9.90"]


def test_columns_of_true_and_false_are_ignored_and_told(load):
    run = load("sku,name,Taxable,Published\nMUG-1,Blue Mug,TRUE,FALSE\n")

    assert (run.state, "Ignored columns: Taxable, Published." in run.notices) == ("applied", True)


def test_an_item_may_have_a_row_for_each_location(load):
    Location.objects.create(code="store", name="Store B")

    run = load("sku,name,location,quantity\nMUG-1,Blue Mug,main,7\nMUG-1,Blue Mug,Store B,2\n")

    assert (sentences(run), counts(run)) == ([], (2, 0, 0, 0))
    assert sorted(StockLevel.objects.values_list("location__code", "on_hand")) == [("main", 7), ("store", 2)]


def test_a_german_export_in_windows_1252_is_refused_with_the_way_out(load):
    text = "Artikelnummer;Bezeichnung;Bestand;VK-Preis\nMUG-1;Kännchen;7;12,50\n"

    with pytest.raises(FileRefused, match="Line 2 is not UTF-8 text. Save the file as “CSV UTF-8”"):
        load(text.encode("cp1252"))

    run = load(text)
    assert (run.state, str(Item.objects.get().unit_price)) == ("applied", "12.50")


def test_a_new_figure_typed_into_shopifys_inventory_file_goes_before_the_current_one(load):
    text = KNOWN["Shopify inventory"][0].replace(",7,7,\n", ",7,7,9\n").replace(",Main,", ",,")

    load(text)

    assert StockLevel.objects.get().on_hand == 9


EDITABLE_AVAILABLE = (
    "Handle,Title,Option1 Value,SKU,Incoming (not editable),Committed (not editable),"
    "Available (current),Available (new),On hand (not editable)\n"
)


def test_an_available_figure_typed_into_shopifys_file_moves_what_is_on_hand_by_as_much(load):
    load(EDITABLE_AVAILABLE + "mug,Mug,Default Title,MUG-1,10,3,4,6,7\ncup,Cup,Default Title,CUP-1,10,3,4,,7\n")

    assert dict(StockLevel.objects.values_list("item__sku", "on_hand")) == {"MUG-1": 9, "CUP-1": 7}


def test_a_figure_that_is_unclear_beside_one_that_was_typed_is_refused_and_not_replaced_by_it(load):
    run = load(EDITABLE_AVAILABLE + 'mug,Mug,Default Title,MUG-1,0,3,"1,204",6,"1,207"\n')

    assert "1,207 + 6 - 1,204" in sentences(run)[0]
    assert not StockLevel.objects.exists()


def test_a_column_for_each_location_waits_for_a_choice(load):
    text = "SKU,Item Name,Current Quantity North,Current Quantity South\nMUG-1,Mug,7,3\n"

    with pytest.raises(FileRefused, match="Current Quantity North, Current Quantity South. Choose one of them"):
        load(text)
    assert not Item.objects.exists()

    load(text, columns=["Current Quantity South=quantity"])
    assert StockLevel.objects.get().on_hand == 3


def test_the_choice_between_columns_of_locations_is_made_on_the_match_page(mia):
    file = SimpleUploadedFile("square.csv", b"SKU,Item Name,Current Quantity North,Current Quantity South\nM,Mug,7,3\n")

    answer = mia.post("/admin/imports/importrun/add/", {"kind": "items", "mode": "set", "file": file}, follow=True)

    text = answer.content.decode()
    assert "Several columns could be meant: Current Quantity North, Current Quantity South." in text
    assert '<option value="Current Quantity South">' in text


def test_several_skus_in_a_listing_of_etsy_are_refused(load):
    text = 'TITLE,QUANTITY,"VARIATION 1 TYPE",SKU\nMug,6,Colour,"MUG-1,MUG-2"\n'

    run = load(text)

    assert sentences(run) == ["The cell holds several SKUs (MUG-1,MUG-2). Give each a row with its quantity."]


def test_what_is_passed_over_is_counted(load):
    run = load(KNOWN["Magento with a view in German"][0])

    assert run.skipped == 2
    assert run.notices[-2:] == [
        "1 row only holds variations: it has no stock of its own, its variations are imported.",
        "1 row is no item of its own, such as a picture or a translation.",
    ]


def test_a_rate_may_stand_in_the_name_of_a_tax(load):
    run = load(
        "sku,name,SalesTaxRate\nA,A,15% GST on Income\nB,B,VAT 5.5 %\nC,C,7% or 19%\nD,D,-5% off\n", only_good=True
    )

    assert sentences(run) == ["“7% or 19%” is not an amount.", "“-5% off” is not an amount."]
    assert [str(item.tax_rate) for item in Item.objects.order_by("sku")] == ["15.00", "5.50"]


def test_a_dash_may_stand_for_the_cents(load):
    load("sku;name;price\nA;A;5,–\nB;B;1.200,-- €\n")

    assert [str(item.unit_price) for item in Item.objects.order_by("sku")] == ["5.00", "1200.00"]


def test_an_amount_that_is_only_letters_is_quoted_as_it_stands(load):
    assert sentences(load("sku,name,price\nA,A,TBD\n")) == ["“TBD” is not an amount."]
