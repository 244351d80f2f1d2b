"""Verdicts and trust survive the way into another process and back."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.signature import SignatureVerdict, ValidationReport, Verdict
from signing.trust import Trust
from signing.wire import from_json, to_json

words = st.text(max_size=30)
reasons = st.lists(words, max_size=3).map(tuple)
signatures = st.builds(
    SignatureVerdict,
    field=words,
    signer=words,
    issuer=words,
    serial=words,
    time=st.none() | st.datetimes(timezones=st.just(UTC)),
    time_source=words,
    covers=words,
    later_changes=reasons,
    certificate_status=words,
    verdict=st.sampled_from(Verdict),
    reasons=reasons,
    organization=words,
    valid_from=st.none() | st.datetimes(timezones=st.just(UTC)),
    chain=reasons,
    status_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    role=words,
    revision=st.integers(0, 99),
    attributed=st.lists(st.tuples(words, words), max_size=3).map(tuple),
    kind=st.sampled_from(["signature", "timestamp"]),
)
reports = st.builds(
    ValidationReport,
    verdict=st.sampled_from(Verdict),
    reasons=reasons,
    signatures=st.lists(signatures, max_size=3).map(tuple),
)
ders = st.lists(st.binary(max_size=20), max_size=3).map(tuple)
trusts = st.builds(Trust, roots=ders, intermediates=ders, crls=ders, tsa_roots=ders)


@given(reports)
def test_a_report_comes_back_as_it_went(report: ValidationReport) -> None:
    assert from_json(to_json(report)) == report


def test_a_report_is_readable_json() -> None:
    moment = datetime(2026, 11, 20, 3, tzinfo=UTC)
    one = SignatureVerdict(
        "KyLanhDao", "Nguyễn Văn An", "CA", "1f", moment, "timestamp", "revision", (), "good",
        Verdict.VALID, (),
    )  # fmt: skip
    told = json.loads(to_json(ValidationReport(Verdict.VALID, (), (one,))))
    assert told["signatures"][0]["signer"] == "Nguyễn Văn An"
    assert told["signatures"][0]["time"] == "2026-11-20T03:00:00+00:00"


@given(trusts)
def test_trust_comes_back_as_it_went(trust: Trust) -> None:
    assert Trust.from_options(json.loads(json.dumps(trust.as_options()))) == trust


@given(trusts, trusts)
def test_two_trusts_have_one_fingerprint_only_if_they_are_one(one: Trust, other: Trust) -> None:
    assert (one.fingerprint == other.fingerprint) == (one == other)


@pytest.mark.parametrize("options", [{}, {"roots": "x"}, {"roots": [], "intermediates": None}])
def test_broken_trust_is_not_taken_for_trust(options: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Trust.from_options(options)
