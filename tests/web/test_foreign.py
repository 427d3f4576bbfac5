"""Persian on an English page is said to be Persian, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as parser
from tests.world import World

from peyvand.people.models import Account
from peyvand.web.foreign import marked


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>Sari</p>", "<p>Sari</p>"),
        ("<p>In نوبنیاد, Sari</p>", '<p>In <bdi lang="fa" dir="rtl">نوبنیاد</bdi>, Sari</p>'),
        ("<p>خیریهٔ نمونه</p>", '<p><bdi lang="fa" dir="rtl">خیریهٔ نمونه</bdi></p>'),
        ("<p>این کار به سرانجام رسید.</p>", '<p><bdi lang="fa" dir="rtl">این کار به سرانجام رسید.</bdi></p>'),
        ("<p>In آمل (نمونه).</p>", '<p>In <bdi lang="fa" dir="rtl">آمل (نمونه)</bdi>.</p>'),
        ("<p>نمونه: شهر ما.</p>", '<p><bdi lang="fa" dir="rtl">نمونه: شهر ما.</bdi></p>'),
        ("<p>It says «شهر ما.» Yes.</p>", '<p>It says <bdi lang="fa" dir="rtl">«شهر ما.»</bdi> Yes.</p>'),
        ("<p>ساری: Sari</p>", '<p><bdi lang="fa" dir="rtl">ساری</bdi>: Sari</p>'),
        ("<p>By همیار شهر ساری.</p>", '<p>By <bdi lang="fa" dir="rtl">همیار شهر ساری</bdi>.</p>'),
        ("<p>(ساری)</p>", '<p>(<bdi lang="fa" dir="rtl">ساری</bdi>)</p>'),
        ("<p>آمل (ما, 3)</p>", '<p><bdi lang="fa" dir="rtl">آمل</bdi> (<bdi lang="fa" dir="rtl">ما</bdi>, 3)</p>'),
        ('<a lang="fa" href="/">فارسی <b>ما</b></a> ما', '<a lang="fa" href="/">فارسی <b>ما</b></a> <bdi lang="fa" dir="rtl">ما</bdi>'),
        ('<div lang="fa"><div>ما</div>ما</div>', '<div lang="fa"><div>ما</div>ما</div>'),
        ("<title>ساری</title><option>ساری</option>", "<title>ساری</title><option>ساری</option>"),
        ('<img alt="ساری"><input value="ساری">', '<img alt="ساری"><input value="ساری">'),
        ("<svg><text>ساری</text><title>ساری</title></svg>", '<svg><text><tspan lang="fa">ساری</tspan></text><title>ساری</title></svg>'),
        ("<script>var a = 'ساری';</script><!-- ساری -->", "<script>var a = 'ساری';</script><!-- ساری -->"),
    ],
)  # fmt: skip
def test_runs_of_persian_are_marked_where_they_are_read(page, said):
    assert marked(page) == said


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<b>", "</b>", "ساری ", "Sari ", "&amp;", "<br>", "نو‌بنیاد", "، ", "(", ")", ". "]
        )
    )
)
def test_the_words_stay_as_they_are_and_a_second_time_changes_nothing(parts):
    page = "".join(parts)
    once = marked(page)
    assert once.replace('<bdi lang="fa" dir="rtl">', "").replace("</bdi>", "") == page
    assert marked(once) == once


def unmarked(page):
    """Persian letters of a page that stand outside every part said to be Persian."""
    found = []
    for element in parser.document_fromstring(page).iter():
        if not isinstance(element.tag, str) or element.tag in ("title", "option", "textarea", "script", "style"):
            continue
        texts = [(element, element.text), *((element, child.tail) for child in element)]
        for holder, text in texts:
            chain = [holder, *holder.iterancestors()]
            if any("\u0600" <= sign <= "\u06ff" for sign in text or "") and not any(
                one.get("lang") == "fa" for one in chain
            ):
                found.append(text.strip())
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/places/ir/mz/sari/nobonyad/", "/places/ir/mz/", "/needs/", "/deliveries/", "/families/", "/home/", "/account/"],
)
def test_no_english_page_shows_persian_as_if_it_were_english(client, address):
    world = World.build()
    world.delivered(world.agreed(world.need(household=world.household()), world.capacity()))
    client.force_login(Account.objects.get(username="facilitator"))
    client.cookies["django_language"] = "en"
    page = client.get(address).content.decode()
    assert '<bdi lang="fa" dir="rtl">' in page
    assert unmarked(page) == []
    client.cookies["django_language"] = "fa"
    assert '<bdi lang="fa" dir="rtl">' not in client.get(address).content.decode()
