"""Lists to learn from, so plain that a network of one layer learns them within a test."""

from training.lists import ABOUT, CONTRADICTS, NOTHING, SUPPORTS, TRAIN, TUNE, Text, TextList

WRONG = [Text(f"Number {number} says nothing of the kind.", "Another title", NOTHING) for number in range(12)]


def lists():
    """Return lists in which the text that answers says "yes indeed"."""
    made = []
    for number in range(24):
        right = (Text(f"Yes indeed, plant {number} is green.", "Plants", SUPPORTS),)
        kind = ("scifact", "bioasq", f"titles{ABOUT}")[number % 3]
        part = TUNE if number % 8 == 7 else TRAIN
        made.append(TextList(kind, part, f"Is plant {number} green?", (*right, *WRONG), 1))
    made.append(TextList("changed", TRAIN, "It is red.", (Text("It is not red.", "", CONTRADICTS),), 1))
    return made
