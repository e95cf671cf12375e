use super::*;
use crate::status::PolicyStatus;
use tamga_format::beacon::VrfSecret;
use tamga_format::cbor::Value;
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::policy::{Policy, Witness};
use tamga_format::policy_record::{POLICY_KIND, policy_digest, policy_message};

/// The parts of a policy that a test may change.
struct Next {
    number: u64,
    predecessor: [u8; 32],
    validators: Vec<&'static str>,
    governors: Vec<&'static str>,
}

impl Next {
    fn of(world: &World) -> Self {
        let old: PolicyStatus = world.status(PolicyStatus::subject());
        Self {
            number: old.number + 1,
            predecessor: old.digest,
            validators: vec!["v0", "v1"],
            governors: vec!["governance"],
        }
    }

    fn cosigner(name: &str) -> VKey {
        // The genesis of the tests names its one cosigner's key after the validator.
        VKey::new(name, VKeyKind::Cosigner, key(name).public()).expect("a fixed name")
    }

    fn consensus(name: &str) -> String {
        if name == "v0" { "consensus".to_owned() } else { format!("consensus {name}") }
    }

    fn beacon(name: &str) -> VrfSecret {
        VrfSecret::from_seed(&[if name == "v0" { 7 } else { 8 }; 32])
    }

    fn draft(&self) -> Draft {
        let log = VKey::new(ORIGIN, VKeyKind::Log, key(ORIGIN).public()).expect("a fixed name");
        let witness = |name: &&str| Witness {
            name: (*name).to_owned(),
            key: Self::cosigner(name),
            url: format!("https://{name}.example/"),
        };
        let witnesses = self.validators.iter().map(witness).collect();
        let policy = Policy::for_validators(log, "https://log.example/".to_owned(), witnesses, 2);
        let organisation = Value::bytes(test_organisation().id.as_bytes());
        let governance = self.governors.iter().map(|name| {
            Value::Array(vec![organisation.clone(), Value::bytes(key(name).public().as_bytes())])
        });
        let validators = self.validators.iter().map(|name| {
            Value::Array(vec![
                Value::text(name),
                organisation.clone(),
                Value::text(&format!("peer-of-{name}")),
                Value::bytes(key(&Self::consensus(name)).public().as_bytes()),
                Value::bytes(Self::beacon(name).public().as_bytes()),
            ])
        });
        Draft::new(Kind::G08, "operator", PolicyStatus::subject())
            .field("number", i64::try_from(self.number).expect("a small number"))
            .field("predecessor", self.predecessor)
            .field("policy", policy.expect("a policy").encode().as_str())
            .field("governance", Value::Array(governance.collect()))
            .field("validators", Value::Array(validators.collect()))
    }
}

/// Adds the signatures of these keys to a draft's payload.
fn signed(draft: Draft, signers: &[(&str, &str)]) -> Draft {
    let message = policy_message(ORIGIN, &policy_digest(&draft.record.fields));
    let rows = signers.iter().map(|(purpose, name)| {
        let (public, signature) = if *purpose == "BEACON" {
            let secret = Next::beacon(name);
            (*secret.public().as_bytes(), secret.prove(&message).0.to_vec())
        } else {
            let signature = key(name).sign(&message);
            (*key(name).public().as_bytes(), signature.as_bytes().to_vec())
        };
        Value::Array(vec![Value::text(purpose), Value::bytes(&public), Value::bytes(&signature)])
    });
    let rows = rows.collect();
    draft.field("signatures", Value::Array(rows))
}

/// Everybody who has to sign that `v1` joins.
const JOINING: [(&str, &str); 4] = [
    ("GOVERNANCE", "governance"),
    ("CONSENSUS", "consensus v1"),
    ("COSIGNER", "v1"),
    ("BEACON", "v1"),
];

#[test]
fn the_chain_of_policies_knows_the_kind_of_their_records() {
    assert_eq!(Kind::G08.number(), POLICY_KIND);
}

#[test]
fn a_policy_follows_the_one_in_force_and_is_signed_by_old_and_new() {
    let mut world = World::new();
    let genesis: PolicyStatus = world.status(PolicyStatus::subject());
    assert_eq!((genesis.number, genesis.quorum()), (0, 1));
    let draft = Next::of(&world).draft();
    for absent in 0..JOINING.len() {
        let mut signers = JOINING.to_vec();
        signers.remove(absent);
        let missing = signed(draft.clone(), &signers);
        refused(&mut world, &missing, Code::PolicySignatures, "/fields/signatures");
    }
    let forged = signed(draft.clone(), &JOINING).field("number", 1).with(|record| {
        // The signatures are over another payload than the one that is recorded.
        let policy = record.fields.iter_mut().find(|(number, _)| *number == 3).expect("a policy");
        let text = policy.1.as_text().expect("a text").replace("v1.example", "v2.example");
        policy.1 = Value::text(&text);
    });
    refused(&mut world, &forged, Code::PolicySignatures, "/fields/signatures");
    world.record(&signed(draft, &JOINING));
    let status: PolicyStatus = world.status(PolicyStatus::subject());
    assert_eq!((status.number, status.governance.len(), status.keys.len()), (1, 1, 8));
    // Known keys need not sign again; a new governance key does.
    let next = Next { governors: vec!["governance of 2027"], ..Next::of(&world) };
    let old_alone = signed(next.draft(), &[("GOVERNANCE", "governance")]);
    refused(&mut world, &old_alone, Code::PolicySignatures, "/fields/signatures");
    let both = [("GOVERNANCE", "governance"), ("GOVERNANCE", "governance of 2027")];
    world.record(&signed(next.draft(), &both));
    let retired = signed(Next::of(&world).draft(), &[("GOVERNANCE", "governance")]);
    refused(&mut world, &retired, Code::PolicySignatures, "/fields/signatures");
}

#[test]
fn a_policy_that_is_out_of_turn_or_not_whole_is_refused() {
    let mut world = World::new();
    let next = || Next::of(&World::new());
    let sign = |next: Next| signed(next.draft(), &JOINING);
    let whole = next().draft();
    let text = |change: fn(&str) -> String| {
        let policy = whole.record.field(3).and_then(Value::as_text).expect("a text");
        signed(whole.clone().field("policy", change(policy).as_str()), &JOINING)
    };
    let cases = [
        (sign(Next { number: 2, ..next() }), Code::PolicySequence, "/fields/number"),
        (
            sign(Next { predecessor: [1; 32], ..next() }),
            Code::PolicySequence,
            "/fields/predecessor",
        ),
        (text(|text| format!("# comment\n{text}")), Code::PolicyInvalid, "/fields/policy"),
        (text(|text| text.replace("group", "grope")), Code::PolicyInvalid, "/fields/policy"),
        (
            text(|text| text.replace("witness v1", "witness v9")),
            Code::PolicyInvalid,
            "/fields/policy",
        ),
        (
            text(|text| text.replace("quorum validators", "quorum none")),
            Code::PolicyInvalid,
            "/fields/policy",
        ),
        (
            text(|text| text.replace("group validators 2", "group validators 1")),
            Code::PolicyInvalid,
            "/fields/policy",
        ),
        (
            sign(Next { governors: vec!["governance", "governance"], ..next() }),
            Code::PolicyInvalid,
            "/fields/governance",
        ),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, pointer);
    }
    let elsewhere = signed(whole, &JOINING).with(|record| {
        record.subject = Subject::registered(Role::Item, "policies");
    });
    refused(&mut world, &elsewhere, Code::PrimarySubject, "/subject");
}
