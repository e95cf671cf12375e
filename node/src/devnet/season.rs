//! The demo's quarters of royalties: an author with 214 lines, paid, with a statement; and a quarter of which only 39 % of
//! what was collected was paid.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tamga_format::body::Submission;
use tamga_format::id::RecordId;
use tamga_format::signature::SigningKey;
use tamga_format::subject::Subject;
use tamga_replica::Source;
use tamga_state::status::{Batch, decode};

use super::royalties::{Keys, Piece, Scale, Season};
use crate::app::Verdict;
use crate::attachments::AttachmentError;
use crate::keys::Seed;
use crate::run::Running;

/// The quarter that a devnet shows.
const SCALE: Scale = Scale { authors: 20, works: 30, uses: 400, own: 214 };
/// The demo key of the author whom the story follows.
pub(super) const AUTHOR_KEY: &str = "author:demo";
/// The quarter of which little was paid, and how much of its collections that is, in basis points.
const MEAGRE: (Scale, i64) = (Scale { authors: 5, works: 6, uses: 40, own: 10 }, 3_900);
/// How long a record, with its lines, may take.
const FINAL_WITHIN: Duration = Duration::from_secs(30);

/// Writes the quarters, or finds that they stand; one line for people.
///
/// # Errors
///
/// When the network refuses a record or does not make it final.
pub(super) async fn tell(node: &Running, keys: &[(String, Seed)]) -> Result<String> {
    let key = |name: &str| -> Result<SigningKey> {
        let found = keys.iter().find(|(known, _)| known == name);
        let (_, seed) = found.with_context(|| format!("no demo key {name}"))?;
        Ok(SigningKey::from_seed(seed.0))
    };
    let keys = Keys { authority: key("authority:demo")?, okup: key("okup:demo")? };
    let now = node.app.now();
    let mut season = Season::new("demo", super::ORIGIN, SCALE, keys.clone(), now);
    let author = season.author().to_text();
    if node.app.reader().subject(&season.author())?.is_some() {
        return Ok(format!("demo royalties from before: author {author}"));
    }
    let author_key = season.author_key(&SigningKey::from_seed(Seed::demo(AUTHOR_KEY).0))?;
    submit(node, author_key).await?;
    quarter(node, &mut season).await?;
    let [allocation, payout] =
        ["allocation", "payout"].map(|what| status(node, &season.batch(what)));
    let statement = season.statement([&allocation?, &payout?])?;
    let statement = submit(node, statement).await?;
    finished(node, statement).await?;
    let (scale, paid_bp) = MEAGRE;
    let meagre = Season::new("demo-2", super::ORIGIN, scale, keys, now);
    let mut meagre = meagre.after_another(paid_bp);
    quarter(node, &mut meagre).await?;
    Ok(format!(
        "demo royalties: {} lines of {} authors paid; {} of them are those of {author}; \
         of what {} collected, only {} % was paid",
        season.lines(),
        SCALE.authors + 1,
        SCALE.own,
        meagre.period(),
        paid_bp / 100
    ))
}

/// A quarter from its mandates to its payouts.
async fn quarter(node: &Running, season: &mut Season) -> Result<()> {
    let beginning = season.beginning()?;
    let mut last = None;
    for submission in beginning {
        last = Some(submit(node, submission).await?);
    }
    finished(node, last.context("the quarter has a beginning")?).await?;
    let usage = season.usage(base(node))?;
    bring(node, usage).await?;
    let fixed = submit(node, season.fixed()?).await?;
    finished(node, fixed).await?;
    let allocation = season.allocation(base(node))?;
    bring(node, allocation).await?;
    for action in ["APPROVED", "PUBLISHED"] {
        let step = submit(node, season.step(action)?).await?;
        finished(node, step).await?;
    }
    let payout = season.payout(base(node))?;
    bring(node, payout).await?;
    Ok(())
}

/// The newest block, as of which lines are judged.
fn base(node: &Running) -> u64 {
    node.app.head().borrow().height.get()
}

fn status(node: &Running, batch: &Subject) -> Result<Batch> {
    let state = node.app.reader().subject(batch)?.and_then(|state| state.status);
    let row = state.context("the batch is recorded")?;
    Ok(decode(&row.bytes)?.1)
}

async fn submit(node: &Running, submission: Submission) -> Result<RecordId> {
    let id = submission.record().id();
    let kind = submission.record().record().kind;
    let verdict = node.app.admit(vec![submission], Source::Local).await.pop();
    match verdict.context("one verdict per record")? {
        Ok(_) => Ok(id),
        Err(fault) => bail!("a record of kind {kind} is refused: {fault}"),
    }
}

/// Submits a record and uploads what it brings.
async fn bring(node: &Running, piece: Piece) -> Result<()> {
    let id = submit(node, piece.submission.clone()).await?;
    let (attachment, manifest, chunks) = piece.attachment.context("a piece with lines")?;
    let mut tries = 0;
    while let Err(error) = node.attachments.begin(&attachment, &manifest.encode()) {
        // The job that waits for the attachment begins a moment after the record came into the pool.
        if !matches!(error, AttachmentError::Unexpected) || tries == 100 {
            return Err(error).context("the attachment");
        }
        tries += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for (number, chunk) in chunks.iter().enumerate() {
        node.attachments.put(&attachment, number, chunk)?;
    }
    finished(node, id).await
}

async fn finished(node: &Running, id: RecordId) -> Result<()> {
    match node.app.settled(id, FINAL_WITHIN).await {
        Verdict::Final(_) => Ok(()),
        Verdict::Rejected(rejection) => bail!("record {id}: {rejection}"),
        Verdict::Pending => bail!("record {id} is not final after {} s", FINAL_WITHIN.as_secs()),
    }
}
