//! Each rule of the draw with what it accepts and what it refuses.

use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject};

use super::*;
use crate::catalogue::{Kind, relation};
use crate::codes::Code;
use crate::matrix::Stage;
use crate::status::{KeyStatus, Officer, Standing, Typed, encode};
use crate::testing::{Draft, NOW, SINCE, TODAY, World, key, organisation, tag, writer};
use crate::view::StatusRow;

const LOCALS: [(&str, Option<Exclusion>); 3] =
    [("bailiff", None), ("colleague", None), ("state-bailiff", None)];

fn case() -> Subject {
    tag(Role::Case, "case")
}

#[track_caller]
fn refused(world: &mut World, draft: &Draft, code: Code, pointer: &str) {
    let before = world.view.statuses.clone();
    let rejection = world.submit(draft).expect_err("it must be refused");
    assert_eq!((rejection.code, rejection.pointer.as_str()), (code, pointer), "{rejection}");
    assert_eq!(world.view.statuses, before, "a refused record must change nothing");
}

fn presented() -> World {
    let mut world = World::new();
    world.record(&World::present(case(), 100_000));
    world
}

/// A case whose draw is committed to in the block before.
fn committed() -> World {
    let mut world = presented();
    world.record(&World::commit(case(), &LOCALS));
    world.build("first");
    world
}

/// A case whose draw is due.
fn due() -> World {
    let mut world = committed();
    world.build("second");
    world.build("third");
    world
}

fn set<T: Typed>(world: &mut World, id: SubjectId, status: &T) {
    let row = StatusRow { nonce: [0; 16], bytes: encode(status, None).into() };
    world.view.statuses.insert(Subject::new(T::ROLE, id), row);
}

fn set_load(world: &mut World, name: &str, load: u64) {
    let officer: Officer = world.status(writer(name));
    set(world, writer(name).id, &Officer { load, ..officer });
}

fn winner(world: &World) -> SubjectId {
    let pending = pending(&world.view, &case()).expect("the view is whole");
    pending.expect("a draw is pending").winner.expect("it is due")
}

#[test]
fn a_case_is_drawn_in_two_phases() {
    let mut world = presented();
    let commitment = world.record(&World::commit(case(), &LOCALS));
    let status = world.case(case());
    let draw = status.draw.clone().expect("the candidates are fixed");
    assert_eq!((status.stage, status.assignee), (Stage::Received, None));
    assert_eq!((draw.commitment, draw.height), (commitment, world.block.height));
    assert_eq!((draw.loads.as_slice(), draw.drawn), (&[0; 3][..], None));

    for builder in ["first", "second", "second", "second"] {
        // In the block of the commitment, and as long as one organisation builds alone.
        let early = world.draw(case());
        refused(&mut world, &early, Code::DrawNotDue, "/fields/phase");
        world.build(builder);
    }
    world.build("third");
    let chosen = winner(&world);
    let id = world.record(&world.draw(case()));
    let status = world.case(case());
    assert_eq!((status.stage, status.assignee), (Stage::Assigned, Some(chosen)));
    let drawn = status.draw.expect("the draw is kept");
    assert_eq!((drawn.drawn, drawn.loads.len(), drawn.root), (Some(id), 0, draw.root));
    let officer: Officer = world.status(Subject::new(Role::Officer, chosen));
    assert_eq!(officer.load, 1);
    assert_eq!(pending(&world.view, &case()), Ok(None));
}

#[test]
fn the_draw_is_the_same_whenever_it_comes() {
    let mut world = due();
    let chosen = winner(&world);
    for builder in ["first", "second", "third", "fourth"] {
        world.build(builder);
        // Loads that change after the commitment change nothing.
        set_load(&mut world, "colleague", 900);
        let load = world.block.height.get();
        set_load(&mut world, "bailiff", load);
        assert_eq!(winner(&world), chosen);
    }
    world.record(&world.draw(case()));
    assert_eq!(world.case(case()).assignee, Some(chosen));
}

