//! A season from accreditation to the report after three years.

use super::setting::authority;
use super::*;

/// What a pool is called.
const PERIOD: &str = "2026-Q1";

/// Shares of two holders in a work; the first of them also writes it alone at times.
const SHARES: [i64; 2] = [6_000, 4_000];

impl Season {
    pub(super) fn tell(&mut self) {
        self.accreditations();
        self.mandates();
        self.works();
        let licence = self.licence();
        let collected = self.collections(licence);
        let uses = [self.report("usage 1", licence), self.report("usage 2", licence)];
        self.distribution(collected, &uses);
    }

    pub(super) fn holder(&self, number: usize) -> Subject {
        self.subject(Role::Rightsholder, "holder", number % self.scale.holders)
    }

    pub(super) fn work(&self, number: usize) -> Subject {
        let name = self.work_id(number);
        Subject::registered(Role::Work, &format!("{name}.PR"))
    }

    fn work_id(&self, number: usize) -> String {
        format!("{}-{number}", self.name.replace(' ', "-"))
    }

    pub(super) fn pool(&self, period: &str) -> Subject {
        Subject::registered(Role::Pool, &format!("{OKUP}.copyright.{period}.KZT"))
    }

    fn accreditation(&self, bin: &str, sphere: &str, state: &str, day: Day) -> Sheet {
        let item = format!("accreditation.{bin}.{}", sphere.to_lowercase());
        let mut sheet = Sheet::of("G05", bin, Subject::registered(Role::Item, &item))
            .without("okup_id")
            .naming(&[Subject::registered(Role::Organisation, bin)])
            .text("sphere", sphere)
            .text("state", state)
            .number("state_date", day)
            .bytes("act_hash", self.derive("act", 0));
        sheet.issuer = authority();
        sheet
    }

    fn accreditations(&mut self) {
        let today = self.today();
        let terms = [
            (OKUP, "COPYRIGHT", today - 400, today + 4_000),
            (OKUP, "PRIVATE_COPYING", today - 400, today + 1),
            (OKUP, "RELATED_RIGHTS", today - 400, today - 5),
            (RIVAL, "COPYRIGHT", today - 400, today + 4_000),
        ];
        for (bin, sphere, from, to) in terms {
            let sheet = self.accreditation(bin, sphere, "GRANTED", from);
            let sheet = sheet.number("valid_from", from).number("valid_to", to);
            self.offer(&sheet, Vec::new());
        }
        let suspended = self.accreditation(RIVAL, "COPYRIGHT", "SUSPENDED", today - 40);
        self.offer(&suspended, Vec::new());
        let pool = Subject::registered(Role::Pool, &format!("{RIVAL}.copyright.{PERIOD}.KZT"));
        let society = self.society(RIVAL, pool, 7).number("collected_on", today - 30);
        let lawful = society.clone().number("collected_on", today - 41);
        self.offer(
            &lawful,
            vec![("accreditation suspended", "accreditation-not-in-force", society)],
        );
        let resumed = self.accreditation(RIVAL, "COPYRIGHT", "GRANTED", today - 10);
        self.offer(&resumed, Vec::new());
    }

    pub(super) fn society(&self, bin: &str, pool: Subject, amount: i64) -> Sheet {
        Sheet::of("R06", bin, pool)
            .text("sphere", "COPYRIGHT")
            .text("period", PERIOD)
            .text("currency", "KZT")
            .number("amount", amount)
            .number("collected_on", self.today())
            .text("source", "FOREIGN_SOCIETY")
            .text("society", "35")
    }

    fn mandate(&self, number: usize) -> Subject {
        self.subject(Role::Mandate, "mandate", number)
    }

    /// The last holder's mandate ended on the last day of use, the one's before a day later.
    fn mandates(&mut self) {
        let from = self.used - 100;
        for number in 0..self.scale.holders {
            let holder = self.holder(number);
            let signed = |bin: &str, id: Subject| {
                Sheet::of("R03", bin, id)
                    .naming(&[holder])
                    .text("action", "SIGNED")
                    .words("right_categories", &["PR", "MR"])
                    .text("territory", "KZ")
                    .text("sphere", "COPYRIGHT")
                    .number("valid_from", from)
                    .bytes("document_hash", self.derive("contract", number))
            };
            let sheet = signed(OKUP, self.mandate(number));
            let over = sheet.clone().text("sphere", "RELATED_RIGHTS");
            let early = Sheet::of("R03", OKUP, sheet.subject)
                .naming(&[holder])
                .text("action", "ENDED")
                .number("end_date", from);
            let bare = sheet.clone().without("document_hash");
            let rival = signed(RIVAL, self.subject(Role::Mandate, "rival", number));
            let foreign =
                sheet.clone().bytes("okup_id", Subject::registered(Role::Organisation, RIVAL).id.0);
            self.offer(
                &sheet,
                vec![
                    ("accreditation over", "accreditation-not-in-force", over),
                    ("mandate ended before it was signed", "stage-not-allowed", early),
                    ("mandate without document", "validation", bare),
                    ("organisation writes of another", "role-forbidden", foreign),
                ],
            );
            let step = |action: &str| {
                Sheet::of("R03", OKUP, self.mandate(number))
                    .naming(&[holder])
                    .text("action", action)
            };
            let last = number + 1 == self.scale.holders;
            if number + 2 >= self.scale.holders {
                let end = self.used + i64::from(!last);
                let sheet = step("ENDED").number("end_date", end);
                let future = step("ENDED").number("end_date", self.today() + 2);
                let one_day = rival.clone().number("valid_from", end - 1);
                let next = rival.number("valid_from", end);
                self.offer(&sheet, vec![("mandate ends in the future", "date-order", future)]);
                let faults = vec![("mandates share a day", "mandate-not-exclusive", one_day)];
                self.offer(&next, faults);
            } else if number == 0 {
                let excluded = self.work(self.scale.works + 1).id;
                let sheet = step("AMENDED")
                    .number("valid_from", self.used - 60)
                    .words("right_categories", &["PR"])
                    .bytes("document_hash", self.derive("amendment", 0))
                    .ids("excluded_works", &[excluded]);
                let before = sheet.clone().number("valid_from", from - 1);
                self.offer(&sheet, vec![("amended before its term", "date-order", before)]);
            }
        }
    }

