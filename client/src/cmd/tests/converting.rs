//! A receipt as a page, as the text of a code, as a picture, and back.

use std::fs;

use super::*;

struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn call(&self, args: &[&str]) -> Call {
        let policy = vectors("receipt/policy.txt");
        call_with(args, &[("TAMGA_POLICY", policy.to_str().unwrap())])
    }

    /// A receipt of the vectors in another form.
    fn convert(&self, from: &str, form: &str, name: &str, options: &[&str]) -> Call {
        let out = self.path(name);
        self.call(&[&["receipt", "convert", from, "--to", form, "--out", &out], options].concat())
    }

    fn verify(&self, name: &str) -> Call {
        self.call(&["verify", &self.path(name)])
    }
}

fn vector(name: &str) -> String {
    vectors(&format!("receipt/{name}.tamga-receipt")).to_str().unwrap().to_owned()
}

#[test]
fn every_form_of_a_receipt_is_verified_and_gives_the_receipt_back() {
    let bench = Bench::new();
    let receipt = vector("opened");
    for (form, options) in [("pdf", &["--portal", "https://tamga.example"][..]), ("qr", &[])] {
        let made = bench.convert(&receipt, form, form, options);
        assert_eq!(made.exit, 0, "{form}: {}", made.stderr);
        let verified = bench.verify(form);
        assert_eq!(verified.exit, 0, "{form}: {}", verified.stdout);
        let back = bench.convert(&bench.path(form), "receipt", "back", &[]);
        assert_eq!(back.exit, 0, "{form}: {}", back.stderr);
        assert_eq!(fs::read(bench.path("back")).unwrap(), fs::read(&receipt).unwrap(), "{form}");
        let shown = bench.call(&["receipt", "show", &bench.path(form), "-q"]);
        assert_eq!((shown.exit, shown.stdout.trim().len()), (0, 64), "{form}");
    }
    let text = bench.call(&["receipt", "convert", &receipt, "--to", "qr"]);
    assert!(text.stdout.starts_with("TAMGA1:"), "{}", text.stdout);
    assert_eq!(fs::read_to_string(bench.path("qr")).unwrap(), text.stdout.trim_end_matches('\n'));
    for (form, begin) in [("tlog-proof", &b"c2sp.org/tlog-proof@v1\n"[..]), ("cose", b"\xd2")] {
        assert_eq!(bench.convert(&receipt, form, form, &[]).exit, 0, "{form}");
        assert!(fs::read(bench.path(form)).unwrap().starts_with(begin), "{form}");
    }
}

#[test]
fn a_page_is_in_kazakh_and_russian_unless_a_language_is_asked_for() {
    let bench = Bench::new();
    let language = |options: &[&str]| {
        assert_eq!(bench.convert(&vector("plain"), "pdf", "page.pdf", options).exit, 0);
        let pdf = fs::read(bench.path("page.pdf")).unwrap();
        crate::pdf::embedded::keywords(&pdf).unwrap().split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(language(&[]), "kk,ru");
    assert_eq!(language(&["--lang", "ru"]), "kk,ru");
    assert_eq!(language(&["--lang", "en"]), "en");
}

#[test]
fn nothing_official_is_made_of_a_receipt_that_is_not_genuine() {
    let bench = Bench::new();
    let wrong = bench.convert(&vector("index-of-another-leaf"), "pdf", "page.pdf", &[]);
    assert_eq!(wrong.exit, 3, "{}", wrong.stderr);
    assert!(!Path::new(&bench.path("page.pdf")).exists());
    let missing = call(&["receipt", "convert", &vector("plain"), "--to", "pdf", "--out", "x"]);
    assert_eq!(missing.exit, 2, "a policy is needed: {}", missing.stderr);
    let portal = bench.convert(&vector("plain"), "pdf", "x", &["--portal", "tamga.example"]);
    assert!(portal.exit == 2 && portal.stderr.contains("--portal"), "{}", portal.stderr);
    let useless = bench.convert(&vector("plain"), "qr", "x", &["--portal", "https://x"]);
    assert!(useless.exit == 2 && useless.stderr.contains("--portal"), "{}", useless.stderr);
    let screen = bench.call(&["receipt", "convert", &vector("plain"), "--to", "pdf"]);
    assert_eq!((screen.exit, screen.stdout.as_str()), (2, ""), "{}", screen.stderr);
}

#[test]
fn a_code_alone_is_told_from_one_that_proves_something() {
    let bench = Bench::new();
    let text = bench.call(&["receipt", "convert", &vector("plain"), "--to", "qr"]).stdout;
    fs::write(bench.path("cut"), &text[..text.len() / 2]).unwrap();
    let cut = bench.verify("cut");
    assert!(cut.exit == 4 && cut.stdout.contains("cut off or changed"), "{}", cut.stdout);
    let picture = |name: &str| format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let scan = bench.call(&["verify", &picture("page.jpg")]);
    assert_eq!(scan.exit, 0, "{}", scan.stdout);
    let link = bench.call(&["verify", &picture("link.png")]);
    assert!(link.exit == 4 && link.stdout.contains("link to a portal"), "{}", link.stdout);
}

#[test]
fn a_folder_is_judged_file_by_file_and_the_worst_verdict_counts() {
    let bench = Bench::new();
    let verify = || bench.call(&["verify", &bench.path("")]);
    assert_eq!(verify().exit, 4, "an empty folder");
    fs::copy(vector("plain"), bench.path("plain")).unwrap();
    assert_eq!(bench.convert(&vector("opened"), "pdf", "page.pdf", &[]).exit, 0);
    assert_eq!(verify().exit, 0, "{}", verify().stdout);
    fs::create_dir(bench.path("below")).unwrap();
    fs::write(bench.path("below/notes.txt"), "no receipt").unwrap();
    assert_eq!(verify().exit, 4);
    fs::copy(vector("index-of-another-leaf"), bench.path("below/wrong")).unwrap();
    let call = verify();
    assert!(call.exit == 3 && call.stdout.contains("below/wrong"), "{}", call.stdout);
}
