use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::merkle;

const BATCH: SubjectId = SubjectId([7; 32]);

fn remainder(tag: u8, salt: u64) -> Vec<u8> {
    let mut salted = [0; 32];
    salted[..8].copy_from_slice(&salt.to_be_bytes());
    Remainder { rightsholder: [tag; 32], salt: salted, open: 1, held: 0 }.encode()
}

/// What a holder of a batch has.
struct Held {
    lines: Vec<(LinePlace, Vec<u8>)>,
    packed: PackedBatch,
    index: BatchIndex,
}

fn held(lines: Vec<Vec<u8>>) -> Held {
    let packed = PackedBatch::new(&BATCH, lines).unwrap();
    let mut reader = BatchReader::new(BATCH);
    let mut lines = Vec::new();
    for chunk in &packed.chunks {
        for (place, line) in reader.chunk(chunk).unwrap() {
            lines.push((place, line.to_vec()));
        }
    }
    assert_eq!(reader.finish(), Ok(packed.lines));
    let index = BatchIndex::of(BATCH, &packed.chunks).unwrap();
    assert_eq!(index.count(), packed.lines.count);
    Held { lines, packed, index }
}

/// All leaves at hand.
struct Leaves(Vec<Hash>);

impl merkle::NodeSource for Leaves {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let span = 1_usize << level;
        let from = usize::try_from(index).unwrap() * span;
        self.0.get(from..from + span).map(|hashes| merkle::root_of(hashes).0)
    }
}

impl Held {
    fn range(&self, tag: u8) -> LineRange {
        let chunk = |number: usize| Ok::<_, FormatError>(self.packed.chunks[number].clone());
        self.index.range(&[tag; 32], chunk).unwrap()
    }

    /// What a dishonest holder would show: these lines as if they were all.
    fn cut(&self, from: usize, to: usize) -> LineRange {
        let own: Vec<&[u8]> = self.lines[from..to].iter().map(|(_, line)| &line[..]).collect();
        let left = from.checked_sub(1).map(|at| self.lines[at].0);
        let right = self.lines.get(to).map(|(place, _)| *place);
        let leaves = Leaves(self.lines.iter().map(|(place, _)| place.leaf_hash()).collect());
        let count = self.packed.lines.count;
        LineRange::new(&leaves, count, from as u64, &own, (left, right)).unwrap()
    }

    fn verify(&self, range: &LineRange, tag: u8) -> Result<Vec<Vec<u8>>, FormatError> {
        let of = RangeOf { batch: &BATCH, tag: &[tag; 32], lines: self.packed.lines };
        assert_eq!(LineRange::decode(&range.encode()).as_ref(), Ok(range));
        range.verify(&of)
    }
}

fn some_lines(tags: &[u8]) -> Vec<Vec<u8>> {
    tags.iter().enumerate().map(|(salt, tag)| remainder(*tag, salt as u64)).collect()
}

#[test]
fn lines_of_all_kinds_are_read_as_they_were_written() {
    let usage = UsageLine {
        work: [1; 32],
        salt: [2; 32],
        first_day: 20_000,
        last_day: 20_030,
        uses: 3,
        seconds: 540,
        revenue: 1_000,
        reported_as: [4; 32],
    };
    assert_eq!(UsageLine::decode(&usage.encode()), Ok(usage.clone()));
    let allocation = AllocationLine {
        rightsholder: [1; 32],
        salt: [2; 32],
        work: SubjectId([3; 32]),
        used_on: 20_030,
        basis: Basis::Usage,
        source: Some(line_hash(&usage.encode())),
        share_bp: 5_000,
        weight: 15_000,
        amount: -4,
        hold: Some(Hold::DisputedShare),
    };
    assert_eq!(AllocationLine::decode(&allocation.encode()), Ok(allocation.clone()));
    let payout = PayoutLine {
        rightsholder: [1; 32],
        salt: [2; 32],
        state: PayoutState::Sent,
        net: 90,
        tax: 10,
        levied: 0,
        payment: [5; 32],
    };
    assert_eq!(PayoutLine::decode(&payout.encode()), Ok(payout.clone()));
    assert_eq!(payout.gross(), Some(100));
    assert_eq!(PayoutLine { net: i64::MAX, ..payout }.gross(), None);
    let other = UsageLine::decode(&allocation.encode()).unwrap_err();
    assert_eq!(other.code, FormatCode::LineSyntax);
    let long = [allocation.encode(), vec![0; LINE_BYTES_MAX]].concat();
    assert_eq!(AllocationLine::decode(&long).unwrap_err().code, FormatCode::LineSyntax);
}

