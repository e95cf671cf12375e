//! One list in every form, and files that are none of them.

use std::io::Write as _;

use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::*;
use crate::import::manifest::Journal;
use crate::import::tests::import;
use crate::testing::{MAPPING, rules};

const LIST: &str = "case,activity,time,officer,amount,paid\n\
    F1,Create Fine,2005-03-23 10:00:00,16,35.5,\n\
    F1,Send Fine,2005-07-22 09:30:00,,,\n\
    F1,Payment,2005-08-01 00:00:00,,,12.25\n";

/// As Excel in Kazakhstan writes it, in the code page of Windows.
const LOCAL: &str = "case;activity;time;officer;amount;paid;пікір\r\n\
    F1;Create Fine;23.03.2005 10:00;16;35,50;;төленді\r\n\
    F1;Send Fine;22.07.2005 9:30:00;;;;\r\n\
    F1;Payment;01.08.2005;;;12,25;оплачено\r\n";

const LINES: &str = r#"{"case":"F1","activity":"Create Fine","time":"2005-03-23 10:00","officer":16,"amount":35.5,"paid":null}
{"case":"F1","activity":"Send Fine","time":"2005-07-22 09:30:00"}

{"case":"F1","activity":"Payment","time":"2005-08-01","paid":"12,25"}
"#;

/// The cells of the same list: numbers, dates by number, texts.
const SHEET: &str = r#"<row r="2"><c r="A2" t="inlineStr"><is><t>case</t></is></c><c r="B2" t="inlineStr"><is><t>activity</t></is></c><c r="C2" t="inlineStr"><is><t>time</t></is></c><c r="D2" t="inlineStr"><is><t>officer</t></is></c><c r="E2" t="inlineStr"><is><t>amount</t></is></c><c r="F2" t="inlineStr"><is><t>paid</t></is></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>F1</t></is></c><c r="B3" t="inlineStr"><is><t>Create Fine</t></is></c><c r="C3" s="1"><v>38434.416666666664</v></c><c r="D3"><v>16</v></c><c r="E3"><v>35.5</v></c></row>
<row r="5"><c r="A5" t="inlineStr"><is><t>F1</t></is></c><c r="B5" t="inlineStr"><is><t>Send Fine</t></is></c><c r="C5" s="1"><v>38555.395833333336</v></c></row>
<row r="6"><c r="A6" t="inlineStr"><is><t>F1</t></is></c><c r="B6" t="inlineStr"><is><t>Payment</t></is></c><c r="C6" s="1"><v>38565</v></c><c r="F6"><v>12.25</v></c></row>"#;

