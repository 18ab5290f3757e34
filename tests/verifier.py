#!/usr/bin/env python3
"""A verifier of published proofs, written from schema/PROOF.md and schema/FORMAT.md alone.

Usage: verifier.py FILE...             a proof, or a page with one in it
       verifier.py --list FILE         the files named in FILE, one a line
       verifier.py --signatures FILE   a JSON list of {"key","msg","sig"}; prints for each whether it fits, and no more
Prints one line a file: its state, and why it is not 'matches'. Needs Python 3.9 and the package `cryptography`, of which
only Ed25519 is used. Exit status: 0 all match, 1 one does not match, 2 one cannot be checked or read, 3 not installed.
"""

import base64
import hashlib
import json
import pathlib
import re
import sys

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("skipped: the Python package `cryptography` is not installed", file=sys.stderr)
    sys.exit(3)

MATCHES, CANNOT, DIFFERS = "matches", "cannot-be-checked", "does-not-match"
WORST = [MATCHES, CANNOT, DIFFERS]
LARGEST = 16 * 1024 * 1024
DEEPEST = 32
NUMBER = 2**53 - 1
MARK = '<script type="application/json" id="proof">'
PRIME = 2**255 - 19
# The d of the curve (RFC 8032, 5.1).
CURVE = -121665 * pow(121666, -1, PRIME) % PRIME
LOW_ORDER = {0, 1, PRIME - 1} | {
    int.from_bytes(bytes.fromhex(text), "little")
    for text in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
}

ITEMS = ("document/1", "message/1", "text/1")
SEALS = ("received/1", "derived/1")


def slots_of(kind):
    """The slots of a kind in their order, from its file in schema/entry/."""
    folder = pathlib.Path(__file__).resolve().parent.parent / "schema" / "entry"
    described = json.loads((folder / (kind.replace("/", "-") + ".json")).read_text("utf-8"))
    return described["properties"]["slots"]["x-order"]


SLOTS = {kind: slots_of(kind) for kind in ITEMS + SEALS + ("key.rotated/1",)}


class Stop(Exception):
    """The check cannot go on; holds the state and the reason."""


def need(condition, reason, state=DIFFERS):
    if not condition:
        raise Stop(state, reason)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# FORMAT, 'Canonical JSON'


def canonical(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        need(abs(value) <= NUMBER, "a number is too large")
        return str(value)
    if isinstance(value, str):
        need(not any("\ud800" <= letter <= "\udfff" for letter in value), "half a character")
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    need(isinstance(value, dict), "a number is no integer")
    need(all(key.isascii() for key in value), "a key is not ASCII")
    return "{" + ",".join(json.dumps(key) + ":" + canonical(value[key]) for key in sorted(value)) + "}"


def depth(text):
    now = most = 0
    quoted = False
    for found in re.finditer(r'\\.|["\[\]{}]', text, re.S):
        part = found[0]
        if part == '"':
            quoted = not quoted
        elif not quoted and part in "[{":
            now += 1
            most = max(most, now)
        elif not quoted and part in "]}":
            now -= 1
    return most


def read(data):
    need(len(data) <= LARGEST, "too large", CANNOT)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Stop(DIFFERS, "it is not UTF-8") from None
    need(text.endswith("\n"), "no line feed at its end")
    text = text[:-1]
    need(depth(text) <= DEEPEST, "too deep")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Stop(DIFFERS, "it is not JSON") from None
    need(canonical(value) == text, "it is not canonical")
    return value


# The shape of the file


def fields(value, *names):
    need(isinstance(value, dict) and set(value) == set(names), "fields are missing or too many")
    return [value[name] for name in names]


def number(value):
    need(type(value) is int and 0 <= value <= NUMBER, "not a number from 0 on")
    return value


def text_of(value):
    need(isinstance(value, str), "not a text")
    return value


def hex32(value):
    need(isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value), "not 32 bytes in hex")
    return bytes.fromhex(value)


def list_of(read_one, value):
    need(isinstance(value, list), "not a list")
    return [read_one(one) for one in value]


def opening(value):
    salt, slot, held = fields(value, "salt", "slot", "value")
    return hex32(salt), text_of(slot), held


def entry_record(value):
    c, e, i, o, v = fields(value, "c", "e", "i", "o", "v")
    return {"c": list_of(hex32, c), "e": text_of(e), "i": number(i), "o": text_of(o), "v": number(v)}


def item_record(value):
    c, e, o, v, *place = fields(value, "c", "e", "o", "v", "a", "r", "s", "i")
    a, r, s, i = map(number, place)
    return {"c": list_of(hex32, c), "e": text_of(e), "o": text_of(o), "v": number(v), "a": a, "r": r, "s": s, "i": i}


