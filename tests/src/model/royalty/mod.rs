//! The rules of royalties a second time: every verdict and every line, counted anew from all records (spec §23, §24).
//!
//! From the machine's crate come the catalogue's tables; formats of lines and proofs are shared, as they are in
//! `tamga-format`.

use tamga_format::body::Body;
use tamga_format::id::SubjectId;
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_state::status::{self, Batch, CmoStatus, Sphere, Typed};
use tamga_state::{BlockContext, Genesis, View};

use super::Answer;
use super::law::Law;

mod books;
mod lines;
mod rules;
mod sheet;
pub mod walk;

pub use books::Books;
use books::Entry;
pub(crate) use lines::divided;
use rules::Judged;

impl Books {
    pub(super) fn of(genesis: &Genesis) -> Self {
        let organisations = genesis.organisations.iter();
        let organisations =
            organisations.map(|it| (it.subject().id, (it.bin.clone(), it.kind.name())));
        Self { organisations: organisations.collect(), ..Self::default() }
    }

    /// Judges a record with the chunks of the attachment that it brings; gives its lines.
    pub(super) fn judge(
        &self,
        law: &Law,
        block: &BlockContext,
        (signed, body): (&SignedRecord, Option<&Body>),
        chunks: Option<&[Vec<u8>]>,
    ) -> Answer<Vec<Vec<u8>>> {
        let now = (block.time.get(), block.height.get());
        Judged::new(self, law, (signed.record(), body), now)?.judge(chunks)
    }

    /// The record is in the log.
    pub(super) fn enter(
        &mut self,
        signed: &SignedRecord,
        body: Option<&Body>,
        lines: Vec<Vec<u8>>,
    ) {
        let (record, body) = (signed.record().clone(), body.cloned());
        self.entries.push(Entry { id: signed.id(), record, body, lines });
    }

    pub(super) fn built(&mut self, block: &BlockContext) {
        self.blocks.insert(block.height.get(), block.time.get());
    }

    /// Sums of every pool, account and allocation, counted from all records, are what the statuses say.
    pub(super) fn check<V: View>(&self, view: &V) -> Result<usize, String> {
        let mut sums = 0;
        for id in self.pools() {
            let is = self.pool(id).ok_or("a pool without records")?;
            let known: status::Pool = typed(view, Role::Pool, id)?;
            let says = [
                known.collected,
                known.unlicensed,
                known.deductions.iter().sum(),
                known.allocated,
                known.undistributed,
                known.in_lines,
                known.redistributed_out,
                known.paid[0],
                known.paid[1],
                known.paid[2],
            ]
            .map(i128::from);
            let counted = [
                is.collected,
                is.unlicensed,
                is.deducted,
                is.allocated,
                is.undistributed,
                is.in_lines,
                is.out,
                is.paid[0],
                is.paid[1],
                is.paid[2],
            ];
            let whole = is.state == "OPEN"
                || is.collected == is.deducted + is.allocated + is.undistributed + is.out;
            // C03, C10: what is marked for an auditor.
            let marks = [known.undocumented, known.unlicensed > 0];
            let found = [is.undocumented, is.unlicensed > 0];
            if marks != found || says != counted || known.state.name() != is.state || !whole {
                return Err(format!("pool {id}: {is:?}, its status is {known:?}"));
            }
            let okup = is.okup.ok_or("a pool of nobody")?;
            let flows = self.flows(okup, &is.sphere, &is.currency, self.entries.len());
            let bin = &self.organisations[&okup].0;
            let cmo: CmoStatus = typed(view, Role::Cmo, Subject::registered(Role::Cmo, bin).id)?;
            let sphere = Sphere::from_name(&is.sphere).ok_or("a sphere")?;
            let account = cmo.account(sphere, &is.currency).ok_or("an account")?.flows;
            let says = [account.collected, account.deducted, account.allocated];
            let says = says.map(i128::from);
            let paid = [account.paid, account.tax, account.levied].map(i128::from);
            if says != [flows.collected, flows.deducted, flows.allocated] || paid != flows.paid {
                return Err(format!("account of {bin}: {flows:?}, not {account:?}"));
            }
            sums += 2;
        }
        for entry in self.of_kind("R08") {
            let known: Batch = typed(view, Role::Batch, entry.record.subject.id)?;
            let state = known.allocation().ok_or("no allocation")?;
            let owed = self.owed(entry);
            let rest: i128 = owed.values().map(|it| it.open + it.held).sum();
            let paid: i128 = state.paid.into_iter().map(i128::from).sum();
            let lines = owed.iter().map(|(tag, it)| lines::remainder(tag, it)).collect();
            let packed = tamga_format::lines::PackedBatch::new(&entry.record.subject.id, lines);
            let same = packed.is_ok_and(|it| it.lines == state.remainders);
            if rest + paid != i128::from(state.total) || !same {
                return Err(format!("allocation {}: {owed:?}, not {state:?}", entry.id));
            }
            sums += owed.len();
        }
        Ok(sums)
    }
}

fn typed<T: Typed, V: View>(view: &V, role: Role, id: SubjectId) -> Result<T, String> {
    let subject = Subject::new(role, id);
    let row = view.status(&subject).map_err(|error| error.to_string())?;
    let row = row.ok_or_else(|| format!("{subject} has no status"))?;
    Ok(status::decode::<T>(&row.bytes).map_err(|error| format!("{subject}: {error}"))?.1)
}
