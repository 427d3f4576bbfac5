"""What a Persian editor would mark in a text, and in the visible words of a Persian page. Sources: the rules of the
Academy of Persian Language and Literature («دستور خط فارسی») for half-spaces, and the words this house has chosen."""

import re
from collections.abc import Iterator

from lxml import html as parser

_LETTER = "[آ-یءئؤأة]"
_VERBS = (
    "شود|شوند|شوید|شویم|کند|کنند|کنید|کنیم|کنم|دهد|دهند|دهید|دهیم|گیرد|گیرند|گیرید|آید|آیند|رود|روند|ماند|مانند|توان|"
    "تواند|توانند|توانید|توانیم|توانم|خواهد|خواهند|خواهید|باشد|باشند|بیند|بینند|بینید|گوید|گویند|گویید|رسد|رسند|"
    "سازد|سازند|یابد|یابند|نویسد|نویسید|داند|دانند|دانید|پذیرد|پذیرند|پذیرید|افتد|گذارد|گذارند|گذارید|خورد|زند|زنید|"
    "ایستد|مانند|برد|برند|برید|آورد|آورند|آورید|شد|شدند|کرد|کردند|شناسد|شناسید|فرستد|فرستید|پرسد|پرسید|خوانید|خواند|باید"
)
# (what is wrong, the pattern that finds it); half-space is U+200C.
# What labels a person by what he lacks, and what is said instead (domain rule: dignity). Inside a quotation both may stand.
LABELS = {
    "معلول|معلولان|معلولین|علیل|افلیج": "فرد دارای معلولیت", "معتاد|معتادان|معتادین": "فرد دارای اعتیاد",
    "عقب‌مانده|کند ?ذهن|منگل": "فرد دارای معلولیت ذهنی", "کر و لال": "ناشنوا", "روانی‌ها|دیوانه": "فرد دارای بیماری اعصاب و روان",
    "فقیر|فقیران|فقرا|مستمند|مستمندان|بی‌بضاعت|بینوا|گدا|متکدی": "خانوادهٔ کم‌درآمد", "یتیم|ایتام|بدسرپرست": "کودک نیازمند سرپرستی",
    "بیوه|مطلقه": "زن سرپرست خانوار", "کارتن‌خواب": "فرد بی‌خانمان", "محلهٔ محروم|محله‌های محروم|مناطق محروم": "محلهٔ کم‌برخوردار",
    "نقطهٔ تاریک|نقاط تاریک": "محلهٔ کمتر دیده‌شده",
}  # fmt: skip
# One word per thing: what has another word in this house, by the glossary; and what an office writes and nobody says.
OTHER_WORDS = {
    "کد رهگیری|شماره رهگیری": "کد پیگیری", "کمپین": "پویش", "لیست": "فهرست", "سیستم": "سامانه", "دانلود": "دریافت",
    "آپلود": "بارگذاری", "پسورد|رمز عبور|کلمهٔ عبور": "گذرواژه", "لاگین": "ورود", "کلیک": "زدن", "بانوان سرپرست": "زنان سرپرست",
    "می‌باشد|میباشد|می‌باشند": "است", "نمایید|می‌نماید|می‌نمایید|نمائید|نمودن|نموده": "کردن", "گردید|می‌گردد|گردیده": "شدن",
    "بدینوسیله|بدین‌وسیله|لازم به ذکر": "", "احتراما|مقتضی": "", "مورد استفاده قرار": "به کار رفتن",
}  # fmt: skip
# Persian words in an Arabic plural or with an Arabic ending, and others that are often written wrong.
MISWRITTEN = {
    "گزارشات": "گزارش‌ها", "پیشنهادات": "پیشنهادها", "سفارشات": "سفارش‌ها", "آزمایشات": "آزمایش‌ها", "فرمایشات": "فرمایش‌ها",
    "گرایشات": "گرایش‌ها", "دستورات": "دستورها", "بازرسین": "بازرسان", "داوطلبین": "داوطلبان", "خیرین": "نیکوکاران",
    "گاهاً": "گاهی", "ناچاراً": "به‌ناچار", "دوماً": "دوم", "زباناً": "زبانی", "تلفناً": "تلفنی", "مسؤول": "مسئول", "هیأت": "هیئت",
    "لطفا": "لطفاً", "مثلا": "مثلاً", "فعلا": "فعلاً", "حتما": "حتماً", "معمولا": "معمولاً", "دقیقا": "دقیقاً", "کاملا": "کاملاً",
    "تقریبا": "تقریباً", "بعدا": "بعداً", "قبلا": "قبلاً", "اصلا": "اصلاً", "واقعا": "واقعاً", "مجددا": "دوباره", "هم چنین": "همچنین",
}  # fmt: skip


