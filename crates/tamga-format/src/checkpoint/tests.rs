use alloc::string::ToString;

use super::*;

const ROOT: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

#[test]
fn body_has_exactly_three_lines() {
    let body = format!("tamga.example\n18446744073709551615\n{ROOT}\n");
    let checkpoint = Checkpoint::parse(&body).unwrap();
    assert_eq!(checkpoint.body(), body);
    assert_eq!(checkpoint.value_id().0, sha256(&[body.as_bytes()]));
}

#[test]
fn other_bodies_are_refused() {
    let refused = [
        String::new(),
        format!("tamga.example\n1\n{ROOT}"),
        format!("tamga.example\n1\n{ROOT}\n\n"),
        format!("tamga.example\n1\n{ROOT}\nextension\n"),
        format!("\n1\n{ROOT}\n"),
        format!("tam ga\n1\n{ROOT}\n"),
        format!("{}\n1\n{ROOT}\n", "t".repeat(129)),
        format!("tamga.example\n01\n{ROOT}\n"),
        format!("tamga.example\n+1\n{ROOT}\n"),
        format!("tamga.example\n-1\n{ROOT}\n"),
        format!("tamga.example\n18446744073709551616\n{ROOT}\n"),
        format!("tamga.example\n1\n{}\n", ROOT.replace('=', "")),
        format!("tamga.example\n1\n{}\n", ROOT.replace("FU=", "FV=")),
        "tamga.example\n1\nAAAA\n".to_string(),
        "tamga.example\n1\n".to_string(),
    ];
    for body in refused {
        assert!(Checkpoint::parse(&body).is_err(), "{body:?}");
    }
}