def segment_part(value):
    openings, path, record = fields(value, "openings", "path", "record")
    return list_of(opening, openings), list_of(hex32, path), entry_record(record), record


def piece(value):
    salt, text = fields(value, "salt", "text")
    return hex32(salt), text_of(text)


def passage(value):
    path, k, salt, text = fields(value, "path", "piece", "salt", "text")
    return list_of(hex32, path), number(k), hex32(salt), text_of(text)


def shown_text(value):
    if value is None:
        return None
    need(isinstance(value, dict) and len(value) == 1, "no text")
    if "whole" in value:
        return "whole", list_of(piece, value["whole"])
    return "passages", list_of(passage, fields(value, "passages")[0])


def item_part(value):
    openings, path, record, reference, text = fields(value, "openings", "path", "record", "reference", "text")
    need(reference is None or isinstance(reference, str), "not a reference")
    return list_of(opening, openings), list_of(hex32, path), item_record(record), record, reference, shown_text(text)


# FORMAT, 'Commitments', 'Leaf data', 'Text', 'References'


def commitment(origin, salt, slot, value):
    return sha256(b"fonds/field/v1\n", canonical([origin, salt.hex(), slot, value]).encode())


def leaf_hash(data):
    return sha256(b"\0", data)


def node_hash(left, right):
    return sha256(b"\1", left, right)


def included(index, size, leaf, path, root):
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, found = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def tree_root(leaves):
    if not leaves:
        return sha256()
    while len(leaves) > 1:
        pairs = [node_hash(*leaves[at : at + 2]) for at in range(0, len(leaves) - 1, 2)]
        leaves = pairs + leaves[len(pairs) * 2 :]
    return leaves[0]


def piece_leaf(origin, salt, k, text):
    return leaf_hash(sha256(b"fonds/piece/v1\n", commitment(origin, salt, f"text/{k}", text)))


def cut(text):
    """One pass: no piece is looked for beyond the 512 bytes that it may have."""
    data, parts, start = text.encode(), [], 0
    feeds = re.compile(b"\n+")
    while start < len(data):
        most = start + 512
        found, space = feeds.search(data, start, most), data.rfind(b" ", start, most)
        if found:
            end = found.end()
        elif len(data) <= most:
            end = len(data)
        elif space >= 0:
            end = space + 1
        else:
            end = most
            while data[end] & 0xC0 == 0x80:
                end -= 1
        parts.append(data[start:end].decode())
        start = end
    return parts


def digits(data):
    bits = int.from_bytes(data, "big") << 4
    return "".join("0123456789abcdefghjkmnpqrstvwxyz"[bits >> shift & 31] for shift in range(255, -1, -5))


# PROOF, 'Checking'


def signed(origin, keys, text):
    """The size and root of a checkpoint that the keys of its size signed; `keys` are (index of the entry, key)."""
    lines = text.split("\n")
    need(len(lines) >= 6 and lines[3] == lines[-1] == "", "the checkpoint has not six lines")
    need(lines[0] == origin, "the checkpoint is of another origin")
    need(re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]) and int(lines[1]) <= NUMBER, "no plain size")
    size, root = int(lines[1]), plain_base64(lines[2], 32)
    begun = [key for index, key in keys if index < size]
    # Where the last entry changed the key, the one before it signs too.
    signers = begun[-2:] if len(begun) > 1 and keys[len(begun) - 1][0] + 1 == size else begun[-1:]
    message = "".join(part + "\n" for part in lines[:3])
    start = f"\u2014 {origin} "
    need(len(lines) == 5 + len(signers), "not one signature line for each key")
    unused = {sha256(origin.encode(), b"\n\1", key)[:4]: key for key in signers}
    for line in lines[4:-1]:
        need(line.startswith(start), "the signature line is of another name")
        line = plain_base64(line[len(start) :], 68)
        need(line[:4] in unused, "signed by another key")
        need(is_signed(unused.pop(line[:4]), line[4:], message.encode()), "a signature does not fit")
    return size, root, message


