import { bytes as vector } from '../tests/vectors';

/** A file as a page's input takes it. */
export const file = (name: string, content: Uint8Array | string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

export const GOOD = file('good.tamga-receipt', vector('receipt/opened.tamga-receipt'));
export const TAMPERED = file('tampered.tamga-receipt', vector('receipt/opened-value-changed.tamga-receipt'));
