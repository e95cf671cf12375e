use super::*;
use tamga_format::beacon::VrfSecret;
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};

fn public(seed: u8) -> PublicKey {
    SigningKey::from_seed([seed; 32]).public()
}

fn validator(number: u8) -> ValidatorPart {
    ValidatorPart {
        name: format!("v{number}"),
        organisation: "591240000109".into(),
        consensus: Base64::encode_string(public(number).as_bytes()),
        cosigner: VKey::new(
            &format!("tamga.example/v{number}"),
            VKeyKind::Cosigner,
            public(100 + number),
        )
        .unwrap()
        .to_string(),
        beacon: Base64::encode_string(
            VrfSecret::from_seed(&[200 + number; 32]).public().as_bytes(),
        ),
        peer: format!("12D3KooW{}", "a".repeat(43) + &number.to_string()),
        url: format!("https://v{number}.tamga.example/"),
    }
}

fn file() -> GenesisFile {
    let origin = "tamga.example/test";
    GenesisFile {
        version: 1,
        origin: origin.into(),
        time: "2026-01-01T00:00:00Z".into(),
        heartbeat_s: 60,
        log: LogPart {
            vkey: VKey::new(origin, VKeyKind::Log, public(90)).unwrap().to_string(),
            url: "https://tamga.example/log/".into(),
            quorum: 3,
        },
        organisations: vec![OrganisationPart {
            number: "591240000109".into(),
            kind: "AUTHORISED_BODY".into(),
            region: None,
            name_kk: "Министрлік".into(),
            name_ru: "Министерство".into(),
            name_en: "Ministry".into(),
        }],
        officers: vec![OfficerPart {
            number: "16".into(),
            role: "PRIVATE_BAILIFF".into(),
            organisation: "591240000109".into(),
            licence: Some("0042".into()),
            region: Some("75".into()),
            from: "2000-01-01".into(),
            to: Some("2000-01-31".into()),
        }],
        keys: vec![KeyPart {
            owner: "officer#16".into(),
            key: Base64::encode_string(public(80).as_bytes()),
            from: "2000-01-01T00:00:00Z".into(),
            to: None,
        }],
        parameters: vec![
            ParameterPart {
                name: "voluntary_term_wd".into(),
                value: ParameterValue::Number(5),
                from: "2000-01-01".into(),
                basis: "EL art. 10".into(),
                mark: Some("UNVERIFIED".into()),
            },
            ParameterPart {
                name: "fee_rates_bp".into(),
                value: ParameterValue::List(vec![2500, 300]),
                from: "2000-01-01".into(),
                basis: "rules".into(),
                mark: None,
            },
        ],
        calendars: vec![CalendarPart {
            year: 2026,
            moving: vec!["01-01".into()],
            fixed: vec!["01-07".into()],
            days_off: Vec::new(),
            working_days: vec!["01-10".into()],
            basis: "Law on holidays".into(),
            mark: None,
        }],
        validators: (0..4).map(validator).collect(),
        publishers: vec![PublisherPart {
            organisation: "591240000109".into(),
            peer: "12D3KooWpublisher0000000000000000000000000000000000".into(),
        }],
    }
}

#[test]
fn a_file_survives_a_round_trip() {
    let text = file().to_toml();
    assert_eq!(read(&text).unwrap(), file());
    let (genesis, hash) = parse(text.as_bytes()).unwrap();
    assert_eq!(hash.0, sha256(&[text.as_bytes()]));
    assert_eq!(genesis.validators.count(), 4);
    assert_eq!(genesis.policy.origin(), "tamga.example/test");
    assert_eq!(genesis.policy.witnesses().count(), 4);
    assert_eq!(genesis.publishers.len(), 1);
    assert_eq!(genesis.keys[0].holder, Subject::registered(Role::Officer, "16"));
}

#[test]
fn one_blank_more_is_another_ledger() {
    let text = file().to_toml();
    let (genesis, hash) = parse(text.as_bytes()).unwrap();
    let (same, other) = parse(format!("{text}\n").as_bytes()).unwrap();
    assert_eq!(genesis, same);
    assert_ne!(hash, other);
}

