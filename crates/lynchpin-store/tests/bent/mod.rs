//! Receipts that were bent in all ways that somebody might try.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test knows what it made")]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lynchpin_store::Receipt;
use lynchpin_store::checkpoint::Checkpoint;
use lynchpin_store::merkle;
use lynchpin_store::note::{self, SecretKey};
use lynchpin_store::store::memory::Memory;

use crate::chance::Chance;
use crate::proof::{ORIGIN, append, key, open};

/// What an entry can be changed to, and whether it still is in its one form.
pub const ODD: &[(&str, &str, bool)] = &[
    ("\"by\":\"ann\"", "\"by\":\"eve\",\"by\":\"ann\"", false),
    ("\"by\":\"ann\"", "\"by\":\"ann\",\"by\":\"eve\"", false),
    ("\"by\":\"ann\"", "\"b\\u0079\":\"ann\"", false),
    ("\"by\":\"ann\"", "\"by\":\"\\u0061nn\"", false),
    ("\"by\":\"ann\"", "\"by\":\"\\ud800\"", false),
    ("\"by\":\"ann\"", "\"by\":\"a\\/n\"", false),
    ("\"by\":\"ann\"", "\"by\":\"\\u001F\"", false),
    ("\"by\":\"ann\"", "\"by\":\"\\u001f\"", true),
    ("\"by\":\"ann\"", "\"by\":\"\\u000a\"", false),
    ("\"by\":\"ann\"", "\"by\":\"\\n\\t\\r\\b\\f\\\\\\\"\"", true),
    ("\"by\":\"ann\"", "\"by\":\"\u{7f}\u{9b}\u{202e}\u{2028}\u{1f600}\"", true),
    ("\"by\":\"ann\"", "\"by\":\"a\tn\"", false),
    ("\"by\":\"ann\"", "\"by\": \"ann\"", false),
    ("\"by\":\"ann\"", "\"by\":\"ann\" ", false),
    ("\"by\":\"ann\"", "\"by\":null", false),
    ("\"by\":\"ann\"", "\"by\":true", false),
    ("\"by\":\"ann\"", "\"by\":NaN", false),
    ("\"by\":\"ann\"", "\"by\":Infinity", false),
    ("\"by\":\"ann\"", "\"by\":{\"z\":[],\"é\":{},\"\u{10000}\":1}", true),
    ("\"by\":\"ann\"", "\"by\":{\"\u{10000}\":1,\"\u{ffff}\":1}", false),
    ("\"revision\":1", "\"revision\":1.0", false),
    ("\"revision\":1", "\"revision\":1e0", false),
    ("\"revision\":1", "\"revision\":01", false),
    ("\"revision\":1", "\"revision\":-0", false),
    ("\"revision\":1", "\"revision\":-1", true),
    ("\"revision\":1", "\"revision\":9007199254740991", true),
    ("\"revision\":1", "\"revision\":-9007199254740991", true),
    ("\"revision\":1", "\"revision\":9007199254740992", false),
    ("\"revision\":1", "\"revision\":99999999999999999999999999", false),
    ("\"kind\":\"approvals\"", "\"kind\":\"new_kind\"", true),
    ("\"kind\":\"approvals\"", "\"kind\":\"\"", false),
    ("\"kind\":\"approvals\"", "\"kind\":\"a b\"", false),
    ("\"kind\":\"approvals\"", "\"kind\":7", false),
    ("\"kind\":\"approvals\"", "\"id\":\"a/b\",\"kind\":\"approvals\"", true),
    ("\"kind\":\"approvals\"", "\"id\":\"a b\",\"kind\":\"approvals\"", false),
    ("\"kind\":\"approvals\"", "\"id\":\"\",\"kind\":\"approvals\"", false),
    ("\"kind\":\"approvals\"", "\"id\":null,\"kind\":\"approvals\"", false),
    ("{\"fact\"", "{\"clock\":\"2026-11-01T08:00:00Z\",\"fact\"", true),
    ("{\"fact\"", "{\"clock\":\"2026-11-01T08:00:00.5Z\",\"fact\"", false),
    ("{\"fact\"", "{\"clock\":\"2026-02-29T08:00:00Z\",\"fact\"", false),
    ("{\"fact\"", "{\"clock\":null,\"fact\"", false),
    ("{\"fact\"", "{\"also\":1,\"fact\"", false),
    ("{\"fact\"", "\u{feff}{\"fact\"", false),
    ("entry/1", "entry/2", false),
    ("\"prev\":\"sha256:e", "\"prev\":\"sha256:E", false),
    ("\"prev\":\"sha256:e", "\"prev\":\"sha1:e", false),
    ("\"prev\":", "\"prove\":", false),
    ("T09:00:00Z\",\"sequence\"", "T09:00:00.000001Z\",\"sequence\"", true),
    ("T09:00:00Z\",\"sequence\"", "T09:00:00.000000Z\",\"sequence\"", false),
    ("T09:00:00Z\",\"sequence\"", "T09:00:60Z\",\"sequence\"", false),
    ("T09:00:00Z\",\"sequence\"", "T24:00:00Z\",\"sequence\"", false),
    ("T09:00:00Z\",\"sequence\"", "T09:00:00+00:00\",\"sequence\"", false),
    ("2026-11-01T09:00:00Z\",\"seq", "1969-11-01T09:00:00Z\",\"seq", false),
    ("2026-11-01T09:00:00Z\",\"seq", "2026-11-31T09:00:00Z\",\"seq", false),
    ("\"sequence\":1", "\"sequence\":2", false),
    ("\"sequence\":1", "\"sequence\":\"1\"", false),
    ("\"log\":\"acme", "\"log\":\"other", false),
];

