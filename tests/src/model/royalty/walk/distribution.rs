//! From the pool that is fixed to what nobody claimed in three years.

use super::*;

const PERIOD: &str = "2026-Q1";
/// The next pool, which takes what nobody claimed.
const NEXT: &str = "2026-Q2";

impl Season {
    fn weighting(&mut self) -> Weighting {
        *self.rng.pick(&[Weighting::Uses, Weighting::Seconds, Weighting::Revenue])
    }

    fn run(&self, action: &str) -> Sheet {
        Sheet::of("R07", OKUP, self.pool(PERIOD)).text("action", action)
    }

    /// Lines of uses; what no mandate covers is held.
    fn divided(
        &mut self,
        total: i64,
        weighting: Weighting,
        uses: &[UsageLine],
    ) -> Vec<AllocationLine> {
        let salts: Vec<[u8; 32]> = (0..4 * uses.len()).map(|_| self.salt()).collect();
        let mut salts = salts.into_iter();
        let shares: BTreeMap<(SubjectId, Day), Vec<(SubjectId, u16)>> = uses
            .iter()
            .flat_map(|it| (0..self.scale.works).map(move |number| (number, it.last_day)))
            .map(|(number, day)| ((self.work(number).id, day), self.holders(number, day)))
            .collect();
        let holders =
            |work: &SubjectId, day: Day| shares.get(&(*work, day)).cloned().unwrap_or_default();
        let salt = || salts.next().expect("enough");
        let lines = desk::allocate(total, weighting, uses, holders, salt).expect("lines");
        lines.into_iter().map(|line| self.held_if_uncovered(line)).collect()
    }

    /// The last holder's mandate does not cover the last day of use, the one's before does.
    fn held_if_uncovered(&self, line: AllocationLine) -> AllocationLine {
        let last = self.holder(self.scale.holders - 1).id.0;
        let uncovered = line.rightsholder == last && line.used_on >= self.used;
        let hold = if uncovered { Some(Hold::DisputedShare) } else { line.hold };
        AllocationLine { hold, ..line }
    }

    pub(super) fn distribution(&mut self, collected: i64, uses: &[Vec<UsageLine>; 2]) {
        let weighting = self.weighting();
        let undistributed = self.amount(1, 500);
        // Exactly what the law permits.
        let limit = self.both.law_number("deduction_max_bp").unwrap_or(3_000);
        let most = i128::from(collected) * i128::from(limit) / 10_000;
        let deducted = i64::try_from(most).expect("small");
        let allocated = collected - deducted - undistributed;
        let parts = |cost: i64| {
            let row = |kind: &str, sum: i64| Value::Array(vec![Value::text(kind), Value::int(sum)]);
            Value::Array(vec![row("COLLECTION_COST", cost - 7), row("OTHER", 7)])
        };
        let fixed = self
            .run("POOL_FIXED")
            .number("collected", collected)
            .value("deductions", parts(deducted))
            .number("allocated", allocated)
            .number("undistributed", undistributed)
            .text("weighting", weighting.name())
            .words("right_categories", &["PR"])
            .naming(&[self.batch("usage 1")]);
        let off = self.tiyn();
        let lost = fixed.clone().off("allocated", -off);
        let invented = fixed.clone().off("allocated", off);
        let unlike = fixed.clone().off("collected", -1);
        let above = fixed.clone().value("deductions", parts(deducted + 1)).off("allocated", -1);
        let unweighted = fixed.clone().without("weighting");
        self.offer(
            &fixed,
            vec![
                ("pool loses a few tiyn", "pool-not-conserved", lost),
                ("pool invents a few tiyn", "pool-not-conserved", invented),
                ("collections off by one", "totals-mismatch", unlike),
                ("deduction one tiyn above the limit", "deduction-above-limit", above),
                ("usage without weighting", "validation", unweighted),
                ("approved before it is fixed", "pool-state", self.run("APPROVED")),
            ],
        );
        let again = self.run("USAGE_ADDED").words("right_categories", &["PR"]);
        let twice = again.clone().naming(&[self.batch("usage 1")]);
        let late = self.society(OKUP, self.pool(PERIOD), 1);
        let faults = vec![
            ("usage distributed twice", "usage-consumed", twice),
            ("collected after it was fixed", "pool-state", late),
        ];
        self.offer(&again.naming(&[self.batch("usage 2")]), faults);
        let released = self.run("UNDISTRIBUTED_RELEASED").number("amount", undistributed);
        let more = released.clone().off("amount", 1);
        self.offer(&released, vec![("more released than there is", "pool-not-conserved", more)]);
        let all = allocated + undistributed;
        let half = all / 2;
        let first = self.allocate("allocation 1", half, weighting, ("usage 1", &uses[0]), all);
        let early = self.run("APPROVED");
        let faults = vec![("approved before all is in lines", "lines-mismatch", early)];
        let second = self.divided(all - half, weighting, &uses[1]);
        let (sheet, _) = self.resting("allocation 2", &second, "usage 2");
        self.offer(&sheet, faults);
        self.offer(&self.run("APPROVED"), Vec::new());
        let (lines, rest_one) = first;
        self.pays(&lines, &rest_one, &second);
    }

