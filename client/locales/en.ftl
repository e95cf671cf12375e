# Messages of the command line, in English.

examples =
    Tamga: a journal in which nothing can be rewritten. For a start:
    tamga keygen --out my.key
    tamga submit draft.json --key my.key --receipt-out my.receipt
    tamga verify my.receipt --explain
    tamga case history case:… --verify
    tamga case deadlines case:…
    tamga import fines.csv --map fines.toml --dry-run
    tamga explain TMG-4120
    All commands: tamga --help

## What went wrong, why, and what to do.

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
    .next = Check the name in --profile or TAMGA_PROFILE.
error-bad-setting = { $setting } can't be { $value }
    .why = It is set in the environment or in a configuration file.
    .next = Correct it in TAMGA_LANG, ./tamga.toml or the user's config.toml.
error-passphrases-differ = the two passphrases differ; nothing was written
    .next = Try again.
error-file = { $path }: { $detail }
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
    .next = Set it in one of these places; what is set: tamga config show --origin
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
error-too-large-pack = the subject has more than a pack holds: { $files } files or { $bytes } bytes
    .why = A pack is for one case; so many records are read with the tools of an auditor.
    .next = Export the records instead: tamga export records --subject … --proofs
detail-no-listed = the node's list lacks a record that its proof has
detail-folder = a folder that is judged holds at most { $limit } files, and folders at most eight deep
error-not-genuine = nothing is made of { $what }: { $detail }
    .why = A sheet that looks official must not stand on a receipt that is not genuine.
    .next = See tamga verify { $what }; keep the file.
error-not-final = { $id } is accepted and not final yet
    .next = Ask again later: tamga receipt get { $id }
error-rejected = the record is refused at { $pointer }: { $detail }
    .next = Correct the field and try again; nothing was recorded.
error-unknown-code = there is no code { $code }
    .next = Codes look like TMG-4120.

## Wrong calls.

usage-unknown = there is no argument { $arg }
usage-unknown-near = there is no { $arg }; did you mean { $near }?
usage-command = there is no command { $arg }
usage-missing = missing: { $arg }
usage-twice = { $arg } is given twice
usage-conflict = { $arg } and { $other } exclude each other
usage-value = { $arg } can't be { $value }; it is one of: { $values }
usage-no-value = { $arg } needs a value
usage-range = { $arg } can't be { $value }; it is in the range { $range }
usage-bad = { $arg } can't be { $value }
usage-other = { $detail }
usage-case = { $text } is no case; a case is written case:<43 characters> or as 64 hex digits
usage-subject = { $text } is not of the kind { $role }; it is written { $role }:<43 characters>, 64 hex digits, or for public registries { $role }#number
usage-key-pair = --key of an import is NAME=FILE
usage-dry-errors = the --errors of a dry run must not be the file it reads
usage-script = a script has one form
usage-columns = { $pair } is not FIELD=COLUMN; fields are: { $known }
usage-columns-twice = { $pair }: the field has a column already; name it once
usage-same-file = { $flag } must not be { $path }, which is another file of this call; name a new one
usage-no-mapping = a statement needs --mapping or --columns; only DSR files, which begin with HEAD, need neither

## Files and what is in them.

io-not-found = there is no such file
io-denied = no right to it
io-exists = it exists already
io-folder = it is a folder
io-full = the disk is full
io-not-text = it is not text in UTF-8
what-key-file = the key file
what-keyring = keys.toml of the devnet
what-mapping = the mapping
what-table = the table
what-cwr = the CWR file
what-dsr = the sales report
what-draft = the draft
what-manifest = the manifest
detail-not-text = not text in UTF-8
detail-cursor = it gives the same page again
detail-lines = { $lines } lines for { $records } records
detail-version = its version is { $found }, this program reads { $known }
detail-belongs = it belongs to { $source } on { $origin }
detail-line = line { $line }: { $detail }
detail-valid-until = valid_until is not a time
detail-case = case is not a text
detail-seed = the seed of { $name } is not 64 hex digits
detail-key-secret = its secret is not 64 hex digits
detail-key-lines = its public lines belong to another key
detail-key-empty-line = no empty line after the public lines
detail-first-line = the first line is not { $header }
detail-key-line = there is no line { $name } with 64 hex digits
detail-key-id = the key id is not that of the public key
detail-file-size = the file is larger than { $limit } bytes; split it
detail-columns = it has more than { $limit } columns
detail-rows = it has more than { $limit } rows; split it
detail-cell-size = a cell is longer than { $limit } bytes
detail-unpacked = the workbook unpacks to more than { $limit } bytes; split it
detail-json-line = line { $row }: { $detail }; a line is one object of texts, numbers and truths
detail-sheet = there is no sheet { $sheet }; the workbook has { $sheets }
detail-cell = row { $row }, column { $column } of the sheet: { $value } is an error of the workbook; correct the cell
detail-beyond-header = a row has more cells than the header
detail-no-hdr = its first line is no HDR record, so it is not CWR
detail-no-head = its first line is no HEAD record, so it is not DSR
detail-identifiers = it names more than { $limit } recordings and works in all; split it
detail-ambiguous = { $value } may be thousands or thousandths; write at most two decimals and no mark between thousands
detail-expected-rows = the file has { $rows } rows, not the { $expected } that --expect-rows says
detail-delimiter = the delimiter is not one ASCII character
detail-column = the column { $column } is missing; the header has { $header }
detail-column-unlisted = the column { $column } is used and not listed in columns
detail-field-needed = no column for { $field }; add it to the mapping or to --columns
detail-field-expression = { $field }: amount is written with money, uses with number, every other field with text or words
detail-row-key = rows { $first } and { $second } have the key { $key }; use { $count } in row_key
detail-rule-first = rule { $rule }: its first record stands for the row itself and can be neither derived nor left out
detail-rule-subject = rule { $rule }: no subject is called { $name }
detail-rule-author = rule { $rule }: no author is called { $name }
detail-empty = is empty
detail-no-subject = is not a subject of the mapping
detail-no-role = is not a role
detail-no-record = the case has no such record before this row
detail-not-whole = is not a whole number
detail-not-of-cells = an expression of a statement reads only the cells of its row: text, words, money, number
detail-no-word = the mapping has no word for { $value }
detail-not-given = no earlier row of the case gives it
detail-not-number = is not a number
detail-range = is out of range
detail-not-sum = { $value } is not a sum with at most two decimals
detail-not-time = { $value } is not a time: { $detail }

