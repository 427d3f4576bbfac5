"""Demo rows, by the programme's own acts and a fixed random source. What they say is made up, and so is every answer."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from peyvand.extend.switches import switch_on
from peyvand.kernel.jalali import business_date
from peyvand.kernel.text import persian_digits
from peyvand.people.models import Membership, Organisation
from peyvand.people.queries import acting_as
from peyvand.programmes.proposals import (
    actions,
    answering_actions,
    consulting_actions,
    settling_actions,
    speaking_actions,
)
from peyvand.programmes.proposals.enums import OPEN, Decision, ProposalState, Vote
from peyvand.programmes.proposals.models import Consultation, Paragraph, Proposal, Statement
from peyvand.programmes.proposals.permissions import CONVENERS, SECRETARIAT, WRITERS
from peyvand.programmes.proposals.speaking_models import Choosing
from peyvand.scope.acting import SYSTEM, Acting, Role
from peyvand.scope.bulk import below
from peyvand.scope.database import scope

DEMO = "(نمونه)"
# Each subject in two wordings, so that like ones are found; (title, problem, first step).
SUBJECTS = (
    ("سرویس دانش‌آموزان دارای معلولیت", "دانش‌آموزان دارای معلولیت راهی به مدرسه ندارند", "قرارداد یک ون با بالابر در هر شهرستان"),
    ("سرویس دانش‌آموز دارای معلولیت", "مدرسه از دانش‌آموزان دارای معلولیت دور است", "قرارداد ون با بالابر در شهرستان"),
    ("بیمهٔ قالی‌بافان خانگی", "قالی‌بافان خانگی بیمه ندارند و از درمان می‌مانند", "فهرست قالی‌بافان هر روستا برای بیمه"),
    ("رمپ در ورودی بانک‌ها", "کاربران ویلچر نمی‌توانند وارد بانک شوند", "بازدید از همهٔ شعبه‌ها و نصب رمپ"),
    ("نصب رمپ ورودی بانک برای ویلچر", "ورودی بانک‌ها برای کاربران ویلچر پله دارد", "نصب رمپ در ده شعبهٔ پرمراجعه"),
    ("خرید مشترک خیریه‌ها", "خیریه‌های کوچک کالا را گران می‌خرند", "یک استعلام مشترک برای پوشک و شیر خشک"),
    ("آموزش کوتاه تعمیر پنل خورشیدی", "نیروگاه‌های خانگی تعمیرکار ندارند", "یک دورهٔ سه‌ماهه با فنی‌وحرفه‌ای"),
    ("سالن‌های ورزشی در اختیار سمن‌ها", "سمن‌ها جایی برای نشست ندارند", "فهرست سالن‌های خالی عصرها"),
)  # fmt: skip
_ANSWERS = (
    (Decision.ACCEPTED, "پذیرفته شد و در برنامهٔ امسال آمده است."),
    (Decision.PARTLY, "بخش نخست پذیرفته شد؛ برای بقیه اعتباری نیست."),
    (Decision.REFUSED, "در صلاحیت این دستگاه نیست و به مجلس نوشته شد."),
)
_MEETING = "نشست هم‌اندیشی کنشگران " + DEMO


def seed(count: int, random: Random, now: datetime) -> int:
    """Proposals in every state, some joined, some overdue, with a draft that is open. Gives how many proposals were added."""
    with scope(SYSTEM):
        standing = Proposal.objects.count()
        wanted = max(0, count - standing)
        writers = [acting_as(one) for one in _members(WRITERS)]
        leaders = [acting_as(one) for one in _members(SECRETARIAT)]
        bodies = list(Organisation.objects.filter(kind="agency", parent=None).order_by("pk")[:5])
    if not wanted or not writers:
        return 0
    _switch_on(writers, now)
    made = [_proposal(standing + number, random, writers, now) for number in range(wanted)]
    settling_actions.group_proposals(by=SYSTEM, now=now)
    for place, row in enumerate(made):
        _support(row, random, writers, now)
        if leaders and bodies:
            _fate(row, made[:place], random, leaders, bodies, now)
    _draft(random, writers, now)
    _speakers(random, writers, now)
    return len(made)


def _members(roles: tuple[Role, ...]) -> list[Membership]:
    rows = Membership.objects.filter(role__in=[role.value for role in roles], until__isnull=True)
    return list(rows.select_related("place", "organisation", "account").order_by("pk")[:40])


def _switch_on(writers: list[Acting], now: datetime) -> None:
    """For every house a writer belongs to, once."""
    for path in sorted({one.organisation_path.split("/")[0] + "/" for one in writers}):
        head = Organisation.objects.get(path=path)
        since = business_date(now) - timedelta(days=120)
        switch_on(slug=actions.SLUG, organisation=head, since=since, by=SYSTEM, now=now)


def _proposal(number: int, random: Random, writers: list[Acting], now: datetime) -> Proposal:
    title, problem, step = SUBJECTS[number % len(SUBJECTS)]
    at = now - timedelta(days=random.randint(1, 70), hours=random.randint(0, 5))
    row = actions.NewProposal(title=f"{title} {DEMO}", problem=problem, first_step=step, session=_MEETING)
    if number >= len(SUBJECTS):
        row = replace(row, title=f"{title}، پیشنهاد {number + 1} {DEMO}", cost="یک خیّر نیمی از آن را می‌دهد")
    return actions.write_proposal(row=row, anyway=True, by=random.choice(writers), now=at, random=random)


def _support(row: Proposal, random: Random, writers: list[Acting], now: datetime) -> None:
    for one in random.sample(writers, random.randint(0, min(2, len(writers)))):
        actions.support_proposal(proposal_id=row.pk, by=one, now=now - timedelta(hours=random.randint(1, 20)))


def _fate(
    row: Proposal, before: list[Proposal], random: Random, leaders: list[Acting], bodies: list[Organisation], now: datetime
) -> None:  # fmt: skip
    """What became of it: some are joined to a like one, most are sent on, some answered, a few followed to their end."""
    chance = random.random()
    leader = next((one for one in leaders if row.place_path.startswith(one.place_path)), None)
    if leader is None or chance < 0.15:
        return
    with scope(SYSTEM):
        row = Proposal.objects.get(pk=row.pk)
        theme = _same_theme(row, leader)
        alike = [one.pk for one in before if one.pk in theme]
    if alike and chance < 0.4:
        reason = "همان مسئله و همان گام نخست را می‌گوید."
        actions.merge_proposal(proposal_id=row.pk, into_id=alike[0], reason=reason, by=leader, now=now)
        return
    sent = min(row.written_at + timedelta(days=random.randint(1, 4)), now)
    body = random.choice(bodies)
    answering_actions.route_proposals(proposal_ids=[row.pk], body_id=body.pk, by=SYSTEM, now=sent)
    if chance < 0.6:
        return
    decision, text = random.choice(_ANSWERS)
    answered = min(sent + timedelta(days=random.randint(2, 9)), now)
    until = None if decision is Decision.REFUSED else business_date(answered) + timedelta(days=random.randint(3, 60))
    said = answering_actions.Said(decision, text, until, {row.pk: "از دقت شما در نوشتن گام نخست سپاسگزاریم."})
    answer = answering_actions.answer_proposal(proposal_id=row.pk, said=said, by=SYSTEM, now=answered)
    if chance > 0.8 and decision is not Decision.REFUSED:
        act = "finish" if chance > 0.9 else "report"
        text = "قرارداد بسته شد و کار آغاز شده است." if act == "report" else "کار انجام شد و نتیجه‌اش گزارش شده است."
        answering_actions.report_answer(answer_id=answer.pk, act=act, text=text, by=SYSTEM, now=now)


def _same_theme(row: Proposal, leader: Acting) -> set[int]:
    if row.theme_id is None:
        return set()
    rows = Proposal.objects.filter(
        below(leader.place_path), theme_id=row.theme_id, state__in=OPEN, merged_into__isnull=True
    )
    return set(rows.exclude(pk=row.pk).values_list("pk", flat=True))


def _speakers(random: Random, writers: list[Acting], now: datetime) -> None:
    """Once: the authors of two themes choose who speaks for them; one was counted and spoke at a meeting, one is open."""
    by = {one.account_id: one for one in writers}
    with scope(SYSTEM):
        if Choosing.objects.exists():
            return
        rows = Proposal.objects.filter(theme__isnull=False, author_id__in=by).exclude(state=ProposalState.WITHDRAWN)
        authors: dict[int, set[int]] = {}
        for theme_id, author_id in rows.order_by("theme_id").values_list("theme_id", "author_id"):
            authors.setdefault(theme_id, set()).add(author_id)
    for place, (theme_id, accounts) in enumerate(list(authors.items())[:2]):
        then = now - timedelta(days=20 * (1 - place))
        chosen = [by[one] for one in sorted(accounts)]
        terms = speaking_actions.ChoosingTerms(business_date(then) + timedelta(days=7))
        choosing = speaking_actions.open_choosing(theme_id=theme_id, terms=terms, by=chosen[0], now=then)
        text = "این گروه یک خواستهٔ روشن دارد و آن را پی می‌گیرم " + DEMO
        names = [f"نویسندهٔ نمونهٔ {persian_digits(number)}" for number in (1, 2)]
        standing = [
            speaking_actions.stand(
                choosing_id=choosing.pk, name=name, text=text, is_name_public=name == names[0], by=one, now=then
            )
            for one, name in zip(chosen, names, strict=False)
        ]
        for one in chosen:
            speaking_actions.give_voice(candidate_id=random.choice(standing).pk, by=one, now=then)
        if place == 0:
            _spoken(choosing, by, then + timedelta(days=9))


def _spoken(choosing: Choosing, by: dict[int, Acting], now: datetime) -> None:
    speaking_actions.count_choosings(by=SYSTEM, now=now)
    with scope(SYSTEM):
        speaker = choosing.candidates.filter(since__isnull=False).order_by("pk")[0]
    said = "همهٔ نویسندگان این مضمون یک گام نخست می‌خواهند و چشم به پاسخ دستگاه‌اند " + DEMO
    speaking_actions.speak(
        candidate_id=speaker.pk,
        session=_MEETING,
        on=business_date(now),
        text=said,
        by=by[speaker.account_id or 0],
        now=now,
    )


def _draft(random: Random, writers: list[Acting], now: datetime) -> None:
    """One draft, with comments and votes, where there is none yet."""
    convener = next((one for one in writers if one.role in CONVENERS), None)
    if convener is None or Consultation.objects.exists():
        return
    today = business_date(now)
    row = consulting_actions.open_consultation(
        title=f"پیش‌نویس آیین‌نامهٔ همکاری دستگاه‌ها با خیریه‌ها {DEMO}", intro="این پیش‌نویس ساختگی است و تنها نمونهٔ کار را نشان می‌دهد.",
        paragraphs=(
            "هر دستگاه یک نفر را برای پاسخ‌گویی به خیریه‌ها معرفی می‌کند.",
            "خیریه‌ها نیازهای مشترک را بی نام خانواده‌ها با هم در میان می‌گذارند.",
            "پاسخ هر پیشنهاد مکتوب در مهلت مقرر داده می‌شود.",
        ),
        statements=(
            "پاسخ‌ها باید برای همه دیدنی باشد.", "خرید مشترک هزینه‌ها را کم می‌کند.", "هر شهرستان باید نماینده‌ای داشته باشد.",
            "مهلت پاسخ باید کوتاه‌تر شود.",
        ),
        opens=today - timedelta(days=3), closes=today + timedelta(days=20), by=convener, now=now,
    )  # fmt: skip
    with scope(SYSTEM):
        first = Paragraph.objects.filter(consultation=row).order_by("number").first()
        statements = list(Statement.objects.filter(consultation=row).order_by("pk"))
    assert first is not None
    for place, one in enumerate(writers[:24]):
        if place < 3:
            text = "خوب است نام و شمارهٔ او روی تارنما بیاید."
            consulting_actions.comment_on(paragraph_id=first.pk, text=text, by=one, now=now)
        for number, statement in enumerate(statements):
            leaning = Vote.DISAGREE if number >= 2 and place % 4 == 3 else Vote.AGREE
            vote = leaning if place < 12 or random.random() < 0.9 else Vote.PASS
            consulting_actions.vote_on(statement_id=statement.pk, vote=vote, by=one, now=now)
    consulting_actions.keep_opinions(by=SYSTEM, now=now)