#[test]
fn a_batch_in_another_order_with_a_repeated_line_or_a_loose_chunk_is_refused() {
    let lines = some_lines(&[1, 2, 2, 3]);
    let packed = PackedBatch::new(&BATCH, lines.clone()).unwrap();
    let mut turned = lines.clone();
    turned.reverse();
    assert_eq!(
        PackedBatch::new(&BATCH, turned),
        Ok(packed.clone()),
        "the order given is no matter"
    );
    let repeated = [&lines[..], &lines[..1]].concat();
    assert_eq!(PackedBatch::new(&BATCH, repeated).unwrap_err().code, FormatCode::LineOrder);
    assert_eq!(PackedBatch::new(&BATCH, Vec::new()).unwrap_err().code, FormatCode::LineLimit);

    let read = |chunks: &[Vec<u8>]| {
        let mut reader = BatchReader::new(BATCH);
        for chunk in chunks {
            reader.chunk(chunk)?;
        }
        reader.finish()
    };
    assert_eq!(read(&packed.chunks), Ok(packed.lines));
    let framed: Vec<Vec<u8>> = lines_of_chunk(&packed.chunks[0])
        .unwrap()
        .iter()
        .map(|line| [&u16::try_from(line.len()).unwrap().to_be_bytes()[..], line].concat())
        .collect();
    let swapped = [&framed[1], &framed[0], &framed[2], &framed[3]].map(|line| &line[..]).concat();
    assert_eq!(read(&[swapped]).unwrap_err().code, FormatCode::LineOrder);
    assert_eq!(read(&framed).unwrap_err().code, FormatCode::ChunkFilling);
    assert_eq!(read(&[Vec::new()]).unwrap_err().code, FormatCode::ChunkFilling);
    assert_eq!(read(&[]).unwrap_err().code, FormatCode::LineLimit);
    let mut cut = packed.chunks[0].clone();
    cut.pop();
    assert_eq!(read(&[cut]).unwrap_err().code, FormatCode::LineSyntax);
}

#[test]
fn chunks_are_filled_and_a_tag_with_too_many_lines_is_refused() {
    let mut lines: Vec<Vec<u8>> =
        (0..LINES_OF_TAG_MAX).map(|salt| remainder(1, salt as u64)).collect();
    let packed = PackedBatch::new(&BATCH, lines.clone()).unwrap();
    assert!(packed.chunks.len() > 20);
    let line = lines[0].len() + 2;
    for chunk in &packed.chunks[..packed.chunks.len() - 1] {
        assert!(chunk.len() + line > CHUNK_BYTES_MAX && chunk.len() <= CHUNK_BYTES_MAX);
    }
    lines.push(remainder(1, LINES_OF_TAG_MAX as u64));
    assert_eq!(PackedBatch::new(&BATCH, lines.clone()).unwrap_err().code, FormatCode::LineLimit);
}

#[test]
fn twenty_lines_among_a_million_are_proved_with_less_than_4_kib() {
    let mut lines: Vec<Vec<u8>> = (0..1_000_000_u64)
        .map(|salt| remainder(u8::try_from(salt / 50_000).unwrap(), salt))
        .collect();
    for salt in 0..20_u8 {
        let allocation = AllocationLine {
            rightsholder: [99; 32],
            salt: [salt; 32],
            work: SubjectId([3; 32]),
            used_on: 20_730,
            basis: Basis::Usage,
            source: Some(LineHash([5; 32])),
            share_bp: 5_000,
            weight: 1_500_000,
            amount: 1_234_567,
            hold: None,
        };
        lines.push(allocation.encode());
    }
    let held = held(lines);
    let range = held.range(99);
    assert_eq!(held.verify(&range, 99).unwrap().len(), 20);
    let bytes = range.encode().len();
    assert!(bytes < 4_096, "{bytes}");
}

proptest! {
    #[test]
    fn a_range_shows_all_lines_of_a_tag_and_no_cut_passes(
        tags in proptest::collection::vec(0_u8..12, 1..700),
        tag in 0_u8..14,
        cut_front in 0_usize..3,
        cut_back in 0_usize..3,
    ) {
        let held = held(some_lines(&tags));
        let expected = tags.iter().filter(|it| **it == tag).count();
        let range = held.range(tag);
        let shown = held.verify(&range, tag).unwrap();
        prop_assert_eq!(shown.len(), expected);
        for line in &shown {
            prop_assert_eq!(Remainder::decode(line).unwrap().rightsholder, [tag; 32]);
        }
        // Another tag's range says nothing of this one.
        if expected > 0 {
            prop_assert!(held.verify(&range, tag + 100).is_err());
        }
        let key = line_key(&BATCH, &[tag; 32]);
        let from = held.lines.partition_point(|(place, _)| place.key < key);
        let to = from + expected;
        prop_assert_eq!(&held.cut(from, to), &range);
        if cut_front + cut_back > 0 && cut_front + cut_back <= expected {
            let refused = held.verify(&held.cut(from + cut_front, to - cut_back), tag).unwrap_err();
            prop_assert_eq!(refused.code, FormatCode::RangeGap);
        }
        // One line more than its own.
        if to < held.lines.len() {
            prop_assert!(held.verify(&held.cut(from, to + 1), tag).is_err());
        }
    }

    #[test]
    fn no_changed_range_passes(
        tags in proptest::collection::vec(0_u8..6, 1..40),
        tag in 0_u8..6,
        at in any::<prop::sample::Index>(),
        flip in 1_u8..=255,
    ) {
        let held = held(some_lines(&tags));
        let mut bytes = held.range(tag).encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let of = RangeOf { batch: &BATCH, tag: &[tag; 32], lines: held.packed.lines };
        if let Ok(range) = LineRange::decode(&bytes) {
            prop_assert!(range.verify(&of).is_err());
        }
    }
}
