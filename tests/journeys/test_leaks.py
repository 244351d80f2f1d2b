"""Nothing of a secret document leaves the vault by any door, file, letter, log or backup."""

from bench.leaks import leaks


def test_no_canary_of_a_secret_is_found_and_every_planted_leak_is() -> None:
    with leaks("sealed", server=False, short=True) as test:
        result = test.run()

    assert [str(one) for one in result.hits] == []
    assert result.faults == []
    assert result.missed == []
    assert result.recalled == result.recallable > 40
    assert {"pages", "api", "search", "errors", "exchange", "mail", "log"} < set(result.surfaces)
    assert {"database", "blobs", "index", "temporary", "process"} < set(result.surfaces)
