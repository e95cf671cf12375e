//! The one form of a pack as a file (spec §13.13): a zip archive whose members are stored one after the other, without
//! packing, times or remarks. So nothing in it can be changed without a member changing, and none of it unpacks to more
//! than it is.

use super::Member;

/// Members of a pack.
pub const MEMBERS_MAX: usize = 16_384;
/// Bytes of a pack.
pub const PACK_BYTES_MAX: usize = 256 << 20;
/// Bytes of a member's name.
const NAME_BYTES_MAX: usize = 200;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// Bytes of a member's head before its name.
const LOCAL_BYTES: usize = 30;
/// Version 1.0 of the format is needed to read it.
const NEEDED: u16 = 10;
/// Made as under Unix, so that the rights below are read.
const MADE_BY: u16 = 0x0300 | NEEDED;
/// 1 January 1980, the first day that the format knows.
const DAY: u16 = 0x0021;
/// A regular file that all may read.
const RIGHTS: u32 = 0o100_644 << 16;

/// Whether a file begins as a zip archive does.
#[must_use]
pub fn is_archive(file: &[u8]) -> bool {
    file.starts_with(&LOCAL)
}

/// Whether a member may have a name: a relative path of plain letters that leads nowhere else.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
    name.len() <= NAME_BYTES_MAX && name.split('/').all(part)
}

/// The archive of these members; `None` if it would be too large, or a name is none.
#[must_use]
pub fn write(members: &[Member]) -> Option<Vec<u8>> {
    let bytes: usize = members.iter().map(|member| member.bytes.len()).sum();
    let fits = members.len() <= MEMBERS_MAX && bytes <= PACK_BYTES_MAX;
    if !fits || !members.iter().all(|member| is_name(&member.name)) {
        return None;
    }
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let at = u32::try_from(file.len()).ok()?;
        let size = u32::try_from(member.bytes.len()).ok()?;
        let name = u16::try_from(member.name.len()).ok()?;
        let mut common = Vec::new();
        for number in [NEEDED, 0, 0, 0, DAY] {
            common.extend(number.to_le_bytes());
        }
        for number in [crc32(&member.bytes), size, size] {
            common.extend(number.to_le_bytes());
        }
        common.extend(name.to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        file.extend(LOCAL);
        file.extend(&common);
        file.extend(member.name.as_bytes());
        file.extend(&member.bytes);
        directory.extend(CENTRAL);
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend(RIGHTS.to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(member.name.as_bytes());
    }
    let count = u16::try_from(members.len()).ok()?;
    let (start, length) = (u32::try_from(file.len()).ok()?, u32::try_from(directory.len()).ok()?);
    file.extend(directory);
    file.extend(END);
    file.extend([0; 4]);
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0; 2]);
    Some(file)
}

/// The members of an archive in its one form; `None` if it is in any other.
#[must_use]
pub fn read(file: &[u8]) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    let mut rest = file;
    while rest.starts_with(&LOCAL) {
        let (head, after) = rest.split_at_checked(LOCAL_BYTES)?;
        let size = u32::from_le_bytes(*head.get(18..)?.first_chunk()?);
        let name = u16::from_le_bytes(*head.get(26..)?.first_chunk()?);
        let (name, after) = after.split_at_checked(usize::from(name))?;
        let (bytes, after) = after.split_at_checked(usize::try_from(size).ok()?)?;
        if members.len() >= MEMBERS_MAX {
            return None;
        }
        let name = core::str::from_utf8(name).ok()?.to_owned();
        members.push(Member { name, bytes: bytes.to_vec() });
        rest = after;
    }
    (write(&members)? == file).then_some(members)
}

/// The checksum of the format (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        let [low, ..] = sum.to_le_bytes();
        TABLE[usize::from(low ^ byte)] ^ (sum >> 8)
    })
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it is below 256")]
        let mut sum = at as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
            bit += 1;
        }
        table[at] = sum;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn members() -> Vec<Member> {
        let names = ["README.txt", "receipts/0001-E01.tamga-receipt", "empty"];
        let bytes = [&b"read me"[..], b"123456789", b""];
        names.iter().zip(bytes).map(|(name, bytes)| Member::new(*name, bytes)).collect()
    }

    #[test]
    fn what_is_written_is_read_and_every_changed_byte_is_noticed() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let file = write(&members()).unwrap();
        assert_eq!(read(&file), Some(members()));
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(read(&changed).is_none(), "byte {at}");
        }
        for length in 0..file.len() {
            assert_ne!(read(&file[..length]), Some(members()), "{length} bytes");
        }
    }

    #[test]
    fn other_programs_read_it() {
        let file = write(&members()).unwrap();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
        for (number, member) in members().iter().enumerate() {
            let mut read = archive.by_index(number).unwrap();
            assert_eq!(read.name().unwrap(), member.name);
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut read, &mut bytes).unwrap();
            assert_eq!(bytes, member.bytes);
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["../x", "/x", "a//b", "", ".hidden", "a/..", "a\\b", "a\u{301}", "c:x"] {
            assert!(!is_name(name), "{name}");
            assert_eq!(write(&[Member::new(name, "x")]), None);
        }
    }
}
