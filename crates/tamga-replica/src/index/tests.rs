//! The index over a real log: however it comes about, its rows are the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tamga_format::id::{LeafIndex, RecordId, SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::delay::Rule;
use tamga_state::dossier::What;
use tamga_state::indicators::{Due, Month, Period, Tally};
use tamga_state::status::Parameter;
use tamga_state::testing::{Draft, NOW, TODAY, World, tag, writer};

use super::follow::{Index, Step};
use super::layout::{IndexTable, Level, Link, Scope};
use super::read::{IndexReader, Listed};
use super::*;
use crate::reader::Reader;
use crate::store::{MemStore, Store, Tables};
use crate::testing::{FailingStore, Failure, TestLedger};

const DAY_MS: i64 = 86_400_000;

fn case(n: u8) -> Subject {
    tag(Role::Case, &format!("case {n}"))
}

/// A law with one statutory term and one signal, of so many days.
struct Lawbook(i64);

impl Terms for Lawbook {
    fn version(&self) -> [u8; 32] {
        [u8::try_from(self.0).unwrap(); 32]
    }

    fn of(&self, events: &[Event]) -> Vec<Due> {
        let mut terms = Vec::new();
        for (at, event) in events.iter().enumerate() {
            let rule = match event.what {
                What::Assigned { .. } => Rule::D02,
                What::Started => Rule::D19,
                _ => continue,
            };
            let mut later = events[at + 1..].iter();
            let met = match rule {
                Rule::D02 => later.find(|event| event.kind == Kind::E03),
                _ => later.next(),
            };
            let met = met.map(|event| (event.day(), event.index));
            terms.push(Due { rule, from: event.index, on: event.day() + self.0, met });
        }
        terms
    }
}

/// A ledger, and what happened last to each case.
struct Ledger {
    inner: TestLedger<MemStore>,
    last: BTreeMap<Subject, RecordId>,
    recorded: usize,
}

impl Ledger {
    fn new() -> Self {
        Self { inner: TestLedger::new(MemStore::new()), last: BTreeMap::new(), recorded: 0 }
    }

    fn try_record(&mut self, draft: &Draft) {
        if let Some(id) = self.inner.try_record(draft) {
            self.last.insert(draft.record.subject, id);
            self.recorded += 1;
        }
    }

    #[track_caller]
    fn record(&mut self, draft: &Draft) {
        let id = self.inner.record(draft);
        self.last.insert(draft.record.subject, id);
    }

    fn log(&self) -> Reader<MemStore> {
        self.inner.app.reader()
    }

    /// Does one of the things that the stage of a case suggests; the rules may still refuse it.
    fn act(&mut self, act: &Act, days_ago: i64) {
        use tamga_state::matrix::Stage::{Assigned, Enforcing, Initiated, Received, Suspended};
        let case = case(act.case);
        let world = &self.inner.world;
        if !self.last.contains_key(&case) {
            self.try_record(&dated(presentation(act.case), days_ago));
            return;
        }
        let known = world.case(case);
        let by =
            if known.assignee == Some(writer("colleague").id) { "colleague" } else { "bailiff" };
        let about = |kind| world.about(kind, by, case);
        let change = |how: &str| world.change(case, by, how).field("ground_code", "REORGANISATION");
        let notice = || {
            about(Kind::E04)
                .field("recipient", "DEBTOR")
                .field("channel", "EGOV")
                .field("content", "INITIATION")
                .field("sent_at", at(days_ago).get())
                .field("delivery_status", "SENT")
        };
        let register = || {
            let reason = if known.in_debtor_register { "REMOVED_ERROR" } else { "ENTERED" };
            about(Kind::E16).field("reason", reason)
        };
        let correct = |how: &str| world.correct(case, "court", how, self.last[&case]);
        let to = if act.flag { "bailiff" } else { "colleague" };
        let draft = match (known.stage, act.kind) {
            (_, 0) => correct(if act.flag { "ANNUL" } else { "REINSTATE" }),
            (Received, _) => World::distribute(case, to),
            (Assigned, _) if act.flag => world.initiate(case, by),
            (Assigned, _) => about(Kind::E03)
                .field("decision", "REFUSED")
                .field("ground_code", "NOT_IN_FORCE")
                .field("act_date", TODAY)
                .naming(&[Subject::new(Role::Document, known.document)]),
            (Initiated, 1..=3) => world.start(case, by),
            (Suspended, 1..=3) => change("RESUME"),
            (Enforcing, 1..=2) => world.recover(case, by, 40),
            (Enforcing, 3) => world.pay_out(case, by, 40),
            (Initiated | Enforcing | Suspended, 4) => notice(),
            (Initiated | Enforcing, 5) => change("SUSPEND"),
            (Initiated | Enforcing | Suspended, 6) => world.close(case, by),
            _ => register(),
        };
        self.try_record(&dated(draft, days_ago));
    }

