import pytest

from backoffice.imports.matching import best, find, fingerprint, match, normal, read_choice
from backoffice.imports.refusals import FileRefused

SYNONYMS = {
    "sku": ("sku", "item code"),
    "price": ("regular price", "price"),
    "quantity": ("stock", "current quantity*"),
}


@pytest.mark.parametrize(
    "heading", ["Unit price", "unit_price", "UNIT-PRICE", " Unit\u00a0Price ", "Unit Price (EUR)", "Unit price *"]
)
def test_headings_are_compared_without_case_spaces_and_signs(heading):
    assert normal(heading) == "unitprice"


def test_units_in_brackets_tell_headings_apart():
    assert normal("Weight (kg)") != normal("Weight")


def test_each_field_gets_the_best_of_its_columns_and_the_rest_is_listed():
    found = match(["Price", "Item Code", "Regular price", "is_superuser"], SYNONYMS)

    assert found.mapping == {"sku": "Item Code", "price": "Regular price"}
    assert found.ignored == ["Price", "is_superuser"]


def test_a_heading_may_continue_with_the_name_of_a_place():
    assert best(["Current Quantity Main Street"], SYNONYMS["quantity"]) == ["Current Quantity Main Street"]


def test_of_a_heading_for_each_place_none_is_taken_before_somebody_chose():
    header = ["SKU", "Current Quantity North", "Current Quantity South"]

    found = match(header, SYNONYMS)

    assert (found.mapping, found.ignored) == ({"sku": "SKU"}, header[1:])
    assert found.unclear is not None
    assert found.unclear.sentence == (
        "Several columns could be meant: Current Quantity North, Current Quantity South. Choose one of them."
        " Where each is of another location, import the file once for each."
    )
    assert match(header, SYNONYMS, {"quantity": header[2]}).unclear is None


def test_what_only_one_program_means_goes_before_the_synonyms():
    found = match(["SKU", "Stock", "Shelf"], SYNONYMS, own={"quantity": ["Shelf"], "price": []})

    assert found.mapping == {"sku": "SKU", "quantity": "Shelf"}


def test_the_same_heading_twice_is_refused_where_it_matters():
    with pytest.raises(FileRefused, match="more than once: SKU, sku"):
        match(["SKU", "sku", "Price"], SYNONYMS)


def test_the_same_heading_twice_is_ignored_where_it_does_not_matter():
    assert match(["SKU", "Note", "Note"], SYNONYMS).ignored == ["Note", "Note"]


def test_a_choice_goes_before_the_synonyms_and_blank_means_none():
    found = match(["SKU", "Price", "VK"], SYNONYMS, {"price": "VK", "quantity": ""})

    assert found.mapping == {"sku": "SKU", "price": "VK"}


def test_a_composed_source_joins_what_is_not_blank():
    column = match(["Handle", "Size", "Colour"], SYNONYMS, {"sku": "Handle+Size+Colour"}).columns["sku"]

    assert column.cell(["top", "Small", ""]) == "top / Small"
    assert column.cell(["top", "Default Title", "7"]) == "top / 7"


def test_a_heading_with_a_plus_in_it_is_found_whole():
    assert find(["A+B", "A", "B"], "A+B") == (0,)


def test_an_unknown_column_is_refused_with_the_list():
    with pytest.raises(FileRefused, match="no column “Nope”. It has: SKU, Price."):
        find(["SKU", "Price"], "Nope")


def test_a_choice_on_the_command_line_may_hold_equal_signs():
    assert read_choice("Price = net=price", SYNONYMS) == ("price", "Price = net")


def test_a_choice_for_no_field_is_refused_with_the_fields():
    with pytest.raises(FileRefused, match="fields are: sku, price, quantity"):
        read_choice("VK=is_superuser", SYNONYMS)


def test_a_fingerprint_is_of_what_the_header_says_not_of_how():
    assert (
        fingerprint(["SKU", "Unit price"]) == fingerprint(["sku", "unit_price"]) != fingerprint(["unit_price", "sku"])
    )
