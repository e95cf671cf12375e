use tamga_format::id::{Height, KeyId, RecordId};
use tamga_state::enforcement::assignment::{Candidate, Candidates, Exclusion};

use super::*;
use crate::draft::Seal;

fn pending(winner: Option<SubjectId>) -> (Subject, PendingDraw) {
    let candidate =
        |number: u8, exclusion| Candidate { officer: SubjectId([number; 32]), exclusion };
    let list = vec![candidate(2, None), candidate(1, Some(Exclusion::OwnTag)), candidate(3, None)];
    let ballot = Ballot::new(&Candidates::new(list).unwrap(), &[4, 7], 0).unwrap();
    let (commitment, height) = (RecordId([8; 32]), Height(5));
    let pending = PendingDraw { commitment, height, ballot, loads: vec![4, 7], winner };
    (Subject::new(Role::Case, SubjectId([9; 32])), pending)
}

#[test]
fn a_draw_shows_its_candidates_and_when_it_is_due_its_draft() {
    let (case, early) = pending(None);
    let view = DrawView::of(&case, &early);
    let shown: Vec<_> =
        view.candidates.iter().map(|it| (it.load, it.weight, it.reason.as_deref())).collect();
    assert_eq!(
        shown,
        [(None, None, Some("OWN_TAG")), (Some(4), Some(4), None), (Some(7), Some(1), None)]
    );
    assert_eq!((view.total, view.height), (5, 5));
    assert_eq!(view.draft("organisation#591240000109", UnixMillis(0)), None);

    let (case, due) = pending(Some(SubjectId([3; 32])));
    let draft = DrawView::of(&case, &due).draft("organisation#591240000109", UnixMillis(1_000));
    let (key_id, valid_until) = (KeyId([1; 32]), UnixMillis(2_000));
    let salt = |_: &str| [0; 32];
    let seal = Seal { origin: "tamga.example", key_id, nonce: [2; 16], valid_until, salt: &salt };
    let (record, body) = draft.unwrap().write(&seal).unwrap();
    assert_eq!(body, None);
    assert_eq!(record.subjects, [Subject::new(Role::Officer, SubjectId([3; 32]))]);
    assert_eq!(record.references[0].record, RecordId([8; 32]));
}

#[test]
fn a_commitment_is_written_with_officers_in_any_order() {
    let draft: Draft = serde_json::from_value(json!({
        "kind": "E02", "issuer": "organisation#591240000109", "subject": "case#1",
        "event_time": "2026-03-12T08:58:00Z",
        "fields": {
            "phase": "COMMIT", "algorithm_version": 1,
            "candidates": [
                "officer#3", { "officer": "officer#1", "reason": "OWN_TAG" }, "officer#2",
            ],
        },
    }))
    .unwrap();
    let salt = |_: &str| [0; 32];
    let (key_id, valid_until) = (KeyId([1; 32]), UnixMillis(2_000));
    let seal = Seal { origin: "tamga.example", key_id, nonce: [2; 16], valid_until, salt: &salt };
    let (record, _) = draft.write(&seal).unwrap();
    let list = Candidates::of(&record).unwrap();
    let reasons: Vec<_> = list.as_slice().iter().filter_map(|it| it.exclusion).collect();
    assert_eq!((list.as_slice().len(), reasons), (3, vec![Exclusion::OwnTag]));
    let shown = serde_json::to_value(Draft::read(&record, None)).unwrap();
    let again: Draft = serde_json::from_value(shown).unwrap();
    assert_eq!(again.write(&seal).unwrap().0, record);
    for wrong in [
        json!("officer#1"),
        json!([]),
        json!(["officer#1", "officer#1"]),
        json!([{ "officer": "officer#1", "reason": "WHY" }]),
        json!([{ "officer": "officer#1", "why": "OWN_TAG" }]),
        json!([7]),
    ] {
        let mut draft = draft.clone();
        draft.fields.insert("candidates".to_owned(), wrong);
        assert_eq!(draft.write(&seal).unwrap_err().pointer, "/fields/candidates");
    }
}
