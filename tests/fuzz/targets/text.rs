//! What people write: genesis files, drafts, subjects, times, tile paths.

use base64ct::{Base64, Encoding as _};
use serde_json::{Value as Json, json};
use tamga_api::draft::{Draft, DraftReference, Seal, parse_subject};
use tamga_api::genesis_file::{
    self, CalendarPart, GenesisFile, KeyPart, LogPart, OfficerPart, OrganisationPart,
    ParameterPart, ParameterValue, PublisherPart, ValidatorPart,
};
use tamga_api::time::{day, instant, parse_day, parse_instant};
use tamga_format::id::{SubjectId, UnixMillis, sha256};
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_format::tile::{BundleCoord, TileCoord};
use tamga_state::catalogue::{Field, FieldType, Identifier, Kind};

use super::{Target, of_text, same, texts};
use crate::ledger::{self, ORIGIN, writer};
use crate::seeds;

/// An impossible БИН: registered in December 1959.
const BIN: &str = "591240000109";
const DAY: &str = "2026-03-12";
const TIME: &str = "2026-03-12T08:58:00Z";

pub(super) fn targets() -> Vec<Target> {
    vec![genesis(), draft(), subject(), time(), tile_path()]
}

fn genesis_file() -> GenesisFile {
    let policy = ledger::policy();
    let base64 = |bytes: &[u8; 32]| Base64::encode_string(bytes);
    let parameter = |name: &str, value| ParameterPart {
        name: name.to_owned(),
        value,
        from: "2000-01-01".to_owned(),
        basis: "EL art. 10".to_owned(),
        mark: Some("UNVERIFIED".to_owned()),
    };
    let validator = |(number, key): (usize, &tamga_format::validators::Validator)| ValidatorPart {
        name: format!("v{number}"),
        organisation: BIN.to_owned(),
        consensus: base64(key.consensus.as_bytes()),
        cosigner: key.cosigner.to_string(),
        beacon: base64(key.beacon.as_bytes()),
        peer: format!("12D3KooW{}{number}", "a".repeat(43)),
        url: format!("https://v{number}.tamga.example/"),
    };
    let validators = ledger::validators();
    GenesisFile {
        version: 1,
        origin: ORIGIN.to_owned(),
        time: "2026-01-01T00:00:00Z".to_owned(),
        heartbeat_s: 60,
        log: LogPart {
            vkey: policy.log().to_string(),
            url: policy.url().to_owned(),
            quorum: u32::try_from(validators.quorum()).unwrap(),
        },
        organisations: vec![OrganisationPart {
            number: BIN.to_owned(),
            kind: "AUTHORISED_BODY".to_owned(),
            region: None,
            governance: None,
            name_kk: "Министрлік".to_owned(),
            name_ru: "Министерство".to_owned(),
            name_en: "Ministry".to_owned(),
        }],
        officers: vec![OfficerPart {
            number: "16".to_owned(),
            role: "PRIVATE_BAILIFF".to_owned(),
            organisation: BIN.to_owned(),
            licence: Some("0042".to_owned()),
            region: Some("75".to_owned()),
            from: "2000-01-01".to_owned(),
            to: Some("2030-01-31".to_owned()),
        }],
        keys: vec![KeyPart {
            owner: "officer#16".to_owned(),
            key: base64(writer().public().as_bytes()),
            from: "2000-01-01T00:00:00Z".to_owned(),
            to: None,
        }],
        parameters: vec![
            parameter("voluntary_term_wd", ParameterValue::Number(5)),
            parameter("fee_rates_bp", ParameterValue::List(vec![2500, 300])),
            parameter("spheres", ParameterValue::Words(vec!["copyright".to_owned()])),
        ],
        calendars: vec![CalendarPart {
            year: 2026,
            moving: vec!["01-01".to_owned()],
            fixed: vec!["01-07".to_owned()],
            days_off: Vec::new(),
            working_days: vec!["01-10".to_owned()],
            basis: "Law on holidays".to_owned(),
            mark: None,
        }],
        validators: validators.members().iter().enumerate().map(validator).collect(),
        publishers: vec![PublisherPart {
            organisation: BIN.to_owned(),
            peer: format!("12D3KooW{}p", "b".repeat(43)),
        }],
    }
}

fn genesis() -> Target {
    let text = genesis_file().to_toml();
    genesis_file::parse(text.as_bytes()).unwrap();
    let commented = format!("# another ledger\n{}", text.replace(" = ", "="));
    Target::new("genesis", texts([text, commented]), |input| {
        let parsed = genesis_file::parse(input);
        let Ok(Ok(file)) = str::from_utf8(input).map(genesis_file::read) else {
            assert!(parsed.is_err());
            return false;
        };
        let again = genesis_file::read(&file.to_toml()).unwrap();
        assert_eq!(again, file);
        if let Ok((genesis, hash)) = &parsed {
            assert_eq!(hash.0, sha256(&[input]));
            assert_eq!(again.genesis().as_ref(), Ok(genesis));
        }
        parsed.is_ok()
    })
}

