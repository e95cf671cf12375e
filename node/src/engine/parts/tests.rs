use arc_malachitebft_core_types::{NilOrVal, ValidatorSet as _};
use tamga_format::id::{GenesisHash, ValidatorId};
use tamga_format::signature::{Signature, SigningKey};

use super::super::config::peer_id;
use super::*;

const GENESIS: GenesisHash = GenesisHash([1; 32]);
const VALUE: ValueId = ValueId([9; 32]);
const HEIGHT: Height = Height(4);
const BLOCK_BYTES_MAX: usize = 1 << 20;
const AT: Position = Position { head: Height(3), current: (HEIGHT, 0) };

fn signer(node: u8) -> Signer {
    Signer::new(GENESIS, SigningKey::from_seed([node; 32]))
}

fn id(node: u8) -> ValidatorId {
    ValidatorId([node; 32])
}

fn peer(node: u8) -> PeerId {
    peer_id(&[node; 32]).expect("a seed").parse().expect("a peer id")
}

fn validators() -> Validators {
    let peers: Vec<String> = (0..4).map(|n| peer(n).to_string()).collect();
    let four = (0..4).map(|n| (id(n), signer(n).public(), peers[usize::from(n)].as_str()));
    Validators::new(four).expect("peer ids")
}

/// The node whose turn it is at [`HEIGHT`] in round 0.
const PROPOSER: u8 = 0;

fn init(sender: u8, round: u32) -> Init {
    Init { height: HEIGHT, round, valid_round: None, sender: id(sender), polka: Vec::new() }
}

fn block() -> Bytes {
    (0..400_000_u32).map(|n| n.to_le_bytes()[0]).collect::<Vec<_>>().into()
}

type Messages = Vec<StreamMessage<ProposalPart>>;

fn sent(sender: u8, init: Init) -> Messages {
    stream(&signer(sender), init, VALUE, &block(), 1, [sender; 8])
}

fn assembler() -> Assembler {
    Assembler::new(Verifier::new(GENESIS), BLOCK_BYTES_MAX)
}

fn take(assembler: &mut Assembler, from: u8, messages: Messages) -> Vec<Assembled> {
    let validators = validators();
    messages
        .into_iter()
        .filter_map(|message| assembler.accept(peer(from), message, AT, &validators))
        .collect()
}

fn prevotes(count: u8) -> Vec<(ValidatorId, Signature)> {
    use arc_malachitebft_core_types::Context as _;
    let prevote = |n| {
        let address = validators().members().get_by_index(usize::from(n)).expect("four").address;
        let vote = Ledger.new_prevote(HEIGHT.into(), Round::new(0), NilOrVal::Val(VALUE), address);
        (id(n), signer(n).vote(vote).expect("in a round").signature)
    };
    (0..count).map(prevote).collect()
}

#[test]
fn a_block_arrives_whole_in_any_order() {
    let messages = sent(PROPOSER, init(PROPOSER, 0));
    assert!(messages.len() > 5);
    for turn in 0..messages.len() {
        let mut shuffled = messages.clone();
        shuffled.rotate_left(turn);
        shuffled.extend(messages.iter().take(2).cloned());
        let assembled = take(&mut assembler(), PROPOSER, shuffled);
        assert_eq!(assembled.len(), 1, "once, however often parts come");
        let only = &assembled[0];
        assert_eq!((only.value, &only.block), (VALUE, &block()));
        assert_eq!(only.turn, Turn { round: 0, proposer: id(PROPOSER) });
        assert!(!only.prevoted);
    }
}

#[test]
fn a_missing_part_is_waited_for() {
    let mut messages = sent(PROPOSER, init(PROPOSER, 0));
    let missing = messages.remove(2);
    let mut assembler = assembler();
    assert!(take(&mut assembler, PROPOSER, messages).is_empty());
    assert_eq!(take(&mut assembler, PROPOSER, vec![missing]).len(), 1);
}

