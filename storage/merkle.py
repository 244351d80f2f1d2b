"""A tree over the log's hashes, so that one entry can be shown to be in it without the others."""

from collections.abc import Collection, Sequence
from hashlib import sha256

Path = tuple[tuple[str, str], ...]  # from the leaf up: which side the other hash stands, and it


def root_of(hashes: Sequence[str]) -> str:
    """Give the head of the tree over these hashes (64 hex digits each), in their order.

    Source  RFC 6962, 2.1 (Merkle hash trees).
    """
    return _root(hashes).hex()


def roots_at(hashes: Sequence[str], sizes: Collection[int]) -> dict[int, str]:
    """Give the head of the tree over the first ``size`` hashes, for each size, in one pass."""
    found, wanted = {0: root_of(())}, set(sizes)
    whole: list[tuple[int, bytes]] = []  # complete trees from the left, by how many leaves
    for size, one in enumerate(hashes, 1):
        whole.append((1, sha256(b"\x00" + bytes.fromhex(one)).digest()))
        while len(whole) > 1 and whole[-1][0] == whole[-2][0]:
            (leaves, right), (_, left) = whole.pop(), whole.pop()
            whole.append((2 * leaves, sha256(b"\x01" + left + right).digest()))
        if size in wanted:
            head = whole[-1][1]
            for _, left in reversed(whole[:-1]):
                head = sha256(b"\x01" + left + head).digest()
            found[size] = head.hex()
    return found


def path_of(hashes: Sequence[str], at: int) -> Path:
    """Give the other hashes that lead from the hash at index ``at`` up to the head."""
    if len(hashes) == 1:
        return ()
    middle = _middle(len(hashes))
    if at < middle:
        return (*path_of(hashes[:middle], at), ("right", _root(hashes[middle:]).hex()))
    return (*path_of(hashes[middle:], at - middle), ("left", _root(hashes[:middle]).hex()))


def _root(hashes: Sequence[str]) -> bytes:
    if not hashes:
        return sha256().digest()
    level = [sha256(b"\x00" + bytes.fromhex(one)).digest() for one in hashes]
    # Pairing from the left and carrying an odd one up gives the tree of the RFC.
    while len(level) > 1:
        paired = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def _middle(count: int) -> int:
    middle = 1
    while middle * 2 < count:
        middle *= 2
    return middle