/// Encodings of points that anybody can sign for, and others that no strict reader takes: of order
/// 1, 2, 4 and 8, and the same in a second spelling.
const SMALL: [&str; 6] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
];

/// The order of the base point, from its lowest byte.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

const WAYS: [&str; 16] = [
    "untouched",
    "bit of the text",
    "bit of the entry",
    "bit of a hash or signature",
    "lines",
    "line endings",
    "base64",
    "another key",
    "bit of the key",
    "another origin",
    "swapped parts",
    "more signatures",
    "S plus L",
    "small order",
    "entry signed anew",
    "numbers",
];

/// Makes bent receipts out of sound ones.
pub struct Bent {
    chance: Chance,
    /// Sound receipts, with their keys.
    sound: Vec<(String, Receipt)>,
    known: BTreeSet<(String, Vec<u8>)>,
    tried: BTreeMap<&'static str, u64>,
}

impl Bent {
    pub fn new() -> Self {
        let (mut sound, mut known) = (Vec::new(), BTreeSet::new());
        for (origin, size) in [(ORIGIN, 1), (ORIGIN, 5), (ORIGIN, 13), ("other.example/x", 13)] {
            let mut log = open(Box::new(Memory::default()), origin);
            (0..size).for_each(|number| append(&mut log, number));
            let key = key(origin).public().to_string();
            for sequence in 1..=size {
                let receipt = log.receipt(sequence).expect("a receipt");
                known.insert((key.clone(), receipt.entry.clone()));
                sound.push((key.clone(), receipt));
            }
        }
        Bent { chance: Chance::new(4), sound, known, tried: BTreeMap::new() }
    }

