//! Events as few bytes: whoever reads all cases of a ledger keeps them so.

use super::{Correction, Event, LotEvent, Notice, PayoutDelta, Presentation, What};
use crate::packed;

packed!(struct Event { record, index, kind, happened, recorded, writer, what });
packed!(struct PayoutDelta { total, to_others });
packed!(struct Notice { recipient, content, sent, delivered });
packed!(struct LotEvent { lot, stage, on, identified_on, valued_on, round });
packed!(struct Presentation {
    debtor, claimants, document, claim, previous, document_type, issuer, issued_on, in_force_on,
    presentation_deadline, restored, interrupted_on, category, region, periodic, amount, case_number,
    document_number,
});
packed!(enum Correction {
    0 Amended,
    1 Annulled,
    2 Reinstated,
    3 Redacted,
});
packed!(enum What {
    0 Presented(presentation),
    1 Committed,
    2 Assigned { officer },
    3 Initiated { class },
    4 Refused { ground },
    5 Notified(notice),
    6 Started,
    7 Imposed { measure, code, state },
    8 Answered { measure, state },
    9 MeasureChanged { measure, state },
    10 Levied { kind },
    11 Lot(lot),
    12 Recovered { amount, on },
    13 Distributed { total, paid, to_others },
    14 Suspended { ground, until },
    15 Resumed { ground },
    16 Deferred { until },
    17 DeferralEnded,
    18 Transferred { from, to, region },
    19 Closed { outcome },
    20 Reopened,
    21 Registered { entered, reason, presentation_deadline },
    22 Complained { complaint, kind, stage },
    23 Corrected { how, target, amount_delta, payout_delta },
    24 Received { amount },
    25 Elsewhere,
});