#[test]
fn every_part_of_a_draw_is_recomputed() {
    let mut world = due();
    let draw = world.draw(case());
    let chosen = winner(&world);
    let names = LOCALS.map(|(name, _)| name);
    let other = names.into_iter().find(|name| writer(name).id != chosen).expect("three officers");
    let to_other = draw
        .clone()
        .not_naming(Subject::new(Role::Officer, chosen))
        .naming(&[writer(other)])
        .field("bailiff_id", *writer(other).id.as_bytes());
    let loads = |loads: &[u64]| Value::Array(loads.iter().map(|load| Value::Uint(*load)).collect());
    let other_commitment =
        draw.clone().with(|record| record.references[0].record = RecordId([1; 32]));
    let fields = "/fields/";
    let cases = [
        (to_other, Code::DrawWinner, "bailiff_id"),
        (draw.clone().field("loads", loads(&[0, 0, 1])), Code::DrawLoads, "loads"),
        (draw.clone().field("loads", loads(&[0, 0])), Code::DrawLoads, "loads"),
        (draw.clone().field("candidate_root", [1; 32]), Code::DrawCandidates, "candidate_root"),
        (
            draw.clone().field("algorithm_version", 2),
            Code::TransitionNotInForce,
            "algorithm_version",
        ),
        (draw.clone().without("loads"), Code::Validation, "loads"),
        (draw.clone().without("candidate_root"), Code::Validation, "candidate_root"),
        (draw.clone().without("bailiff_id"), Code::Validation, "bailiff_id"),
        (draw.clone().field("max_load", 5), Code::Validation, "max_load"),
        (draw.clone().field("loads", loads(&[1 << 32, 0, 0])), Code::Validation, "loads"),
    ];
    for (draft, code, name) in cases {
        refused(&mut world, &draft, code, &format!("{fields}{name}"));
    }
    refused(&mut world, &other_commitment, Code::DrawNotCommitted, "/references");
    let unbound = draw.clone().with(|record| record.references.clear());
    refused(&mut world, &unbound, Code::ReferenceNotAllowed, "/references");
    let stranger = draw.clone().naming(&[writer("robot")]);
    let at = stranger.record.subjects.iter().position(|s| *s == writer("robot"));
    let pointer = format!("/subjects/{}", at.expect("it is named"));
    refused(&mut world, &stranger, Code::SubjectUnexpected, &pointer);

    world.record(&draw);
    refused(&mut world, &draw, Code::StageNotAllowed, "/kind");
}

#[test]
fn the_randomness_of_each_block_decides() {
    let world = due();
    let chosen = winner(&world);
    let heights: Vec<_> = world.view.blocks.keys().copied().collect();
    for height in heights {
        let mut others = 0;
        for byte in 0..20 {
            let mut world = world.clone();
            world.view.blocks.get_mut(&height).expect("it was built").output[0] = byte;
            others += usize::from(winner(&world) != chosen);
        }
        // Of twenty draws among three, all alike by chance once in 3^20.
        assert!(others > 0, "block {height} does not matter");
    }
}