    /// Who holds which share on a day: from five days before the last day of use on, the other way round.
    pub(super) fn holders(&self, work: usize, day: Day) -> Vec<(SubjectId, u16)> {
        let (one, other) = (self.holder(work).id, self.holder(work + 1).id);
        if work + 1 == self.scale.works {
            return vec![(one, 9_000)];
        }
        let shares = if day < self.used - 5 { [6_000, 4_000] } else { [4_000, 6_000] };
        vec![(one, shares[0]), (other, shares[1])]
    }

    fn works(&mut self) {
        for number in 0..self.scale.works {
            let subject = self.work(number);
            let sheet = Sheet::of("R01", OKUP, subject)
                .text("work_id", &self.work_id(number))
                .words("right_categories", &["PR"])
                .bytes("title_hash", self.derive("title", number))
                .text("work_kind", "MUSIC");
            self.offer(&sheet, Vec::new());
            let parties = [self.holder(number), self.holder(number + 1)];
            let whole = number + 1 < self.scale.works;
            let (contract, used) = (self.derive("shares", number), self.used);
            let set = |shares: [i64; 2], from: Day| {
                let row = |(party, bp): (&Subject, i64)| {
                    Value::Array(vec![
                        Value::bytes(&party.id.0),
                        Value::text("AUTHOR"),
                        Value::int(bp),
                    ])
                };
                let known = if whole { 2 } else { 1 };
                let rows = parties.iter().zip(shares).take(known).map(row).collect();
                Sheet::of("R02", OKUP, subject)
                    .naming(&parties[..known])
                    .text("territory", "KZ")
                    .number("valid_from", from)
                    .text("completeness", if whole { "COMPLETE" } else { "INCOMPLETE" })
                    .bytes("document_hash", contract)
                    .private("shares", Value::Array(rows))
            };
            if whole {
                let sheet = set(SHARES, used - 90);
                let more = set([6_001, 4_000], used - 90);
                let less = set([6_000, 3_999], used - 90);
                self.offer(
                    &sheet,
                    vec![
                        ("shares of 10,001 bp", "shares-not-whole", more),
                        ("shares of 9,999 bp", "shares-not-whole", less),
                    ],
                );
                let earlier = set(SHARES, used - 91);
                let faults = vec![("shares before the last ones", "date-order", earlier)];
                self.offer(&set([4_000, 6_000], used - 5), faults);
            } else {
                let full = set([10_000, 0], used - 90);
                let faults = vec![("incomplete shares of 10,000 bp", "shares-not-whole", full)];
                self.offer(&set([9_000, 0], used - 90), faults);
            }
        }
    }

    fn user(&self) -> Subject {
        Subject::registered(Role::Licensee, USER)
    }

    fn licence(&mut self) -> RecordId {
        let user = Subject::registered(Role::Organisation, USER);
        let sheet = Sheet::of("R04", OKUP, self.user())
            .text("action", "SIGNED")
            .bytes("user_id", user.id.0)
            .words("use_types", &["BROADCAST"])
            .text("tariff_rule_id", "radio-2026")
            .text("territory", "KZ")
            .text("sphere", "COPYRIGHT")
            .number("valid_from", self.used - 30)
            .number("valid_to", self.used + 1)
            .bytes("document_hash", self.derive("licence", 0));
        let over = sheet.clone().text("sphere", "RELATED_RIGHTS");
        let backwards = sheet.clone().number("valid_to", self.used - 30);
        self.offer(
            &sheet,
            vec![
                ("accreditation over", "accreditation-not-in-force", over),
                ("licence ends before it begins", "date-order", backwards),
            ],
        )
    }

