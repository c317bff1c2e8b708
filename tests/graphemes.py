"""Texts whose characters, as a reader counts them, are more than one code point."""

from __future__ import annotations

CLUSTERS: dict[str, list[str]] = {
    "joined emoji": ["👩\u200d🚀", "x", "👨\u200d👩\u200d👧\u200d👦"],
    "a joiner between letters": ["a\u200d", "b"],
    "skin and variation": ["👍🏽", "☺\ufe0f", "1\ufe0f\u20e3"],
    "flags": ["🇩🇪", "🇫🇷", "🇯"],
    "a flag of tags": ["🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "!"],
    "accents": ["e\u0301", "t", "e\u0301", "e"],
    "many accents": ["Z\u0337\u0333\u030e", "a"],
    "a lone accent": ["\u0301", "x"],
    "line ends": ["\r\n", "\n", "\r", "a"],
    "controls": ["\x00", "\u200b", "\u2028"],
    "Hangul syllables": ["한", "국", "\u1112\u1161\u11ab", "\u1100\u1161"],
    "Devanagari conjuncts": ["\u0915\u094d\u0937", "\u0915\u094d\u200d\u0937", "\u0928\u093f"],
    "a Devanagari conjunct with a mark": ["\u0915\u0300\u094d\u0300\u0937", "\u0915"],
    "Bengali, Gujarati, Telugu": [
        "\u0995\u09cd\u09b7",
        "\u0a95\u0acd\u0ab7",
        "\u0c28\u0c4d\u0c28",
    ],
    "Malayalam": ["\u0d15\u0d4d\u0d15", "\u0d4e\u0d15"],
    "Kannada has no conjuncts": ["\u0c95\u0ccd", "\u0cb7"],
    "Tamil": ["\u0ba8\u0bbf", "\u0bae\u0bcd", "\u0bb5"],
    "Thai": ["\u0e01\u0e47", "\u0e01\u0e33"],
    "Arabic": ["\u0600\u0661", "س\u0651", "ل"],
    "a mark of direction": ["a", "\u202e", "b", "\u200f", "c"],
    "Tulu-Tigalari, Unicode 16": ["\U00011380", "\U00011381\U000113b8"],
    "plain": ["a", " ", "b"],
}
"""What it is → the text's grapheme clusters in order. UAX #29 with GB9c (Unicode 15.1 and later);
left out are scripts whose conjuncts later versions have added."""

assert len({"".join(clusters) for clusters in CLUSTERS.values()}) == len(CLUSTERS)