    fn resting(&self, what: &str, lines: &[AllocationLine], on: &str) -> (Sheet, Remainders) {
        let (sheet, rest) = self.allocation(what, self.pool(PERIOD), lines);
        (sheet.ids("usage", &[self.batch(on).id]), rest)
    }

    fn allocate(
        &mut self,
        what: &str,
        total: i64,
        weighting: Weighting,
        (on, uses): (&str, &[UsageLine]),
        all: i64,
    ) -> (Vec<AllocationLine>, Remainders) {
        let lines = self.divided(total, weighting, uses);
        let (sheet, rest) = self.resting(what, &lines, on);
        let spare = self.salt();
        let changed = |change: &dyn Fn(&mut Vec<AllocationLine>)| {
            let mut lines = lines.clone();
            change(&mut lines);
            self.resting(what, &lines, on).0
        };
        let divided = |mut lines: Vec<AllocationLine>, total: i64| {
            desk::divide(total, &mut lines).expect("weights");
            self.resting(what, &lines, on).0
        };
        let known = lines.iter().position(|line| line.hold.is_none()).unwrap_or(0);
        let mut double = lines.clone();
        double.push(AllocationLine { salt: spare, ..lines[known].clone() });
        let mut part = lines.clone();
        part.remove(known);
        let mut faults = vec![
            ("use allocated twice", "shares-not-whole", divided(double, total)),
            ("share left out", "shares-not-whole", divided(part, total)),
            (
                "tiyn moved between lines",
                "lines-mismatch",
                changed(&|lines| {
                    let most = (0..lines.len()).max_by_key(|at| lines[*at].amount).unwrap_or(0);
                    lines[most].amount -= 1;
                    let other = (most + 1) % lines.len();
                    lines[other].amount += 1;
                }),
            ),
            ("wrong weight", "lines-mismatch", changed(&|lines| lines[known].weight += 1)),
            ("no basis", "basis-missing", changed(&|lines| lines[known].source = None)),
            ("day of use moved", "basis-missing", changed(&|lines| lines[known].used_on -= 1)),
            ("allocated more than there is", "lines-mismatch", divided(lines.clone(), all + 1)),
            ("total off by one", "lines-mismatch", sheet.clone().off("total", -1)),
            ("held off by one", "lines-mismatch", sheet.clone().off("held", 1)),
            ("recoverable off by one", "recoverable-mismatch", sheet.clone().off("recoverable", 1)),
            ("line removed", "lines-mismatch|shares-not-whole", spoilt(&sheet, "removed")),
            ("line twice", "lines-mismatch", spoilt(&sheet, "twice")),
            ("lines out of order", "lines-mismatch", spoilt(&sheet, "swapped")),
            (
                "remainders of others",
                "lines-mismatch",
                sheet.clone().bytes("remainders_root", [1; 32]),
            ),
            (
                "lines rest on another usage",
                "basis-missing",
                sheet.clone().ids("usage", &[self.batch("usage 2").id]),
            ),
            (
                "usage of nobody",
                "subject-unknown",
                sheet.clone().ids("usage", &[SubjectId([1; 32])]),
            ),
        ];
        let lapsed = lines.iter().position(|it| it.hold == Some(Hold::DisputedShare));
        if let Some(at) = lapsed {
            let paid = changed(&|lines| lines[at].hold = None);
            faults.push(("mandate ended a day before", "mandate-not-in-force", paid));
        }
        if let Some((one, other)) = tie(&lines) {
            let swapped = changed(&|lines| {
                let amount = lines[one].amount;
                lines[one].amount = lines[other].amount;
                lines[other].amount = amount;
            });
            faults.push(("tie given to the larger salt", "lines-mismatch", swapped));
        }
        let nobody = lines.iter().position(|it| it.hold == Some(Hold::UnidentifiedWork));
        if let Some(at) = nobody {
            let open = changed(&|lines| lines[at].hold = None);
            faults.push(("unidentified work not held", "lines-mismatch", open));
        }
        self.offer(&sheet, faults);
        (lines, rest)
    }

    fn paid(&mut self, rightsholder: [u8; 32], net: i64, tax: i64) -> PayoutLine {
        let (salt, payment) = (self.salt(), self.derive("payment", 0));
        let state = if net < 0 { PayoutState::Returned } else { PayoutState::Sent };
        PayoutLine { rightsholder, salt, state, net, tax, levied: 0, payment }
    }

