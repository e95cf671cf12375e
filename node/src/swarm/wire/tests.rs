use super::*;

fn checkpoint() -> SignedCheckpoint {
    let line = SignatureLine { key_id: [1, 2, 3, 4], blob: vec![7; 72] };
    SignedCheckpoint { height: 5, size: 9, root: [8; 32], signatures: vec![line] }
}

fn requests() -> Vec<Request> {
    vec![
        Request::Records(vec![vec![1, 2, 3], vec![4]]),
        Request::Signed(vec![checkpoint()]),
        Request::Pull { have: vec![[9; 32]] },
        Request::Consistency { from: 3, to: 8 },
        Request::Notes { from: 1, count: 256 },
        Request::Newest { key_id: [0; 4] },
    ]
}

#[test]
fn requests_round_trip_and_refuse_every_truncation_and_a_trailing_byte() {
    for request in requests() {
        let mut bytes = request.encode();
        assert_eq!(Request::decode(&bytes), Ok(request));
        for cut in 0..bytes.len() {
            assert!(Request::decode(&bytes[..cut]).is_err());
        }
        bytes.push(0);
        assert!(Request::decode(&bytes).is_err());
    }
}

#[test]
fn responses_round_trip_and_refuse_every_truncation_and_a_trailing_byte() {
    let responses = [
        Response::Done,
        Response::Pool { records: vec![vec![1]], more: true },
        Response::Path(vec![[1; 32]; 3]),
        Response::Signed(vec![checkpoint()]),
        Response::Absent,
    ];
    for response in responses {
        let mut bytes = response.encode();
        assert_eq!(Response::decode(&bytes), Ok(response));
        for cut in 0..bytes.len() {
            assert!(Response::decode(&bytes[..cut]).is_err());
        }
        bytes.push(0);
        assert!(Response::decode(&bytes).is_err());
    }
}

#[test]
fn another_version_and_an_unknown_kind_are_refused() {
    for bytes in [[2u8, 0].as_slice(), &[1, 6], &[1, 255], &[]] {
        assert_eq!(Request::decode(bytes), Err(WireError::Form));
    }
}

#[test]
fn lists_over_their_limits_are_refused() {
    let bare = SignedCheckpoint { signatures: vec![], ..checkpoint() };
    let line = SignatureLine { key_id: [0; 4], blob: vec![0; 63] };
    let short = SignedCheckpoint { signatures: vec![line], ..checkpoint() };
    let crowd = SignedCheckpoint {
        signatures: vec![checkpoint().signatures[0].clone(); 17],
        ..checkpoint()
    };
    let cases = [
        Request::Records(vec![vec![]]),
        Request::Records(vec![vec![0; SUBMISSION_BYTES_MAX + 1]]),
        Request::Records(vec![vec![0]; PUSH_RECORDS_MAX + 1]),
        Request::Signed(vec![bare]),
        Request::Signed(vec![short]),
        Request::Signed(vec![crowd]),
        Request::Signed(vec![checkpoint(); CHECKPOINTS_MAX + 1]),
        Request::Pull { have: vec![[0; 32]; PULL_HASHES_MAX + 1] },
        Request::Consistency { from: 8, to: 8 },
        Request::Consistency { from: 0, to: 8 },
        Request::Notes { from: 0, count: 0 },
        Request::Notes { from: 0, count: 257 },
    ];
    for case in cases {
        assert!(matches!(Request::decode(&case.encode()), Err(WireError::Limit(_))));
    }
}
