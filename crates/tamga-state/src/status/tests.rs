use tamga_format::cbor::Value;
use tamga_format::id::{AttachmentId, Height, KeyId, SubjectId, TreeRoot, UnixMillis};
use tamga_format::lines::LinesRoot;

use super::*;
use crate::catalogue::{OrganisationKind, WriterRole};
use crate::matrix::Stage;
use crate::testing::{key, tag};

fn largest_case() -> Case {
    let time = Some(UnixMillis::MAX);
    let record = Some(RecordId([5; 32]));
    Case {
        stage: Stage::ClosedReturnedIssuer,
        stage_since: UnixMillis::MAX,
        before_suspension: Some(Stage::Enforcing),
        before_closing: Some(Stage::Suspended),
        debtor: SubjectId([1; 32]),
        debtor_kind: PartyKind::Organisation,
        claimants: vec![SubjectId([2; 32]); Case::CLAIMANTS_MAX],
        for_the_state: true,
        document: SubjectId([3; 32]),
        claim: Some(SubjectId([8; 32])),
        claim_order: 9,
        periodic: true,
        assignee: Some(SubjectId([4; 32])),
        assigned_at: time,
        assigned_by: record,
        region: Some("x".repeat(8)),
        received_at: UnixMillis::MAX,
        initiated_at: time,
        class: Some(ExecutionClass::B),
        last_event_at: UnixMillis::MAX,
        grounds: u64::MAX,
        until: Some(i64::MAX),
        in_debtor_register: true,
        notices: u64::MAX,
        debtor_notified_at: time,
        claimant_notified_at: time,
        warned_at: time,
        open_complaints: u64::MAX,
        pending_sanctions: u64::MAX,
        open_measures: u64::MAX,
        open_lots: u64::MAX,
        levies: u64::MAX,
        correction: record,
        undistributed_since: time,
        recovered_since: time,
        erased: true,
        money: [6; 32],
        draw: Some(Draw {
            commitment: RecordId([7; 32]),
            height: Height(u64::MAX),
            root: [8; 32],
            loads: vec![u32::MAX; crate::catalogue::CANDIDATES_MAX],
            drawn: Some(RecordId([9; 32])),
        }),
        royalties: Some(RoyaltyLevies { rightsholder: SubjectId([10; 32]), count: u64::MAX }),
    }
}

/// Encodes, decodes and cuts a status; returns its length.
fn check<T: Typed + PartialEq + core::fmt::Debug>(status: &T) -> usize {
    let last = Some(RecordId([7; 32]));
    let bytes = encode(status, last);
    assert_eq!(
        decode::<T>(&bytes).as_ref(),
        Ok(&(last, T::read(&mut body(&bytes)).expect("items")))
    );
    assert_eq!(decode::<T>(&bytes).expect("a status").1, *status);
    assert_eq!(last_record(&bytes), Ok(last));
    Status::decode(T::ROLE, &bytes).expect("a role with a status");
    for length in 0..bytes.len() {
        assert!(decode::<T>(&bytes[..length]).is_err(), "cut at {length}");
    }
    assert!(decode::<T>(&[bytes.as_slice(), &[0]].concat()).is_err());
    let none = encode(status, None);
    assert_eq!(decode::<T>(&none).expect("a status").0, None);
    bytes.len()
}

/// A reader at the items after the header.
fn body(bytes: &[u8]) -> Reader<'_> {
    let mut reader = Reader::new(bytes);
    reader.array().expect("an array");
    reader.uint().expect("a version");
    let _: [u8; 32] = reader.fixed().expect("a record id");
    reader
}