## Keys and passphrases.

prompt-new-passphrase = New passphrase
prompt-repeat-passphrase = The same passphrase again
prompt-passphrase = Passphrase
key-file = key file
key-id = key id
key-safety = safety number
keygen-next = Keep { $path } and its passphrase apart. Have the key registered (G03); read the safety number aloud to compare.

## Explanations, settings, genesis.

explain-retry = The same call may succeed later.
explain-final = Repeating the same call won't help.
config-not-set = (not set)
config-secret = (set, not shown)
config-flag = flag { $name }
config-variable = variable { $name }
config-file = file { $path }
config-profile = file { $path }, profile { $profile }
config-devnet = the devnet's directory
config-built-in = built in
genesis-summary =
    ledger { $origin }
    validators { $validators }, quorum { $quorum }
    SHA-256 { $hash }
genesis-other = This is another genesis than the one published.

## Verdicts.

receipt-unchecked = Shown without checking. To check: tamga verify { $path }
verdict-authentic = AUTHENTIC, UNCHANGED
verdict-does-not-match = DOES NOT MATCH
    .next = Don't rely on it. Keep the file and show it to an auditor.
verdict-cannot-check = CAN'T BE CHECKED
    .next = This doesn't mean forged. Check the file, the trust policy and the program's version.
verdict-pending = BEING RECORDED
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
verify-lines = { $count } records, { $wrong } of them not proven by their receipts
verify-left-out = whether records are left out of the file
verify-when-text = recorded { $recorded } (UTC+5); claimed time of the event { $claimed }
verify-when-unknown = a bare proof does not say
step-form = the file has the one allowed form
step-quorum = the journal's state is signed as the policy demands
step-inclusion = the record stands in that journal
step-block = its block and time stand there too
step-signature = the writer's signature under the record holds
step-signature-open = the writer's signature was not checked: the proof holds no key
step-opened = the opened fields are those of the record
fault-signature = a signature does not hold ({ $detail })
fault-key = the key is not the one that the record names ({ $detail })
fault-opened = the opened fields are not those of the record ({ $detail })
fault-proof = the proof does not lead from the record to the signed journal ({ $detail })
fault-quorum = fewer cosigners signed than the policy demands ({ $detail })
fault-note = the signatures under the journal are not exactly those needed ({ $detail })
fault-place = the record's place is not in the block it names ({ $detail })
fault-line = the line says something else than its receipt proves
fault-no-line = the line is no exported record
fault-no-receipt = the line has no receipt; export with --proofs
fault-other-ledger = the record was written for another ledger ({ $detail })
fault-other-policy = the trust policy is about another journal ({ $detail })
fault-log-key = the journal's own signature is missing, or the policy has another key ({ $detail })
fault-version = of a kind or version that this program doesn't know ({ $detail })
fault-form = not in the one allowed form ({ $detail })

## Pages: receipts and accounts as PDF.

