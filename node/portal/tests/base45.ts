const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** Base45 as RFC 9285 encodes it; the page only decodes. */
export function encode45(content: Uint8Array): string {
  let encoded = '';
  for (let i = 0; i < content.length; i += 2) {
    const pair = i + 1 < content.length;
    let value = pair ? content[i]! * 256 + content[i + 1]! : content[i]!;
    for (let digit = pair ? 3 : 2; digit > 0; digit -= 1) {
      encoded += ALPHABET[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return encoded;
}
