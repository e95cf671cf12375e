use super::*;
use alloc::string::ToString;

#[test]
fn role_table_is_the_one_of_the_specification() {
    let table: String =
        Role::ALL.iter().map(|r| alloc::format!("{} {}\n", r.code(), r.name())).collect();
    assert_eq!(
        table,
        "\
1 case
2 debtor
3 claimant
4 officer
5 rightsholder
6 work
7 cmo
8 licensee
9 pool
10 organisation
11 key
12 item
13 document
14 claim
15 measure
16 lot
17 complaint
18 mandate
19 batch
20 book
22 dispute
23 payment
"
    );
    for role in Role::ALL {
        assert_eq!(Role::from_code(role.code().into()), Some(*role));
        assert_eq!(Role::from_name(role.name()), Some(*role));
    }
    assert_eq!(
        (Role::from_code(0), Role::from_code(21), Role::from_name("Case")),
        (None, None, None)
    );
}

#[test]
fn subjects_survive_their_text_form() {
    for role in Role::ALL {
        let subject = Subject::registered(*role, "7");
        assert_eq!(subject.to_string().parse(), Ok(subject));
    }
    let zero = Subject::new(Role::Case, SubjectId([0; 32]));
    assert_eq!(zero.to_text(), "case:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

#[test]
fn other_texts_are_refused() {
    use FormatCode::{RoleUnknown, SubjectText};
    let id = "A".repeat(43);
    let cases = [
        ("".to_string(), SubjectText, 0),
        ("case".to_string(), SubjectText, 4),
        (alloc::format!("cases:{id}"), RoleUnknown, 0),
        (alloc::format!("Case:{id}"), RoleUnknown, 0),
        (alloc::format!("case:{}", &id[1..]), SubjectText, 5),
        (alloc::format!("case:{id}A"), SubjectText, 5),
        (alloc::format!("case:{id}="), SubjectText, 5),
        (alloc::format!("case:{}B", &id[1..]), SubjectText, 5),
        (alloc::format!("case:{}+A", &id[2..]), SubjectText, 5),
        (alloc::format!("case::{id}"), SubjectText, 5),
        (alloc::format!("case: {}", &id[1..]), SubjectText, 5),
    ];
    for (text, code, at) in cases {
        assert_eq!(text.parse::<Subject>(), Err(FormatError::new(code, at)), "{text}");
    }
}

#[test]
fn hmac_is_the_one_of_rfc_4231() {
    // Test case 1 has a key of 20 bytes; zeros up to the block's end don't change an HMAC key.
    let key = core::array::from_fn(|i| if i < 20 { 0x0b } else { 0 });
    let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
    assert_eq!(SubjectId(hmac_sha256(&key, &[b"Hi ", b"There"])).to_string(), expected);
}

#[test]
fn roles_keep_equal_ids_apart() {
    let (debtor, claimant) = (Role::Debtor, Role::Claimant);
    assert_ne!(person_tag(&[1; 32], debtor), person_tag(&[1; 32], claimant));
    assert_ne!(Subject::registered(debtor, "1").id, Subject::registered(claimant, "1").id);
    let id = SubjectId([2; 32]);
    assert_ne!(Subject::new(debtor, id).map_key(), Subject::new(claimant, id).map_key());
}

#[test]
fn a_status_hash_depends_on_the_nonce_of_the_last_record() {
    assert_ne!(status_hash(&[0; 16], b"\xa0"), status_hash(&[1; 16], b"\xa0"));
    assert_ne!(status_hash(&[0; 16], b""), STATUS_NONE);
}

#[test]
fn leaf_and_map_value_are_laid_out_as_specified() {
    let leaf = subject_leaf(LeafIndex(0x0102), LeafHash([9; 32]));
    assert_eq!((&leaf[..8], &leaf[8..]), (&[0, 0, 0, 0, 0, 0, 1, 2][..], &[9; 32][..]));
    let value = map_value(3, &TreeRoot([4; 32]), &StatusHash([5; 32]));
    let mut bytes = alloc::vec![2, 0, 0, 0, 0, 0, 0, 0, 3];
    bytes.extend([4; 32]);
    bytes.extend([5; 32]);
    assert_eq!((bytes.len(), value), (73, MapValue(sha256(&[&bytes]))));
}