#[test]
fn only_the_proposer_may_send_a_new_block() {
    let another = sent(1, init(1, 0));
    assert!(take(&mut assembler(), 1, another.clone()).is_empty(), "not its turn");
    assert!(take(&mut assembler(), 2, another).is_empty(), "not the sender's connection");
    let in_its_name = sent(1, init(PROPOSER, 0));
    assert!(take(&mut assembler(), 1, in_its_name).is_empty(), "not its name");
    let forged = stream(&signer(1), init(PROPOSER, 0), VALUE, &block(), 1, [0; 8]);
    assert!(take(&mut assembler(), PROPOSER, forged).is_empty(), "not its signature");
    let stranger = sent(PROPOSER, init(PROPOSER, 0));
    assert!(take(&mut assembler(), 77, stranger).is_empty(), "not a validator's connection");
}

#[test]
fn whoever_holds_a_quorum_of_prevotes_may_send_the_block_again() {
    let again = |count| Init { valid_round: Some(0), polka: prevotes(count), ..init(2, 1) };
    let assembled = take(&mut assembler(), 2, sent(2, again(3)));
    assert_eq!(assembled.len(), 1);
    assert!(assembled[0].prevoted);
    assert_eq!(assembled[0].turn, Turn { round: 1, proposer: id(1) });
    assert!(take(&mut assembler(), 2, sent(2, again(2))).is_empty(), "two of four are no quorum");
}

#[test]
fn changed_bytes_do_not_match_the_signed_end() {
    let mut messages = sent(PROPOSER, init(PROPOSER, 0));
    messages[2].content = StreamContent::Data(ProposalPart::Data(vec![0; 100].into()));
    assert!(take(&mut assembler(), PROPOSER, messages).is_empty());
}

#[test]
fn a_stream_stays_within_the_bytes_of_a_block() {
    let piece = Bytes::from(vec![0; *PART_BYTES.end()]);
    let mut messages = sent(PROPOSER, init(PROPOSER, 0));
    let last = messages.pop().expect("an end");
    let template = messages[0].clone();
    let flood: Messages = (1..4)
        .map(|sequence| StreamMessage {
            sequence,
            content: StreamContent::Data(ProposalPart::Data(piece.clone())),
            ..template.clone()
        })
        .collect();
    let mut assembler = assembler();
    assert!(take(&mut assembler, PROPOSER, flood).is_empty());
    let streams = &assembler.peers[&peer(PROPOSER)];
    assert!(streams.values().all(|stream| matches!(stream, Stream::Closed)));
    let far = StreamMessage { sequence: u64::MAX, ..last };
    assert!(take(&mut assembler, PROPOSER, vec![far]).is_empty());
}

#[test]
fn streams_of_one_peer_are_bounded_and_forgotten_when_decided() {
    let mut assembler = assembler();
    for random in 0..50 {
        let mut open = stream(&signer(0), init(0, 0), VALUE, &block(), 1, [random; 8]);
        open.truncate(1);
        assert!(take(&mut assembler, PROPOSER, open).is_empty());
    }
    assert_eq!(assembler.peers[&peer(PROPOSER)].len(), STREAMS_PER_PEER);
    assembler.forget_until(HEIGHT);
    assert!(assembler.peers.is_empty());
}

#[test]
fn decided_far_and_absurd_places_are_not_kept() {
    for (height, round) in [(3, 0), (3 + HEIGHTS_AHEAD + 1, 0), (4, ROUNDS_AHEAD + 1), (5, 11)] {
        assert!(!AT.accepts(Height(height), round), "height {height} round {round}");
    }
    for (height, round) in [(4, 0), (4, ROUNDS_AHEAD), (3 + HEIGHTS_AHEAD, 0)] {
        assert!(AT.accepts(Height(height), round), "height {height} round {round}");
    }
    let later = Position { current: (HEIGHT, 40), ..AT };
    assert!(later.accepts(HEIGHT, 50) && !later.accepts(HEIGHT, 51));
}
