//! The draw of an officer and its proof file.

use super::*;

fn pending(winner: Option<SubjectId>) -> PendingDraw {
    let candidate = |number: u8| Candidate { officer: SubjectId([number; 32]), exclusion: None };
    let list = Candidates::new(vec![candidate(1), candidate(2)]).unwrap();
    let ballot = Ballot::new(&list, &[3, 5], 0).unwrap();
    let (commitment, height) = (RecordId([7; 32]), Height(4));
    PendingDraw { commitment, height, ballot, loads: vec![3, 5], winner }
}

#[tokio::test]
async fn a_case_shows_the_draw_it_waits_for() {
    let path = format!("/v1/cases/{}/draw", case().to_text());
    Server::new(Fake::default()).get(&path).await.is_problem(Code::NotFound);
    let early = Fake { draw: Some(pending(None)), ..Fake::default() };
    let answer = Server::new(early).get(&path).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let view = answer.json();
    assert_eq!((&view["total"], &view["loads"]), (&json!(4), &json!([3, 5])));
    assert_eq!(view["candidates"][0]["weight"], 3);
    assert!(view.get("officer").is_none());
    let due = Fake { draw: Some(pending(Some(SubjectId([2; 32])))), ..Fake::default() };
    let server = Server::new(due);
    let officer = Subject::new(Role::Officer, SubjectId([2; 32])).to_text();
    assert_eq!(server.get(&path).await.json()["officer"], officer);
    server.get(&format!("{path}?x=1")).await.is_problem(Code::BadParameter);
    server.get("/v1/cases/officer:x/draw").await.is_problem(Code::NotFound);
}

#[tokio::test]
async fn a_case_hands_out_the_proof_of_its_draw() {
    let path = format!("/v1/cases/{}/assignment", case().to_text());
    Server::new(Fake::default()).get(&path).await.is_problem(Code::NotFound);
    let drawn = Fake { assignment: Some("tamga-assignment/v1\n".into()), ..Fake::default() };
    let answer = Server::new(drawn).get(&path).await;
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.text(), "tamga-assignment/v1\n");
}
