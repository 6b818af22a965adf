"""The page with all cases."""

import table


def test_the_page_is_up_to_date():
    assert table.PAGE.read_text() == table.page(), "run /usr/bin/python3 tests/conformance/table.py"