/// A value that a field of this type can have.
fn value(ty: FieldType) -> Json {
    match ty {
        FieldType::Uint(most) => json!(most.min(3)),
        FieldType::Bool => json!(true),
        FieldType::Amount => json!(1_500_000),
        FieldType::Difference => json!(-5),
        FieldType::Text(_) => json!("Алматы"),
        FieldType::Code(words) => json!(words[0]),
        FieldType::Bytes32 => json!("officer#16"),
        FieldType::Bytes64 => json!("0a".repeat(64)),
        FieldType::Date => json!(DAY),
        FieldType::Time => json!(TIME),
        FieldType::Bin => json!(BIN),
        FieldType::Identifier(identifier) => json!(match identifier {
            Identifier::Iswc => "T0345246801",
            Identifier::Isrc => "KZA122400001",
            Identifier::IpiName => "12345678993",
            Identifier::IpiBase => "I0000002297",
            Identifier::Isni => "000000012146438X",
            Identifier::Territory => "KZ",
            Identifier::Society => "35",
        }),
        FieldType::Scalar => json!([60, 300]),
        FieldType::Id(role) => json!(Subject::new(role, SubjectId([7; 32])).to_text()),
        FieldType::Bytes(_) => json!("0b0c"),
        FieldType::Multiline(_) => json!("log key\nquorum none\n"),
        FieldType::Candidates => {
            json!(["officer#16", { "officer": "officer#17", "reason": "OWN_TAG" }])
        }
        FieldType::Loads => json!([3]),
        FieldType::Rows(form) => {
            let cells = form.columns.iter();
            let row: serde_json::Map<String, Json> =
                cells.map(|column| (column.name.to_owned(), value(column.ty))).collect();
            json!([row])
        }
    }
}

/// A draft of a kind with every field that the catalogue knows.
fn full_draft(kind: Kind) -> Draft {
    let info = kind.info();
    let fields = |fields: &[Field]| {
        fields.iter().map(|field| (field.name.to_owned(), value(field.ty))).collect()
    };
    let case = Subject::new(Role::Case, SubjectId([1; 32])).to_text();
    Draft {
        kind: info.code.to_owned(),
        version: Some(2),
        issuer: "officer#16".to_owned(),
        subject: Subject::new(info.primary, SubjectId([2; 32])).to_text(),
        subjects: vec![case.clone(), "officer#16".to_owned()],
        event_time: TIME.to_owned(),
        after: Some("0b".repeat(32)),
        on_behalf_of: Some(format!("organisation#{BIN}")),
        references: vec![DraftReference { relation: 1, record: "0c".repeat(32), subject: case }],
        fields: fields(info.fields),
        body: fields(info.body),
    }
}

fn draft() -> Target {
    let full = Kind::ALL.iter().map(|kind| full_draft(*kind));
    let shown = seeds::bytes("record/accepted.jsonl", "entry");
    let shown =
        shown.iter().map(|entry| Draft::read(SignedRecord::decode(entry).unwrap().record(), None));
    let inputs = full.chain(shown).map(|draft| serde_json::to_vec(&draft).unwrap()).collect();
    Target::new("draft", inputs, |input| {
        let Ok(draft) = serde_json::from_slice::<Draft>(input) else { return false };
        let seal = Seal {
            origin: ORIGIN,
            key_id: writer().public().key_id(),
            nonce: [9; 16],
            valid_until: UnixMillis(1_800_000_000_000),
            salt: &|name| sha256(&[b"salt", name.as_bytes()]),
        };
        let Ok((record, body)) = draft.write(&seal) else { return false };
        // Shown and written again, it is the same record.
        let shown = Draft::read(&record, body.as_ref());
        assert_eq!(shown.write(&seal).as_ref(), Ok(&(record.clone(), body)));
        let json = serde_json::to_vec(&shown).unwrap();
        assert_eq!(serde_json::from_slice::<Draft>(&json).unwrap(), shown);
        if let Ok(signed) = record.sign(&writer()) {
            assert_eq!(SignedRecord::decode(signed.entry()).unwrap().record(), &record);
        }
        true
    })
}

fn subject() -> Target {
    let mut inputs = texts(
        seeds::lines("record/subjects.jsonl")
            .iter()
            .filter_map(|line| line["subject"].as_str().map(str::to_owned)),
    );
    inputs.extend(texts(["officer#16", "organisation#591240000109", "debtor#1"]));
    Target::new(
        "subject",
        inputs,
        of_text(|text| {
            let Ok(subject) = parse_subject(text) else {
                assert!(text.parse::<Subject>().is_err());
                return false;
            };
            assert_eq!(subject.to_text().parse(), Ok(subject));
            if text.parse() == Ok(subject) {
                same(text.as_bytes(), subject.to_text());
            }
            true
        }),
    )
}

fn time() -> Target {
    let inputs =
        texts([DAY, TIME, "1970-01-01T00:00:00.001Z", "9999-12-31T23:59:59.999Z", "2024-02-29"]);
    Target::new(
        "time",
        inputs,
        of_text(|text| match (parse_instant(text), parse_day(text)) {
            (Some(time), None) => same(text.as_bytes(), instant(time)),
            (None, Some(days)) => same(text.as_bytes(), day(days)),
            (None, None) => false,
            (Some(_), Some(_)) => panic!("both a day and a time"),
        }),
    )
}

fn tile_path() -> Target {
    let inputs = texts([
        "tile/0/000",
        "tile/1/000.p/1",
        "tile/0/x001/x234/067",
        "tile/63/x001/067.p/255",
        "tile/entries/000",
        "tile/entries/x001/000.p/44",
    ]);
    Target::new(
        "tile-path",
        inputs,
        of_text(|text| match (TileCoord::parse(text), BundleCoord::parse(text)) {
            (Ok(tile), Err(_)) => same(text.as_bytes(), tile.path()),
            (Err(_), Ok(bundle)) => same(text.as_bytes(), bundle.path()),
            (Err(_), Err(_)) => false,
            (Ok(_), Ok(_)) => panic!("both hashes and entries"),
        }),
    )
}
