/** A refusal: a stable code of the specification and where the fault is (spec §2.4). */
export class FormatError extends Error {
  constructor(
    readonly code: string,
    readonly position: number = 0,
  ) {
    super(`${code} at ${position}`);
    this.name = 'FormatError';
  }

  /** The same refusal, seen from an input that begins `offset` bytes or lines later. */
  from(offset: number): FormatError {
    return new FormatError(this.code, this.position + offset);
  }
}

/** Refuses unless a condition holds. */
export function demand(holds: boolean, code: string, position = 0): asserts holds {
  if (!holds) throw new FormatError(code, position);
}
