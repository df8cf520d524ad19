"""A question as a row of tokens, each of which some rule must use: what is left over was not understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from infino.local.fino.plan import DatasetSchema, NotUnderstood
from infino.local.fino.words import name_words, named, words

TOKEN = re.compile(
    r"\"(?P<double>[^\"]+)\"|(?<!\w)'(?P<single>[^']+)'(?!\w)|(?P<sign>>=|<=|!=|<>|=|>|<)"
    r"|(?P<number>(?<![\w.])-?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,])|(?<![\w.])-\d+(?:\.\d+)?(?![\w.-]))"
    r"|(?P<word>\w+(?:[.\-'@/:]\w+)*)|(?P<other>!(?=\s*[<>])|[^\s\w.,?!;:()\"'])"
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
TIMES = frozenset(
    {
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "monday",
        "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat",
        "sun", "today", "yesterday", "tomorrow", "morning", "afternoon", "evening", "night", "weekend", "spring",
        "summer", "autumn", "fall", "winter",
    }
)  # fmt: skip
"""Words of times that the planner does not work out."""
MOST_TOKENS = 60
MOST_WORDS_OF_A_NAME = 4
MOST_WORDS_OF_A_VALUE = 4
EMPTY = frozenset(
    {
        "a", "all", "am", "an", "are", "at", "be", "been", "can", "could", "data", "did", "do", "does", "find", "for",
        "from", "get", "give", "had", "has", "have", "i", "in", "is", "it", "its", "me", "my", "of", "on", "only",
        "our", "please", "so", "tell", "that", "the", "their", "them", "there", "these", "they", "this", "those", "to",
        "us", "was", "we", "were", "what", "which", "will", "with", "would", "you", "your",
    }
)  # fmt: skip
"""Words that say nothing by themselves; what they go with is a token of its own."""
WORKING = frozenset(
    {"and", "but", "except", "excluding", "neither", "never", "no", "non", "nor", "not", "or", "than", "without"}
)
"""Words that change what is asked; a value begins and ends with none of them, unless it is quoted."""
ARTICLES = ("the", "a", "an", "of", "all", "their", "its", "our", "my")


@attrs.define
class QuestionToken:
    """One word, number, sign or quoted text of a question."""

    text: str
    quoted: bool = False
    used: bool = False
    dataset: bool = False
    """Whether it names the dataset, so that it need not be used."""

    @property
    def word(self) -> str:
        """It in lower case."""
        return self.text.lower()


class Question:
    """The tokens of a question, and who has used them.

    Args:
        text: The question.

    Raises:
        NotUnderstood: It is longer than a plain question.
    """

    def __init__(self, text: str) -> None:
        self.tokens: list[QuestionToken] = []
        for found in TOKEN.finditer(text):
            quoted = found["double"] or found["single"]
            plain = found["number"].replace(",", "") if found["number"] else found[0]
            plain = plain if quoted or len(plain) < 3 else re.sub(r"'s$", "", plain)
            self.tokens.append(QuestionToken(quoted or plain, quoted is not None))
        if len(self.tokens) > MOST_TOKENS:
            raise NotUnderstood(f"The offline planner reads questions of up to {MOST_TOKENS} words.")

    def free(self, at: int) -> bool:
        """Tell whether there is a token at a place that nothing has used."""
        return 0 <= at < len(self.tokens) and not self.tokens[at].used

    def use(self, start: int, end: int) -> None:
        """Mark the tokens from a place up to another as used."""
        for token in self.tokens[start:end]:
            token.used = True

    def has(self, at: int, phrase: str) -> bool:
        """Tell whether an unused phrase stands at a place."""
        parts = phrase.split()
        return all(
            self.free(at + n) and not self.tokens[at + n].quoted and self.tokens[at + n].word == part
            for n, part in enumerate(parts)
        )

    def find(self, phrases: Iterable[str], start: int = 0) -> tuple[int, str] | None:
        """Return where the first of some phrases stands, and which; the longest one that stands there."""
        longest = sorted(phrases, key=lambda phrase: -len(phrase.split()))
        for at in range(start, len(self.tokens)):
            for phrase in longest:
                if self.has(at, phrase):
                    return at, phrase
        return None

    def take(self, phrases: Iterable[str], start: int = 0) -> tuple[int, str] | None:
        """Use the first of some phrases; return the place behind it, and which it was."""
        found = self.find(phrases, start)
        if found is None:
            return None
        end = found[0] + len(found[1].split())
        self.use(found[0], end)
        return end, found[1]

    def take_at(self, at: int, phrases: Iterable[str]) -> tuple[int, str] | None:
        """Use one of some phrases if it stands at a place."""
        for phrase in sorted(phrases, key=lambda phrase: -len(phrase.split())):
            if self.has(at, phrase):
                end = at + len(phrase.split())
                self.use(at, end)
                return end, phrase
        return None

    def past(self, at: int, passed: Sequence[str] = ARTICLES) -> int:
        """Return the place behind articles and the name of the dataset."""
        while self.free(at) and (self.tokens[at].word in passed or self.tokens[at].dataset):
            at += 1
        return at

    def name_at(self, at: int, names: Iterable[str]) -> tuple[int, str] | None:
        """Return the place behind a name and the name, where one begins; more than one of a spelling are none."""
        given = list(names)
        found = self._name(at, given)
        return found or self._name(self.past(at), given)

    def _name(self, at: int, given: Sequence[str]) -> tuple[int, str] | None:
        for length in range(MOST_WORDS_OF_A_NAME, 0, -1):
            if not all(self.free(at + n) and words(self.tokens[at + n].text) for n in range(length)):
                continue
            fitting = named([token.text for token in self.tokens[at : at + length]], given)
            if len(fitting) == 1:
                return at + length, fitting[0]
        return None

    def take_name_at(self, at: int, names: Iterable[str]) -> tuple[int, str] | None:
        """Use a name that stands at a place."""
        found = self.name_at(at, names)
        if found is not None:
            self.use(at, found[0])
        return found

    def value_at(self, at: int, held: Callable[[str], Sequence[tuple[str, str]]]) -> tuple[int, str, str] | None:
        """Return the place behind a value that the data hold, its field and its spelling.

        Raises:
            NotUnderstood: More than one field holds it.
        """
        for end, phrase in self._phrases(at):
            found = held(phrase)
            if len(found) > 1:
                fields = " and ".join(field for field, _ in found)
                raise NotUnderstood(f"{self.tokens[at].text!r} is in {fields}: say which of them is meant.")
            if found:
                return end, *found[0]
        return None

    def phrases(self) -> list[str]:
        """Return everything in the question that may still be a value."""
        found = [phrase for at in range(len(self.tokens)) for _, phrase in self._phrases(at)]
        return found + [token.text for token in self.tokens if token.word in EMPTY and not token.used]

    def _phrases(self, at: int) -> Iterator[tuple[int, str]]:
        """Give what may be a value from a place on, the longest first, each with the place behind it."""
        for length in range(MOST_WORDS_OF_A_VALUE, 0, -1):
            tokens = self.tokens[at : at + length]
            if len(tokens) < length or any(token.used or token.dataset for token in tokens):
                continue
            if tokens[0].quoted or {tokens[0].word, tokens[-1].word}.isdisjoint(EMPTY | WORKING):
                yield at + length, " ".join(token.text for token in tokens)

    def left_over(self) -> list[str]:
        """Return the words that nothing has used and that say something."""
        return [
            token.text
            for token in self.tokens
            if not (token.used or token.dataset) and (token.quoted or token.word not in EMPTY)
        ]


def mention(question: Question, schemas: Sequence[DatasetSchema]) -> list[DatasetSchema]:
    """Return the datasets that a question names, and mark the words that do."""
    found: list[DatasetSchema] = []
    for at in range(len(question.tokens)):
        for length in range(MOST_WORDS_OF_A_NAME, 0, -1):
            tokens = question.tokens[at : at + length]
            if len(tokens) < length or any(token.dataset for token in tokens):
                continue
            text = " ".join(token.text for token in tokens)
            fitting = [schema for schema in schemas if schema.name.lower() == text.lower()]
            if not fitting and words(text):
                fitting = [schema for schema in schemas if words(text) == name_words(schema.name)]
            if fitting:
                for token in tokens:
                    token.dataset = True
                found += [schema for schema in fitting if schema not in found]
                break
    return found


def other_meaning(tokens: Sequence[QuestionToken], dated: bool) -> str | None:
    """Return what a value without its field's name may be as well: `the 2 highest`, `in May` of data with dates."""
    if any(token.quoted for token in tokens):
        return None
    text = " ".join(token.word for token in tokens)
    return "a number" if NUMBER.fullmatch(text) else "a time" if dated and text in TIMES else None
