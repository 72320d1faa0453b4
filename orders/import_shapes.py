"""Files about people: their names and addresses stand in several columns."""

import re
from collections import Counter

from backoffice.imports.cells import is_blank
from backoffice.imports.matching import normal
from backoffice.imports.shapes import Shape

# Whose: where a part may stand under several headings, the first of these is taken.
RECEIVERS = ("shipping", "delivery", "shipto", "ship", "liefer", "defaultaddress", "", "billing", "invoice")
PAYERS = ("billing", "", "customer", "buyer", "shipping", "ship")
SUFFIX = re.compile(r"(.*)\((\w+)\)")  # Address 1&2 (Shipping)
FIRST_NAMES = ("firstname", "vorname", "prénom", "prenom", "givenname", "voornaam")
LAST_NAMES = ("lastname", "nachname", "surname", "familyname", "nomdefamille", "apellidos", "cognome", "achternaam")
STREETS = (
    "street", "address1&2", "address1", "street1", "addressline1", "streetaddress", "address", "straße", "strasse",
    "straßehausnummer", "adresse1", "adresse", "rue", "calle", "dirección", "via", "indirizzo", "straat", "adres",
)  # fmt: skip
WHOLE_STREETS = ("street", "address1&2", "address1&2(shipping)", "address1&2(billing)")
SECOND_LINES = ("address2", "street2", "addressline2", "adresszusatz", "adresse2", "complément")
CODES = ("zip", "zipcode", "postcode", "postalcode", "zippostalcode", "plz", "postleitzahl", "codepostal", "cp", "cap",
    "códigopostal")  # fmt: skip
CITIES = ("city", "town", "ort", "stadt", "ville", "ciudad", "città", "citta", "plaats", "woonplaats")
REGIONS = ("provincename", "province", "provincecode", "state", "statecode", "region", "county", "bundesland")
COUNTRIES = ("country", "countryname", "countrycode", "countryregion", "land", "pays", "país", "paese")


class PeopleShape(Shape):
    """Puts first and last name together, and an address of street, code, city and country."""

    joints = {"name": " ", "address": "\n"}
    name_field = "name"

    def __init__(self, header):
        super().__init__(header)
        self.found: dict[tuple[str, str], str] = {}
        times = Counter(normal(heading) for heading in header)
        for heading in header:
            if heading and "+" not in heading and times[normal(heading)] == 1:
                self.found.setdefault(_whose_what(normal(heading)), heading)
        composed = {self.name_field: self._name(), "address": self._address()}
        self.composed = {name: source for name, source in composed.items() if source}

    def composed_fields(self):
        return self.composed

    def _name(self) -> str:
        for whose in PAYERS:
            parts = [self._part(whose, names) for names in (FIRST_NAMES, LAST_NAMES)]
            if all(parts):
                return "+".join(parts)
        return ""

    def _address(self) -> str:
        for whose in RECEIVERS:
            street, city = self._part(whose, STREETS), self._part(whose, CITIES)
            if street and (city or self._part(whose, CODES)):
                second = "" if normal(street).endswith(WHOLE_STREETS) else self._part(whose, SECOND_LINES)
                rest = [self._part(whose, names) for names in (CODES, CITIES, REGIONS, COUNTRIES)]
                return "+".join(filter(None, [street, second, *rest]))
        return ""

    def _part(self, whose: str, names: tuple[str, ...]) -> str:
        return next((self.found[whose, name] for name in names if (whose, name) in self.found), "")

    def complete(self, row, match, values):
        for name, joint in self.joints.items():
            column = match.columns.get(name)
            if column and column.source == self.composed.get(name):
                cells = (row.cells[place] for place in column.places)
                values[name] = joint.join(self._text(cell) for cell in cells if not is_blank(cell))

    @staticmethod
    def _text(cell) -> str:
        number = isinstance(cell, float) and cell.is_integer()  # a postal code
        return str(int(cell) if number else cell).strip().removeprefix("'")


def _whose_what(heading: str) -> tuple[str, str]:
    """“shippingcity” and “city(shipping)” are both ("shipping", "city")."""
    if found := SUFFIX.fullmatch(heading):
        return found[2], found[1]
    for whose in (*RECEIVERS, *PAYERS):
        if whose and heading.startswith(whose) and heading != whose:
            return whose, heading.removeprefix(whose)
    return "", heading
