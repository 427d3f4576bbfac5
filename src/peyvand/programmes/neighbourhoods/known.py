"""The kinds of councils and the four agencies as published sources tell them. Whatever no source tells is a setting."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from peyvand.places.enums import PlaceKind
from peyvand.programmes.neighbourhoods.enums import SeatRole

NETWORK = "mehrnews 6689158, 6586025; iribnews 5594890 (شبکهٔ مدیریت محله‌محور)"
COMMITTEES = "iribnews 5594890, 5632754; mehrnews 6662805"
PARTICIPATION = "dastour.ir lid=165601 (amendment of 1375)"
S0, S1, S4 = "ILNA 2025-11-27", "Mehr 2025-09-20", "Jahani Press 1403/2/17"


@dataclass(frozen=True)
class KnownKind:
    """`upper` is where its voice goes, `part_of` the council whose committee it is, `name_set` the province the name is told of."""

    slug: str
    level: PlaceKind
    name_fa: str
    name_en: str
    source: str
    chair_fa: str = ""
    chair_en: str = ""
    upper: str = ""
    part_of: str = ""
    name_set: str = ""
    is_temporary: bool = False


def _committee(slug: str, name_set: str, name_fa: str, name_en: str, is_temporary: bool = False) -> KnownKind:
    return KnownKind(
        slug, PlaceKind.NEIGHBOURHOOD, name_fa, name_en, COMMITTEES, upper="progress_council", part_of="progress_council",
        name_set=name_set, is_temporary=is_temporary,
    )  # fmt: skip


# In an order in which every `upper` and `part_of` stands before those who name it.
KINDS = (
    KnownKind(
        "province_steering", PlaceKind.PROVINCE, "شورای راهبری استان", "Provincial steering council", NETWORK, "استاندار", "Governor"
    ),
    KnownKind(
        "county_steering", PlaceKind.COUNTY, "کمیتهٔ راهبری شهرستان", "County steering committee", NETWORK, "فرماندار",
        "County governor", upper="province_steering",
    ),
    KnownKind(
        "progress_council", PlaceKind.NEIGHBOURHOOD, "شورای پیشرفت محله", "Neighbourhood progress council", NETWORK,
        upper="county_steering",
    ),
    _committee("markazi_health", "markazi", "بهداشت و درمان", "Health and treatment"),
    _committee("markazi_livelihood", "markazi", "حمایت معیشتی", "Livelihood support"),
    _committee("markazi_security", "markazi", "امنیت عمومی", "Public security"),
    _committee("markazi_culture", "markazi", "امور فرهنگی", "Cultural affairs"),
    _committee("markazi_building", "markazi", "عمران و خدمات محلی", "Building and local services"),
    _committee("markazi_environment", "markazi", "محیط‌زیست", "Environment"),
    _committee("lorestan_health", "lorestan", "بهداشت و سلامت", "Hygiene and health"),
    _committee("lorestan_building", "lorestan", "عمرانی و زیربنایی", "Building and infrastructure"),
    _committee("lorestan_sport", "lorestan", "نشاط و ورزش", "Joy and sport"),
    _committee("lorestan_security", "lorestan", "امنیت عمومی و آسیب‌های اجتماعی", "Public security and social harm"),
    _committee("lorestan_support", "lorestan", "خدمات حمایتی و معیشتی", "Support and livelihood services"),
    _committee("lorestan_culture", "lorestan", "فرهنگی، آموزشی و دینی", "Culture, education and religion"),
    _committee("crisis", "", "مدیریت بحران", "Crisis management", is_temporary=True),
    KnownKind(
        "participation_central", PlaceKind.COUNTRY, "شورای مرکزی مشارکت‌های مردمی بهزیستی",
        "Central council of people's participation", PARTICIPATION, "وزیر", "Minister",
    ),
    KnownKind(
        "participation_province", PlaceKind.PROVINCE, "شورای مشارکت‌های مردمی بهزیستی استان",
        "Provincial council of people's participation", f"{S1}; {PARTICIPATION}", "استاندار", "Governor",
        upper="participation_central",
    ),
    KnownKind(
        "participation_county", PlaceKind.COUNTY, "شورای مشارکت‌های مردمی بهزیستی شهرستان",
        "County council of people's participation", PARTICIPATION, upper="participation_province",
    ),
    KnownKind(
        "jihad_commission", PlaceKind.COUNTRY, "کمیسیون فرهنگی‌اجتماعی شورای عالی جهاد سازندگی",
        "Cultural and social commission of the High Council of Construction Jihad", S4,
    ),
    KnownKind(
        "umbrella_session", PlaceKind.COUNTRY, "نشست بررسی برنامه‌های اجتماع‌محور و محله‌محور",
        "Session on community-based and neighbourhood programmes", S0,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class KnownSeat:
    """A seat that comes with an office, whoever holds it: who leads and who keeps the papers."""

    title: str
    role: SeatRole


# The role set of the governor's office on the council it leads (S2 2.18).
SEATS_SOURCE = _("Seats of the governor's office: IRNA, Sari, undated.")
KNOWN_SEATS = {
    "province_steering": (
        KnownSeat("استاندار", SeatRole.CHAIR),
        KnownSeat("معاون سیاسی، امنیتی و اجتماعی استاندار", SeatRole.SECRETARY),
    ),
}
NAME_SETS = {"markazi": ("مرکزی", "Markazi"), "lorestan": ("لرستان", "Lorestan")}

# «چهار دستگاه»: IRNA, Sari (undated); one lead per province, the others accompany it: negarmag 468051.
FOUR_SOURCE = "IRNA, Sari; negarmag 468051"
FOUR = {
    "behzisti": ("سازمان بهزیستی", "State Welfare Organization (Behzisti)"),
    "emdad": ("کمیتهٔ امداد", "Imam Khomeini Relief Committee"),
    "setad": ("ستاد اجرایی فرمان امام", "Execution of Imam's Order (Setad)"),
    "red_crescent": ("جمعیت هلال‌احمر", "Red Crescent Society"),
}
