"""A text on the other side, role or number of a thing is not on the one that is asked for."""

from __future__ import annotations

import pytest

from qa.language.other_sides import other_sides


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("left bundle branch block", "Right bundle branch block was common.", ("left",)),
        ("left ventricular mass", "The left atrium shrank; right ventricular mass rose.", ()),  # the text has both
        ("left ventricular mass", "The right atrium shrank.", ()),  # another thing's side
        ("acute bronchitis", "Chronic bronchitis was rare.", ("acute",)),
        ("ischemic strokes", "Haemorrhagic stroke was rare.", ("ischemic",)),
        ("GnRH agonists", "GnRH antagonists were given.", ("gnrh agonist",)),
        ("GnRH agonists", "GnRH antagonists and GnRH agonists were given.", ()),
        ("HER2-positive tumors", "HER2-negative tumors grew.", ("her2 positive",)),
        ("a positive effect", "A negative effect was seen.", ()),  # what was found, no thing
        ("poliovirus type 1", "Poliovirus type 3 was shed.", ("poliovirus type 1",)),
        ("poliovirus type 1", "Poliovirus types 3 and 1 were shed.", ()),
        ("adenovirus 5", "Adenovirus 35 was injected.", ("adenovirus 5",)),
        ("CKD stage 4", "CKD stages 3-5 were included.", ()),  # a range
        ("CKD stage 4", "CKD stages 3 to 5 were included.", ()),
        ("Which side is worse?", "Right bundle branch block was common.", ()),
    ],
)
def test_the_other_side_is_told(question: str, text: str, expected: tuple[str, ...]) -> None:
    assert other_sides(question, text) == expected
