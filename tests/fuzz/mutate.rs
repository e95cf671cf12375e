//! Changes to inputs: small ones that parsers forgive, and moves of whole pieces.

use std::ops::Range;

use base64ct::{Base64, Encoding as _};

/// Bytes of an input, so that copying pieces does not make it grow for ever.
const INPUT_BYTES_MAX: usize = 1 << 18;
/// Bytes that decide something in one of the formats.
const TELLING: &[u8] = b"\x00\x01\x02\x18\x1f\x20\x7f\x80\xd2\xf6\xff\n\r\t =-+/.09aA:#\"";

/// SplitMix64: the one source of chance of a case.
pub(crate) struct Rng(u64);

impl Rng {
    /// The sequence that these bytes name.
    pub(crate) fn of(name: &[&[u8]]) -> Self {
        let hash = tamga_format::id::sha256(name);
        let (first, _) = hash.split_first_chunk().expect("a hash has 32 bytes");
        Self(u64::from_be_bytes(*first))
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("lengths are 64-bit numbers");
        usize::try_from(self.bits() % end).expect("it is below a length")
    }

    fn byte(&mut self) -> u8 {
        self.bits().to_be_bytes()[0]
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A piece of something this long: mostly short, perhaps empty.
    fn range(&mut self, length: usize) -> Range<usize> {
        let start = self.below(length + 1);
        let most = if self.below(4) == 0 { length - start } else { (length - start).min(16) };
        start..start + self.below(most + 1)
    }
}

/// One of the seeds with one to four changes.
pub(crate) fn mutate(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut input = rng.pick(seeds).clone();
    for _ in 0..=rng.below(4) {
        change(rng, &mut input, seeds);
        input.truncate(INPUT_BYTES_MAX);
    }
    input
}

fn change(rng: &mut Rng, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let length = input.len();
    if length == 0 {
        input.push(rng.byte());
        return;
    }
    let at = rng.below(length);
    match rng.below(13) {
        0 => input[at] ^= 1 << rng.below(8),
        1 => input[at] = *rng.pick(TELLING),
        2 => input[at] = rng.byte(),
        3 => input.insert(at, *rng.pick(TELLING)),
        4 => drop(input.drain(rng.range(length))),
        5 => input.truncate(at),
        6 => {
            let piece = input[rng.range(length)].to_vec();
            drop(input.splice(at..at, piece));
        }
        7 => {
            let other = rng.pick(seeds);
            let piece = other[rng.range(other.len())].to_vec();
            drop(input.splice(rng.range(length), piece));
        }
        8 => {
            // The beginning of one, the end of another.
            let other = rng.pick(seeds);
            input.truncate(at);
            input.extend_from_slice(&other[at.min(other.len())..]);
        }
        9 => number(rng, input),
        10 => digits(rng, input),
        11 => lines(rng, input, seeds),
        _ => token(rng, input, seeds),
    }
}

/// Moves a big-endian number of 2, 4 or 8 bytes by a little, or to one of its ends.
fn number(rng: &mut Rng, input: &mut [u8]) {
    let width = *rng.pick(&[2, 4, 8]);
    let Some(last) = input.len().checked_sub(width) else { return };
    let start = rng.below(last + 1);
    let field = &mut input[start..start + width];
    let old = field.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    let near = rng.bits() % 4;
    let new = *rng.pick(&[old.wrapping_add(near), old.wrapping_sub(near), 0, u64::MAX]);
    field.copy_from_slice(&new.to_be_bytes()[8 - width..]);
}

/// Replaces a run of decimal digits by a neighbour or by another spelling.
fn digits(rng: &mut Rng, input: &mut Vec<u8>) {
    let Some(run) = run(rng, input, |byte| byte.is_ascii_digit()) else { return };
    let text = String::from_utf8_lossy(&input[run.clone()]).into_owned();
    let old = text.parse::<u64>().unwrap_or(u64::MAX);
    let new = match rng.below(6) {
        0 => old.wrapping_add(1).to_string(),
        1 => old.wrapping_sub(1).to_string(),
        2 => format!("0{text}"),
        3 => "18446744073709551615".to_owned(),
        4 => "18446744073709551616".to_owned(),
        _ => "0".to_owned(),
    };
    drop(input.splice(run, new.into_bytes()));
}

/// Repeats, drops or moves a line, or takes one from another seed.
fn lines(rng: &mut Rng, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let mut lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    let at = rng.below(lines.len());
    let other: Vec<&[u8]> = rng.pick(seeds).split(|byte| *byte == b'\n').collect();
    match rng.below(4) {
        0 => lines.insert(at, lines[at]),
        1 => drop(lines.remove(at)),
        2 => {
            let to = rng.below(lines.len());
            lines.swap(at, to);
        }
        _ => lines[at] = other[rng.below(other.len())],
    }
    *input = lines.join(&b'\n');
}

/// Changes the bytes behind a base64 token, so that the text around them stays well-formed.
fn token(rng: &mut Rng, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let text = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let Some(run) = run(rng, input, text) else { return };
    let Ok(token) = str::from_utf8(&input[run.clone()]) else { return };
    let Ok(mut bytes) = Base64::decode_vec(token) else { return };
    let own = [bytes.clone()];
    let pool = if rng.below(2) == 0 { &own } else { seeds };
    match rng.below(4) {
        0 => number(rng, &mut bytes),
        1 => drop(bytes.pop()),
        _ => change(rng, &mut bytes, pool),
    }
    drop(input.splice(run, Base64::encode_string(&bytes).into_bytes()));
}

/// The run of such bytes around a random place, if there is one.
fn run(rng: &mut Rng, input: &[u8], is: impl Fn(u8) -> bool) -> Option<Range<usize>> {
    let at = rng.below(input.len().max(1));
    let start = at + input.get(at..)?.iter().position(|byte| is(*byte))?;
    let before = input[..start].iter().rev().take_while(|byte| is(**byte)).count();
    let after = input[start..].iter().take_while(|byte| is(**byte)).count();
    Some(start - before..start + after)
}