    fn collections(&mut self, licence: RecordId) -> i64 {
        let (pool, used) = (self.pool(PERIOD), self.used);
        let first = self.amount(1_000_000, 9_000_000);
        let paid = self
            .society(OKUP, pool, first)
            .without("society")
            .naming(&[self.user()])
            .text("source", "LICENCE")
            .bytes("licence", licence.0)
            .number("usage_from", used - 30)
            .number("usage_to", used);
        let late = paid.clone().number("usage_to", used + 1);
        let early = paid.clone().number("usage_from", used - 31);
        let tomorrow = paid.clone().number("collected_on", self.today() + 2);
        self.offer(
            &paid,
            vec![
                ("use after the licence", "licence-not-in-force", late),
                ("use before the licence", "licence-not-in-force", early),
                ("collected in the future", "date-order", tomorrow),
            ],
        );
        let (units, rate) = (self.amount(1_000, 99_999), self.amount(400_000_000, 600_000_000));
        let exact = i128::from(units) * i128::from(rate);
        let amount = i64::try_from(exact / 1_000_000).expect("small");
        let converted = self
            .society(OKUP, pool, amount)
            .text("foreign_currency", "USD")
            .number("foreign_amount", units)
            .number("rate_millionths", rate)
            .number("rate_date", self.today() - 1)
            .text("rate_source", "NATIONAL_BANK");
        // One tiyn of tolerance: rounded down, what is two more or one less differs by more.
        let more = converted.clone().off("amount", 2);
        let less = converted.clone().off("amount", if exact % 1_000_000 == 0 { -2 } else { -1 });
        let no_day = converted.clone().without("rate_date");
        self.offer(
            &converted,
            vec![
                ("conversion above", "conversion-mismatch", more),
                ("conversion below", "conversion-mismatch", less),
                ("rate without day", "validation", no_day),
            ],
        );
        let settled = self.amount(1, 5_000);
        let marked = self
            .society(OKUP, pool, settled)
            .without("society")
            .naming(&[self.user()])
            .text("source", "UNLICENSED_USE_SETTLEMENT");
        let licensed = marked.clone().bytes("licence", licence.0);
        self.offer(&marked, vec![("unlicensed use with a licence", "validation", licensed)]);
        let copied =
            Subject::registered(Role::Pool, &format!("{OKUP}.related_rights.{PERIOD}.KZT"));
        let over = self.society(OKUP, copied, 5).text("sphere", "RELATED_RIGHTS");
        let lawful = over.clone().number("collected_on", self.today() - 6);
        let over = over.number("collected_on", self.today() - 5);
        self.offer(&lawful, vec![("accreditation over", "accreditation-not-in-force", over)]);
        first + amount + settled
    }

    fn report(&mut self, what: &'static str, licence: RecordId) -> Vec<UsageLine> {
        let mut uses = Vec::new();
        for number in 0..self.scale.uses {
            let unknown = number == 3;
            let work = if unknown { [0; 32] } else { self.work(number % self.scale.works).id.0 };
            let last_day = self.used - self.amount(0, 10);
            uses.push(UsageLine {
                work,
                salt: self.salt(),
                first_day: self.used - 20,
                last_day,
                uses: 1 + self.rng.within(0..5),
                seconds: 100 + self.rng.within(0..5),
                revenue: 1 + self.rng.within(0..1_000_000),
                reported_as: self.derive("title", number),
            });
        }
        let sheet = |uses: &[UsageLine]| {
            let sum: u64 = uses.iter().map(|line| line.uses).sum();
            self.base(Sheet::of("R05", OKUP, self.batch(what)))
                .naming(&[self.user()])
                .lines(("usage_root", "usage_count"), uses)
                .number("uses", i64::try_from(sum).expect("few"))
                .number("first_day", self.used - 20)
                .number("last_day", self.used)
                .text("source", "REPORT")
                .bytes("licence", licence.0)
        };
        let with = |change: &dyn Fn(&mut UsageLine)| {
            let mut uses = uses.clone();
            change(&mut uses[0]);
            sheet(&uses)
        };
        let lawful = sheet(&uses);
        let faults = vec![
            ("usage line removed", "lines-mismatch", spoilt(&lawful, "removed")),
            ("usage line twice", "lines-mismatch", spoilt(&lawful, "twice")),
            ("usage lines out of order", "lines-mismatch", spoilt(&lawful, "swapped")),
            ("uses off by one", "lines-mismatch", lawful.clone().off("uses", 1)),
            ("use outside the report", "date-order", with(&|it| it.last_day += 40)),
            ("use of no work", "subject-unknown", with(&|it| it.work = [5; 32])),
            (
                "report beyond the licence",
                "licence-not-in-force",
                lawful.clone().off("last_day", 1),
            ),
            ("base of tomorrow", "base-outdated", lawful.clone().off("base", 1)),
        ];
        self.offer(&lawful, faults);
        self.offer_again(&lawful);
        uses
    }

    /// A batch that is recorded is not recorded again.
    fn offer_again(&mut self, sheet: &Sheet) {
        let verdict = self.judge(sheet);
        let count = self.faults.by_name.entry("batch twice").or_default();
        count.0 += 1;
        match verdict {
            // The lines of a payout no longer rest on what was owed before it.
            Err("duplicate" | "lines-mismatch") => count.1 += 1,
            other => self.faults.wrong.push(format!("{} twice: {other:?}", sheet.kind)),
        }
    }
}
