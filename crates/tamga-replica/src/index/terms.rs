//! Terms of cases under the law of a ledger.

use tamga_format::id::sha256;
use tamga_state::delay::{self, Nature};
use tamga_state::dossier::Event;
use tamga_state::indicators::Due;
use tamga_state::law::{Law, calendar};

use super::{Term, Terms};
use crate::reader::Reader;
use crate::store::{Store, StoreError};