fn workbook(rows: &str) -> Vec<u8> {
    const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let files = [
        ("[Content_Types].xml", format!(r#"<Types xmlns="{PACKAGE}/content-types"></Types>"#)),
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Тізім" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#),
        ),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(format!("{HEAD}{text}").as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn windows(text: &str) -> Vec<u8> {
    // The letters of Kazakh that the code page lacks are written as question marks.
    let known: String =
        text.chars().map(|c| if matches!(c, 'ө' | 'ү' | 'ң') { '?' } else { c }).collect();
    WINDOWS_1251.encode(&known).0.into_owned()
}

fn mapping() -> String {
    let format = r#"format = "%Y-%m-%d %H:%M:%S%:z""#;
    assert!(MAPPING.contains(format));
    let zoned = "format = \"%Y-%m-%d %H:%M:%S\"\nzone = \"Asia/Almaty\"";
    MAPPING.replace(format, zoned)
}

fn records(bytes: &[u8]) -> Vec<Option<String>> {
    let ended = import(&mapping(), bytes, &mut rules(), &mut Journal::in_memory());
    assert_eq!(ended.summary.refused, 0, "{:?}", ended.summary.reasons);
    ended.rows.iter().map(|row| row.record_id.clone()).collect()
}

fn parsed(bytes: &[u8], reading: &Reading) -> Result<Source, CliError> {
    let columns = ["case", "activity", "time"].map(str::to_owned);
    Source::parse(bytes, reading, &columns)
}

#[test]
fn one_list_makes_the_same_records_in_every_form() {
    let expected = records(LIST.as_bytes());
    assert_eq!(expected.iter().flatten().count(), 3);
    let forms = [
        ("with a mark of byte order", [b"\xef\xbb\xbf", LIST.as_bytes()].concat()),
        ("separated by tabs", LIST.replace(',', "\t").into_bytes()),
        ("of Excel in Kazakhstan", windows(LOCAL)),
        ("of Excel in Kazakhstan, in UTF-8", LOCAL.as_bytes().to_vec()),
        ("NDJSON", LINES.as_bytes().to_vec()),
        ("a workbook", workbook(SHEET)),
    ];
    for (form, bytes) in forms {
        assert_eq!(records(&bytes), expected, "{form}");
    }
}

#[test]
fn what_is_recognised_is_told() {
    let read = |bytes: &[u8]| parsed(bytes, &Reading::default()).unwrap().read_as;
    let local = ReadAs {
        encoding: Some("windows-1251"),
        delimiter: Some(';'),
        decimal_comma: true,
        day_first: true,
        ..ReadAs::default()
    };
    assert_eq!(read(&windows(LOCAL)), local);
    let plain = ReadAs { encoding: Some("UTF-8"), delimiter: Some(','), ..ReadAs::default() };
    assert_eq!(read(LIST.as_bytes()), plain);
    let book = read(&workbook(SHEET));
    assert_eq!((book.format, book.sheet.as_deref()), (Format::Xlsx, Some("Тізім")));
    assert_eq!(read(LINES.as_bytes()).format, Format::Ndjson);
}

#[test]
fn what_can_not_be_read_is_refused_with_its_place() {
    let of = |rows: &str| workbook(rows);
    let huge = r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#;
    let far = r#"<row r="1048577"><c r="A1048577"><v>1</v></c></row><row r="1048578"><c r="A1048578"><v>1</v></c></row>"#;
    let error = r##"<row r="1"><c r="A1" t="e"><v>#DIV/0!</v></c></row>"##;
    let wide = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>"#;
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("a column too far", of(huge), "detail-columns"),
        ("a row too far", of(far), "detail-rows"),
        ("an error of the workbook", of(error), "detail-cell"),
        ("a cell beyond the header", of(wide), "detail-beyond-header"),
        ("a torn archive", workbook(SHEET)[..200].to_vec(), ""),
        ("a line that is no object", b"{\"case\":1}\n[1]".to_vec(), "detail-json-line"),
        ("a nested object", b"{\"case\":{\"a\":1}}".to_vec(), "detail-json-line"),
        (
            "a long cell",
            [b"case\n".to_vec(), vec![b'x'; CELL_BYTES_MAX + 1]].concat(),
            "detail-cell-size",
        ),
    ];
    for (what, bytes, id) in cases {
        let error = parsed(&bytes, &Reading::default()).unwrap_err();
        assert!(format!("{error:?}").contains(id), "{what}: {error:?}");
    }
    let other = Reading { sheet: Some("Парақ".to_owned()), ..Reading::default() };
    let error = parsed(&workbook(SHEET), &other).unwrap_err();
    assert!(format!("{error:?}").contains("detail-sheet"), "{error:?}");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0_usize..3_000, form in 0..3) {
        let format = [Format::Csv, Format::Xlsx, Format::Ndjson][usize::try_from(form).unwrap()];
        drop(parsed(&bytes, &Reading { format: Some(format), ..Reading::default() }));
        let mut book = workbook(SHEET);
        if let Some(place) = book.get_mut(at) {
            *place ^= bytes.first().copied().unwrap_or(1);
        }
        drop(parsed(&book, &Reading::default()));
    }
}
