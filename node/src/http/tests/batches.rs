//! Lines of batches, chunk by chunk: who may ask, and for what.

use tamga_replica::testing::TestLedger;
use tamga_rocks::RocksStore;

use super::*;
use crate::attachments::Attachments;
use crate::lines::Batches;

#[tokio::test]
async fn lines_of_a_batch_are_for_holders_of_a_token_and_only_of_batches_of_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = TestLedger::new(RocksStore::open(&folder.path().join("db")).unwrap());
    let attachments = Attachments::open(folder.path().join("attachments"), |_| false).unwrap();
    let held = Arc::new(Batches::new(ledger.app.reader(), attachments));
    let server = Server::new(Fake { batches: Some(held), ..Fake::default() });
    let batch = Subject::new(Role::Batch, SubjectId([7; 32])).to_text();
    let path = format!("/v1/batches/{batch}/chunks/0");
    server.get(&path).await.is_problem(Code::Unauthenticated);
    let token = [("authorization", TOKEN)];
    let work = Subject::new(Role::Work, SubjectId([7; 32])).to_text();
    for unknown in [
        path.clone(),
        format!("/v1/batches/{batch}/chunks/x"),
        format!("/v1/batches/{work}/chunks/0"),
    ] {
        server.get_with(&unknown, &token).await.is_problem(Code::NotFound);
    }
    server.get_with(&format!("{path}?of=first"), &token).await.is_problem(Code::BadParameter);
    let nothing_held = Server::new(Fake::default());
    nothing_held.get_with(&path, &token).await.is_problem(Code::NotFound);
}