page-title = Receipt of a record
page-what = What was recorded
page-who = Who recorded it
page-officer = Officer No. { $number }
page-key = key
page-when = When
page-recorded = recorded
page-claimed = claimed time of the event
page-gap = recorded { $gap } after the claimed time
page-late = RECORDED { $gap } AFTER THE CLAIMED TIME
page-days = { $number } d
page-hours = { $number } h
page-minutes = { $number } min
page-where = Where
page-place = entry { $index } of the journal, block { $height }; signed when the journal had { $size } entries
page-signed = Who signed the journal
page-cosigners = independent organisations: { $count }
page-fields = Contents
page-more = { $count } more in the attached receipt
page-check = How to check it
page-check-text = This sheet is made for reading; the proof is the file { $file } attached to it. Without a network: tamga verify with this file and the journal's trust policy, or open the offline checker and give it the file or a picture of the large code. If a single character of the file is changed, the check says so.
page-limits = What it does not prove
page-limits-text = It proves who recorded what and when, not that the decision is just. If you disagree, leave an objection: it stays in the journal too. The time of the event is what the writer claims; the time of recording is what the journal proves. Whether a newer record exists, only the journal can tell.
page-link = Shows this record on the portal. Whoever has the code can open the receipt.
page-whole = The whole proof: checked without a network
page-no-whole = The proof is too large for a code: take the attached file.
account-title = Account of a case
account-complete = All { $count } records as of block { $height }, { $time } (UTC+5): none is left out, which is proven
account-signed = the journal is signed by { $names }
account-ledger = journal { $origin }
account-genesis = SHA-256 of its genesis file, as a node says: { $hash }
account-records = What was recorded
account-what = record
account-happened = happened
account-recorded = recorded
account-gap = gap
account-deadlines = What was to follow, and by when
account-deadlines-note = Computed by a node on { $day } from the records up to block { $height }. It is no part of the proof: whoever has the records computes the same.
account-limits = The time in the column of what happened is claimed by the writer, the time of recording is proven. Records marked red were recorded a day or more after the claimed time.
fault-archive = not a pack as tamga writes it; unpack it and verify the folder
fault-empty-folder = there is no file in the folder
fault-pack-twice = a file is in the pack twice
fault-pack-absent = the file is missing
fault-pack-sum = the file is not the one of the checksums
fault-pack-sums = the checksums have another form
fault-pack-unlisted = nothing in the pack vouches for this file
fault-pack-form = the pack is of a form that this program does not know; verify its receipts one by one
fault-pack-ledger = the pack is about another journal than the trust policy
fault-pack-place = the receipt stands in another place than its record
fault-pack-subject = the proof is about another subject than the pack
fault-pack-no-proof = there is no proof that no record is left out
fault-pack-incomplete = the proof does not reach the last record
fault-pack-records = the receipts are not exactly those of the records that the proof names
fault-pack-policy = the trust policy in the pack is another than the one that is judged by; a pack can't bring its own trust
fault-pack-words = the words are not those that follow from what is proven
verify-pack = files: { $count }, not authentic: { $wrong }
verify-pack-limits = What was to follow by when is what a node computed, and no part of the proof. Judged by your own trust policy, not by { $policy } of the pack.
account-title-other = Account of one subject's records
pack-made = Evidence pack: { $count } records, { $files } files: { $path }. To check it without a network: tamga verify { $word }
pack-closed = Bodies that this token may not open, or that are erased: { $closed }
pack-private = The pack holds what this token may see: hand it to those only who may see it too.
pack-readme =
    EVIDENCE PACK

    Subject: { $subject }
    Journal: { $origin }
    Records: { $count }, all there are as of block { $height }, { $time } (UTC+5)
    SHA-256 of the journal's genesis file, as a node says: { $genesis }

    account.kk.pdf, account.ru.pdf: the account for reading
    receipts/: the proof of each record
    proof/: the proof that no record is left out
    policy.txt: whose signatures count; compare it with one that you have from a source you trust
    pack.json: what the pack is about, and the terms that a node computed
    SHA256SUMS: checksums of all files

    To check it with Tamga's program, without a network:
    tamga verify PACK.zip --policy YOUR-POLICY.txt
    The folder that it was unpacked to is checked in the same way. Whatever is changed, the check says so.

    To check it without Tamga's program: the checksums with sha256sum -c SHA256SUMS, the proofs with any verifier written from the published specification (sections 11, 13 and 9), with SHA-256 and Ed25519 alone.

    It proves who recorded what and when, and that nothing is left out; not that a decision is just.
fault-no-embedded = the PDF carries no receipt
fault-several-embedded = the PDF carries different receipts
fault-many-streams = the PDF has more parts than are looked into
fault-page = the receipt inside is genuine, but the page around it is not the one that it makes: its words may be changed
fault-page-form = the receipt inside is genuine, but this program does not know the form of the page and can't tell whether its words are the receipt's; take the receipt out with tamga receipt convert
fault-no-code = the picture shows no readable code with a receipt; scan it closer and flatter, or use the file
fault-code-link = the code is a link to a portal and proves nothing by itself
fault-code = the text of the code is cut off or changed
fault-several-codes = the picture shows codes of different receipts; take one picture of each
fault-picture = the picture can't be read, or is larger than 16 million points

## Cases.

case-title = Case { $case }, records: { $count }
case-recorded = recorded { $time }
case-verified-authentic = All { $count } receipts are genuine. A proof that none is missing comes with a later version.
case-verified-pending = Some records are not final yet.
case-verified-cannot-check = Some receipts can't be checked with this policy.
case-verified-does-not-match = At least one receipt does not match: keep it and show it to an auditor.
case-hint = Not checked. To check every receipt: tamga case history { $case } --verify
stage-RECEIVED = received
stage-ASSIGNED = assigned
stage-REFUSED = initiation refused
stage-INITIATED = initiated
stage-ENFORCING = compulsory enforcement
stage-DEFERRED = deferred
stage-SUSPENDED = suspended
stage-CLOSED_EXECUTED = completed: executed
stage-CLOSED_TERMINATED = terminated
stage-CLOSED_RETURNED_CLAIMANT = returned to the claimant
stage-CLOSED_RETURNED_ISSUER = returned to the issuer
watch-resume = Go on with: { $command }

## Status, deadlines, desks, registers, indicators.

