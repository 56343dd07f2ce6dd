"""The tests here only read the library of five abstracts."""

import pytest


@pytest.fixture
def library(read_only_library):
    return read_only_library
