# Messages of the command line, in English.

examples = 
    Tamga: a journal in which nothing can be rewritten. For a start:
    tamga keygen --out my.key
    tamga submit draft.json --key my.key --receipt-out my.receipt
    tamga verify my.receipt --explain
    tamga case history case:… --verify
    tamga import fines.csv --map fines.toml --dry-run
    tamga explain TMG-4120
    All commands: tamga --help
error-bug = unexpected error: { $detail }
    .why = This is a fault of the program, not of your data.
    .next = Please report it with the command you ran.
error-usage = wrong call: { $detail }
    .next = See --help of this command.
error-pointless = { $flag } has no meaning with { $beside }
    .why = A flag that would be ignored is an error, so that nobody relies on it.
    .next = Leave one of the two out.
error-bad-value = { $flag } can't be { $value }
    .next = See --help of this command.
error-no-profile = no profile is called { $name }
    .why = A profile is a table [profile.{ $name }] in ./tamga.toml or in the user's config.toml.
    .next = Check the name in --profile or TAMGA_PROFILE: tamga config show --origin
error-bad-setting = { $setting } can't be { $value }
    .why = It is set in the environment or in a configuration file.
    .next = See where: tamga config show --origin
error-passphrases-differ = the two passphrases differ; nothing was written
    .next = Try again.
error-file = { $path }: { $detail }
    .why = The file can't be read or written, or it exists already.
    .next = Check the path and your rights.
error-unreadable = { $what } is not in the expected form: { $detail }
    .next = Correct the place named and try again.
error-trial-too-large = more than { $limit } records of this file belong together: the ledger can't be asked about them at once
    .why = Records of one case, or of cases about one document, are judged together.
    .next = Import a first part of the file, or make the dry run from the genesis with --genesis.
error-no-manifest = no import to go on with: there is no { $path }
    .why = The manifest fixes the dates of an import; without it a second run would make other records.
    .next = Leave out --resume to begin, or name the manifest with --manifest.
error-demo-key = demo keys are refused for the ledger { $origin }
    .why = Their seeds are public; they work only in their own ledger, whose name ends in -devnet.
    .next = Use your own key: tamga keygen
error-no-key = there is no key called { $name }
    .why = It is neither a key file nor a demo key of the devnet named by TAMGA_DEVNET.
    .next = See what is there: tamga key list
error-passphrase = { $path } doesn't open with this passphrase
    .next = Check the keyboard layout and try again.
error-passphrase-needed = a passphrase is needed
    .why = There is no terminal to ask on, and none was given.
    .next = Give --passphrase-file or TAMGA_PASSPHRASE.
error-missing = not set: { $setting }
    .why = Flags come first, then TAMGA_* variables, ./tamga.toml and the user's configuration.
    .next = Set it in one of these places.
error-policy = the trust policy { $path } can't be used: { $detail }
    .why = Without it nothing can be checked; this says nothing about the document.
    .next = Get the policy from a source you trust and name it with -p.
error-network = { $url } doesn't answer: { $detail }
    .why = Nothing is known about the call; repeating it is harmless.
    .next = Check the address and the network, then try again.
error-problem = refused (HTTP { $status }): { $detail }
    .next = { $hint }
error-answer = the answer of { $url } is not understood: { $detail }
    .next = Update tamga, or check that the address is a node's.
error-not-final = { $id } is accepted and not final yet
    .next = Ask again later: tamga receipt get { $id }
error-rejected = the record is refused at { $pointer }: { $detail }
    .next = Correct the field and try again; nothing was recorded.
error-unknown-code = there is no code { $code }
    .next = Codes look like TMG-4120.
explain-retry = The same call may succeed later.
explain-final = Repeating the same call won't help.
prompt-new-passphrase = New passphrase
prompt-repeat-passphrase = The same passphrase again
prompt-passphrase = Passphrase
key-file = key file
key-id = key id
key-safety = safety number
keygen-next = Keep { $path } and its passphrase apart. Have the key registered (G03); read the safety number aloud to compare.
genesis-summary = 
    ledger { $origin }
    validators { $validators }, quorum { $quorum }
    SHA-256 { $hash }
genesis-other = This is another genesis than the one published.
receipt-unchecked = Shown without checking. To check: tamga verify { $path }
verdict-authentic = AUTHENTIC, UNCHANGED
verdict-does-not-match = DOES NOT MATCH
    .next = Don't rely on it. Keep the file and show it to an auditor.
verdict-cannot-check = CAN'T BE CHECKED
    .next = This doesn't mean forged. Check the file, the trust policy and the program's version.
verdict-pending = PENDING
    .next = Accepted and not final yet: nothing is proven. Fetch the receipt later.
verify-why = Why
verify-what = What
verify-who = Who
verify-when = When
verify-where = Place
verify-signed = Signed
verify-opened = Opened
verify-open-question = Not checked
verify-newer = offline nobody can tell whether a newer record exists
verify-when-text = recorded { $recorded } (UTC+5); claimed time of the event { $claimed }
verify-when-unknown = a bare proof does not say
step-form = the file has the one allowed form
step-quorum = the journal's state is signed as the policy demands
step-inclusion = the record stands in that journal
step-block = its block and time stand there too
step-signature = the writer's signature under the record holds
step-signature-open = the writer's signature was not checked: the proof holds no key
step-opened = the opened fields are those of the record
case-title = Case { $case }, records: { $count }
case-recorded = recorded { $time }
case-verified-authentic = All { $count } receipts are genuine. A proof that none is missing comes with a later version.
case-verified-pending = Some records are not final yet.
case-verified-cannot-check = Some receipts can't be checked with this policy.
case-verified-does-not-match = At least one receipt does not match: keep it and show it to an auditor.
case-hint = Not checked. To check every receipt: tamga case history { $case } --verify
submit-final = recorded and final: { $id }
submit-again = was recorded before: { $id }
submit-accepted = accepted: { $id }
submit-later = Not final yet. Ask later: tamga receipt get { $id }
submit-dry = would be accepted: { $id }. Nothing was recorded.
submit-dry-form = signed and well-formed: { $id }. The rules were not asked, because no node is set. Nothing was recorded.
import-rows = Rows { $rows } = recorded { $recorded } + already recorded { $already } + skipped { $skipped } + refused { $refused }
import-derived = Derived records, counted apart: { $derived } recorded, { $derived_already } already recorded, { $derived_refused } refused
import-rows-dry = Rows { $rows } = would be recorded { $recorded } + already recorded { $already } + skipped { $skipped } + would be refused { $refused }
import-derived-dry = Derived records, counted apart: { $derived } would be recorded, { $derived_already } already recorded, { $derived_refused } would be refused
import-refusal = row { $row }  { $key }  { $code }  { $reason }
import-more-refusals = and { $count } more; --errors FILE lists all
import-dry-ledger = Dry run against the ledger at { $at }, over all it holds: nothing was recorded. Run without --dry-run.
import-dry-genesis = Dry run from the genesis { $at }: no ledger was asked, so what is recorded already was not seen. Nothing was recorded. To ask a ledger, set TAMGA_URL.
import-errors = Rows not recorded: { $path }. Correct them and import that file.
import-case = The first case: tamga case history { $case } --verify
import-left = Rows not decided in this run: { $left }
import-not-final = Records taken and not final yet: { $open }
import-resume = Go on with: { $command }
config-not-set = (not set)
config-secret = (set, not shown)
config-flag = flag { $name }
config-variable = variable { $name }
config-file = file { $path }
config-profile = file { $path }, profile { $profile }
config-devnet = the devnet's directory
config-built-in = built in
watch-resume = Go on with: { $command }
progress-left = left
