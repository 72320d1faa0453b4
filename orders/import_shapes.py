"""Files about people: their names and addresses stand in several columns."""

import re
from collections import Counter
from itertools import product

from backoffice.imports.cells import is_blank
from backoffice.imports.matching import normal
from backoffice.imports.shapes import Shape

# Whose: where a part may stand under several headings, the first of these is taken.
RECEIVERS = ("shipping", "delivery", "shipto", "ship", "liefer", "defaultaddress", "", "billing", "invoice")
PAYERS = ("billing", "", "customer", "buyer", "shipping", "ship")
SUFFIX = re.compile(r"(.*)\((\w+)\)")  # Address 1&2 (Shipping)
# “Name” beside “Vorname” is the family name, beside “First name” it is the whole
FORENAMES = {
    ("firstname", "givenname"): ("lastname", "surname", "familyname"),
    ("vorname",): ("nachname", "familienname", "name"),
    ("prénom", "prenom"): ("nomdefamille", "nom"),
    ("voornaam",): ("achternaam",),
    ("nombre",): ("apellidos",),
    ("nome",): ("cognome", "sobrenome"),
    ("imię",): ("nazwisko",),
}
WHOLE_NAMES = {"contactname", "displayname"}
STREETS = (
    "street", "address1&2", "address1", "street1", "addressline1", "streetaddress", "streetaddress1", "address",
    "straße", "strasse", "straßehausnummer", "adresse1", "adresse", "rue", "calle", "dirección", "via", "indirizzo",
    "straat", "adres", "ulica",
)  # fmt: skip
WHOLE_STREETS = ("street", "address1&2", "address1&2(shipping)", "address1&2(billing)")
SECOND_LINES = ("street2", "streetaddress2", "address2", "addressline2", "adresszusatz", "adresse2", "complément")
CODES = (
    "zip", "addresspostalcode", "kodpocztowy", "zipcode", "postcode", "postalcode", "zippostalcode", "plz",
    "postleitzahl", "codepostal", "cp", "cap", "códigopostal",
)  # fmt: skip
CITIES = (
    "city", "addresscity", "miasto", "town", "ort", "stadt", "ville", "ciudad", "città", "citta", "plaats",
    "woonplaats",
)  # fmt: skip
REGIONS = (
    "provincename", "addressstate", "province", "provincecode", "state", "statecode", "region", "county", "bundesland",
)  # fmt: skip
COUNTRIES = (
    "country", "countryidname", "addresscountry", "kraj", "countryname", "countrycode", "countryregion", "land",
    "pays", "país", "paese",
)  # fmt: skip


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
        if WHOLE_NAMES & self.place.keys():
            return ""
        for whose, (first, last) in product(PAYERS, FORENAMES.items()):
            parts = [self._part(whose, names) for names in (first, last)]
            if all(parts):
                return "+".join(parts)
        return ""

    def _address(self) -> str:
        for whose in RECEIVERS:
            street, city = self._part(whose, STREETS), self._part(whose, CITIES)
            if street and (city or self._part(whose, CODES)):
                seconds = SECOND_LINES[:1] if normal(street).endswith(WHOLE_STREETS) else SECOND_LINES
                second = self._part(whose, seconds)
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
