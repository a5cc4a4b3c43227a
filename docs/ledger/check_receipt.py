"""Checks receipts of a ledger, by README.md alone: python3 check_receipt.py KEY RECEIPT...

KEY is the public key of the ledger, or a file with it; a RECEIPT is a file. Prints the bytes of
each entry that is proved. Ends with 0 if all are sound, else with 1 and the reason."""
import base64, datetime, hashlib, json, os, re, sys  # noqa: E401

P = 2**255 - 19  # the field of ed25519, the order of its base point, the constant of its curve
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ENTRY_MAX, NOTE_MAX, DEPTH_MAX = 4 << 20, 64 << 10, 64
INSTANT = "([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.]([0-9]{6}))?Z"
FORMS = {"clock": INSTANT, "id": r"[a-zA-Z0-9_%][a-zA-Z0-9._:/@+#~=%-]{0,255}", "kind": "[a-z_]+",
         "log": ".+", "lynchpin": "entry/1", "prev": "sha256:[0-9a-f]{64}", "recorded": INSTANT}

def need(holds, why):
    if not holds:
        raise ValueError(why)

def number(text):
    is_number = re.fullmatch("0|-?[1-9][0-9]{0,15}", text) and abs(int(text)) < 2**53
    return int(text) if is_number else need(False, "this is no whole number, or too large")

def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "this is Base64 in another spelling")
    return data

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, p):
    total = (0, 1, 1, 0)
    for bit in f"{n:b}":
        total = add(add(total, total), p) if bit == "1" else add(total, total)
    return total

def point(data):
    """The point that 32 bytes spell in the only way, unless it is of small order."""
    need(len(data) == 32, "a key or a signature is cut off")
    y, sign = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    need(y < P, "a coordinate is out of range")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    need(x * x % P == square, "this is no point of the curve")
    x = x if x % 2 == sign else P - x
    found = (x % P, y, 1, x * y % P)
    need(times(8, found)[0], "anybody can sign for a point of small order")
    return found

BASE = point(bytes([0x58] + [0x66] * 31))

def is_signed(key, text, signature):
    """Whether it is the ed25519 signature of a text: RFC 8032, without the cofactor."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    need(len(signature) == 64 and s < L, "the signature is not in its one form")
    (x, y, z, t), _ = point(key), point(r)
    k = int.from_bytes(hashlib.sha512(r + key + text).digest(), "little") % L
    x, y, z, _ = add(times(s, BASE), times(k, (P - x, y, z, P - t)))
    x, y = x * pow(z, P - 2, P) % P, y * pow(z, P - 2, P) % P
    return (y | x % 2 << 255).to_bytes(32, "little") == r

def read_key(text):
    """The name, the id and the 32 bytes of a key."""
    parts = re.fullmatch(r"([^\s+\0-\x1f\x7f-\x9f]+)\+([0-9a-f]{8})\+(.+)", text)
    need(parts and len(parts[1].encode()) <= 256, "the key is not name+id+key")
    data = unbase64(parts[3])
    found = hashlib.sha256(parts[1].encode() + b"\n" + data).digest()[:4]
    need(data[:1] == b"\1" and found.hex() == parts[2], "the key is of another kind or id")
    point(data[1:])
    return parts[1], found, data[1:]

def open_note(note, key):
    """The text of a note, if the key has signed it."""
    odd = re.search(r"[\0-\x09\x0b-\x1f\x7f-\x9f]", note)
    need(len(note.encode()) <= NOTE_MAX and not odd, "the checkpoint is no note")
    text, gap, rest = note.rpartition("\n\n")
    lines, text, signed = rest[:-1].split("\n"), text + "\n", False
    need(gap and rest.endswith("\n") and len(lines) <= 64, "the checkpoint is cut off or too long")
    for line in lines:
        parts = re.fullmatch("\u2014 ([^ +]+) (.+)", line)
        data = unbase64(parts[2]) if parts else b""
        need(len(data) > 4, "a line is no signature")
        if (parts[1], data[:4]) == key[:2]:
            need(is_signed(key[2], text.encode(), data[4:]), "the signature is of another text")
            signed = True
    need(signed, "the key has not signed the checkpoint")
    return text

def root(leaf, at, size, proof):
    """The root of a tree, from one leaf and the hashes beside its way."""
    need((size > 1) == bool(proof), "the proof has too many or too few hashes")
    if size == 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    left = root(leaf, at, half, proof[:-1]) if at < half else proof[-1]
    right = proof[-1] if at < half else root(leaf, at - half, size - half, proof[:-1])
    return hashlib.sha256(b"\1" + left + right).digest()

def check_value(value, depth):
    need(depth <= DEPTH_MAX and type(value) in (dict, list, str, int), "no value of an entry")
    for each in value.values() if type(value) is dict else value if type(value) is list else ():
        check_value(each, depth + 1)

def read_entry(data):
    """The fields of an entry that is written in its one form."""
    entry = json.loads(data.decode(), parse_int=number, parse_float=number, parse_constant=number)
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    need(len(data) <= ENTRY_MAX and text.encode() == data, "the entry is not in its one form")
    need(type(entry) is dict and {*FORMS, "fact", "sequence"} == {*entry, "clock", "id"}, "fields")
    need(type(entry["fact"]) is dict and type(entry["sequence"]) is int, "the entry is malformed")
    check_value(entry["fact"], 0)
    for name in FORMS.keys() & entry.keys():
        parts = type(entry[name]) is str and re.fullmatch(FORMS[name], entry[name])
        need(parts, f"the {name} of the entry is malformed")
        if FORMS[name] is INSTANT:
            need(parts[7] != "000000" and int(parts[1]) >= 1970, f"{name} is out of range")
            datetime.datetime(*map(int, parts.groups("0")))
    return entry

def check(data, key):
    """The bytes of the entry that a receipt proves."""
    form = r"c2sp\.org/tlog-proof@v1\nextra (.+)\nindex (.+)\n((?:.+\n){0,64})\n((?s:.*))"
    parts = re.fullmatch(form, data.decode())
    need(parts and len(data) <= 2 * ENTRY_MAX, "this is no receipt")
    entry, at, proof = unbase64(parts[1]), number(parts[2]), parts[3].split("\n")[:-1]
    text = open_note(parts[4], key).split("\n")
    need(len(text) == 4 and text[0] == key[0], "this is no checkpoint of the ledger of the key")
    size, proof = number(text[1]), [unbase64(line) for line in proof]
    need(0 <= at < size and all(len(each) == 32 for each in proof), "the place is out of range")
    found = root(hashlib.sha256(b"\0" + entry).digest(), at, size, proof)
    need(found == unbase64(text[2]), "the proof leads somewhere else")
    fields = read_entry(entry)
    need((fields["log"], fields["sequence"]) == (key[0], at + 1), "it is of another place")
    return entry

def main(key, *receipts):
    key = read_key((open(key).read() if os.path.exists(key) else key).strip())
    for path in receipts:
        sys.stdout.buffer.write(check(open(path, "rb").read(), key) + b"\n")

if __name__ == "__main__":
    try:
        need(len(sys.argv) > 2, __doc__)
        main(*sys.argv[1:])
    except (OSError, ValueError, RecursionError) as error:
        sys.exit(f"refused: {error}")
