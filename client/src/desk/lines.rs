//! Files of lines: a CBOR sequence (RFC 8742) of the lines of one batch, in any order (spec §24.10).

use tamga_format::cbor::Reader;
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::limits::{LINE_BYTES_MAX, LINES_MAX};

/// The lines of a file.
///
/// # Errors
/// What is wrong, at the byte where that line begins: no item of CBOR, one of more than 512 bytes, or too many.
pub fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>, FormatError> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = bytes.len() - rest.len();
        let (window, _) = rest.split_at(rest.len().min(LINE_BYTES_MAX));
        let mut reader = Reader::new(window);
        reader.value().map_err(|fault| FormatError { at, ..fault })?;
        let (line, after) = rest.split_at(reader.position());
        if lines.len() as u64 >= LINES_MAX {
            return Err(FormatError::new(FormatCode::LineLimit, at));
        }
        lines.push(line.to_vec());
        rest = after;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use tamga_format::lines::{Line as _, PayoutLine, PayoutState};

    use super::*;

    fn line(number: u8) -> Vec<u8> {
        let line = PayoutLine {
            rightsholder: [number; 32],
            salt: [9; 32],
            state: PayoutState::Sent,
            net: 100,
            tax: 10,
            levied: 0,
            payment: [3; 32],
        };
        line.encode()
    }

    #[test]
    fn a_sequence_is_read_line_by_line_and_every_cut_is_found() {
        let lines = [line(1), line(2), line(1)];
        let bytes = lines.concat();
        assert_eq!(read(&bytes).unwrap(), lines);
        assert!(read(&[]).unwrap().is_empty());
        let ends: Vec<usize> = (1..=3).map(|count| lines[..count].concat().len()).collect();
        for cut in 1..bytes.len() {
            assert_eq!(read(&bytes[..cut]).is_ok(), ends.contains(&cut), "{cut}");
        }
        let long = [&[0x59, 0x02, 0x01][..], &[0; 513]].concat();
        assert_eq!(read(&[lines[0].clone(), long].concat()).unwrap_err().at, lines[0].len());
    }
}
