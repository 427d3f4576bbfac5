from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlaceKind(TextChoices):
    COUNTRY = "country", _("Country")
    PROVINCE = "province", _("Province")
    COUNTY = "county", _("County")
    DISTRICT = "district", _("District")
    CITY = "city", _("City")
    RURAL_DISTRICT = "rural_district", _("Rural district")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    SETTLEMENT = "settlement", _("Settlement")
    NOMADIC = "nomadic", _("Nomadic place")


# What may stand directly below what. A neighbourhood may hang on a county where its city is not known.
PARENTS = {
    PlaceKind.COUNTRY: (),
    PlaceKind.PROVINCE: (PlaceKind.COUNTRY,),
    PlaceKind.COUNTY: (PlaceKind.PROVINCE,),
    PlaceKind.DISTRICT: (PlaceKind.COUNTY,),
    PlaceKind.CITY: (PlaceKind.COUNTY, PlaceKind.DISTRICT),
    PlaceKind.RURAL_DISTRICT: (PlaceKind.COUNTY, PlaceKind.DISTRICT),
    PlaceKind.NEIGHBOURHOOD: (PlaceKind.COUNTY, PlaceKind.CITY, PlaceKind.DISTRICT),
    PlaceKind.SETTLEMENT: (PlaceKind.COUNTY, PlaceKind.DISTRICT, PlaceKind.RURAL_DISTRICT),
    PlaceKind.NOMADIC: (PlaceKind.COUNTY, PlaceKind.DISTRICT, PlaceKind.RURAL_DISTRICT),
}

# What an operator draws or brings in; everything above comes with the product.
FINE = (PlaceKind.NEIGHBOURHOOD, PlaceKind.SETTLEMENT, PlaceKind.NOMADIC)
