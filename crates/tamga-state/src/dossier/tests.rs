use tamga_format::subject::{Role, Subject};

use super::*;
use crate::enforcement::timeline;
use crate::pack::Pack as _;
use crate::testing::{Draft, NOW, TODAY, World, tag, writer};

fn case() -> Subject {
    tag(Role::Case, "a case")
}

/// A ledger that keeps the bodies of its records.
struct Kept {
    world: World,
    records: Vec<(SignedRecord, Option<Body>)>,
}

impl Kept {
    fn new() -> Self {
        Self { world: World::new(), records: Vec::new() }
    }

    fn record(&mut self, draft: &Draft) -> RecordId {
        let salt = self.records.len() as u64 + 1;
        let (record, body) = Draft { salt, ..draft.clone() }.sign();
        self.world.submit_signed(&record, body.as_ref()).unwrap();
        self.records.push((record, body));
        self.records.last().unwrap().0.id()
    }

    fn enforcing(&mut self) -> Vec<RecordId> {
        let mut ids = vec![self.record(&World::present(case(), 1_000).body("case_number", "7-1"))];
        ids.push(self.record(&World::distribute(case(), "bailiff")));
        ids.push(self.record(&self.world.initiate(case(), "bailiff")));
        ids.push(self.record(&self.world.start(case(), "bailiff")));
        ids
    }

    fn events(&self) -> Vec<Event> {
        let read = |(at, (record, body)): (usize, &(SignedRecord, Option<Body>))| {
            let index = LeafIndex(at as u64);
            let event = Event::read(case(), record, body.as_ref(), index, NOW).unwrap();
            let packed = event.packed();
            assert_eq!(
                Event::unpack_whole(&packed).as_ref(),
                Some(&event),
                "{} bytes",
                packed.len()
            );
            event
        };
        self.records.iter().enumerate().map(read).collect()
    }
}

#[test]
fn a_record_is_read_with_what_its_body_says_and_without_a_body_with_less() {
    let mut kept = Kept::new();
    kept.enforcing();
    kept.record(&kept.world.recover(case(), "bailiff", 400));
    kept.record(&kept.world.pay_out(case(), "bailiff", 300).body("fee", 100).body("total", 400));
    let events = kept.events();
    let What::Presented(presented) = &events[0].what else { panic!("{:?}", events[0]) };
    assert_eq!(presented.debtor, tag(Role::Debtor, "debtor").id);
    assert_eq!(presented.claimants, [tag(Role::Claimant, "claimant").id]);
    assert_eq!((presented.amount, presented.case_number.as_deref()), (Some(1_000), Some("7-1")));
    assert_eq!((presented.in_force_on, presented.region.as_deref()), (TODAY - 1, Some("75")));
    assert_eq!(events[1].what, What::Assigned { officer: writer("bailiff").id });
    assert_eq!(events[2].what, What::Initiated { class: "A".to_owned() });
    assert_eq!(events[4].what, What::Recovered { amount: Some(400), on: Some(TODAY) });
    assert_eq!(
        events[5].what,
        What::Distributed { total: Some(400), paid: Some(300), to_others: Some(100) }
    );
    assert_eq!((events[4].day(), events[4].recorded_day()), (TODAY, TODAY));

    let (record, _) = &kept.records[4];
    let bare = Event::read(case(), record, None, LeafIndex(4), NOW).unwrap();
    assert_eq!(bare.what, What::Recovered { amount: None, on: Some(TODAY) });
    let other = tag(Role::Case, "another case");
    let named = Event::read(other, record, None, LeafIndex(4), NOW).unwrap();
    assert_eq!(named.what, What::Elsewhere);
}

/// What the rules say of the case after each record, and what the events say.
#[track_caller]
fn agrees_with_the_rules(kept: &Kept) {
    let events = kept.events();
    let records: Vec<SignedRecord> =
        kept.records.iter().map(|(record, _)| record.clone()).collect();
    for many in 1..=records.len() {
        let moments = timeline(&records[..many]);
        let known = &events[..many];
        let annulled = annulled(known);
        for (moment, event) in moments.iter().zip(known) {
            assert_eq!(moment.annulled_by, annulled.get(&event.record).copied());
        }
        let now = course(known).pop().unwrap().1;
        assert_eq!(now.stage, moments.last().unwrap().stage, "after {many} records");
    }
    let now = course(&events).pop().unwrap().1;
    let status = kept.world.case(case());
    assert_eq!(now.stage, Some(status.stage));
    assert_eq!((now.officer, now.region), (status.assignee, status.region));
    assert_eq!(now.registered, status.in_debtor_register);
}

#[test]
fn the_course_is_that_of_the_rules() {
    let mut kept = Kept::new();
    kept.enforcing();
    let register = |kept: &Kept, reason: &str| {
        kept.world.about(Kind::E16, "bailiff", case()).field("reason", reason)
    };
    kept.record(&register(&kept, "ENTERED"));
    let ground = |kept: &Kept, how: &str, ground: &str| {
        kept.world.change(case(), "bailiff", how).field("ground_code", ground)
    };
    kept.record(&ground(&kept, "SUSPEND", "REORGANISATION"));
    kept.record(&ground(&kept, "SUSPEND", "INCAPACITY"));
    kept.record(&ground(&kept, "RESUME", "REORGANISATION"));
    kept.record(&ground(&kept, "RESUME", "INCAPACITY"));
    let postponed = kept.world.change(case(), "bailiff", "POSTPONE").field("until", TODAY + 5);
    kept.record(&postponed);
    kept.record(&kept.world.change(case(), "operator", "END_DEFERRAL").at(UnixMillis(NOW.get())));
    kept.record(&kept.world.close(case(), "bailiff"));
    kept.record(&register(&kept, "REMOVED_EXECUTED"));
    agrees_with_the_rules(&kept);
}

#[test]
fn what_a_correction_annuls_is_not_in_effect_until_it_is_reinstated() {
    let mut kept = Kept::new();
    let ids = kept.enforcing();
    let annulment = kept.record(&kept.world.correct(case(), "bailiff", "ANNUL", ids[3]));
    assert_eq!(annulled(&kept.events()), BTreeMap::from([(ids[3], annulment)]));
    assert_eq!(in_effect(&kept.events()).len(), 4);
    kept.record(&kept.world.correct(case(), "bailiff", "REINSTATE", ids[3]));
    assert_eq!(annulled(&kept.events()), BTreeMap::new());
    agrees_with_the_rules(&kept);
}