as-of = as of { $time } (UTC+5), block { $height }
list-count = Shown: { $count }, { $as_of }.
list-empty = Nothing found, { $as_of }.
list-more = There may be more: raise --limit or leave it out.
word-yes = yes
word-no = no
status-title = Case { $case }
status-stage = stage
status-records = records
status-last = last record
status-as-of = as of
status-officer = officer
status-debtor = debtor
status-claimants = claimants
status-document = document
status-region = region
status-received = received
status-initiated = initiated
status-until = suspended until
status-register = in debtor register
status-complaints = open complaints
status-levied = levied royalties of
status-royalty-levies = levies on them in force
status-public = Shown without a token: who takes part is left out.
status-hint = What comes next and by when: tamga case deadlines { $case }
case-overdue = overdue: { $count }
case-signals = signals: { $count }
case-next = next term { $day }
deadlines-title = Case { $case } on { $day }
deadlines-statutory = Terms of the law
deadlines-signal = Signals: somebody should look, no term of the law is broken
deadlines-none = none
deadlines-silent = Could not be computed
deadline-in-time = in time
deadline-late = late, days: { $days }
deadline-running = days left: { $days }
deadline-overdue = OVERDUE, days: { $days }
deadline-standing = the clock stands
deadline-today = today
deadline-tomorrow = tomorrow
deadline-missed = Missed: { $title }
deadline-if-missed = If missed: { $title }
deadline-basis = basis: { $basis }
deadline-from = counted from { $day }, record { $record }
deadline-met = met or ended on { $day }, record { $record }
deadline-about = about { $subject }
deadline-input = { $parameter } = { $value }, in force since { $day }{ $mark }
deadline-stopped = the clock stood after { $after } through { $through }
deadline-stands = the clock stands since { $after }
deadline-calendar = calendar of { $year }: { $known }
deadline-silent = { $rule }: { $missing } is not known, record { $record }
calendar-holidays = holidays and moved days
calendar-weekends = weekends only
calendar-nothing = nothing is known
mark-CONFIRMED = confirmed
mark-UNVERIFIED = unverified
mark-DESIGN = chosen in the design
desk-title = { $officer } on { $day }
desk-counts = overdue { $overdue }, today { $today }, tomorrow { $tomorrow }
desk-counts-capped = at least: overdue { $overdue }, today { $today }, tomorrow { $tomorrow }
register-since = in the register since { $day }
register-ended = case ended on { $day }
register-stale = STALE: no case of the debtor goes on
register-expired = EXPIRED: could be presented again until { $day }
register-presentable = may be presented again until { $day }
duplicate-link-document = Same document
duplicate-link-claim = Same solidary claim
duplicate-link-similar = Same issuer, court case, parties and sum
duplicate-link-court-case = Same issuer and court case
duplicate-more = and more cases
duplicate-EXACT = two cases about one document at a time
duplicate-RE_PRESENTATION = presented again after an end: lawful
duplicate-NEAR = look alike: compare the documents
duplicate-SOLIDARY = solidary debtors of one claim: lawful
duplicate-DOUBLE_RECOVERY = recovered twice: { $amount } ₸ beyond what is due
indicators-hint = A figure: tamga indicators NAME --period 2026-03; the records behind it: --records
indicators-records = The records behind it: tamga indicators { $indicator } --records, with the same period and area
indicators-public = Public figure of { $indicator }: small cells are withheld, records need a token.
indicators-country = the whole country
indicators-no-region = no region
indicators-targets = targets: { $list }
indicators-as-of = { $as_of }; formula: { $formula }
indicators-nothing = no figure
indicators-of = { $part } of { $whole }
indicators-p90 = nine tenths up to { $value }
indicators-count = records: { $count }
indicators-withheld = cells withheld: { $count }
indicators-days = days: { $value }

## Submitting and importing.

submit-final = recorded and final: { $id }
submit-again = was recorded before: { $id }
submit-accepted = accepted: { $id }
submit-later = Not final yet. Ask later: tamga receipt get { $id }
submit-dry = would be accepted: { $id }. Nothing was recorded.
submit-dry-form = signed and well-formed: { $id }. The rules were not asked, because no node is set. Nothing was recorded.
submit-dry-known = already recorded at index { $index }: { $id }. Nothing new would be recorded.
submit-dry-waits = waits already: { $id }. It is taken and stands in no block yet; nothing new would be recorded.
import-read = Read as { $format }: { $parts }
import-read-sheet = sheet
import-read-comma = decimal comma
import-read-day-first = dates dd.mm.yyyy
import-read-delimiter = separator
import-atomic = Nothing was recorded: with --atomic every row must be fit. Correct the rows and import again.
import-rows = Rows { $rows } = recorded { $recorded } + already recorded { $already } + skipped { $skipped } + refused { $refused }
import-rows-dry = Rows { $rows } = would be recorded { $recorded } + already recorded { $already } + skipped { $skipped } + would be refused { $refused }
import-derived = Derived records, counted apart: { $derived } recorded, { $derived_already } already recorded, { $derived_refused } refused
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
import-no-rule = no rule for { $value }
import-changed = the row { $key } was sent with other content
import-hint = correct { $column } and import this file again
error-no-assignment = no draw of { $case } is pending or final
    .why = The case is not known, was given away without a draw, or its draw was recorded a moment ago.
    .next = Look at its records: tamga case history { $case }