    fn follow<S: Store<IndexTable>>(&self, index: &mut Index<S>, law: &Lawbook) {
        while index.step(&self.log(), law).unwrap() != Step::Done {}
        assert_eq!(index.position().height, self.inner.app.head().height);
    }

    fn rebuilt(&self, law: &Lawbook) -> MemStore<IndexTable> {
        let store = MemStore::new();
        let mut index = Index::open(store.clone(), &self.log()).unwrap();
        self.follow(&mut index, law);
        store
    }
}

fn at(days: i64) -> UnixMillis {
    UnixMillis(NOW.get() - days * DAY_MS)
}

/// A draft of something that happened so many days ago.
fn dated(draft: Draft, days: i64) -> Draft {
    let info = Kind::from_number(draft.record.kind).unwrap().info();
    let draft = draft.at(at(days));
    let dates =
        ["act_date", "value_date"].into_iter().filter(|name| info.field_named(name).is_some());
    dates.fold(draft, |draft, name| draft.field(name, TODAY - days))
}

/// E01; the odd cases are about one court case and look alike.
fn presentation(n: u8) -> Draft {
    let number = if n % 2 == 1 { "7-1".to_owned() } else { format!("8-{n}") };
    World::present(case(n), 1_000)
        .field("in_force_date", TODAY - 60)
        .field("issuer_id", [9; 32])
        .body("case_number", number.as_str())
}

/// Something that happens to one of a few cases.
#[derive(Clone, Debug)]
struct Act {
    case: u8,
    kind: u8,
    flag: bool,
    /// A block is closed and the index brought along.
    block: bool,
}

fn act() -> impl Strategy<Value = Act> {
    (0..4_u8, 0..9_u8, prop::bool::weighted(0.8), prop::bool::weighted(0.3))
        .prop_map(|(case, kind, flag, block)| Act { case, kind, flag, block })
}

/// Every row of an index but how far it has come.
fn dump(store: &MemStore<IndexTable>) -> Vec<(IndexTable, Vec<u8>, Vec<u8>)> {
    let tables = IndexTable::ALL.iter().filter(|table| **table != IndexTable::Meta);
    tables
        .flat_map(|table| {
            let rows = store.scan(*table, &[], &[], usize::MAX).unwrap();
            rows.into_iter().map(|(key, value)| (*table, key, value))
        })
        .collect()
}

