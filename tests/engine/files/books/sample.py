"""Books for the writers' tests: English, Chinese, and one typed by the worst member."""

from uuid import UUID

from engine.files.books.book import Book, Passage, Section

ENGLISH_TEXT = (
    "The lamp was lit at dusk, and *nobody* asked why.\n\n"
    "She said, “I was there — **twice**.” It was _late_; snake_case_names stay.\n"
    "A second line: café, Aëlis, 3 < 4 & 5 > 2.\n\n"
    "***\n\n"
    "The sea kept its counsel."
)
CHINESE_TEXT = (
    "黄昏时灯亮了，没有人问为什么。\n\n"
    "她说：“我去过那里——**两次**。”夜里很冷，她没有回头。\n\n"
    "* * *\n\n"
    "他数着台阶，在第二个平台和灯油的气味之间数丢了。"
)
HOSTILE_TEXT = (
    "\x00\ud800 <script>alert(1)</script> ]]> &amp; \u202e abc \ufffe 👩‍👩‍👧‍👦 🏳️‍🌈 "
    "Z̷̡̛a̵l̶g̸o̷ **unclosed *star _x ﷺ می‌خواهم\r\n\n\n\n---\n" + "W" * 300
)


def book_of(language: str, *texts: str, title: str = "The Lamp") -> Book:
    """Return a book of these passages; the second is a character's line."""
    return Book(
        title=title,
        language=language,
        byline="作者：安、博" if language == "zh-CN" else "by Ann and Bo",
        authors=("Ann", "Bo"),
        passages=tuple(Passage(text, "Mira" if n == 1 else "") for n, text in enumerate(texts)),
        colophon=(Section("Who wrote what", ("Ann: 60 %", "Bo: 40 %")),),
        identifier=UUID(int=5),
        written_ms=1_763_860_000_000,
    )


BOOKS = {
    "English": book_of("en", *[ENGLISH_TEXT] * 4),
    "Chinese": book_of("zh-CN", *[CHINESE_TEXT] * 4, title="灯与海"),
    "hostile": book_of("en", *[HOSTILE_TEXT] * 3, title=HOSTILE_TEXT),
    "empty": Book("", "en", "", (), (), (), UUID(int=6), 0),
}