assignment-title = Case { $case }
assignment-drawn = Drawn: { $officer }
assignment-list = Candidates: { $count }, sum of weights { $total }
assignment-line = { $officer }  load { $load }, weight { $weight } ({ $chance } %)
assignment-out = { $officer }  left out: { $reason }
assignment-block = Block { $height }, built by organisation { $organisation } in its turn
assignment-missed = Block { $height }, built by organisation { $organisation } in round { $round }: turns missed before it
assignment-open = Not checked: whether the list names everybody it should. It is public; compare it with the registry.
assignment-wait = Nobody is drawn yet: two organisations must build blocks after block { $height }.
assignment-due = The draw gives the case to { $officer }; no record says so yet.
assignment-unchecked = Shown without checking. To check: tamga assignment verify { $case }
progress-left = left

# Lists against the ledger.
reconcile-counts = { $matched } of { $records } records matched, { $missing } missing in the ledger
reconcile-rows = rows: { $rows }, of which the mapping leaves out { $left }; events from { $from } to { $to }
log-read = log: entries { $first } to { $size }, all read and checked against a final checkpoint
reconcile-unreadable = unreadable row
reconcile-missing-in-ledger = missing in the ledger
reconcile-differing = differing
reconcile-repeated-in-list = repeated in the list
reconcile-missing-in-list = missing in the list
reconcile-repeated-in-ledger = repeated in the ledger
reconcile-same-document = the same document in another case
reconcile-more = and { $count } more, all of them in the report
reconcile-report = Report: { $path }, signed with key { $key }
reconcile-signed = signed with key { $key }, made { $time }
reconcile-file = about the file with SHA-256 { $file }
reconcile-final = checkpoint cosigned by { $names }
reconcile-open = Not checked offline: whose key this is, and what was recorded after the checkpoint.
export-done = { $count } records in { $path }
export-closed = bodies that stay closed, erased or not for this token: { $closed }
export-verify = Verify offline: tamga verify { $word }
detail-other-root = the entries are not those of its checkpoint; something is withheld or changed
detail-short-tile = a hash tile is too short
detail-other-record = the receipt is another record's
error-false-log = the log of { $url } does not hold: { $detail }
    .why = List and ledger were not compared: whoever withholds or changes an entry would decide what is missing.
    .next = Keep what the node says, ask another node, and tell an auditor.
error-unknown-entry = entry { $index } of the log is of a form this program doesn't know: { $detail }
    .next = Update tamga.
error-too-many-items = list and ledger differ in more than { $limit } things
    .why = A report holds no more; probably it is the wrong list, mapping or key.
    .next = Check these, or divide the list.
fault-parts = its counts, items and checkpoint do not agree ({ $detail })
fault-records = its records are not all that the ledger holds of the subject ({ $detail })
fault-known = it does not go on from what was seen before ({ $detail })
fault-signer = another key signed it
fault-list = it is about another file
fault-mapping = it was made with another mapping

## Royalties: works and usage.

royalty-category = it is no category of rights: PR, MR, SR, PC or RR
royalty-work-id = it is longer than 40 bytes
royalty-iswc = it is no ISWC: its form or check digit is wrong
royalty-isrc = it is no ISRC, such as KZ-A12-24-00001
royalty-period = the period ends before it begins
royalty-value = { $value }: { $reason }
royalty-ipi-name = IPI name number
royalty-ipi-base = IPI base number
royalty-listed = line { $line } { $record } { $field }: { $reason }
royalty-listed-row = row { $line }: { $reason }
royalty-hint = correct { $column } here and read this file again
royalty-works = Works read: { $items }, left out: { $left }. File: { $out }
royalty-usage = Lines of usage read: { $items }, left out: { $left }. File: { $out }
royalty-findings = What did not fit: { $findings }
royalty-more = and { $more } more
royalty-errors = With reasons and remedies: { $errors }
royalty-not-text = the line is not UTF-8, or longer than 65536 bytes
    .next = Ask the sender for the file in UTF-8, or convert it.
royalty-after-trl = the record stands after TRL, which ends the file
    .next = Read files that were joined one by one.
royalty-second-hdr = a second HDR; a file has one
    .next = Read files that were joined one by one.
royalty-no-grt = the group before has no GRT
    .next = Check with the sender that the group is whole.
royalty-no-grh = the record belongs to no group that is open; GRH is missing before it
    .next = Ask the sender for a whole file.
royalty-version = the version of the group is not read; { $known } are
    .next = Ask the sender for one of these versions.
royalty-group-id = the group that ends here has the id { $found }
    .next = Check with the sender that no group is missing.
royalty-count = the count is another than in the file, which has { $found }
    .next = Check with the sender that the file is whole.
royalty-group-kind = the transaction stands in a group of { $found }
    .next = Tell the sender; the work is read.
royalty-transaction-order = transactions are numbered in turn; here { $expected } is due
    .next = Check with the sender that no transaction is missing.
royalty-repeated = the same as in the transaction at line { $line }
    .next = Check whether it is one work twice; both are read.
royalty-no-trl = the file ends without TRL; what stood last may be cut off
    .next = Ask the sender for a whole file.
