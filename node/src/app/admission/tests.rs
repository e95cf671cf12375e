use super::*;

fn request() -> (Request, oneshot::Receiver<Verdicts>) {
    let (reply, answer) = oneshot::channel();
    (Request { submissions: Vec::new(), source: Source::Local, check: false, reply }, answer)
}

#[tokio::test]
async fn an_idle_node_serves_a_lone_request_at_once() {
    let (sender, mut requests) = mpsc::channel(8);
    sender.send(request().0).await.unwrap();
    let batch = gather(&mut requests, Instant::now()).await.unwrap();
    assert_eq!(batch.len(), 1);
}

#[tokio::test]
async fn a_busy_node_gathers_what_comes_before_the_batch_is_due() {
    let (sender, mut requests) = mpsc::channel(8);
    sender.send(request().0).await.unwrap();
    let due = Instant::now() + Duration::from_secs(3_600);
    let gathering = tokio::spawn(async move {
        let batch = gather(&mut requests, due).await.unwrap();
        (batch.len(), gather(&mut requests, due).await.is_none())
    });
    for _ in 0..3 {
        tokio::task::yield_now().await;
        sender.send(request().0).await.unwrap();
    }
    // Nobody is left to send more, which is the other reason to wait no longer.
    drop(sender);
    assert_eq!(gathering.await.unwrap(), (4, true));
}
