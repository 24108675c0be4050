"""Every number of a page, and the comparison with those that it should hold."""

import html.parser
import math
import re

# What a reader would call one word: "48,842", "a3-t", "2024-01-31", "stage2", the digits of a hash.
WORD = re.compile(r"[^\s<>\"'()\[\]{}=;:/|]*\d[^\s<>\"'()\[\]{}=;:/|]*")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
STANDARD = re.compile(r"h[1-6]|[xy][12]|[a-zA-Z:-]+")


def words(text):
    """The words of a text that hold a digit, without the punctuation around them."""
    return [word.strip(",.") for word in WORD.findall(text)]


class Page(html.parser.HTMLParser):
    """Goes through all of a page: text, attributes, style, scripts, comments, and names of tags that are not HTML's."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.found = []  # (word, place)
        self.path = []
        self.feed(text)
        self.close()

    def take(self, text, place):
        self.found += [(word, "/".join(self.path[-4:] + [place])) for word in words(text)]

    def handle_starttag(self, tag, attributes):
        self.path.append(tag)
        for name in [tag] + [key for key, _ in attributes]:
            if not STANDARD.fullmatch(name):
                self.take(name, "(name)")
        for key, value in attributes:
            self.take(value or "", "@" + key)
        if tag in ("meta", "link", "br"):
            self.path.pop()

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if self.path and self.path[-1] == tag:
            self.path.pop()

    def handle_endtag(self, tag):
        while tag in self.path and self.path.pop() != tag:
            pass

    def handle_data(self, text):
        self.take(text, "text")

    def handle_comment(self, text):
        self.take(text, "(comment)")

    def handle_decl(self, text):
        self.take(text, "(declaration)")

    def handle_pi(self, text):
        self.take(text, "(instruction)")

    def unknown_decl(self, text):
        self.take(text, "(declaration)")


class Expected:
    """The words with digits that a page should hold, in order, and where each comes from."""

    def __init__(self):
        self.words = []  # (word, source, how far its numbers may be off)

    def say(self, source, *texts, off=0.0):
        for text in texts:
            self.words += [(word, source, off) for word in words(str(text))]

    def time(self, reason):
        """Seconds, minutes or hours of a clock: one number, whatever it is."""
        self.words.append(("a time", reason, None))


def same(found, expected, off):
    """Equal, or of one form and with numbers that differ by no more than `off`: the last digit that is shown."""
    if found == expected:
        return True
    if off is None:
        return NUMBER.fullmatch(found.replace(",", "")) is not None
    if off == 0 or NUMBER.split(found) != NUMBER.split(expected):
        return False
    pairs = zip(NUMBER.findall(found), NUMBER.findall(expected))
    return all(abs(float(a) - float(b)) <= off * 1.01 for a, b in pairs)


def faults(found, expected, most=8):
    """What stands on the page and should not, or the other way round. After a difference the two are brought into step
    again where three words in a row agree."""
    told, i, k = [], 0, 0

    def agree(i, k):
        return all(i + n < len(found) and k + n < len(expected) and same(found[i + n][0], *expected[k + n][::2])
                   for n in range(3)) or (i == len(found) and k == len(expected))

    while (i < len(found) or k < len(expected)) and len(told) < most:
        if i < len(found) and k < len(expected) and same(found[i][0], *expected[k][::2]):
            i, k = i + 1, k + 1
            continue
        steps = sorted(((a, b) for a in range(12) for b in range(12) if a + b), key=sum)
        a, b = next(((a, b) for a, b in steps if agree(i + a, k + b)), (1, 1))
        wrong = ", ".join(f"{word} at {place}" for word, place in found[i:i + a]) or "nothing"
        right = ", ".join(f"{word} of {source}" for word, source, _ in expected[k:k + b]) or "nothing"
        told.append(f"found {wrong} instead of {right}")
        i, k = i + max(a, 1 if b == 0 else 0), k + b
    return told


# Numbers as the pages write them (include/fedloom/base/html.hpp).

def number(value, digits=4):
    return "–" if not math.isfinite(value) else re.sub(r"e([-+])0(\d)$", r"e\1\2", f"{value:.{digits}g}")


def grouped(value):
    return ("−" if round_half(value) < 0 else "") + f"{abs(round_half(value)):,}"


def round_half(value):
    """Halves away from zero, as std::round."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def percent(share, decimals=1):
    text = f"{abs(share) * 100:.{decimals}f}"
    return ("−" if share < 0 and text.strip("0.") else "") + text + " %"


def coordinate(value):
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def last_digit(value, digits):
    """One unit in the last place of number(value, digits)."""
    return 0.0 if value == 0 or not math.isfinite(value) else 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits)


def shortened(text, limit):
    return text if len(text) <= limit else text[:limit - 1] + "…"