def _instead(what: str, words: dict[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    """A rule for each entry of a list, which tells what to write."""
    return [(f"{what}, say «{right}»" if right else what, re.compile(rf"(?<!{_LETTER}|‌)(?:{wrong})(?!{_LETTER}|‌)"))
            for wrong, right in words.items()]  # fmt: skip


_RULES = [
    ("an Arabic letter", re.compile("[يكىة٠-٩]")),
    ("a stretched letter", re.compile("ـ")),
    ("a Latin mark beside Persian letters", re.compile(f"{_LETTER}[,;?]|{_LETTER}[\"“”]|[\"“”]{_LETTER}")),
    ("a space before a mark", re.compile(r"\s[،؛؟:.!»](?=\s|$)|«\s")),
    ("no space after a mark", re.compile(f"[،؛؟]{_LETTER}")),
    ("three dots", re.compile(r"\.\.\.")),
    ("«می» without a half-space", re.compile(rf"(?<!{_LETTER})ن?می ?(?:{_VERBS})(?!{_LETTER})")),
    ("a plural without a half-space", re.compile(rf"(?<={_LETTER}) ها(?:ی|یی|یش|یم|یت|یشان|یتان|یمان)?(?!{_LETTER}|‌)")),
    ("a plural joined to «ه»", re.compile(rf"{_LETTER}{{2}}هها")),
    ("«تر» without a half-space", re.compile(rf"(?<={_LETTER}) تر(?:ین)?(?!{_LETTER}|‌)")),
    ("«ای» without a half-space", re.compile(rf"ه ای(?!{_LETTER}|‌)")),
    ("«آنها» without a half-space", re.compile(rf"(?<!{_LETTER})(?:آن|این)ها(?!{_LETTER})")),
    ("a half-space at an edge of a word", re.compile("(?:^|[\\s«(])\u200c|\u200c(?:$|[\\s»،؛؟.:)])|\u200c\u200c")),
    ("«می» alone", re.compile(rf"(?<!{_LETTER}|‌)ن?می(?= {_LETTER})")),
    ("an ending without a half-space", re.compile(rf"ه (?:ام|ایم|اید|اند)(?!{_LETTER}|‌)")),
    ("«ی» after «ه» instead of «هٔ»", re.compile(rf"{_LETTER}ه[ ‌]ی(?!{_LETTER}|‌)")),
    ("a Latin mark in a number", re.compile("[۰-۹][.,][۰-۹]|[۰-۹] ?%")),
    ("a Latin quotation mark", re.compile(f"[‘’'`](?={_LETTER})|(?<={_LETTER})[‘’'`]")),
    *_instead("a label for a person", LABELS),
    *_instead("another word", OTHER_WORDS),
    *_instead("written wrong", MISWRITTEN),
]  # fmt: skip
# Names that are the same in every language.
_KNOWN = {
    "CSV", "XLSX", "XLS", "xls", "HTML", "PDF", "PNG", "JPEG", "GeoJSON", "Parquet", "API", "OpenAPI", "Peyvand", "OR", "Tools",
    "English", "Natural", "Earth", "GeoNames", "Pabulib", "XLSForm", "ODK", "Kobo",
}  # fmt: skip
_NAMES = re.compile("CC BY 4[.]0|\\S+@\\S+|https?://\\S+|\u2066[^\u2069]*\u2069")  # licences, addresses, isolated codes
_HIDDEN = ("script", "style", "template", "code", "kbd", "samp", "bdi", "title")
_SAID_IN = ("alt", "aria-label", "placeholder", "title", "data-title")


def faults(text: str) -> list[str]:
    """What is wrong in a Persian text: «… what: the words around it», in the order of the rules."""
    return [f"{what}: «…{text[max(found.start() - 15, 0) : found.end() + 15]}…»"
            for what, rule in _RULES for found in rule.finditer(text)]  # fmt: skip


def foreign(text: str) -> list[str]:
    """Latin digits and English words in the words of a Persian page."""
    text = _NAMES.sub("", text)
    digits = [f"Latin digits: «{found}» in «{text[:60]}»" for found in re.findall(r"[^\s]*[0-9][^\s]*", text)]
    words = set(re.findall(r"[A-Za-z]{2,}", text)) - _KNOWN
    return digits + [f"English left over: «{word}» in «{text[:60]}»" for word in sorted(words)]


def visible(page: str) -> Iterator[str]:
    """The words a reader of the page sees or hears, block by block; codes, typed-in words and other tongues left out."""
    yield from _of(parser.fromstring(page).find("body"))


def _of(element: parser.HtmlElement) -> Iterator[str]:
    if element.tag in _HIDDEN or not isinstance(element.tag, str):
        return
    if element.get("lang", "fa") != "fa" or element.get("dir") in ("ltr", "auto") or "data-sample" in element.attrib:
        return
    yield from (element.get(name) for name in _SAID_IN if element.get(name))
    said = element.text or ""
    for child in element:
        if child.tag in ("b", "strong", "em", "a", "span", "small", "time") and not len(child) and child.get("lang", "fa") == "fa" \
                and child.get("dir") != "ltr" and child.tag not in _HIDDEN:  # fmt: skip
            said += child.text or ""
            yield from (child.get(name) for name in _SAID_IN if child.get(name))
        else:
            yield from _of(child)
            said += " ◦ "  # something stood here that is judged by itself
        said += child.tail or ""
    if said.strip(" ◦\n"):
        yield re.sub(r"\s+", " ", said).strip()


def faults_of_page(page: str) -> list[str]:
    """Every fault in the visible words of a Persian page, once."""
    return sorted({fault for words in visible(page) for fault in (*faults(words), *foreign(words))})