royalty-unread = records of this type are not read: { $count } of them
    .next = Nothing to do, unless they hold shares or usage.
royalty-date = it is no date
    .next = Write YYYYMMDD in CWR, YYYY-MM-DD elsewhere.
royalty-share = it is no share: five digits, at most 10000
    .next = Write hundredths of a per cent: 05000 is half.
royalty-empty = it is empty, and must be given
    .next = Ask the sender to fill it in.
royalty-other-transaction = the record has the number of another transaction
    .next = Ask the sender for the transaction again.
royalty-order = records of a transaction are numbered in turn; here { $expected } is due, so one may be missing
    .next = Ask the sender for the transaction again.
royalty-duration = it is no duration
    .next = Write HHMMSS.
royalty-society = it is no number of a society
    .next = Write its number in CISAC's list.
royalty-inclusion = it is neither I nor E
    .next = Write I for a territory that is in, E for one taken out.
royalty-territory = it is no territory
    .next = Write a number of TIS, or two letters of ISO 3166-1 outside CWR.
royalty-no-party = no party before it in the transaction has this number
    .next = Put the record behind that of its party, with the same number.
royalty-no-work = the transaction has no record of its work (NWR, REV, ISW, EXC)
    .next = Ask the sender for the transaction again.
royalty-no-writer = the work has no writer (SWR, OWR)
    .next = Ask the submitter for its writers.
royalty-shares = the shares of { $category } add up to { $sum } basis points, limit 10000
    .next = Ask the submitter to correct the shares.
royalty-identifier = it is no { $kind }: its form or check digit is wrong
    .next = Look the number up and correct it; without it the rest is read.
royalty-no-heading = which cell holds it is not known: the file has no line of headings for this type
    .next = Ask the sender for headings: a line with # and the type, then the names of cells.
royalty-no-summary = no summary record (SY) before it has this id
    .next = Ask the sender for a whole file.
royalty-decimal = it is no decimal number of at most 18 digits on either side of the point
    .next = Write digits and a point.
royalty-no-uses = neither number of uses nor revenue is given, or no heading says where
    .next = Ask the sender for headings of this type and a value.
royalty-block-again = a block of this id has ended already
    .next = Check with the sender that no line is told twice.
royalty-after-foot = the record stands after FOOT, which ends the file
    .next = Read files that were joined one by one.
royalty-second-head = a second HEAD; a file has one
    .next = Read files that were joined one by one.
royalty-no-foot = the file ends without FOOT; the last block may be cut off
    .next = Ask the sender for a whole file.
royalty-no-reference = the block has no recording or release that this names
    .next = Ask the sender for the block again.
royalty-currency = it is no code of a currency: three capital letters, such as KZT
    .next = Correct it, or give one currency for the file in the mapping.
royalty-too-many = more than { $limit } records belong together here
    .next = Check with the sender; what holds them is left out.
royalty-reference-again = the block has a record of this reference already
    .next = Ask the sender for the block again.

# statement
error-no-statement = { $okup } has given { $author } no statement that is final
detail-file-too-long = the file is longer than any statement
statement-exported = { $statements } statements over { $batches } batches of the book: { $file }
statement-of = Rightsholder { $author }
statement-line = { $period }: opening { $opening }, allocated { $allocated }, paid { $net }, tax { $tax }, levied { $levied }, closing { $closing }
statement-whole = All lines: { $lines } allocated, { $payouts } paid, in every one of the { $batches } batches of the organisation's book; none is hidden
statement-pool = Pool: collected { $collected } = deducted { $deducted } + allocated { $allocated } + not distributed { $undistributed }
statement-held = held ({ $reason }): { $amount }
statement-uses = Uses: all uses of these works in the { $reports } reports that the batches divide; those that no line of yours rests on: { $unpaid }
statement-no-uses = The file does not carry who used the works: export it with --uses
statement-balance = Balance { $owed } is the one that the author's status commits to; that the status is of block { $height } ({ $time }) and the newest, the node says
statement-payout = Paid { $net }, tax { $tax }, levied { $levied }: declared by the organisation ({ $declared }); bank: { $bank }; rightsholder: { $author }
statement-lines = Lines
statement-difference = Difference
statement-step-collected = Collected for these lines
statement-step-deducted = Deducted by the organisation
statement-step-allocated = Allocated
statement-step-held = Held
statement-step-tax = Tax withheld
statement-step-levied = Paid to bailiffs
statement-step-paid = Paid
statement-step-open = To be paid
error-too-many-uses = the uses are more than one file carries: { $limit } ranges or 128 MiB; export without --uses

