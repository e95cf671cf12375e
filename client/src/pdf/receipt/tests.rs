use tamga_format::id::sha256;

use super::*;

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/receipt")
}

fn policy() -> Policy {
    Policy::parse(&std::fs::read_to_string(folder().join("policy.txt")).unwrap()).unwrap()
}

fn vector(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.tamga-receipt"))).unwrap()
}

fn both() -> Options {
    Options::new(&[Language::Kk, Language::Ru], Some("https://tamga.example/")).unwrap()
}

/// The page of a receipt of the vectors.
fn made(name: &str, options: &Options) -> Vec<u8> {
    let receipt = vector(name);
    let facts = verify::receipt(&receipt, &policy()).facts.unwrap();
    page(&receipt, &facts, options)
}

/// A file with a piece of it put in the place of another.
fn changed(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = file.windows(from.len()).position(|part| part == from).unwrap();
    [&file[..at], to, &file[at + from.len()..]].concat()
}

#[test]
fn a_page_is_made_the_same_again_and_carries_its_receipt() {
    let english = Options::new(&[Language::En], None).unwrap();
    for name in ["plain", "opened", "plain-at-a-later-checkpoint"] {
        for options in [&both(), &english] {
            let pdf = made(name, options);
            assert_eq!(pdf, made(name, options));
            assert_eq!(embedded::receipt(&pdf), Ok(vector(name)));
            assert_eq!(embedded::keywords(&pdf), Some(options.keywords().as_str()));
            assert_eq!(judge(&pdf, &policy()).verdict, Verdict::Authentic);
            assert!(pdf.len() < 120_000, "{} bytes", pdf.len());
        }
    }
}

/// Whoever changes what a page looks like gives it another form, or sheets that were printed no longer verify.
#[test]
fn the_form_of_the_page_stands_for_these_bytes() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/pages.txt");
    let pinned = std::fs::read_to_string(data).unwrap();
    let sum = sha256(&[&made("opened", &both()), &made("plain", &both())]);
    assert_eq!(format!("{FORM} {}\n", text::hex(&sum)), pinned);
}

#[test]
fn no_page_with_a_changed_byte_is_authentic() {
    let (pdf, policy) = (made("opened", &both()), policy());
    for at in (0..pdf.len()).step_by(401).chain(0..64).chain(pdf.len() - 64..pdf.len()) {
        let mut wrong = pdf.clone();
        wrong[at] ^= 1;
        let verdict = judge(&wrong, &policy).verdict;
        assert!(
            matches!(verdict, Verdict::Mismatch | Verdict::CannotCheck),
            "byte {at}: {verdict:?}"
        );
    }
    for wrong in [&pdf[..pdf.len() - 1], &[&pdf[..], b"\n%%EOF"].concat()] {
        assert_eq!(judge(wrong, &policy).verdict, Verdict::Mismatch);
    }
}

#[test]
fn a_page_around_another_receipt_or_of_another_form_is_told_apart() {
    let policy = policy();
    let verdict = |pdf: &[u8]| judge(pdf, &policy).verdict;
    let pdf = made("plain", &both());
    let (plain, opened) = (vector("plain"), vector("opened"));
    assert_eq!(verdict(&changed(&pdf, plain.as_bytes(), opened.as_bytes())), Verdict::Mismatch);
    assert_eq!(verdict(&changed(&pdf, b"tamga-page/1", b"tamga-page/9")), Verdict::CannotCheck);
    assert_eq!(verdict(&changed(&pdf, plain.as_bytes(), b"")), Verdict::CannotCheck);
    assert_eq!(verdict(b"%PDF-1.7\n"), Verdict::CannotCheck);
    let two = [&pdf[..], b"\nstream\n", opened.as_bytes(), b"\nendstream"].concat();
    assert_eq!(embedded::receipt(&two), Err(EmbeddedFault::Several));
    assert_eq!(verdict(&two), Verdict::CannotCheck);
}

#[test]
fn a_receipt_is_found_in_a_file_that_another_program_wrote() {
    let receipt = vector("opened");
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(receipt.as_bytes(), 6);
    let file = [
        b"%PDF-1.4\n7 0 obj<</Filter/FlateDecode>>stream\r\n",
        &packed[..],
        b"\r\nendstream endobj",
    ];
    assert_eq!(embedded::receipt(&file.concat()), Ok(receipt));
    // A page without the words that it is made from can't be judged; the receipt can be taken out.
    assert_eq!(judge(&file.concat(), &policy()).verdict, Verdict::CannotCheck);
    let zeros = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 64 << 20], 6);
    let bombs = [b"%PDF-1.4\nstream\n", &zeros[..]].concat();
    assert_eq!(embedded::receipt(&bombs), Err(EmbeddedFault::None));
    let many = b"stream\n".repeat(5_000);
    assert_eq!(embedded::receipt(&many), Err(EmbeddedFault::TooMany));
}

#[test]
fn addresses_that_can_stand_in_no_link_are_refused() {
    let options = |portal| Options::new(&[Language::Kk], Some(portal));
    for portal in
        ["tamga.example", "ftp://x", "https://x/#y", "https://x y", "https://x/<", "https://қ"]
    {
        assert_eq!(options(portal), None, "{portal}");
    }
    assert_eq!(Options::new(&[], None), None);
    for keywords in
        ["tamga-page/1 kk", "tamga-page/1 xx -", "tamga-page/1 kk  -", "tamga-page/1 kk - -"]
    {
        assert_eq!(Options::parse(keywords), None, "{keywords}");
    }
    let options = Options::parse("tamga-page/1 kk,ru https://tamga.example");
    assert_eq!(options, Some(both()));
}