def usable(key):
    """Whether these are the bytes of a point (RFC 8032, 5.1.3) that is not of low order."""
    y = int.from_bytes(key, "little") & (2**255 - 1)
    if y >= PRIME or y in LOW_ORDER:
        return False
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, PRIME) % PRIME
    return pow(square, (PRIME - 1) // 2, PRIME) == 1


def plain_base64(text, length):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Stop(DIFFERS, "not base64") from None
    need(base64.b64encode(data).decode() == text and len(data) == length, "not the one base64")
    return data


def is_signed(key, signature, message):
    """Strictly: no point of low order, none wrongly encoded. OpenSSL compares [s]B - [k]A with R itself, without the
    cofactor."""
    for point in (key, signature[:32]):
        y = int.from_bytes(point, "little") & (2**255 - 1)
        if y >= PRIME or y in LOW_ORDER:
            return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def cosignature(value):
    key, name, signature, time = fields(value, "key", "name", "signature", "time")
    need(re.fullmatch("[0-9a-f]{128}", text_of(signature)), "not a cosignature")
    return hex32(key), text_of(name), bytes.fromhex(signature), number(time)


def token(value):
    """A time stamp's form; what it is worth depends on whom its reader trusts."""
    need(re.fullmatch("([0-9a-f]{2}){1,65536}", text_of(value)), "a time stamp is not bytes in hex")


def cosigned(head, key, name, signature, time):
    """A cosignature by its key over the checkpoint; whether the key is a witness's, its reader has to know."""
    need(re.fullmatch("[!-*,-~]+", name), "a cosignature without a plain name")
    message = f"cosignature/v1\ntime {time}\n{head[2]}".encode()
    need(is_signed(key, signature, message), "a cosignature does not fit")


class Check:
    def __init__(self):
        self.state, self.reasons = MATCHES, []

    def add(self, state, reason):
        self.state = max(self.state, state, key=WORST.index)
        self.reasons.append(reason)

    def demand(self, condition, reason, state=DIFFERS):
        if not condition:
            self.add(state, reason)

    def openings(self, origin, record, openings):
        order = SLOTS[record["e"]]
        self.demand(len(record["c"]) == len(order), "not one commitment a slot")
        names = [slot for _, slot, _ in openings]
        self.demand(len(set(names)) == len(names), "a slot is opened twice")
        for salt, slot, value in openings:
            at = order.index(slot) if slot in order else len(record["c"])
            held = record["c"][at] if at < len(record["c"]) else None
            self.demand(held == commitment(origin, salt, slot, value), f"the opening of {slot} does not fit")
        return {slot: value for _, slot, value in reversed(openings)}

    def run(self, data):
        try:
            self.proof(read(data))
        except Stop as stop:
            self.add(*stop.args)

    def proof(self, value):
        schema = value.get("schema") if isinstance(value, dict) else None
        if isinstance(schema, str) and schema.startswith("fonds/proof/") and schema != "fonds/proof/1":
            raise Stop(CANNOT, "a later version")
        need(schema == "fonds/proof/1", "no proof")
        names = ("checkpoint", "cosignatures", "items", "key_entries", "origin", "schema", "segments", "tokens")
        note, cosignatures, items, key_entries, keys, _, segments, tokens = fields(value, *names)
        keys = [hex32(one) for one in fields(keys, "log_key", "recovery_key", "salt")]
        items, segments = list_of(item_part, items), list_of(segment_part, segments)
        text_of(note)
        key_entries = list_of(segment_part, key_entries)
        cosignatures = list_of(cosignature, cosignatures)
        list_of(token, tokens)

        listed = canonical([key.hex() for key in keys]).encode()
        origin = "fonds/" + sha256(b"fonds/origin/v1\n", listed).hex()[:40]
        head = None
        try:
            head = signed(origin, self.log_keys(origin, keys[0], key_entries), note)
        except Stop as stop:
            self.add(*stop.args)
        for _, path, record, raw in key_entries:
            self.entry(origin, head, path, record, raw)
        self.demand(len({one[0] for one in cosignatures}) == len(cosignatures), "a key cosigned twice")
        for one in cosignatures if head else ():
            try:
                cosigned(head, *one)
            except Stop as stop:
                self.add(*stop.args)
        sealed = {}
        for part in segments:
            self.segment(origin, head, sealed, *part)
        used, places = set(), set()
        for part in items:
            self.item(origin, sealed, used, places, *part)
        self.demand(items, "no item")
        self.demand(used == set(sealed), "a segment without an item")

    def log_keys(self, origin, first, entries):
        """The log's keys with the index of the entry that began each."""
        keys = [(-1, first)]
        for openings, _, record, _ in entries:
            need(record["e"] == "key.rotated/1", "an entry of a kind that is not known", CANNOT)
            opened = self.openings(origin, record, openings)
            old, new = hex32(opened.get("old_key")), hex32(opened.get("new_key"))
            need(usable(old) and usable(new), "a key that proves nothing")
            need(old == keys[-1][1] != new and record["i"] > max(keys[-1][0], 0), "no change of the key that signs then")
            keys.append((record["i"], new))
        return keys

    def entry(self, origin, head, path, record, raw):
        self.demand(record["v"] == 1 and record["o"] == origin, "a record of another archive or version")
        leaf = leaf_hash(sha256(b"fonds/entry/v1\n", canonical(raw).encode()))
        if head:
            self.demand(included(record["i"], head[0], leaf, path, head[1]), "an entry is not under the checkpoint")

    def segment(self, origin, head, sealed, openings, path, record, raw):
        self.entry(origin, head, path, record, raw)
        if record["e"] not in SEALS:
            return self.add(CANNOT, "an entry of a kind that is not known")
        opened = self.openings(origin, record, openings)
        try:
            segment = opened.get("segment")
            need(isinstance(segment, dict), "no segment")
            a, r, root, s, size = fields(segment, "a", "r", "root", "s", "size")
            a, r, s, size, root = number(a), number(r), number(s), number(size), hex32(root)
            is_of = canonical(opened.get("about")) == canonical({"entry": a})
            need(is_of and a < record["i"], "not of its accession")
            need(1 <= size <= 65536, "no lawful size")
            need((a, r, s) not in sealed, "a segment twice")
        except Stop as stop:
            return self.add(*stop.args)
        sealed[a, r, s] = size, root

    def item(self, origin, sealed, used, places, openings, path, record, raw, reference, text):
        self.demand(record["v"] == 1 and record["o"] == origin, "a record of another archive or version")
        data = sha256(b"fonds/item/v1\n", canonical(raw).encode())
        address = record["a"], record["r"], record["s"]
        self.demand(address + (record["i"],) not in places, "an item twice")
        places.add(address + (record["i"],))
        if address in sealed:
            used.add(address)
            size, root = sealed[address]
            self.demand(included(record["i"], size, leaf_hash(data), path, root), "an item is not in its segment")
        else:
            self.add(DIFFERS, "an item without its segment")
        kind = record["e"]
        if kind not in ITEMS:
            return self.add(CANNOT, "an item of a kind that is not known")
        opened = self.openings(origin, record, openings)
        if reference is not None:
            letter = {"message/1": "m-", "document/1": "d-"}.get(kind)
            code = reference[2:]
            fits = reference[:2] == letter and len(code) >= 4 and digits(data).startswith(code)
            self.demand(fits, "another reference")
        if text is not None:
            try:
                self.text(origin, kind, opened, *text)
            except Stop as stop:
                self.add(*stop.args)

    def text(self, origin, kind, opened, how, shown):
        pieces, root = fields(opened.get("text"), "pieces", "root")
        pieces, root = number(pieces), hex32(root)
        if how == "whole":
            need(len(shown) == pieces, "not all pieces")
            leaves = [piece_leaf(origin, salt, k, text) for k, (salt, text) in enumerate(shown)]
            need(tree_root(leaves) == root, "another text")
            parts = [text for _, text in shown]
            need(cut("".join(parts)) == parts, "pieces cut otherwise")
            data = "".join(parts).encode()
            made = canonical({"sha256": sha256(data).hex(), "size": len(data)})
            for slot in ("text_digest",) if kind == "message/1" else ("text_digest", "bytes"):
                need(slot not in opened or canonical(opened[slot]) == made, f"another {slot}")
            return
        need(shown, "no passage")
        runs, following = [], 0
        for path, k, salt, text in shown:
            need(following <= k < pieces, "pieces out of order")
            need(included(k, pieces, piece_leaf(origin, salt, k, text), path, root), "a piece of another text")
            if runs and k == following:
                runs[-1].append(text)
            else:
                runs.append([text])
            following = k + 1
        for parts in runs:
            need(cut("".join(parts)) == parts, "pieces cut otherwise")


def out_of_page(data):
    """The proof in a page, or the bytes as they are."""
    if MARK.encode() not in data:
        return data
    parts = data.decode("utf-8", "replace").split(MARK)
    if len(parts) != 2 or "</script>" not in parts[1]:
        return b""
    held = parts[1].split("</script>")[0]
    plain = re.sub(r"\\(u003c|.)", lambda it: "<" if it[1] == "u003c" else it[0], held, flags=re.S)
    return plain.encode() + b"\n"


def main(arguments):
    if arguments[:1] == ["--signatures"]:
        for at, one in enumerate(json.loads(pathlib.Path(arguments[1]).read_text("utf-8"))):
            fits = is_signed(bytes.fromhex(one["key"]), bytes.fromhex(one["sig"]), one["msg"].encode())
            print(f"{at}: " + ("fits" if fits else "does not fit"))
        return 0
    if arguments[:1] == ["--list"]:
        arguments = pathlib.Path(arguments[1]).read_text("utf-8").splitlines()
    # Where nothing is given, nothing matches.
    worst = MATCHES if arguments else CANNOT
    for name in arguments:
        check = Check()
        try:
            check.run(out_of_page(pathlib.Path(name).read_bytes()))
        except OSError as error:
            check.add(CANNOT, f"it cannot be read: {error.strerror}")
        print(f"{name}: {check.state}" + "".join(f"; {reason}" for reason in check.reasons[:1]))
        worst = max(worst, check.state, key=WORST.index)
    return {MATCHES: 0, DIFFERS: 1, CANNOT: 2}[worst]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        sys.exit(2)