# pool
dispute-id = Dispute { $dispute }
dispute-none = There are no disputes.
dispute-filed = waits for the organisation's answer
dispute-answered = answered, not granted in full
dispute-withdrawn = withdrawn
dispute-resolved = resolved
dispute-line = about { $about }; filed { $filed }, answered { $answered }, ended { $ended }; decision { $decision }
payment-declared = The organisation says: paid { $net }, tax { $tax }, to bailiffs { $levied }
payment-bank = The bank says: { $word }
payment-holder = The rightsholder says: { $word }
payment-nothing = nothing yet
payment-executed = carried out in full
payment-partly = carried out in part
payment-rejected = not carried out
payment-received = received
payment-not-received = not received
case-complete = ✔ Complete: these { $count } records are all that the ledger holds of the case as of block { $height } ({ $time })
case-incomplete = ✖ The list and the proof differ: the ledger holds { $count } records of the case as of block { $height } ({ $time })
status-present = As of block { $height } ({ $time }): { $count } records
status-absent = As of block { $height } ({ $time }): the ledger holds nothing of it
status-signed = Signed by { $names }
status-all = All { $count } records are shown; none is left out
status-some = { $shown } of { $count } records are shown, from number { $first } on
pool-collected = Collected
pool-deducted = Deducted
pool-allocated = Allocated
pool-paid = Paid to rightsholders
pool-tax = Tax withheld
pool-levied = Paid to bailiffs
pool-undistributed = Not distributed yet
pool-redistributed = Redistributed, unclaimed

## Royalties: drafts and templates.

royalty-seconds = it is no whole number of seconds
    .next = Write whole seconds, such as 180.
royalty-no-work-id = it can be no work id: 1 to 40 Latin letters, digits and hyphens
    .next = Give the work such a number, use --number or --prefix, and draft again.
royalty-id-again = the work at line { $line } has this number already
    .next = Check whether it is one work, and keep one of the two.
royalty-no-title = the title has no letter or digit
    .next = Ask the sender for the title.
royalty-no-category = nobody has a share of it in any category of rights
    .next = Ask the submitter for the shares.
royalty-no-tag = the list of parties has none of its numbers; its shares stay out: { $shares }
    .next = Find its rightsholder, add it to the list of parties and draft again; until then its money is held.
royalty-two-tags = its numbers lead to different rightsholders in the list of parties; its shares stay out: { $shares }
    .next = Correct the list of parties and draft again.
royalty-beyond = more than { $limit }, the limit of a record
    .next = Register the others by hand, or ask the operator of the platform.
royalty-shares-open = the shares add up to { $sum } basis points of 10000; the set is incomplete
    .next = Ask the submitter who has the rest.
royalty-nobody-known = nobody who has a share here is in the list of parties; no shares are drafted
    .next = Add the parties to the list and draft again.
royalty-use-category = the category of rights is not given
    .next = Give the category of such uses with --category.
royalty-use-days = the days of use are not given, or end before they begin
    .next = Give the days of such uses with --first-day and --last-day.
royalty-use-whole = it is no whole number of uses from 0 on
    .next = Ask the sender for whole uses, or enter the correction by hand.
royalty-use-nothing = neither uses nor seconds nor money in tenge are given
    .next = Ask the sender for one of them.
royalty-use-money = it is no sum from 0 on
    .next = Enter returned money as a correction of the distribution.
royalty-use-currency = the money is not in tenge and is left out; uses and seconds stay
    .next = Ask for sums in tenge if money is what the pool is divided by.
royalty-unmatched-unknown = no work has its numbers or title
    .next = Register the work, or give the use its number, and draft again in a new folder.
royalty-unmatched-title = works have this title, but not exactly these creators, or another ISWC
    .next = If it is one of the candidates, give the use its number.
royalty-unmatched-several = several works fit equally
    .next = Give the use the number of one candidate, or find out whether they are one work.
royalty-unmatched-conflict = its numbers name different works
    .next = Ask the sender which of the numbers is right.
royalty-unmatched-category = the work is not registered in this category of rights
    .next = Register the work in the category too, and draft again in a new folder.
