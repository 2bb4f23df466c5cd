from tests import readme


def test_readme_shows_what_its_examples_print() -> None:
    assert readme.README.read_text() == readme.refreshed(), (
        "if the new outputs are right: python -m tests.golden --write"
    )
