"""AES-256 as a PDF has it (ISO 32000-2, security handler revision 6): one passphrase opens it in
any reader, without this site. The ciphers are those of `cryptography`; here is only their order.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

_BLOCK = 16
_LONGEST = 127
_ROUNDS = 64
# A dictionary's brackets are looked at first: "<< >>" holds no string.
_STRING = re.compile(rb"<<|>>|(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_LENGTH = re.compile(rb"/Length (\d+)")
_STREAM = re.compile(rb"\bstream\r?\n")


class Seal:
    """One file's key, and what its passphrase needs to find it."""

    def __init__(self, passphrase: str) -> None:
        self._key = secrets.token_bytes(32)
        words = passphrase.encode()[:_LONGEST]
        # Nobody is given a second passphrase: this one is thrown away.
        owner = secrets.token_bytes(32)
        u_check, u_salt, o_check, o_salt = (secrets.token_bytes(8) for _ in range(4))
        self._u = _hashed(words, u_check) + u_check + u_salt
        self._ue = _ciphered(_hashed(words, u_salt), self._key)
        self._o = _hashed(owner, o_check, self._u) + o_check + o_salt
        self._oe = _ciphered(_hashed(owner, o_salt, self._u), self._key)

    def dictionary(self) -> bytes:
        """What stands in the file beside it, itself not sealed."""
        # Everything is permitted to whoever opens it.
        permitted = (-4).to_bytes(4, "little", signed=True)
        clear = permitted + b"\xff\xff\xff\xffTadb" + secrets.token_bytes(4)
        # The format asks for this one block in this mode.
        box = Cipher(AES(self._key), ECB()).encryptor()  # noqa: S305  # nosec B305
        perms = box.update(clear) + box.finalize()
        values = tuple(_hex(one) for one in (self._u, self._o, self._ue, self._oe, perms))
        return (
            b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /U %s /O %s /UE %s /OE %s /Perms %s "
            b"/CF << /StdCF << /Type /CryptFilter /CFM /AESV3 /AuthEvent /DocOpen /Length 32 >> >> "
            b"/StmF /StdCF /StrF /StdCF /EncryptMetadata true >>" % values
        )

    def body(self, body: bytes) -> bytes:
        """An object with each of its strings and its stream sealed."""
        found = _STREAM.search(body) if b"endstream" in body else None
        if found is None:
            return _STRING.sub(self._string, body)
        head = body[: found.start()]
        length = _LENGTH.search(head)
        if length is None:
            raise ValueError("A stream that does not say how long it is.")
        clear = body[found.end() : found.end() + int(length[1])]
        if len(clear) != int(length[1]):
            raise ValueError("A stream is shorter than it says.")
        sealed = self._sealed(clear)
        head = _LENGTH.sub(b"/Length %d" % len(sealed), _STRING.sub(self._string, head))
        return head + b"stream\n" + sealed + b"\nendstream"

    def _string(self, match: re.Match[bytes]) -> bytes:
        return match[0] if match[1] is None else _hex(self._sealed(_read(match[1])))

    def _sealed(self, clear: bytes) -> bytes:
        start = secrets.token_bytes(_BLOCK)
        padder = padding.PKCS7(_BLOCK * 8).padder()
        return start + _ciphered(self._key, padder.update(clear) + padder.finalize(), start)


def _read(string: bytes) -> bytes:
    """The bytes that a string of a PDF stands for."""
    if string.startswith(b"<"):
        return bytes.fromhex(string[1:-1].decode("ascii"))
    return _ESCAPE.sub(_unescaped, string[1:-1])


def _unescaped(match: re.Match[bytes]) -> bytes:
    word = match[1]
    if word.isdigit():
        return bytes([int(word, 8) & 0xFF])
    return _ESCAPED.get(word, word)


def _hex(data: bytes) -> bytes:
    return b"<%s>" % data.hex().encode()


def _ciphered(key: bytes, clear: bytes, start: bytes = bytes(_BLOCK)) -> bytes:
    box = Cipher(AES(key), CBC(start)).encryptor()
    return box.update(clear) + box.finalize()


def _hashed(words: bytes, salt: bytes, beside: bytes = b"") -> bytes:
    """Algorithm 2.B: slow on purpose, so that guessing is."""
    found = hashlib.sha256(words + salt + beside).digest()
    rounds = 0
    while True:
        mixed = _ciphered(found[:_BLOCK], (words + found + beside) * _ROUNDS, found[_BLOCK:32])
        kind = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(mixed[:_BLOCK]) % 3]
        found = kind(mixed).digest()
        rounds += 1
        if rounds >= _ROUNDS and mixed[-1] <= rounds - 32:
            return found[:32]
