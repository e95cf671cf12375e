use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_format::signature::Signature;

use super::*;

const CODEC: LedgerCodec = LedgerCodec { block_bytes_max: 1_000 };

/// A message survives the round trip; every shorter and longer input is refused.
fn one_form<T: PartialEq + std::fmt::Debug>(message: &T)
where
    LedgerCodec: Codec<T>,
{
    let bytes = CODEC.encode(message).expect("encodes");
    assert_eq!(&CODEC.decode(bytes.clone()).expect("decodes"), message);
    for short in 0..bytes.len() {
        assert!(CODEC.decode(bytes.slice(..short)).is_err(), "{message:?} cut to {short}");
    }
    let mut long = bytes.to_vec();
    long.push(0);
    assert!(CODEC.decode(long.into()).is_err(), "{message:?} with a byte more");
}

fn answer(block: &'static [u8]) -> Response<Ledger> {
    let kept = Certificate {
        height: Height(3),
        round: 0,
        value: ValueId([1; 32]),
        signatures: vec![(ValidatorId([2; 32]), Signature([3; 64]))],
    };
    let value = RawDecidedValue::new(Bytes::from_static(block), extended_certificate(&kept));
    Response::ValueResponse(ValueResponse::new(BlockHeight(3), vec![value.clone(), value]))
}

#[test]
fn messages_of_the_networked_engine_have_one_form() {
    for content in
        [StreamContent::Data(ProposalPart::Data(Bytes::from_static(b"piece"))), StreamContent::Fin]
    {
        let stream_id = StreamId::new(Bytes::from_static(&[5; 20]));
        one_form(&StreamMessage { stream_id, sequence: 7, content });
    }
    let peer_id = super::super::config::peer_id(&[1; 32]).expect("a seed");
    one_form(&Status::<Ledger> {
        peer_id: peer_id.parse().expect("a peer id"),
        tip_height: BlockHeight(9),
        history_min_height: BlockHeight(1),
    });
    one_form(&Request::<Ledger>::ValueRequest(ValueRequest::new(BlockHeight(1)..=BlockHeight(5))));
    one_form(&answer(b"block"));
}

#[test]
fn an_answer_is_as_long_as_it_says() {
    let answer = answer(b"block");
    let bytes = CODEC.encode(&answer).expect("encodes");
    assert_eq!(CODEC.encoded_len(&answer), Ok(bytes.len()));
}

#[test]
fn a_block_over_the_limit_is_refused() {
    let bytes = CODEC.encode(&answer(&[0; 1_001])).expect("encodes");
    assert!(Codec::<Response<Ledger>>::decode(&CODEC, bytes).is_err());
}
