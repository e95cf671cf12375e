use super::*;

fn chunks() -> [&'static [u8]; 3] {
    [b"first", b"second", b"third"]
}

#[test]
fn chunks_are_taken_in_any_order_for_what_a_record_names_and_kept_once_it_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attachments");
    let attachments = Attachments::open(path.clone(), |_| false).unwrap();
    let manifest = Manifest::of(chunks()).unwrap();
    let id = manifest.id();
    let begun = attachments.begin(&id, &manifest.encode());
    assert!(matches!(begun, Err(AttachmentError::Unexpected)));
    assert!(matches!(attachments.put(&id, 0, b"first"), Err(AttachmentError::NoManifest)));

    attachments.expect(id, RecordId([1; 32])).unwrap();
    let other = Manifest::of([&b"other"[..]]).unwrap();
    assert!(matches!(attachments.begin(&id, &other.encode()), Err(AttachmentError::Format(_))));
    let progress = attachments.begin(&id, &manifest.encode()).unwrap();
    assert_eq!(progress.missing, [0, 1, 2]);
    attachments.put(&id, 2, b"third").unwrap();
    assert!(matches!(attachments.put(&id, 1, b"third"), Err(AttachmentError::Format(_))));
    assert!(matches!(attachments.put(&id, 3, b"third"), Err(AttachmentError::Format(_))));
    attachments.put(&id, 2, b"third").unwrap();
    let again = attachments.begin(&id, &manifest.encode()).unwrap();
    assert_eq!(again.missing, [0, 1], "an upload goes on where it was");
    attachments.put(&id, 0, b"first").unwrap();
    attachments.put(&id, 1, b"second").unwrap();
    assert!(attachments.is_whole(&id));
    assert_eq!(attachments.chunk(&id, 1).unwrap().as_deref(), Some(&b"second"[..]));

    attachments.close(&id, &RecordId([1; 32]));
    let opened = Attachments::open(path, |record| *record == RecordId([1; 32])).unwrap();
    assert!(opened.is_whole(&id), "what is recorded stays");
}

#[test]
fn what_nobody_recorded_goes_with_its_record_or_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attachments");
    let attachments = Attachments::open(path.clone(), |_| false).unwrap();
    let manifest = Manifest::of(chunks()).unwrap();
    let id = manifest.id();
    for end in [true, false] {
        attachments.expect(id, RecordId([1; 32])).unwrap();
        attachments.begin(&id, &manifest.encode()).unwrap();
        attachments.put(&id, 0, b"first").unwrap();
        if end {
            attachments.abandon(&id, &RecordId([1; 32])).unwrap();
        } else {
            Attachments::open(path.clone(), |_| false).unwrap();
        }
        assert_eq!(attachments.progress(&id).unwrap(), None);
    }
}

#[test]
fn the_end_of_one_record_leaves_the_lines_that_another_names_as_well() {
    let (recorded, refused) = (RecordId([1; 32]), RecordId([2; 32]));
    let manifest = Manifest::of(chunks()).unwrap();
    let id = manifest.id();
    let whole = |first: &RecordId| {
        let folder = tempfile::tempdir().unwrap();
        let attachments = Attachments::open(folder.path().join("them"), |_| false).unwrap();
        attachments.expect(id, *first).unwrap();
        attachments.begin(&id, &manifest.encode()).unwrap();
        for (number, chunk) in chunks().iter().enumerate() {
            attachments.put(&id, number, chunk).unwrap();
        }
        (folder, attachments)
    };
    // Whichever came first, and whether or not the one in the log still waits for anything.
    for first in [recorded, refused] {
        for closed in [false, true] {
            let (folder, attachments) = whole(&first);
            attachments.expect(id, recorded).unwrap();
            attachments.expect(id, refused).unwrap();
            if closed {
                attachments.close(&id, &recorded);
            }
            attachments.abandon(&id, &refused).unwrap();
            assert!(attachments.is_whole(&id));
            let reopened = Attachments::open(folder.path().join("them"), |it| *it == recorded);
            assert!(reopened.unwrap().is_whole(&id));
        }
    }
    let (_folder, attachments) = whole(&recorded);
    attachments.expect(id, refused).unwrap();
    attachments.abandon(&id, &recorded).unwrap();
    assert!(attachments.is_whole(&id), "another record still waits");
    attachments.abandon(&id, &refused).unwrap();
    assert_eq!(attachments.progress(&id).unwrap(), None);
}