#[test]
fn statuses_round_trip_and_refuse_every_truncation() {
    assert!(check(&largest_case()) <= STATUS_BYTES_MAX);
    check(&Organisation {
        kind: OrganisationKind::Court,
        bin: "591240000109".to_owned(),
        region: None,
        standing: Standing::Active,
    });
    check(&Officer {
        number: "1".to_owned(),
        role: WriterRole::StateBailiff,
        organisation: SubjectId([1; 32]),
        licence: Some("2".to_owned()),
        region: None,
        standing: Standing::Suspended,
        valid_from: UnixMillis(5),
        valid_to: Some(UnixMillis(6)),
        load: 3,
        keys: 1,
    });
    let organisation = SubjectId([9; 32]);
    check(&Accreditation {
        organisation,
        sphere: Sphere::Combined,
        state: AccreditationState::Suspended,
        since: 5,
        terms: vec![(1, 2), (3, 4)],
        suspensions: vec![(3, Some(4)), (5, None)],
    });
    check(&Delegation {
        from: organisation,
        to: tag(Role::Officer, "o"),
        kinds: vec![201, 202],
        valid_from: UnixMillis(1),
        valid_to: UnixMillis(2),
        revoked_at: None,
    });
    check(&Approval { target: RecordId([1; 32]), organisations: vec![organisation] });
    let largest = PolicyStatus {
        number: u64::MAX,
        digest: [1; 32],
        policy: tamga_format::id::PolicyHash([2; 32]),
        governance: vec![(organisation, key("a").public()); PolicyStatus::ORGANISATIONS_MAX],
        keys: vec![[3; 16]; PolicyStatus::KEYS_MAX],
    };
    assert!(check(&largest) <= STATUS_BYTES_MAX);
    let approvals = vec![organisation; Approval::ORGANISATIONS_MAX];
    assert!(
        check(&Approval { target: RecordId([1; 32]), organisations: approvals })
            <= STATUS_BYTES_MAX
    );
    let terms = vec![(i64::MAX, i64::MAX); Accreditation::TERMS_MAX];
    let state = AccreditationState::Granted;
    let suspensions = vec![(i64::MAX, Some(i64::MAX)); Accreditation::TERMS_MAX];
    let sphere = Sphere::Combined;
    let full = Accreditation { organisation, sphere, state, since: 0, terms, suspensions };
    assert!(check(&full) <= STATUS_BYTES_MAX);
    check(&KeyStatus {
        public: key("a").public(),
        holder: tag(Role::Debtor, "d"),
        valid_from: UnixMillis(5),
        valid_to: None,
        revoked_at: Some(UnixMillis(6)),
        compromise_since: None,
        replaced_by: Some(KeyId([1; 32])),
    });
    let versions = vec![ItemVersion {
        from: 4,
        value: Value::Array(vec![Value::Uint(60)]),
        mark: Mark::Unverified,
    }];
    check(&Parameter { name: "fee".to_owned(), versions });
    check(&DebtorStatus {
        open_cases: 1,
        register_entries: 2,
        keys: 3,
        claims: [7; 10],
        unpaid: Some([1; 32]),
    });
    check(&Claim { cases: 2, open_cases: 1, money: [4; 32] });
    let categories = RightCategories::new(&[RightCategory::Resale]).unwrap();
    let (mandate, cmo) = (SubjectId([1; 32]), SubjectId([2; 32]));
    let term = MandateTerm { mandate, cmo, categories, from: i64::MAX, to: Some(i64::MAX) };
    let mandates = vec![term; RightsholderStatus::TERMS_MAX];
    let statement = StatementState { cmo, covered: u64::MAX, record: RecordId([8; 32]) };
    assert!(
        check(&RightsholderStatus {
            keys: u64::MAX,
            rights_set: Some(RecordId([8; 32])),
            levies: 2,
            mandates,
            statements: vec![statement; RightsholderStatus::STATEMENTS_MAX],
            balances: Some([9; 32]),
        }) <= STATUS_BYTES_MAX
    );
    let most = i64::MAX;
    let flows =
        Flows { collected: most, deducted: most, allocated: most, paid: most, ..Flows::default() };
    let account = Account {
        sphere: Sphere::RelatedRights,
        currency: "KZT".to_owned(),
        flows,
        reported: flows,
        closing: most,
    };
    let month = Month { number: 800, collected: most, deducted: most };
    assert!(
        check(&CmoStatus {
            accreditations: 1,
            mandates: 2,
            accounts: vec![account; CmoStatus::ACCOUNTS_MAX],
            months: vec![month; CmoStatus::MONTHS],
            disputes: u64::MAX,
            confirmed: [u64::MAX; 2],
        }) <= STATUS_BYTES_MAX
    );
    let set = ShareSet {
        record: RecordId([8; 32]),
        territory: "2136".to_owned(),
        from: most,
        to: Some(most),
        total_bp: 10_000,
    };
    assert!(
        check(&Work {
            registrant: cmo,
            iswc: Some("T0345246801".to_owned()),
            title: [4; 32],
            category: RightCategory::Resale,
            shares: vec![set; Work::SHARES_MAX],
            disputes: 16,
        }) <= STATUS_BYTES_MAX
    );
    let lines = LinesRoot { root: TreeRoot([7; 32]), count: 9 };
    let batch = |content| Batch {
        record: RecordId([8; 32]),
        at: UnixMillis(5),
        attachment: AttachmentId([6; 32]),
        lines,
        content,
    };
    check(&batch(BatchContent::Usage(UsageBatch {
        cmo,
        licensee: mandate,
        source: UsageSource::Dsr,
        days: (4, 5),
        uses: 6,
        licensed: true,
        consumed: RightCategory::ALL.iter().map(|category| (*category, cmo)).collect(),
    })));
    check(&batch(BatchContent::Allocation(AllocationState {
        cmo,
        pool: mandate,
        number: 1,
        total: -2,
        held: 3,
        recoverable: 4,
        first: lines,
        remainders: lines,
        paid: [1, -2, 3],
        last_payout: Some(cmo),
    })));
    check(&batch(BatchContent::Payout(PayoutBatch {
        cmo,
        number: 2,
        allocation: mandate,
        previous: None,
        paid: [-1, 2, 3],
    })));
    check(&Book { batches: 3 });
    check(&Dispute {
        cmo,
        about: DisputeAbout::Shares,
        state: DisputeState::Answered,
        filed_by: Subject::new(Role::Rightsholder, mandate),
        parties: vec![mandate; Dispute::PARTIES_MAX],
        work: Some(cmo),
        batch: Some(mandate),
        line: Some([3; 32]),
        filed_on: -1,
        answered_on: Some(2),
        ended_on: None,
        decision: Some(Decision::Refused),
    });
    check(&Payment {
        cmo,
        payout: mandate,
        rightsholder: None,
        confirmation: Confirmation::PartlyExecuted,
        paid_on: Some(4),
        executed: most,
    });
    check(&Pool {
        cmo,
        sphere: Sphere::Copyright,
        period: "2026-Q1".to_owned(),
        currency: "KZT".to_owned(),
        state: PoolState::Published,
        collections: 1,
        collected: 10,
        unlicensed: 2,
        deductions: [1, 2, 3, 4],
        undocumented: true,
        allocated: 5,
        undistributed: 6,
        in_lines: 5,
        paid: [1, 2, 3],
        redistributed_out: 7,
        weighting: Some(Weighting::Revenue),
        fixed_on: Some(20_000),
        batches: 3,
    });
    let full = Mandate {
        rightsholder: SubjectId([3; 32]),
        cmo,
        state: MandateState::Ended,
        sphere: Sphere::Copyright,
        territory: "2136".to_owned(),
        excluded: vec![SubjectId([4; 32]); Mandate::EXCLUDED_MAX],
    };
    assert!(check(&full) <= STATUS_BYTES_MAX);
    let record = RecordId([5; 32]);
    let licence = Licence { record, cmo, sphere: Sphere::Copyright, from: i64::MAX, to: i64::MAX };
    let licences = vec![licence; Licensee::LICENCES_MAX];
    assert!(check(&Licensee { licences }) <= STATUS_BYTES_MAX);
    check(&Measure {
        case: SubjectId([1; 32]),
        code: MeasureCode::TravelBan,
        state: MeasureState::SanctionRequested,
        since: UnixMillis(5),
        object: None,
        requested_by: Some(RecordId([2; 32])),
        answered_by: None,
        imposed_by: None,
    });
    check(&Lot {
        case: SubjectId([1; 32]),
        stage: LotStage::Listed,
        since: UnixMillis(5),
        round: 2,
        identified_on: Some(1),
        arrested_on: Some(2),
        valued_on: None,
        prices: Some([3; 32]),
    });
    check(&ClaimantStatus { open_cases: 1, keys: 3 });
    check(&Document {
        cases: 2,
        last_case: Some(SubjectId([1; 32])),
        stopped_days: 40,
        ended_on: Some(20_000),
        restored: true,
        ..Document::default()
    });
    check(&Complaint {
        case: SubjectId([1; 32]),
        kind: ComplaintKind::AlgorithmicReview,
        forum: Forum::Admin,
        stage: ComplaintStage::Appealed,
        act: Some(RecordId([2; 32])),
    });
}

