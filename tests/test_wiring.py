from kaito_cli.wiring import hub


def test_the_hub_is_made_once() -> None:
    assert hub() is hub()
