//! .
use crate::{codes::*, machine::*, overlay::*, view::*};
pub(crate) fn execute<V: View>(_: &Judgement<'_, V>) -> Result<Effects, Rejection> { todo!() }