    /// Which ways were tried how often.
    pub fn tried(&self) -> &BTreeMap<&'static str, u64> {
        &self.tried
    }

    /// Whether a key has signed a ledger with that entry.
    pub fn is_known(&self, key: &str, entry: &[u8]) -> bool {
        self.known.contains(&(key.to_owned(), entry.to_vec()))
    }

    /// The next key and receipt, and how it was bent.
    pub fn next(&mut self) -> (String, Vec<u8>, &'static str) {
        let (mut key, mut receipt) = self.any();
        let how = WAYS[self.chance.place(WAYS.len())];
        *self.tried.entry(how).or_default() += 1;
        let mut text = None;
        match how {
            "bit of the text" => {
                let mut bytes = receipt.to_string().into_bytes();
                (0..=self.chance.below(2)).for_each(|_| self.flip(&mut bytes));
                return (key, bytes, how);
            }
            "bit of the entry" => self.flip(&mut receipt.entry),
            "bit of a hash or signature" => text = Some(self.bit_of_base64(&receipt.to_string())),
            "lines" => text = Some(self.lines(&receipt.to_string())),
            "line endings" => text = Some(self.endings(&receipt.to_string())),
            "base64" => text = Some(self.spelling(&receipt.to_string())),
            "another key" => key = self.any().0,
            "bit of the key" => {
                let mut bytes = key.clone().into_bytes();
                self.flip(&mut bytes);
                key = String::from_utf8(bytes).unwrap_or(key);
            }
            "another origin" => text = Some(self.origin(&receipt.to_string())),
            "swapped parts" => receipt = self.swapped(receipt),
            "more signatures" => receipt.checkpoint = self.more(&receipt.checkpoint),
            "S plus L" => receipt.checkpoint = self.signature(&receipt.checkpoint, plus_order),
            "small order" => (key, receipt) = self.small(key, receipt),
            "entry signed anew" => (key, receipt) = self.signed_anew(),
            "numbers" => text = Some(self.numbers(&receipt.to_string())),
            _ => {}
        }
        let text = text.unwrap_or_else(|| receipt.to_string());
        (key, text.into_bytes(), how)
    }

    fn any(&mut self) -> (String, Receipt) {
        let at = self.chance.place(self.sound.len());
        self.sound[at].clone()
    }

    fn flip(&mut self, bytes: &mut [u8]) {
        let at = self.chance.place(bytes.len());
        bytes[at] ^= 1 << self.chance.below(8);
    }

    /// Changes the bytes that a Base64 text of some line stands for.
    fn bit_of_base64(&mut self, text: &str) -> String {
        let at = self.line_of_base64(text);
        self.edit(text, at, |own, word| {
            let mut bytes = STANDARD.decode(word).expect("Base64");
            own.flip(&mut bytes);
            STANDARD.encode(bytes)
        })
    }

    /// Writes a Base64 text in another way that a lax reader takes for the same.
    fn spelling(&mut self, text: &str) -> String {
        let at = self.line_of_base64(text);
        self.edit(text, at, |own, word| match own.chance.below(6) {
            // Bits that no byte needs.
            0 | 1 => {
                let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                let body = word.trim_end_matches('=');
                let last = body.chars().last().expect("a letter");
                let next = alphabet.find(last).expect("a letter") ^ 1;
                let next = alphabet.get(next..=next).expect("a letter");
                format!("{}{next}{}", &body[..body.len() - 1], &word[body.len()..])
            }
            2 => word.trim_end_matches('=').to_owned(),
            3 => format!("{word}="),
            4 => word.replace('+', "-").replace('/', "_"),
            _ => format!(" {word}"),
        })
    }

    fn line_of_base64(&mut self, text: &str) -> usize {
        let lines: Vec<&str> = text.lines().collect();
        loop {
            let at = self.chance.place(lines.len());
            let word = lines[at].rsplit(' ').next().unwrap_or_default();
            if word.len() >= 44 && STANDARD.decode(word).is_ok() {
                return at;
            }
        }
    }

    /// Changes the last word of a line.
    fn edit(
        &mut self,
        text: &str,
        at: usize,
        change: impl FnOnce(&mut Self, &str) -> String,
    ) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = lines[at].clone();
        let word = line.rsplit(' ').next().unwrap_or_default();
        lines[at] = format!("{}{}", &line[..line.len() - word.len()], change(self, word));
        lines.join("\n") + "\n"
    }

    /// Drops, doubles, swaps or adds lines.
    fn lines(&mut self, text: &str) -> String {
        let mut lines: Vec<&str> = text.lines().collect();
        let (at, other) = (self.chance.place(lines.len()), self.chance.place(lines.len()));
        match self.chance.below(6) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at]),
            2 => lines.swap(at, other),
            3 => lines.insert(at, ""),
            4 => lines.insert(at, "an extension"),
            _ => lines.truncate(at),
        }
        lines.join("\n") + "\n"
    }

    fn endings(&mut self, text: &str) -> String {
        match self.chance.below(6) {
            0 => text.replace('\n', "\r\n"),
            1 => text.replacen('\n', "\r\n", 1),
            2 => format!("{text}\n"),
            3 => text.trim_end().to_owned(),
            4 => format!("\u{feff}{text}"),
            _ => format!("{text}\u{0}"),
        }
    }

    fn origin(&mut self, text: &str) -> String {
        match self.chance.below(3) {
            0 => text.replace("acme.example", "other.example"),
            1 => text.replacen("acme.example", "acme.examp1e", 1),
            _ => text.replacen("\u{2014} acme.example/releases", "\u{2014} other.example/x", 1),
        }
    }

    fn numbers(&mut self, text: &str) -> String {
        let old = self.chance.below(14).to_string();
        let new = match self.chance.below(6) {
            0 => format!("0{old}"),
            1 => format!("+{old}"),
            2 => format!("-{old}"),
            3 => self.chance.next().to_string(),
            4 => self.chance.below(20).to_string(),
            _ => "9007199254740992".to_owned(),
        };
        let replaced = text.replacen(&format!("index {old}\n"), &format!("index {new}\n"), 1);
        replaced.replacen(&format!("\n{old}\n"), &format!("\n{new}\n"), 1)
    }

    /// Takes parts of two sound receipts.
    fn swapped(&mut self, receipt: Receipt) -> Receipt {
        let other = self.any().1;
        match self.chance.below(4) {
            0 => Receipt { entry: other.entry, ..receipt },
            1 => Receipt { position: other.position, ..receipt },
            2 => Receipt { proof: other.proof, ..receipt },
            _ => Receipt { checkpoint: other.checkpoint, ..receipt },
        }
    }

    /// Adds lines of signatures, of others and of its own.
    fn more(&mut self, checkpoint: &str) -> String {
        let own = checkpoint.lines().last().expect("a signature").to_owned();
        let foreign = key("witness.example").public().to_string();
        let foreign = format!("\u{2014} witness.example {}", STANDARD.encode(foreign));
        if self.chance.below(12) == 0 {
            // The last line feed is missing, and what is before it would do with a letter less.
            return format!("{checkpoint}\u{2014} witness.example AAAAAAAAA");
        }
        let (more, count) = match self.chance.below(10) {
            0 => (foreign, 1),
            1 => (own, 1),
            2 => (own, 62 + self.chance.below(3)),
            3 => (foreign, 62 + self.chance.below(3)),
            4 => ("\u{2014} witness.example AAAA".to_owned(), 1),
            5 => ("- witness.example AAAAAAAA".to_owned(), 1),
            6 => (foreign.replace("witness", "wit\u{7}ness"), 1),
            7 => (foreign.replace("witness", "wit\u{85}ness"), 1),
            8 => (own.replace("\u{2014} acme", "\u{2014}  acme"), 1),
            _ => (foreign.replace("witness.", "wit ness."), 1),
        };
        let mut out = checkpoint.to_owned();
        if self.chance.below(2) == 0 {
            (0..count).for_each(|_| out.push_str(&format!("{more}\n")));
            return out;
        }
        let more = format!("{more}\n").repeat(usize::try_from(count).expect("a count"));
        out.replacen("\n\n", &format!("\n\n{more}"), 1)
    }

    /// Changes the 64 bytes of the signature.
    fn signature(&mut self, checkpoint: &str, change: impl FnOnce(&mut [u8])) -> String {
        let at = checkpoint.lines().count() - 1;
        self.edit(checkpoint, at, |_, word| {
            let mut bytes = STANDARD.decode(word).expect("Base64");
            change(&mut bytes[4..]);
            STANDARD.encode(bytes)
        })
    }

    /// A key or an R that anybody can sign for.
    fn small(&mut self, key: String, receipt: Receipt) -> (String, Receipt) {
        let point = hex(SMALL[self.chance.place(SMALL.len())]);
        if self.chance.below(2) == 0 {
            let zero = self.chance.below(2) == 0;
            let checkpoint = self.signature(&receipt.checkpoint, |bytes| {
                bytes[..32].copy_from_slice(&point);
                if zero {
                    bytes[32..].fill(0);
                }
            });
            return (key, Receipt { checkpoint, ..receipt });
        }
        let name = key.split('+').next().expect("a name").to_owned();
        let mut bytes = vec![1];
        bytes.extend_from_slice(&point);
        let id = &hash(&[name.as_bytes(), b"\n", &bytes].concat())[..4];
        let shown: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let forged = format!("{name}+{shown}+{}", STANDARD.encode(&bytes));
        let mut signature = [id, &point, &[0; 32]].concat();
        signature.truncate(68);
        let body = receipt.checkpoint.split("\n\n").next().expect("a body");
        let line = format!("\u{2014} {name} {}", STANDARD.encode(signature));
        let checkpoint = format!("{body}\n\n{line}\n");
        (forged, Receipt { checkpoint, ..receipt })
    }

    /// A changed entry in a tree of its own, signed with the key: what is odd about it must be seen
    /// in its bytes.
    fn signed_anew(&mut self) -> (String, Receipt) {
        let (_, honest) = self.sound.first().expect("a receipt").clone();
        let secret = if self.chance.below(4) == 0 { [8; 32] } else { [7; 32] };
        let signer = SecretKey::new(ORIGIN, secret).expect("a key");
        let mut entry = String::from_utf8(honest.entry.clone()).expect("text");
        if self.chance.below(3) > 0 {
            let (from, to, _) = ODD[self.chance.place(ODD.len())];
            entry = entry.replacen(from, to, 1);
        }
        let mut bytes = entry.into_bytes();
        if self.chance.below(2) == 0 {
            self.flip(&mut bytes);
        }
        let root = merkle::leaf(&bytes);
        let origin = ["other.example/x", ORIGIN][usize::from(self.chance.below(4) > 0)];
        // The library itself would not sign what is of another ledger.
        let checkpoint = Checkpoint { origin: origin.to_owned(), size: 1, root };
        let checkpoint = note::sign(&checkpoint.to_string(), &signer).expect("it is signed");
        let key = signer.public().to_string();
        self.known.insert((key.clone(), bytes.clone()));
        (key, Receipt { entry: bytes, checkpoint, ..honest })
    }
}

/// Adds the order of the base point to the second half of a signature, which many readers take.
fn plus_order(signature: &mut [u8]) {
    let mut carry = 0;
    for (byte, add) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        [_, *byte] = sum.to_be_bytes();
        carry = sum >> 8;
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    *lynchpin::base::Digest::of(bytes).as_bytes()
}

fn hex(text: &str) -> [u8; 32] {
    let digest = format!("sha256:{text}").parse::<lynchpin::base::Digest>();
    *digest.expect("a point").as_bytes()
}
