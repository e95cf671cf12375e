/** A record's number: 64 hex digits. */
export type RecordNumber = string & { readonly number: unique symbol };

/** Where a link holds the number: in the fragment, which browsers send to nobody. */
const IN_LINK = /#r\.([0-9a-fA-F]{64})$/;

/** The number in a link, if it holds one. */
export function numberInLink(link: string): RecordNumber | null {
  const found = IN_LINK.exec(link.trim());
  return found ? (found[1]!.toLowerCase() as RecordNumber) : null;
}

/** Reads what a person typed or pasted: a number, perhaps in groups, or a link. Otherwise how many characters it has. */
export function readNumber(typed: string): { number: RecordNumber } | { count: number } {
  const linked = numberInLink(typed);
  if (linked) return { number: linked };
  const bare = typed.replace(/[\s\u00ad\u200b-\u200d\u2060\ufeff:-]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(bare) ? { number: bare as RecordNumber } : { count: bare.length };
}
