"""Until when each algorithm is believed: a signature must have been proven before that day."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

from asn1crypto import algos, keys, x509
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, DisallowWeakAlgorithmsPolicy

_SHORT_RSA = 3072  # bits: below this a key counts as the 2048-bit kind


class Sunsets(DisallowWeakAlgorithmsPolicy):
    """The vendor's list of what is weak today, and the office's list of what will be one day."""

    def __init__(self, ends: Mapping[str, date]) -> None:
        """Take the first day on which each algorithm is no longer believed, by name."""
        super().__init__()  # type: ignore[no-untyped-call]  # the vendor forgot to type it
        self._ends = {name: datetime.combine(on, time.min, UTC) for name, on in ends.items()}

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """Tell whether a digest may be relied upon at a moment."""
        usual = super().digest_algorithm_allowed(algo, moment)
        return self._unless_ended(usual, algo["algorithm"].native, moment)

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """Tell whether a signature may be relied upon at a moment."""
        usual = super().signature_algorithm_allowed(algo, moment, public_key)
        if public_key is None:
            return usual
        return self._unless_ended(usual, name_of(public_key), moment)

    def end_of(self, names: Iterable[str]) -> datetime | None:
        """Give when the first of these algorithms ends, None where none does."""
        return min((self._ends[name] for name in names if name in self._ends), default=None)

    def _unless_ended(
        self, usual: AlgorithmUsageConstraint, name: str, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        end = self._ends.get(name)
        if not usual or end is None or moment is None or moment < end:
            return usual
        return AlgorithmUsageConstraint(
            allowed=False, not_allowed_after=end, failure_reason=f"{name} ended"
        )


def name_of(key: keys.PublicKeyInfo) -> str:
    """Give the name the office's list has for a kind of key: "rsa-2048", "ecdsa-256"."""
    if key.algorithm == "rsa":
        return f"rsa-{2048 if key.bit_size < _SHORT_RSA else 3072}"
    if key.algorithm == "ec":
        return f"ecdsa-{key.bit_size}"
    return str(key.algorithm)


def names_in(certificate: x509.Certificate, digest: str) -> tuple[str, ...]:
    """Give what a signature leans on: its digest, and its certificate's key."""
    return digest, name_of(certificate.public_key)