    /// Some are paid, one payment comes back, what was overpaid is mended, statements and reports follow.
    fn pays(&mut self, lines: &[AllocationLine], rest: &Remainders, second: &[AllocationLine]) {
        let pool = self.pool(PERIOD);
        let owed: Vec<([u8; 32], i64)> =
            rest.iter().filter(|it| it.open > 0).map(|it| (it.rightsholder, it.open)).collect();
        let (tag, open) = owed[0];
        let several: Vec<PayoutLine> = owed
            .iter()
            .take(3)
            .map(|(tag, open)| self.paid(*tag, open - open / 10, open / 10))
            .collect();
        let (sheet, after) = self.payout(("payout 1", "allocation 1"), pool, rest, &several);
        self.offer(
            &self.run("PUBLISHED"),
            vec![("paid before it was published", "pool-state", sheet)],
        );
        let (sheet, _) = self.payout(("payout 1", "allocation 1"), pool, rest, &several);
        let mut over = several.clone();
        over[0].net += 1;
        let (over, _) = self.payout(("payout 1", "allocation 1"), pool, rest, &over);
        let stranger = self.paid([7; 32], 1, 0);
        let (stranger, _) = self.payout(("payout 1", "allocation 1"), pool, rest, &[stranger]);
        let closed = self.run("CLOSED");
        self.offer(
            &sheet,
            vec![
                ("line overpaid by one tiyn", "remainder-exceeded", over),
                ("paid to a stranger", "remainder-exceeded", stranger),
                ("net off by one", "lines-mismatch", sheet.clone().off("net", -1)),
                ("payout line removed", "lines-mismatch", spoilt(&sheet, "removed")),
                ("tax without rule", "validation", sheet.clone().without("tax_rule_id")),
                (
                    "remainders of an earlier day",
                    "lines-mismatch",
                    sheet.clone().bytes("remainders_before", [1; 32]),
                ),
                ("closed before all is paid", "pool-not-conserved", closed),
            ],
        );
        let (net, tax) = (open - open / 10, open / 10);
        let back = self.paid(tag, -net, -tax);
        let (sheet, _) =
            self.payout(("returned", "allocation 1"), pool, &after, std::slice::from_ref(&back));
        let more = PayoutLine { net: back.net - 1, ..back };
        let (more, _) = self.payout(("returned", "allocation 1"), pool, &after, &[more]);
        self.offer(&sheet, vec![("more comes back than was paid", "remainder-exceeded", more)]);
        self.statements(lines, second, &several, tag);
        self.mends(lines, tag);
        self.after_years(second);
    }

    fn statements(
        &mut self,
        lines: &[AllocationLine],
        second: &[AllocationLine],
        several: &[PayoutLine],
        tag: [u8; 32],
    ) {
        let holder = Subject::new(Role::Rightsholder, SubjectId(tag));
        let first = |season: &Self, what: &str, lines: &[AllocationLine]| {
            let made = Allocation::new(&season.batch(what).id, lines).expect("lines");
            let encoded = made.remainders.iter().map(|it| it.encode()).collect::<Vec<_>>();
            (season.batch(what), encoded)
        };
        let one = first(self, "allocation 1", lines);
        let two = first(self, "allocation 2", second);
        let paid: Vec<Vec<u8>> = several.iter().map(PayoutLine::encode).collect();
        let three = (self.batch("payout 1"), paid);
        let (sheet, closing) = self.statement(holder, (0, 0), &[one.clone(), two.clone()]);
        let swapped = sheet.clone().ids("batches", &[two.0.id, one.0.id]);
        let mut faults = vec![
            ("statement of batches out of order", "statement-mismatch", swapped),
            ("statement after another", "statement-mismatch", sheet.clone().off("after_batch", 1)),
        ];
        for name in ["opening", "allocated", "net", "tax", "levied", "closing"] {
            faults.push(("statement off by one", "statement-mismatch", sheet.clone().off(name, 1)));
        }
        self.offer(&sheet, faults);
        let (sheet, _) = self.statement(holder, (2, closing), &[three]);
        let forgot = sheet.clone().off("opening", -closing).off("closing", -closing);
        let faults = vec![("statement forgets its opening balance", "statement-mismatch", forgot)];
        self.offer(&sheet, faults);
        self.report_period();
    }