#[test]
fn a_list_holds_officers_who_fit_and_founded_exclusions() {
    let mut world = presented();
    let suspended: Officer = world.status(writer("robot"));
    let suspended = Officer { standing: Standing::Suspended, ..suspended };
    set(&mut world, writer("robot").id, &suspended);
    let region = Some(Exclusion::WrongRegion);
    let office = Some(Exclusion::NotInForce);
    type Line = (&'static str, Option<Exclusion>);
    let cases: [(Line, Code); 7] = [
        (("nobody", None), Code::SubjectUnknown),
        (("court", None), Code::RoleForbidden),
        (("court", region), Code::RoleForbidden),
        (("far-bailiff", None), Code::WrongRegion),
        (("robot", None), Code::OfficerSuspended),
        (("colleague", region), Code::ExclusionUnfounded),
        (("colleague", office), Code::ExclusionUnfounded),
    ];
    for (line, code) in cases {
        let draft = World::commit(case(), &[("bailiff", None), line]);
        let list = Candidates::of(&draft.record).expect("a list");
        let at = list.as_slice().iter().position(|it| it.officer == writer(line.0).id);
        let pointer = format!("/fields/candidates/{}", at.expect("it is listed"));
        refused(&mut world, &draft, code, &pointer);
    }
    let all = [
        ("bailiff", None),
        ("far-bailiff", region),
        ("robot", office),
        ("colleague", Some(Exclusion::DeclaredRelation)),
    ];
    world.record(&World::commit(case(), &all));
    for builder in ["first", "second", "third"] {
        world.build(builder);
    }
    assert_eq!(winner(&world), writer("bailiff").id);
}

#[test]
fn candidates_are_fixed_once_and_in_one_form() {
    let mut world = presented();
    let commit = World::commit(case(), &LOCALS);
    let backwards = match commit.record.field(field::CANDIDATES) {
        Some(Value::Array(items)) => Value::Array(items.iter().rev().cloned().collect()),
        _ => panic!("a list"),
    };
    let many = Value::Array(vec![Value::bytes(&[1; 32]); 501]);
    let odd = Value::Array(vec![Value::Array(vec![Value::bytes(&[1; 32]), Value::text("WHY")])]);
    let all_out = LOCALS.map(|(name, _)| (name, Some(Exclusion::OwnTag)));
    let cases = [
        (commit.clone().field("candidates", backwards), Code::Validation, "candidates"),
        (commit.clone().field("candidates", many), Code::Validation, "candidates"),
        (commit.clone().field("candidates", odd), Code::Validation, "candidates"),
        (commit.clone().field("candidates", Value::Array(vec![])), Code::Validation, "candidates"),
        (World::commit(case(), &all_out), Code::NoCandidate, "candidates"),
        (commit.clone().field("bailiff_id", [1; 32]), Code::Validation, "bailiff_id"),
        (commit.clone().field("max_load", 5), Code::Validation, "max_load"),
        (
            commit.clone().field("algorithm_version", 0),
            Code::TransitionNotInForce,
            "algorithm_version",
        ),
    ];
    for (draft, code, name) in cases {
        refused(&mut world, &draft, code, &format!("/fields/{name}"));
    }
    let referring = commit.clone().referring(relation::AUTHORITY, RecordId([1; 32]), case());
    refused(&mut world, &referring, Code::ReferenceNotAllowed, "/references");
    world.record(&commit);
    refused(&mut world, &commit, Code::DrawCommitted, "/fields/phase");
    let direct = World::distribute(case(), "bailiff");
    refused(&mut world, &direct, Code::DrawCommitted, "/fields/phase");
}

#[test]
fn nobody_above_the_limit_of_load_is_drawn() {
    let mut world = presented();
    world.set("max_load", 10);
    for (name, load) in [("bailiff", 11), ("colleague", 10), ("state-bailiff", 12)] {
        set_load(&mut world, name, load);
    }
    let commit = World::commit(case(), &LOCALS);
    refused(&mut world, &commit, Code::Validation, "/fields/max_load");
    let commit = commit.field("max_load", 10);
    let busy = [("bailiff", None), ("state-bailiff", None)];
    let busy = World::commit(case(), &busy).field("max_load", 10);
    refused(&mut world, &busy, Code::NoCandidate, "/fields/candidates");
    world.record(&commit);
    for builder in ["first", "second", "third"] {
        world.build(builder);
    }
    assert_eq!(winner(&world), writer("colleague").id);
}

#[test]
fn without_a_draw_only_what_other_sources_say_is_recorded() {
    let mut world = presented();
    let direct = World::distribute(case(), "bailiff");
    let fresh = direct.clone().without("provenance");
    refused(&mut world, &fresh, Code::DrawRequired, "/fields/provenance");
    let imported = direct.field("provenance", "IMPORTED");
    world.set("draw_required_from", TODAY);
    refused(&mut world, &imported, Code::DrawRequired, "/fields/phase");
    world.set("draw_required_from", TODAY + 1);
    let yesterday = UnixMillis(NOW.get() - 86_400_000);
    refused(&mut world, &imported.clone().at(yesterday), Code::DateOrder, "/event_time");
    world.record(&imported);
}

#[test]
fn whoever_runs_a_validator_may_record_the_draw() {
    let mut world = due();
    let by = |signer: &str, issuer: Subject, draft: Draft| {
        let key_id = key(signer).public().key_id();
        let draft = Draft { signer: signer.to_owned(), ..draft };
        draft.with(|record| (record.issuer, record.key_id) = (issuer, key_id))
    };
    let platform = KeyStatus {
        public: key("platform").public(),
        holder: organisation(),
        valid_from: SINCE,
        valid_to: None,
        revoked_at: None,
        compromise_since: None,
        replaced_by: None,
    };
    let key_id = platform.public.key_id();
    set(&mut world, SubjectId(*key_id.as_bytes()), &platform);
    let draw = world.draw(case());
    let far = by("far-chamber", writer("far-chamber"), draw.clone());
    refused(&mut world, &far, Code::WrongRegion, "/issuer");
    let operator = by("operator", writer("operator"), draw.clone());
    refused(&mut world, &operator, Code::RoleForbidden, "/issuer");
    let validator = by("platform", organisation(), draw);

    let mut elsewhere = world.clone();
    elsewhere.block.organisations = [tag(Role::Organisation, "other").id].into();
    refused(&mut elsewhere, &validator, Code::RoleForbidden, "/issuer");
    let commit = by("platform", organisation(), World::commit(tag(Role::Case, "next"), &LOCALS));
    world.record(&World::present(tag(Role::Case, "next"), 5));
    refused(&mut world, &commit, Code::RoleForbidden, "/issuer");
    world.record(&validator);
}

#[test]
fn who_dislikes_the_draw_cannot_draw_again() {
    let mut world = committed();
    let commitment = world.case(case()).draw.expect("it is committed to").commitment;
    let annul = |world: &World, by: &str, target| world.correct(case(), by, "ANNUL", target);
    let by_chamber = annul(&world, "chamber", commitment);
    refused(&mut world, &by_chamber, Code::TargetNotCorrectable, "/references");
    world.build("second");
    world.build("third");
    let chosen = winner(&world);
    let loads = world.draw(case());
    let drawn = world.record(&loads);
    let by_chamber = annul(&world, "chamber", drawn);
    refused(&mut world, &by_chamber, Code::TargetNotCorrectable, "/references");

    // A court annuls the draw: the same officer is drawn from the same commitment.
    world.record(&annul(&world, "court", drawn));
    let status = world.case(case());
    assert_eq!((status.stage, status.assignee), (Stage::Received, None));
    assert_eq!(status.draw.as_ref().map(|draw| draw.drawn), Some(None));
    assert_eq!(pending(&world.view, &case()), Ok(None), "the loads stand in the annulled record");
    let again = world.record(&loads);
    assert_eq!(world.case(case()).assignee, Some(chosen));

    // It annuls both: the candidates are fixed anew.
    world.record(&annul(&world, "court", again));
    world.record(&annul(&world, "court", commitment));
    assert_eq!(world.case(case()).draw, None);
    let annulment = world.case(case()).correction.expect("it was annulled");
    for back in [
        world.correct(case(), "court", "REINSTATE", commitment),
        world.correct(case(), "court", "ANNUL", annulment),
    ] {
        refused(&mut world, &back, Code::TargetNotCorrectable, "/references");
    }
    let second = world.record(&World::commit(case(), &LOCALS));
    refused(&mut world, &loads, Code::DrawNotCommitted, "/references");
    world.build("first");
    world.build("second");
    world.build("third");
    let renewed = world.draw(case());
    assert_eq!(renewed.record.references[0].record, second);
    world.record(&renewed);
    assert_eq!(world.case(case()).stage, Stage::Assigned);
}

#[test]
fn a_draw_outlives_the_correction_of_other_records() {
    let mut world = due();
    let drawn = world.record(&world.draw(case()));
    let assignee = world.case(case()).assignee.expect("somebody");
    let names = LOCALS.map(|(name, _)| name);
    let name = names.into_iter().find(|name| writer(name).id == assignee).expect("one of them");
    let initiated = world.record(&world.initiate(case(), name));
    let before = world.case(case()).draw;
    world.record(&world.correct(case(), name, "ANNUL", initiated));
    let after = world.case(case());
    assert_eq!((after.stage, after.draw.as_ref()), (Stage::Assigned, before.as_ref()));
    assert_eq!(after.draw.and_then(|draw| draw.drawn), Some(drawn));
}

#[test]
fn a_run_of_one_organisation_has_an_end() {
    let mut world = committed();
    for _ in 0..RUN_BLOCKS_MAX {
        world.build("second");
    }
    world.build("third");
    let late = world.draw(case());
    refused(&mut world, &late, Code::DrawNotDue, "/fields/phase");
}

#[test]
fn commitments_are_recognised_without_judging_them() {
    let commit = World::commit(case(), &LOCALS).record;
    assert!(is_commitment(&commit));
    assert!(!is_commitment(&World::distribute(case(), "bailiff").record));
    let mut other = commit;
    other.kind = Kind::E03.number();
    assert!(!is_commitment(&other));
}
