"""Which language a question is in, by its commonest words: enough to say that only English is read."""

from __future__ import annotations

import re
import unicodedata

_WORDS = {
    "English": "the of and is are was were what which how does do did why who when where for with to any that this has"
    " have can should than not it be about between from please there an by on these known",
    "German": "der das und ist sind wie welche welcher welches für mit bei nicht ein eine einer wird werden kann hilft"
    " von zur zum gegen warum oder auf dem den ich gibt es im über wann wirkt verursacht hat haben sich zu",
    "French": "le les des est sont une que quels quelle quelles quel pour avec dans du et chez comment pourquoi est-ce"
    " qui sur ou la au aux il par ne pas contre cause efficace",
    "Spanish": "el los las es son qué cuál cuáles cómo por para con una del y en la que se puede sobre contra hay"
    " está causa eficaz",
    "Italian": "il gli è sono che quali quale come per con una della del nei nella di e perché può contro gli degli"
    " causa efficace",
    "Portuguese": "os as é são que qual quais como por para com uma do da em no na dos das o e não pode contra causa"
    " eficaz há",
    "Dutch": "het een zijn welke wat hoe voor met bij niet van wordt worden kan tegen waarom of op en de is door werkt",
}
_COMMON = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_SCRIPTS = {"CYRILLIC": "Russian", "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean",
            "ARABIC": "Arabic", "HEBREW": "Hebrew", "DEVANAGARI": "Hindi", "THAI": "Thai"}  # fmt: skip
_LEAST = 2
"""Words of another language that must stand in a question: "de novo" and "per os" are English too."""


def language_of(text: str) -> str:
    """Return the language of a question by name, English where nothing speaks for another one.

    >>> language_of("Welche Nebenwirkungen hat Metformin bei Kindern?")
    'German'
    """
    letters = [letter for letter in text if letter.isalpha()]
    scripts = [_SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], "") for letter in letters if letter > "Ͽ"]
    if len(scripts) * 2 > len(letters):
        return max(dict.fromkeys(filter(None, scripts)), key=scripts.count, default="")
    words = set(re.findall(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w-])", text.lower()))  # no "il" of IL-32
    counts = {language: sum(word in common for word in words) for language, common in _COMMON.items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] >= _LEAST and counts[best] > counts["English"] else "English"