#[test]
fn complaint_stages_follow_the_law() {
    let table: String = ComplaintStage::ALL
        .iter()
        .map(|from| {
            let row: String = ComplaintStage::ALL
                .iter()
                .map(|&to| if from.may_become(to) { '+' } else { '.' })
                .collect();
            format!("{row} {}\n", from.name())
        })
        .collect();
    assert_eq!(
        table,
        "\
.++..... FILED
...+++.. ACCEPTED
........ RETURNED
......++ SATISFIED
......++ PARTIALLY
......++ DISMISSED
........ IN_FORCE
...+++.. APPEALED
"
    );
}

#[test]
fn unsound_money_is_recognised() {
    let sound = Money { due: 5, recovered: 10, distributed: 4, fee: 6, ..Money::default() };
    assert!(sound.is_sound() && sound.undistributed() == Some(0));
    assert!(!Money { fee: 7, ..sound }.is_sound());
    assert!(!Money { due: -1, ..sound }.is_sound());
    assert!(!Money { fee: i64::MAX, expenses: i64::MAX, ..sound }.is_sound());
    assert_eq!(Money::decode(&sound.encode()), Ok(sound));
}

#[test]
fn what_lines_are_judged_by_changes_with_mandates_and_levies_only() {
    let (rights, last) = (RecordId([1; 32]), Some(RecordId([2; 32])));
    let holder = RightsholderStatus { rights_set: Some(rights), ..RightsholderStatus::default() };
    let bytes = encode(&holder, last);
    assert_eq!(judged_since(Role::Rightsholder, &bytes), Ok(Some(rights)));
    assert_eq!(judged_since(Role::Book, &encode(&Book { batches: 1 }, last)), Ok(last));
    assert!(judged_since(Role::Rightsholder, &bytes[1..]).is_err());
}
