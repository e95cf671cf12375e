"""Our entries are SCITT signed statements: a COSE library that knows nothing of the ledger reads and
verifies them (spec §5.1, §5.2, §5.5). Also its RFC 9162 proofs agree with those in receipts (§13)."""

import base64
import json
import os
import pathlib
import unittest
import urllib.request

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from scitt_cose import leaf_hash, parse_signed_statement, verify_inclusion

VECTORS = pathlib.Path(__file__).parents[2] / "vectors"
CONTENT_TYPE = "application/vnd.tamga.record+cbor"
AUDIENCE = 3


def pem(key: bytes) -> bytes:
    public = Ed25519PublicKey.from_public_bytes(key)
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def verified(entry: bytes, key: bytes) -> bool:
    return parse_signed_statement(entry, public_key_pem=pem(key))["signature_verified"] is True


def lines(name: str) -> list:
    return [json.loads(line) for line in (VECTORS / name).read_text().splitlines()]


class Receipt:
    """The parts of a receipt that are looked at here."""

    def __init__(self, text: str):
        head, proof, note = text.split("\n\n")[:3]
        named = dict(line.split(" ", 1) for line in head.splitlines()[1:3])
        self.entry = base64.b64decode(named["entry"])
        self.key = base64.b64decode(named["key"])
        first, index, *path = proof.splitlines()
        assert first == "c2sp.org/tlog-proof@v1"
        self.index = int(index.removeprefix("index "))
        self.path = [base64.b64decode(item).hex() for item in path]
        self.origin, size, root = note.splitlines()[:3]
        self.size, self.root = int(size), base64.b64decode(root).hex()

    def included(self, entry: bytes, index: int, size: int) -> bool:
        return verify_inclusion(entry.hex(), index, size, self.path, self.root)


class Checks(unittest.TestCase):
    def check_receipt(self, text: str):
        receipt = Receipt(text)
        self.assertTrue(verified(receipt.entry, receipt.key))
        self.assertTrue(receipt.included(receipt.entry, receipt.index, receipt.size))
        self.assertFalse(receipt.included(receipt.entry, receipt.index ^ 1, receipt.size))
        self.assertFalse(receipt.included(receipt.entry + b"\0", receipt.index, receipt.size))


class Statements(Checks):
    def test_every_accepted_record_is_a_verified_statement(self):
        for case in lines("record/accepted.jsonl"):
            with self.subTest(case["name"]):
                entry, key = bytes.fromhex(case["entry"]), bytes.fromhex(case["key"])
                statement = parse_signed_statement(entry, public_key_pem=pem(key))
                self.assertIs(statement["signature_verified"], True)
                self.assertEqual(statement["issuer"], case["issuer"])
                self.assertEqual(statement["subject"], case["subject"])
                self.assertEqual(statement["claims"][AUDIENCE], case["audience"])
                self.assertEqual(statement["content_type"], CONTENT_TYPE)
                self.assertEqual(leaf_hash(entry.hex()), case["leaf_hash"])

    def test_no_changed_byte_and_no_other_key_is_accepted(self):
        case = lines("record/accepted.jsonl")[0]
        entry, key = bytes.fromhex(case["entry"]), bytes.fromhex(case["key"])
        for at in range(len(entry)):
            changed = bytearray(entry)
            changed[at] ^= 1
            self.assertFalse(verified(bytes(changed), key), f"byte {at}")
        other = next(c["key"] for c in lines("signature/keys.jsonl") if "key_id" in c and c["key"] != case["key"])
        self.assertFalse(verified(entry, bytes.fromhex(other)))

    def test_malformed_envelopes_of_the_vectors_are_refused(self):
        key = bytes.fromhex(lines("record/accepted.jsonl")[0]["key"])
        envelope = {"cbor-truncated", "cbor-trailing-bytes", "record-envelope"}
        refused = [case for case in lines("record/refused.jsonl") if case["code"] in envelope]
        self.assertGreaterEqual(len(refused), 10)
        for case in refused:
            with self.subTest(case["name"]):
                self.assertFalse(verified(bytes.fromhex(case["entry"]), key))

    def test_receipts_prove_their_statements(self):
        proven = [case["file"] for case in lines("receipt/expected.jsonl") if case["verdict"] == "proven"]
        self.assertGreaterEqual(len(proven), 3)
        for file in proven:
            with self.subTest(file):
                self.check_receipt((VECTORS / file).read_text())


@unittest.skipIf(os.environ.get("TAMGA_INTEROP_SHORT"), "needs a running node")
class RunningNode(Checks):
    def get(self, path: str) -> bytes:
        token = (pathlib.Path(os.environ["TAMGA_DEVNET"]) / "token.txt").read_text().strip()
        request = urllib.request.Request(os.environ["TAMGA_URL"] + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def test_served_receipts_prove_their_statements(self):
        events = json.loads(self.get("/v1/events?after=0&limit=50"))["data"]
        self.assertGreater(len(events), 0)
        for event in events:
            record = event["record_id"]
            with self.subTest(record):
                self.check_receipt(self.get(f"/v1/records/{record}/receipt").decode())


if __name__ == "__main__":
    unittest.main()
