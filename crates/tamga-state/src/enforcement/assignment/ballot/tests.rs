use super::super::candidates::Candidate;
use super::*;

fn officer(number: u8) -> SubjectId {
    SubjectId([number; 32])
}

/// As many candidates, none left out.
fn candidates(count: u8) -> Candidates {
    let candidate = |number| Candidate { officer: officer(number), exclusion: None };
    Candidates::new((1..=count).map(candidate).collect()).expect("1 to 255 officers")
}

fn weights(loads: &[u32], max_load: u32) -> Vec<u64> {
    let count = u8::try_from(loads.len()).expect("few");
    let ballot = Ballot::new(&candidates(count), loads, max_load).expect("a load for each");
    let weight = |(_, share): &(SubjectId, Share)| match share {
        Share::Weighs { weight, .. } => *weight,
        Share::Excluded(_) => 0,
    };
    let weights: Vec<u64> = ballot.lines().iter().map(weight).collect();
    assert_eq!(ballot.total(), weights.iter().sum::<u64>());
    weights
}

#[test]
fn who_carries_less_weighs_more() {
    let cases: [(&[u32], u32, &[u64]); 7] = [
        (&[0], 0, &[1]),
        (&[7, 7, 7], 0, &[1, 1, 1]),
        (&[0, 1, 4], 0, &[5, 4, 1]),
        (&[500, 520, 510], 0, &[21, 1, 11]),
        (&[500, 520, 510], 510, &[11, 0, 1]),
        (&[5, 6], 4, &[0, 0]),
        (&[0, u32::MAX], 0, &[1 << 32, 1]),
    ];
    for (loads, max_load, expected) in cases {
        assert_eq!(weights(loads, max_load), expected, "{loads:?} up to {max_load}");
    }
}

#[test]
fn loads_and_candidates_must_match_in_number() {
    for loads in [&[][..], &[1], &[1, 2, 3]] {
        assert_eq!(Ballot::new(&candidates(2), loads, 0), None);
    }
    let list = vec![
        Candidate { officer: officer(1), exclusion: Some(Exclusion::OwnTag) },
        Candidate { officer: officer(2), exclusion: None },
    ];
    let list = Candidates::new(list).expect("two officers");
    let ballot = Ballot::new(&list, &[9], 0).expect("one load for the one who may be drawn");
    assert_eq!(ballot.lines()[0], (officer(1), Share::Excluded(Exclusion::OwnTag)));
    for number in 0..50 {
        assert_eq!(ballot.winner(&[number; 32]), Some(officer(2)));
    }
}

#[test]
fn nobody_is_drawn_from_nobody() {
    let ballot = Ballot::new(&candidates(2), &[5, 6], 4).expect("two loads");
    assert_eq!(ballot.winner(&[1; 32]), None);
}

#[test]
fn the_hash_commits_to_every_part() {
    let of = |list: &Candidates, loads: &[u32], max| {
        Ballot::new(list, loads, max).expect("a load for each").root()
    };
    let excluded = |reason| {
        let mut list = candidates(3).as_slice().to_vec();
        list[1].exclusion = Some(reason);
        Candidates::new(list).expect("three officers")
    };
    let roots = [
        of(&candidates(2), &[1, 2], 0),
        of(&candidates(3), &[1, 2, 3], 0),
        of(&candidates(3), &[1, 3, 2], 0),
        of(&candidates(3), &[1, 2, 3], 2),
        of(&excluded(Exclusion::OwnTag), &[1, 3], 0),
        of(&excluded(Exclusion::AnnulledAct), &[1, 3], 0),
    ];
    for (at, root) in roots.iter().enumerate() {
        assert!(!roots[..at].contains(root), "{at}");
    }
}

#[test]
fn the_draw_follows_the_weights() {
    // Ten officers with weights from 1 to 64; the sum of squared deviations over expectations has
    // nine degrees of freedom and exceeds 27.88 by chance once in a thousand.
    const DRAWS: u64 = 100_000;
    let loads = [63, 62, 60, 56, 48, 32, 16, 8, 4, 0];
    let ballot = Ballot::new(&candidates(10), &loads, 0).expect("ten loads");
    let mut drawn = [0_u64; 10];
    for number in 0..DRAWS {
        let seed = seed(&sha256(&[&number.to_be_bytes()]), &officer(99), &ballot.root());
        let winner = ballot.winner(&seed).expect("somebody");
        drawn[usize::from(winner.0[0]) - 1] += 1;
    }
    assert_eq!(drawn.iter().sum::<u64>(), DRAWS);
    // Σ (drawn − draws·w/W)² / (draws·w/W) = Σ (drawn·W − draws·w)² / (draws·W·w)
    let total = u128::from(ballot.total());
    let mut scaled = 0_u128;
    for (drawn, (_, share)) in drawn.iter().zip(ballot.lines()) {
        let Share::Weighs { weight, .. } = share else { panic!("nobody is left out") };
        let expected = u128::from(DRAWS) * u128::from(*weight);
        let deviation = (u128::from(*drawn) * total).abs_diff(expected);
        scaled += deviation * deviation * 1_000 / u128::from(*weight);
    }
    let thousandths = scaled / (u128::from(DRAWS) * total);
    assert!(thousandths < 27_880, "{thousandths} thousandths, {drawn:?}");
    // A source that always gives the expected numbers would be none.
    assert!(thousandths > 1_000, "{thousandths} thousandths, {drawn:?}");
}

#[test]
fn numbers_are_fair_where_the_remainder_is_large() {
    // Just above half of 2^64, plain remainders would give the lower numbers twice as often.
    let end = (1 << 63) + 1;
    let low = (0..2_000_u64)
        .filter(|number| {
            let seed = sha256(&[&number.to_be_bytes()]);
            number_below(end, &seed).expect("end is not 0") < end / 3
        })
        .count();
    // A third of 2,000, give or take five standard deviations; plain remainders would give half.
    assert!((561..772).contains(&low), "{low}");
    assert_eq!(number_below(0, &[0; 32]), None);
    assert_eq!(number_below(1, &[7; 32]), Some(0));
}