/// Every count is that of the records behind it.
fn counts_agree(reader: &IndexReader<MemStore<IndexTable>>) {
    let ever = Period::new(Month::of(0), Month::LAST).unwrap();
    let terms = [Rule::D02, Rule::D19].into_iter().flat_map(|rule| {
        use tamga_state::indicators::Outcome::{Kept, Late, Open};
        [Kept, Late, Open].map(|outcome| Tally::Term(rule, outcome))
    });
    for tally in Tally::PLAIN.iter().copied().chain(terms) {
        let counted = |scope: &Scope| {
            use tamga_state::indicators::Cells as _;
            let cells = reader.cells(scope.clone()).read(tally, ever).unwrap();
            cells.iter().map(|cell| cell.count).sum::<u64>()
        };
        let listed = |scope: &Scope| reader.records(tally, scope, ever, None, 1_000).unwrap().items;
        let regions = reader.scopes(tally, Level::Regions, None, 1_000).unwrap();
        assert_eq!(counted(&Scope::Country), listed(&Scope::Country).len() as u64, "{tally:?}");
        assert_eq!(counted(&Scope::Country), regions.iter().map(counted).sum::<u64>());
        for scope in
            regions.iter().chain(&reader.scopes(tally, Level::Offices, None, 1_000).unwrap())
        {
            assert_eq!(counted(scope), listed(scope).len() as u64, "{tally:?} {scope:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However blocks fall, and wherever the index is closed and opened again, it is the one made from scratch.
    #[test]
    fn an_index_that_was_brought_along_is_the_one_made_from_scratch(
        acts in prop::collection::vec(act(), 1..60),
        law in 1..20_i64,
        later in 1..20_i64,
    ) {
        let mut ledger = Ledger::new();
        let store = MemStore::new();
        let mut index = Index::open(store.clone(), &ledger.log()).unwrap();
        for (act, days_ago) in acts.iter().zip((0..60).rev()) {
            ledger.act(act, days_ago);
            if act.block {
                ledger.inner.block();
                ledger.follow(&mut index, &Lawbook(law));
                if act.flag {
                    index = Index::open(store.clone(), &ledger.log()).unwrap();
                }
            }
        }
        ledger.inner.block();
        ledger.follow(&mut index, &Lawbook(law));
        prop_assert_eq!(dump(&store), dump(&ledger.rebuilt(&Lawbook(law))));
        counts_agree(&index.reader());
        ledger.follow(&mut index, &Lawbook(later));
        prop_assert_eq!(dump(&store), dump(&ledger.rebuilt(&Lawbook(later))));
    }
}

/// Two cases under enforcement, one of them overdue; another one that was refused.
fn filled() -> Ledger {
    let mut ledger = Ledger::new();
    for n in 1..=3 {
        ledger.record(&dated(presentation(n), 30));
        ledger.record(&dated(World::distribute(case(n), "bailiff"), 29));
    }
    ledger.inner.block();
    for n in 1..=2 {
        ledger.record(&dated(ledger.inner.world.initiate(case(n), "bailiff"), 28));
        ledger.record(&dated(ledger.inner.world.start(case(n), "bailiff"), 27));
    }
    ledger.inner.block();
    ledger
}

fn indexed(ledger: &Ledger) -> Index<MemStore<IndexTable>> {
    let mut index = Index::open(MemStore::new(), &ledger.log()).unwrap();
    ledger.follow(&mut index, &Lawbook(10));
    index
}

#[test]
fn a_write_that_fails_is_made_again_and_nothing_counts_twice() {
    for failure in [Failure::Before, Failure::After] {
        let ledger = filled();
        let disk = MemStore::new();
        let store = FailingStore::new(disk.clone());
        let mut writes = 0;
        let mut index = Index::open(store.clone(), &ledger.log()).unwrap();
        loop {
            store.fail_next(failure);
            match index.step(&ledger.log(), &Lawbook(10)) {
                Ok(Step::Done) => break,
                Ok(_) => {}
                // The outcome is unknown: whoever followed opens the index again.
                Err(_) => index = Index::open(store.clone(), &ledger.log()).unwrap(),
            }
            writes += 1;
            if failure == Failure::Before && writes % 2 == 1 {
                index.step(&ledger.log(), &Lawbook(10)).unwrap();
            }
            assert!(writes < 100);
        }
        assert_eq!(dump(&disk), dump(&ledger.rebuilt(&Lawbook(10))), "{failure:?}");
    }
}

#[test]
fn the_index_of_another_log_is_refused() {
    let (mut one, mut other) = (filled(), Ledger::new());
    let store = MemStore::new();
    one.follow(&mut Index::open(store.clone(), &one.log()).unwrap(), &Lawbook(10));
    for _ in 0..3 {
        other.inner.block();
    }
    assert!(Index::open(store.clone(), &other.log()).is_err());
    assert!(Index::open(store.clone(), &Ledger::new().log()).is_err());
    one.inner.block();
    assert!(Index::open(store, &one.log()).is_ok());
}

#[test]
fn a_desk_shows_terms_by_their_last_day() {
    let ledger = filled();
    let reader = indexed(&ledger).reader();
    let me = writer("bailiff").id;
    let all = reader.desk(&me, i64::MIN..=i64::MAX, None, 10).unwrap();
    let told: Vec<(SubjectId, u8, i64, bool)> = all
        .items
        .iter()
        .map(|line| (line.key.case, line.key.rule, line.key.on, line.statutory))
        .collect();
    let signal = |n: u8| (case(n).id, Rule::D19.number(), TODAY - 17, false);
    let mut expected = vec![signal(1), signal(2)];
    expected.sort_unstable();
    // The third case was assigned and never decided about.
    expected.insert(0, (case(3).id, Rule::D02.number(), TODAY - 19, true));
    assert_eq!(told, expected);
    assert_eq!(all.next, None);
    let days = |from, to| reader.desk(&me, from..=to, None, 10).unwrap().items.len();
    assert_eq!(
        (days(TODAY - 18, TODAY), days(TODAY - 19, TODAY - 18), days(TODAY, TODAY)),
        (2, 1, 0)
    );
    let nobody = writer("colleague").id;
    assert_eq!(reader.desk(&nobody, i64::MIN..=i64::MAX, None, 10).unwrap().items, []);
}

/// Reads a list to its end in pages of one size.
fn paged<T>(mut page: impl FnMut(Option<Vec<u8>>) -> Listed<T>) -> Vec<T> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let Listed { items, next } = page(after);
        all.extend(items);
        match next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

#[test]
fn pages_of_any_size_make_the_same_list() {
    let mut ledger = filled();
    for n in [1, 2] {
        let entry =
            ledger.inner.world.about(Kind::E16, "bailiff", case(n)).field("reason", "ENTERED");
        ledger.record(&entry);
    }
    ledger.inner.block();
    let reader = indexed(&ledger).reader();
    let period = Period::parse("2026").unwrap();
    let ever = Period::new(Month::of(0), Month::LAST).unwrap();
    let debtor = tag(Role::Debtor, "debtor").id;
    let me = writer("bailiff").id;
    for size in 1..=4 {
        let records = |scope: &Scope, period| {
            paged(|after| reader.records(Tally::Recorded, scope, period, after, size).unwrap())
        };
        assert_eq!(records(&Scope::Country, period).len(), 12);
        assert_eq!(records(&Scope::Region("75".into()), ever).len(), 12);
        assert_eq!(records(&Scope::Office(me), period).len(), 9);
        assert_eq!(records(&Scope::Country, Period::parse("2025").unwrap()), []);
        let register = paged(|after| reader.register(true, None, after, size).unwrap());
        assert_eq!(register.len(), 2);
        assert!(register.iter().all(|line| line.debtor == debtor && line.outline.is_open()));
        let mut cases = Vec::new();
        let mut after = None;
        loop {
            let page = reader.cases_of(Link::Debtor, &debtor, after, size).unwrap();
            after = page.items.last().copied();
            cases.extend(page.items);
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(cases.len(), 3);
        let mut desk = Vec::new();
        let mut after = None;
        loop {
            let page = reader.desk(&me, i64::MIN..=i64::MAX, after.as_ref(), size).unwrap();
            after = page.items.last().map(|line| line.key);
            desk.extend(page.items);
            if page.next.is_none() {
                break;
            }
        }
        // The entries in the register have ended the silence of cases 1 and 2.
        assert_eq!(desk.len(), 1);
        let offices = reader.scopes(Tally::Recorded, Level::Offices, None, size).unwrap();
        assert_eq!(offices, [Scope::Office(me)]);
        let beyond = reader.scopes(Tally::Recorded, Level::Offices, offices.first(), size).unwrap();
        assert_eq!(beyond, []);
    }
}

#[test]
fn cases_that_look_alike_share_something_until_one_of_them_does_not() {
    let mut ledger = filled();
    let reader = indexed(&ledger).reader();
    let shared = |reader: &IndexReader<_>, link| reader.shared(link, None, 10).unwrap().items.len();
    // Cases 1 and 3 name one court's case, parties and sum; case 2 another.
    assert_eq!((shared(&reader, Link::Similar), shared(&reader, Link::CourtCase)), (1, 1));
    assert_eq!(shared(&reader, Link::Document), 0);
    let group = reader.shared(Link::Similar, None, 10).unwrap().items[0];
    let cases = reader.cases_of(Link::Similar, &group, None, 10).unwrap().items;
    let mut expected = vec![case(1).id, case(3).id];
    expected.sort_unstable();
    assert_eq!(cases, expected);
    assert!(reader.has_open_case(Link::Similar, &group, Some(&case(1).id)).unwrap());

    let third = ledger.last[&case(3)];
    ledger.record(&ledger.inner.world.correct(case(3), "court", "ANNUL", third));
    ledger.inner.block();
    assert_eq!(shared(&indexed(&ledger).reader(), Link::Similar), 1);
}

#[test]
fn a_case_in_short_tells_where_it_stands() {
    let mut ledger = filled();
    let close = dated(ledger.inner.world.close(case(1), "bailiff"), 5);
    ledger.record(&close);
    ledger.inner.block();
    let reader = indexed(&ledger).reader();
    let one = reader.case(&case(1).id).unwrap().unwrap();
    assert!(!one.is_open());
    assert_eq!(
        (one.presented, one.initiated, one.ended),
        (TODAY - 30, Some(TODAY - 28), Some(TODAY - 5))
    );
    assert_eq!((one.records, one.registered), (5, None));
    assert_eq!(one.officer, Some(writer("bailiff").id.0));
    let three = reader.case(&case(3).id).unwrap().unwrap();
    assert_eq!((three.is_open(), three.ended, three.next_due()), (true, None, Some(TODAY - 19)));
    assert_eq!(reader.case(&case(4).id).unwrap(), None);
    let first =
        reader.records(Tally::Executed, &Scope::Country, Period::parse("2026").unwrap(), None, 9);
    let record = first.unwrap().items[0].record;
    assert!(record > LeafIndex(0) && ledger.log().leaf(record).unwrap().is_some());
}

#[test]
fn a_parameter_that_is_entered_later_counts_for_every_case() {
    let mut ledger = filled();
    let store = MemStore::new();
    let mut index = Index::open(store.clone(), &ledger.log()).unwrap();
    let follow = |index: &mut Index<_>, log: &Reader<MemStore>| {
        let mut law = LawTerms::read(log).unwrap();
        let mut again = 0;
        loop {
            match index.step(log, &law).unwrap() {
                Step::Done => return again,
                Step::Computed => {}
                Step::Advanced { law: entered, .. } => {
                    again += u32::from(entered);
                    law = LawTerms::read(log).unwrap();
                }
            }
        }
    };
    assert_eq!(follow(&mut index, &ledger.log()), 0);
    let decided_by = |index: &Index<MemStore<IndexTable>>| {
        let desk = index.reader().desk(&writer("bailiff").id, i64::MIN..=i64::MAX, None, 100);
        let lines = desk.unwrap().items;
        lines.iter().find(|line| line.key.rule == Rule::D02.number()).unwrap().key.on
    };
    // Three working days from Sunday, 1 February 2026.
    assert_eq!(decided_by(&index), TODAY - 26);
    let entered = Draft::new(Kind::G06, "authority", Parameter::subject("initiation_wd"))
        .field("name", "initiation_wd")
        .field("value", 5)
        .field("valid_from", TODAY - 50)
        .field("legal_basis", "Order 652 of 29.10.2015");
    ledger.record(&entered);
    ledger.inner.block();
    assert_eq!(follow(&mut index, &ledger.log()), 1);
    assert_eq!(decided_by(&index), TODAY - 24);
    let anew = MemStore::new();
    let mut rebuilt = Index::open(anew.clone(), &ledger.log()).unwrap();
    follow(&mut rebuilt, &ledger.log());
    assert_eq!(dump(&store), dump(&anew));
}
