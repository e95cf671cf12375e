use rqrr::SimpleGrid;

use super::*;

/// What a camera reads in a code.
fn read(modules: &Modules) -> String {
    let width = usize::try_from(modules.width()).unwrap();
    let grid = SimpleGrid::from_func(width, |x, y| modules.dark()[y * width + x]);
    rqrr::Grid::new(grid).decode().unwrap().1
}

fn vector(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/receipt");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// A picture of a code, each of its squares so many points wide.
fn png_of(modules: &Modules, scale: usize) -> Vec<u8> {
    let width = usize::try_from(modules.width()).unwrap();
    let side = (width + 8) * scale;
    let dark = |x: usize, y: usize| {
        let at = |point: usize| (point / scale).checked_sub(4).filter(|square| *square < width);
        at(x).zip(at(y)).is_some_and(|(x, y)| modules.dark()[y * width + x])
    };
    let points: Vec<u8> = (0..side * side)
        .map(|point| if dark(point % side, point / side) { 20 } else { 240 })
        .collect();
    let mut file = Vec::new();
    let edge = u32::try_from(side).unwrap();
    let mut encoder = png::Encoder::new(&mut file, edge, edge);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&points).unwrap();
    file
}

#[test]
fn the_large_code_carries_the_receipt() {
    for name in ["plain", "opened", "plain-at-a-later-checkpoint"] {
        let receipt = vector(&format!("{name}.tamga-receipt"));
        let text = whole(&receipt);
        assert_eq!(unpack(&text).as_ref(), Some(&receipt));
        assert_eq!(unpack(&format!("{text}\r\n")), Some(receipt));
        let code = large(&text).unwrap();
        assert!(code.width() <= 145, "version 32 at most");
        assert_eq!(read(&code), text);
        assert_eq!(picture::codes(&png_of(&code, 3)), Some(vec![text]));
    }
}

#[test]
fn the_small_code_is_a_link_with_the_secret_after_the_sign_that_browsers_keep() {
    let id = "0f".repeat(32);
    let text = link("https://tamga.example/", &id);
    assert_eq!(text, format!("https://tamga.example/#r.{id}"));
    let code = small(&text).unwrap();
    assert!(code.width() <= 41, "2 cm at half a millimetre a square");
    assert_eq!(read(&code), text);
}

#[test]
fn what_is_too_large_for_paper_has_no_code() {
    assert!(large(&"A".repeat(2_840)).is_some());
    assert!(large(&"A".repeat(2_841)).is_none());
    assert!(large(&"A".repeat(9_000)).is_none());
}

#[test]
fn texts_that_carry_no_receipt_are_refused_within_bounds() {
    let text = whole(&vector("plain.tamga-receipt"));
    for wrong in ["", "TAMGA1:", "TAMGA2:AB", &text[1..], &text[..text.len() - 3]] {
        assert_eq!(unpack(wrong), None, "{wrong}");
    }
    // What unpacks to more than a receipt may have is not unpacked to the end.
    let zeros = compress_to_vec_zlib(&vec![b'0'; PROOF_FILE_BYTES_MAX + 1], LEVEL);
    assert_eq!(unpack(&format!("{WHOLE_PREFIX}{}", base45::encode(&zeros))), None);
}

#[test]
fn pictures_without_a_code_or_too_large_ones_are_told() {
    let mut blank = Vec::new();
    let mut encoder = png::Encoder::new(&mut blank, 200, 100);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&[0x7f; 200 * 100 * 4]).unwrap();
    assert_eq!(picture::codes(&blank), Some(Vec::new()));
    let mut huge = Vec::new();
    let encoder = png::Encoder::new(&mut huge, 60_000, 60_000);
    drop(encoder.write_header().unwrap());
    assert_eq!(picture::codes(&huge), None);
    assert_eq!(picture::codes(&blank[..40]), None);
    assert_eq!(picture::codes(b"\xff\xd8\xff\xe0 and no more"), None);
}