#[test]
fn days_begin_at_local_midnight_and_the_last_one_counts() {
    let genesis = file().genesis().unwrap();
    let officer = &genesis.officers[0];
    assert_eq!(crate::time::instant(officer.valid_from), "1999-12-31T19:00:00Z");
    assert_eq!(officer.valid_to.map(crate::time::instant).unwrap(), "2000-01-31T19:00:00Z");
}

#[test]
fn every_mistake_is_named_with_its_place() {
    type Change = fn(&mut GenesisFile);
    let cases: &[(&str, Change)] = &[
        ("/time", |file| file.time = "2026-01-01".into()),
        ("/heartbeat_s", |file| file.heartbeat_s = 0),
        ("/log/vkey", |file| file.origin = "tamga.example/other".into()),
        ("/log/vkey", |file| file.log.vkey = file.validators[0].cosigner.clone()),
        ("/log/quorum", |file| file.log.quorum = 2),
        ("/organisation/0/kind", |file| file.organisations[0].kind = "KINGDOM".into()),
        ("/officer/0/role", |file| file.officers[0].role = "KING".into()),
        ("/officer/0/from", |file| file.officers[0].from = "2000-02-30".into()),
        ("/parameter/0/from", |file| file.parameters[0].from = "2000".into()),
        ("/parameter/0/mark", |file| file.parameters[0].mark = Some("RUMOUR".into())),
        ("", |file| file.parameters[0].name = "dream_wd".into()),
        ("", |file| file.parameters[1].value = ParameterValue::Text("many".into())),
        ("", |file| file.parameters[1] = file.parameters[0].clone()),
        ("/calendar/0/fixed/0", |file| file.calendars[0].fixed[0] = "02-29".into()),
        ("/calendar/0/moving/0", |file| file.calendars[0].moving[0] = "1-1".into()),
        ("", |file| file.calendars[0].year = 1999),
        ("", |file| file.calendars[0].fixed.push("01-01".into())),
        ("/key/0/key", |file| file.keys[0].key = "AAAA".into()),
        ("/key/0/key", |file| file.keys[0].key = Base64::encode_string(&[0; 32])),
        ("/key/0/owner", |file| file.keys[0].owner = "officer".into()),
        ("/validator/1/organisation", |file| file.validators[1].organisation = "1".into()),
        ("/validator/2/beacon", |file| file.validators[2].beacon = "x".into()),
        ("/validator/3/peer", |file| file.validators[3].peer = "p".into()),
        ("/validator", |file| file.validators[1].peer = file.validators[0].peer.clone()),
        ("/validator", |file| file.validators[1].consensus = file.validators[0].consensus.clone()),
        ("/publisher", |file| file.publishers[0].peer = file.validators[0].peer.clone()),
        ("", |file| {
            let wrong =
                OrganisationPart { number: "591240000100".into(), ..file.organisations[0].clone() };
            file.organisations.push(wrong);
        }),
        ("", |file| file.keys[0].owner = "officer#17".into()),
        ("", |file| file.officers.push(file.officers[0].clone())),
    ];
    for (at, change) in cases {
        let mut wrong = file();
        change(&mut wrong);
        let rejection = parse(wrong.to_toml().as_bytes()).unwrap_err();
        assert_eq!(
            (rejection.code, rejection.pointer.as_str()),
            (Code::GenesisInvalid, *at),
            "{rejection}"
        );
    }
}

#[test]
fn the_form_is_strict() {
    let text = file().to_toml();
    for wrong in [
        format!("surprise = 1\n{text}"),
        text.replace("version = 1", "version = 2"),
        text.replace("heartbeat_s = 60\n", ""),
        format!("{text}\n[log]\n"),
        text.replace("[log]", "[log]\nlogo = \"x\""),
    ] {
        assert_eq!(parse(wrong.as_bytes()).unwrap_err().code, Code::GenesisInvalid);
    }
    assert!(parse(b"\xff").is_err());
    assert!(parse(&vec![b'#'; GENESIS_BYTES_MAX + 1]).is_err());
}
