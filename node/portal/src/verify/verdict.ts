/** The four verdicts (spec §13.4; `pending` is an acceptance whose term is not over). */
export type Verdict = 'authentic' | 'mismatch' | 'cannot-check' | 'pending';

/** Refusals that tell of a proof that does not hold; all others tell that it can't be checked here (spec §13.4). */
const MISMATCHES = new Set([
  'signature-invalid', 'signature-key', 'body-commitment', 'body-order', 'proof-shape', 'proof-root', 'map-proof-root', 'beacon-proof', 'cosignature-quorum', 'note-not-minimal',
  'receipt-size', 'receipt-previous', 'receipt-index', 'receipt-origin', 'assignment-blocks', 'assignment-builder', 'reconciliation-parts', 'subject-records', 'subject-known', 'evidence-none',
  'policy-chain-root', 'policy-chain-record', 'policy-chain-order',
  'draw-not-committed', 'draw-loads', 'draw-candidates', 'draw-winner', 'unknown-field', 'validation', 'transition-not-in-force', 'reference-not-allowed',
  'statement-mismatch',
]);

export function verdictOf(code: string): Verdict {
  return MISMATCHES.has(code) ? 'mismatch' : 'cannot-check';
}