detail-column-twice = two columns mean { $column }; keep one
detail-not-day = { $value } is no day, such as 2026-03-12 or 12.03.2026
detail-not-rate = { $value } is no rate with at most six decimals
detail-not-tag = { $value } is no tag { $role }:<43 characters>; a person's number must not stand here
detail-table-row = row { $row }: { $detail }
detail-party-twice = { $value } leads to two rightsholders
detail-party-unnamed = the row has none of the party's numbers
detail-no-works = there is no work in it
detail-no-record-line = it is no record of an export
detail-no-uses = no use is left of which a line could be made
detail-lines-many = more than { $limit } lines; split the report
detail-lines-of-work = more than { $limit } lines of one work or of none; split the report
detail-other-row = row { $row } of this work does not read
detail-rows-differ = { $value } differs from { $first } in another row of the work
detail-percent = it is no share from 0 to 100 per cent
detail-usage-seed = the seed is no 64 hex digits
what-drafts = the file of drafts
what-parties = the list of parties
what-works = the file of works
what-usage = the file of usage
usage-template = there is no template { $name }; templates are: { $known }
draft-works = Drafts: { $drafts } of works: { $works }, incomplete sets of shares: { $incomplete }, works left out: { $left }. File: { $out }; list of works: { $list }
draft-usage = Lines: { $lines }, uses: { $uses }, matched: { $matched }, left out: { $left }. Folder: { $folder }
draft-unmatched = Work not identified: { $unmatched }, with candidates in { $list }
template-written = Written: { $path }. Read it, once filled in, with: { $command }
template-works = Works and shares: a row for each party
template-parties = Parties: which rightsholder is who
template-mandates = Mandates of rightsholders (R03)
template-licences = Licences of users (R04)
template-collections = Sums collected (R06)
template-usage = Usage of works: a row for each use
# okup
okup-head = { $okup }, { $period }: { $pools } pools; at least { $threshold } of what is collected has to reach rightsholders
okup-sum = { $sphere }, { $currency }: { $pools } pools
okup-none = No pools in this period
okup-reached = the threshold is reached
okup-not-reached = the threshold is not reached
okup-deadlines-title = Organisation { $okup } on { $day }
okup-deadlines-incomplete = Only the newest records of the organisation were read; older deadlines may be missing.
okup-deadline-users = users: { $users }
okup-deadline-statements = statements: { $in_time } in time, { $late } late; lines of the payout: { $lines }
# desk
error-no-pool = nothing was collected into { $pool }
what-levies = the table of what goes to bailiffs
detail-no-lines = records of its kind bring no lines; R05, R08 and R09 do
detail-no-batch = its subject is no batch
detail-no-allocation = it names no allocation of the ledger
detail-no-fields = its fields are no object
detail-line-at = byte { $at }: { $detail }
detail-other-lines = the record names other lines than these
detail-plan = { $field } can't be { $value }
detail-no-tax = a payout needs the tax: a table tax with rule and rate_bp
detail-levied = { $rightsholder }: { $levied } tiyn for a bailiff, at most { $most } is possible
detail-row = row { $row }: { $detail }
detail-run-id = id or time of the run were edited
usage-run-waits = record { $id } of an earlier call with other lines still waits; repeat that call, or wait until the record expires
usage-one-allocation = the pool has not exactly one allocation; name it with --allocation
desk-difference = difference { $amount }
desk-c01 = collected { $collected } = deducted { $deducted } + allocated { $allocated } + not distributed { $undistributed }
desk-c02 = deducted { $deducted }, at most { $limit } ({ $rate } %); in twelve months { $year_deducted }, at most { $year_limit }
desk-c03 = deducted as other: { $other }; with a document, or nothing
desk-c04 = lines hold { $lines } of { $allocated } allocated
desk-c05 = owed and not held { $owed }: paid { $net }, tax { $tax }, bailiffs { $levied }, left unpaid { $unpaid }
desk-c06 = paid in all { $paid }, allocated in all { $allocated }
desk-c08 = shares of { $works } works: { $lines } lines without a holder, { $amount } held
desk-c09 = { $lines } lines without a mandate, { $amount } held
desk-c10 = paid for use without a licence: { $unlicensed }
desk-c11 = accredited on { $day }
desk-c12 = { $lines } lines rest on { $uses } uses; { $unidentified } without a known work, { $amount } held
desk-c13 = { $batches } batches of usage, { $consumed } of them consumed by another distribution
desk-c14 = { $allocated } divided by weights of { $weight } in all come to { $lines }
desk-c15 = unclaimed sums redistributed: { $lines }
desk-c16 = overpaid and to be recovered: { $recoverable }
desk-c17 = { $collections } collections, { $foreign } of them in another currency, at their rates
desk-c18 = statements will state { $owed }, lines hold { $lines }
desk-c19 = pairs of report and counter that differ beyond the tolerance: { $pairs }
desk-rules = every rule and every line, as validators judge them: { $records } records
desk-lines = { $lines } lines, { $amount }, { $rightsholders } rightsholders
desk-held = held: { $cause }: { $lines } lines, { $amount }
desk-unlevied = a bailiff levied on the royalties of { $rightsholder }, and no amount is given: { $amount } stays unpaid
desk-passes = Nothing was recorded. The distribution can be published.
desk-fails = Nothing was recorded. The distribution can't be published as planned.
desk-cause-unidentified-work = work not identified
desk-cause-no-shares = no shares on the day of use
desk-cause-incomplete-shares = some shares are nobody's yet
desk-cause-no-mandate = no mandate
desk-cause-levy = levied on by a bailiff
desk-cause-plan = by the plan
desk-cause-below-minimum = below the smallest sum that is paid
desk-recorded = { $step }: { $id }
desk-published = The pool is { $state }; records written: { $count }
desk-payout = { $allocation }: { $count } payments; list for the bank: { $list }
desk-skipped = not paid for want of a bailiff's amount (--levies): { $count }
desk-paid = Paid { $net }, tax { $tax }, bailiffs { $levied }: { $count } payments; not paid: { $skipped }
desk-would-pay = Would pay { $net }, tax { $tax }, bailiffs { $levied }: { $count } payments; not paid: { $skipped }. Nothing was recorded.
desk-nothing-owed = Nothing is owed that could be paid; not paid: { $skipped }
desk-statements = Rightsholders with new lines: { $due }; statements recorded: { $recorded }, refused: { $failed }
desk-statements-due = Rightsholders with new lines: { $due }. Nothing was recorded.
desk-report = Period report recorded: { $id }
desk-report-again = The period report was recorded before: { $id }
desk-report-dry = Nothing was recorded.
desk-figure-opening = Opening balance
desk-figure-collected = Collected
desk-figure-deducted = Deducted
desk-figure-allocated = Allocated
desk-figure-paid = Paid to rightsholders
desk-figure-tax = Tax withheld
desk-figure-levied = Paid to bailiffs
desk-figure-redistributed-out = Went to other pools
desk-figure-redistributed-in = Came from other pools
desk-figure-unclaimed = Unclaimed
desk-figure-closing = Closing balance
