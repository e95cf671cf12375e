//! Identifiers of works, recordings and persons in the world's registers: form and check digit (spec §23.1).
//!
//! They are compared and stored in their bare form, without the points and hyphens of print.

/// An identifier of a register outside the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identifier {
    /// A musical work: ISWC.
    Iswc,
    /// A recording: ISRC.
    Isrc,
    /// A name of an interested party: IPI name number.
    IpiName,
    /// An interested party: IPI base number.
    IpiBase,
    /// A public identity: ISNI.
    Isni,
    /// A territory: ISO 3166-1 or TIS.
    Territory,
    /// A society of CISAC.
    Society,
}

impl Identifier {
    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iswc => "ISWC",
            Self::Isrc => "ISRC",
            Self::IpiName => "IPI name number",
            Self::IpiBase => "IPI base number",
            Self::Isni => "ISNI",
            Self::Territory => "territory",
            Self::Society => "society number",
        }
    }

    /// Whether a text is one, in its bare form.
    #[must_use]
    pub fn holds(self, text: &str) -> bool {
        match self {
            Self::Iswc => valid_iswc(text),
            Self::Isrc => valid_isrc(text),
            Self::IpiName => valid_ipi_name(text),
            Self::IpiBase => valid_ipi_base(text),
            Self::Isni => valid_isni(text),
            Self::Territory => valid_territory(text),
            Self::Society => valid_society(text),
        }
    }
}

/// Whether a text is an ISWC (ISO 15707): `T`, nine digits and a check digit.
fn valid_iswc(text: &str) -> bool {
    text.strip_prefix('T').and_then(digits::<10>).is_some_and(|digits| weighted(&digits, 1))
}

/// Whether a text is an ISRC (ISO 3901): country, registrant, year and designation. It has no check digit.
fn valid_isrc(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [first, second, a, b, c, rest @ ..] = bytes else { return false };
    let registrant =
        [a, b, c].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    [first, second].iter().all(|byte| byte.is_ascii_uppercase())
        && registrant
        && rest.len() == 7
        && rest.iter().all(u8::is_ascii_digit)
}

/// Whether a text is an IPI name number of CISAC: nine digits and two check digits.
fn valid_ipi_name(text: &str) -> bool {
    let Some([number @ .., tens, ones]) = digits::<11>(text) else { return false };
    let sum = (2..=10).rev().zip(number).fold(0_u32, |sum, (weight, digit): (u32, u32)| {
        sum.saturating_add(weight.saturating_mul(digit))
    });
    let check = match sum.rem_euclid(101) {
        0 => 0,
        rest => 101_u32.saturating_sub(rest).rem_euclid(100),
    };
    check == tens.saturating_mul(10).saturating_add(ones)
}

/// Whether a text is an IPI base number of CISAC: `I`, nine digits and a check digit.
fn valid_ipi_base(text: &str) -> bool {
    text.strip_prefix('I').and_then(digits::<10>).is_some_and(|digits| weighted(&digits, 2))
}

/// Whether a text is an ISNI (ISO 27729): fifteen digits and a check character, a digit or `X`.
fn valid_isni(text: &str) -> bool {
    let Some((number, check)) = text.split_at_checked(15) else { return false };
    let Some(number) = digits::<15>(number) else { return false };
    let rest = number.iter().fold(0_u32, |rest, digit| {
        // Below 11 each time, so that nothing overflows.
        rest.saturating_add(*digit).saturating_mul(2).rem_euclid(11)
    });
    match 12_u32.saturating_sub(rest).rem_euclid(11) {
        10 => check == "X",
        digit => {
            check.len() == 1 && check.chars().next().and_then(|c| c.to_digit(10)) == Some(digit)
        }
    }
}

/// Whether a text is a territory: two letters of ISO 3166-1, or a number of CISAC's TIS.
fn valid_territory(text: &str) -> bool {
    let bytes = text.as_bytes();
    let country = bytes.len() == 2 && bytes.iter().all(u8::is_ascii_uppercase);
    country || (1..=4).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit)
}

/// Whether a text is a society's number in CISAC's list.
fn valid_society(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn digits<const N: usize>(text: &str) -> Option<[u32; N]> {
    let mut digits = [0; N];
    if text.len() != N {
        return None;
    }
    for (digit, c) in digits.iter_mut().zip(text.chars()) {
        *digit = c.to_digit(10)?;
    }
    Some(digits)
}

/// Whether the last of ten digits makes the weighted sum, begun at `start`, a multiple of ten.
fn weighted(digits: &[u32; 10], start: u32) -> bool {
    let sum = (1..).zip(digits).take(9).fold(start, |sum, (weight, digit): (u32, &u32)| {
        sum.saturating_add(weight.saturating_mul(*digit))
    });
    let [.., check] = digits;
    sum.saturating_add(*check).is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each text is valid, and no other text that differs in one digit is.
    #[track_caller]
    fn holds(valid: fn(&str) -> bool, texts: &[&str]) {
        for text in texts {
            assert!(valid(text), "{text}");
            for (at, old) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
                for new in ('0'..='9').filter(|new| *new != old) {
                    let mut other = (*text).to_owned();
                    other.replace_range(at..=at, &new.to_string());
                    assert!(!valid(&other), "{other}");
                }
            }
            for cut in 0..text.len() {
                assert!(!valid(text.get(..cut).unwrap()), "{cut} of {text}");
            }
            assert!(
                !valid(&format!("{text}0"))
                    && !valid(&text.replace(|c: char| c.is_ascii_digit(), "o"))
            );
        }
    }

    #[test]
    fn ipi_and_isni_check_digits_follow_the_vectors() {
        holds(valid_ipi_name, &["00000000199", "12345678993", "99999999919"]);
        holds(valid_isni, &["000000012146438X", "0000000000000036"]);
        assert!(!valid_isni("000000012146438x") && !valid_isni("0000000000000036X"));
    }

    #[test]
    fn iswc_check_digits_follow_the_vectors() {
        for text in ["T0345246801", "T1234567894", "T0000000010"] {
            assert!(valid_iswc(text), "{text}");
        }
        // A weight that shares a factor with ten misses some errors; the last digit is always checked.
        for wrong in
            ["T0345246802", "T1234567890", "T034.524.680-1", "0345246801", "T034524680", ""]
        {
            assert!(!valid_iswc(wrong), "{wrong}");
        }
        assert!(valid_ipi_base("I0000002297") && !valid_ipi_base("I0000002295"));
        assert!(!valid_ipi_base("T0000002297"));
    }

    #[test]
    fn isrcs_territories_and_societies_have_their_form() {
        for text in ["KZA122400001", "USRC17607839"] {
            assert!(valid_isrc(text), "{text}");
        }
        for wrong in
            ["KZ-A12-24-00001", "kza122400001", "KZA12240000", "K1A122400001", "KZA1224O0001"]
        {
            assert!(!valid_isrc(wrong), "{wrong}");
        }
        assert!(["KZ", "398", "2136"].into_iter().all(valid_territory));
        assert!(!["", "kz", "KAZ", "K1", "12345"].into_iter().any(valid_territory));
        assert!(["1", "21", "101"].into_iter().all(valid_society));
        assert!(!["", "1000", "1a"].into_iter().any(valid_society));
    }
}