    fn report_period(&mut self) {
        let flows = self.both.royalties.since_report(OKUP, "COPYRIGHT", "KZT");
        let names = [
            "opening",
            "collected",
            "deducted",
            "allocated",
            "paid",
            "tax",
            "levied",
            "redistributed_out",
            "redistributed_in",
            "closing",
        ];
        let mut sheet = Sheet::of("R11", OKUP, Subject::registered(Role::Cmo, OKUP))
            .text("sphere", "COPYRIGHT")
            .text("currency", "KZT")
            .text("report_period", PERIOD)
            .number("unclaimed", 0)
            .bytes("document_hash", self.derive("report", 0));
        for (name, sum) in names.into_iter().zip(flows) {
            sheet = sheet.number(name, i64::try_from(sum).expect("small"));
        }
        let faults =
            names.map(|name| ("report off by one", "report-mismatch", sheet.clone().off(name, 1)));
        let bare =
            ("report without document", "validation", sheet.clone().without("document_hash"));
        self.offer(&sheet, faults.into_iter().chain([bare]).collect());
    }

    /// A line of the first allocation was one holder's and becomes another's.
    fn mends(&mut self, lines: &[AllocationLine], tag: [u8; 32]) {
        let earlier =
            lines.iter().find(|it| it.rightsholder == tag && it.hold.is_none() && it.amount > 0);
        let earlier = earlier.expect("a line that is owed").clone();
        let salts = [self.salt(), self.salt()];
        let other = self.holder(1).id.0;
        let line = |at: usize, rightsholder: [u8; 32], amount: i64| AllocationLine {
            rightsholder,
            salt: salts[at],
            basis: Basis::Adjustment,
            source: Some(line_hash(&earlier.encode())),
            weight: 0,
            amount,
            hold: None,
            ..earlier.clone()
        };
        let corrects = self.batch("allocation 1").id.0;
        let sheet = |lines: &[AllocationLine]| {
            self.allocation("mended", self.pool(PERIOD), lines).0.bytes("corrects", corrects)
        };
        let lawful = [line(0, tag, -earlier.amount), line(1, other, earlier.amount)];
        let others = if tag == other { self.holder(0).id.0 } else { other };
        let taken = [line(0, others, -1), line(1, tag, 1)];
        let unclaimed = AllocationLine {
            basis: Basis::UnclaimedRedistribution,
            ..line(0, tag, -earlier.amount)
        };
        let more = [line(0, tag, -earlier.amount), line(1, other, earlier.amount + 1)];
        let foreign = AllocationLine { source: Some(line_hash(b"x")), ..line(0, tag, -1) };
        let faults = vec![
            ("adjustment takes from another", "lines-mismatch", sheet(&taken)),
            ("adjustment invents a tiyn", "lines-mismatch", sheet(&more)),
            ("unclaimed too early", "unclaimed-too-early", sheet(&[unclaimed])),
            ("adjustment of no line", "basis-missing", sheet(&[foreign])),
        ];
        self.offer(&sheet(&lawful), faults);
    }

    fn after_years(&mut self, second: &[AllocationLine]) {
        let to = self.society(OKUP, self.pool(NEXT), 1_000).text("period", NEXT);
        self.offer(&to, Vec::new());
        let lines: Vec<AllocationLine> = second
            .iter()
            .filter(|it| it.amount > 0 && it.hold.is_none())
            .take(2)
            .map(|it| AllocationLine {
                salt: sha256(&[&it.salt, b"unclaimed"]),
                basis: Basis::UnclaimedRedistribution,
                source: Some(line_hash(&it.encode())),
                weight: 0,
                amount: -it.amount,
                ..it.clone()
            })
            .collect();
        let amount: i64 = -lines.iter().map(|it| it.amount).sum::<i64>();
        let moved = self.run("REDISTRIBUTED").number("amount", amount).naming(&[self.pool(NEXT)]);
        let taken = |season: &Self| {
            let sheet = season.allocation("unclaimed", season.pool(PERIOD), &lines).0;
            sheet.bytes("corrects", season.batch("allocation 2").id.0)
        };
        let early = vec![
            ("unclaimed too early", "unclaimed-too-early", taken(self)),
            ("redistributed too early", "unclaimed-too-early", moved.clone()),
        ];
        let copied = self.society(OKUP, self.pool(NEXT), 5).text("period", NEXT);
        self.offer(&copied, early);
        self.both.build(YEARS_MS);
        self.both.build(MINUTE_MS);
        let sheet = taken(self);
        self.offer(&sheet, Vec::new());
        let more = moved.clone().off("amount", 1);
        self.offer(&moved, vec![("more redistributed than is free", "pool-not-conserved", more)]);
        self.report_period();
    }
}

/// Two lines of one weight, of which the smaller salt got a tiyn more.
fn tie(lines: &[AllocationLine]) -> Option<(usize, usize)> {
    (0..lines.len()).find_map(|one| {
        let other = (0..lines.len()).find(|other| {
            lines[*other].weight == lines[one].weight
                && lines[one].amount == lines[*other].amount + 1
        })?;
        Some((one, other))
    })
}
