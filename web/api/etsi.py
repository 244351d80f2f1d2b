"""A verdict in the words of ETSI TS 119 102-2, for programs that know that report."""

from typing import Any

from records.signature import SignatureVerdict, ValidationReport, Verdict
from web.api.shapes import moment

_MAIN = {
    Verdict.VALID: "total-passed",
    Verdict.INDETERMINATE: "indeterminate",
    Verdict.INVALID: "total-failed",
}
_SUB = {
    "digest-mismatch": "HASH_FAILURE",
    "signature-mismatch": "SIG_CRYPTO_FAILURE",
    "cms-malformed": "FORMAT_FAILURE",
    "unparsable": "FORMAT_FAILURE",
    "damaged": "FORMAT_FAILURE",
    "byte-range": "FORMAT_FAILURE",
    "coverage": "FORMAT_FAILURE",
    "format-unsupported": "FORMAT_FAILURE",
    "revoked": "REVOKED",
    "issuer-revoked": "REVOKED_CA_NO_POE",
    "certificate-expired": "OUT_OF_BOUNDS_NO_POE",
    "timestamp-expired": "OUT_OF_BOUNDS_NO_POE",
    "untrusted": "NO_CERTIFICATE_CHAIN_FOUND",
    "revocation-unknown": "TRY_LATER",
    "timestamp-revocation-unknown": "TRY_LATER",
    "algorithm-weak": "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    "timestamp-weak": "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    "certificate-unfit": "CHAIN_CONSTRAINTS_FAILURE",
    "timestamp-in-future": "TIMESTAMP_ORDER_FAILURE",
    "certificate-missing": "NO_SIGNING_CERTIFICATE_FOUND",
    "not-strict": "FORMAT_FAILURE",
    "no-signature": "NO_SIGNING_CERTIFICATE_FOUND",
}


def etsi(told: ValidationReport) -> dict[str, Any]:
    """Give a report's JSON form.

    Source  ETSI TS 119 102-2, clause 4 (validation report), in JSON instead of XML.
    """
    return {
        "ValidationReport": {
            "SignatureValidationReport": [_one(one) for one in told.signatures],
            "OverallStatus": _status(told.verdict, told.reasons),
            "SignatureValidator": {"Name": "Trình Ký"},
            "TrustAnchorLists": [
                {"Name": name, "Version": version} for name, version in told.trust
            ],
        }
    }


def _one(one: SignatureVerdict) -> dict[str, Any]:
    return {
        "SignatureIdentifier": {"Field": one.field, "Revision": one.revision},
        "SignatureValidationStatus": _status(one.verdict, one.reasons),
        "SignatureAttributes": {"Role": one.role or None, "Kind": one.kind},
        "SignerInformation": {
            "SignerName": one.signer,
            "Organization": one.organization or None,
            "Title": one.title or None,
            "Issuer": one.issuer,
            "SerialNumber": one.serial,
            "NotBefore": moment(one.valid_from),
            "NotAfter": moment(one.valid_to),
            "CertificateChain": list(one.chain),
            "RevocationStatus": one.certificate_status,
            "RevocationSource": one.status_source or None,
            "RevocationTime": moment(one.status_at),
        },
        "ValidationTimeInfo": {
            "BestSignatureTime": {
                "POETime": moment(one.time),
                "TypeOfProof": "validation" if one.time_source == "timestamp" else "claimed",
            }
        },
        "SignersDocument": {
            "Coverage": one.covers,
            "SignedBytes": one.length,
            "LaterChanges": [{"Change": change, "By": by or None} for change, by in one.attributed],
        },
    }


def _status(verdict: Verdict, reasons: tuple[str, ...]) -> dict[str, Any]:
    sub = dict.fromkeys(_SUB.get(reason, "GENERIC") for reason in reasons)
    return {
        "MainIndication": f"urn:etsi:019102:mainindication:{_MAIN[verdict]}",
        "SubIndication": [f"urn:etsi:019102:subindication:{name}" for name in sub],
        "Reasons": list(reasons),
    }
