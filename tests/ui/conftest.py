"""What every test in a browser begins with."""

from __future__ import annotations

import pytest
from browsing import chromium


@pytest.fixture(scope="module")
def browser():
    """Chromium; a module's own, since Playwright keeps a loop of asyncio running as long as it is there."""
    with chromium() as opened:
        yield opened
