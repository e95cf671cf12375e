/** Longest side of a picture in which a code is looked for; larger ones are scaled down. */
const SIDES = [1000, 1800, 600];

interface Detector {
  detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]>;
}
declare global {
  // In browsers on Android and macOS; not in the library of types yet.
  var BarcodeDetector: (new (options: { formats: string[] }) => Detector) | undefined;
}

/** Whether a file is a picture that browsers show. */
export function isImage(bytes: Uint8Array): boolean {
  const begin = String.fromCharCode(...bytes.subarray(0, 12));
  return (
    begin.startsWith('\x89PNG') ||
    begin.startsWith('\xff\xd8\xff') ||
    begin.startsWith('GIF8') ||
    (begin.startsWith('RIFF') && begin.endsWith('WEBP')) ||
    /^....ftyp(heic|heix|mif1|avif)/s.test(begin)
  );
}

/** Looks for QR codes; makes one reader for a picture or for all frames of a camera. */
export class CodeReader {
  readonly #canvas = document.createElement('canvas');
  #detector: Detector | null = null;

  constructor() {
    try {
      this.#detector = globalThis.BarcodeDetector ? new globalThis.BarcodeDetector({ formats: ['qr_code'] }) : null;
    } catch {
      this.#detector = null;
    }
  }

  /** The text of the code in a picture file. */
  async picture(file: Blob): Promise<string | null> {
    const picture = await createImageBitmap(file).catch(() => null);
    if (!picture) return null;
    try {
      for (const side of SIDES) {
        const text = await this.frame(picture, picture.width, picture.height, side);
        if (text !== null) return text;
      }
      return null;
    } finally {
      picture.close();
    }
  }

  /** The text of the code in one frame. */
  async frame(
    source: ImageBitmap | HTMLVideoElement,
    width: number,
    height: number,
    side = SIDES[0]!,
  ): Promise<string | null> {
    if (this.#detector) {
      const codes = await this.#detector.detect(source).catch(() => {
        // Where the platform's part is missing, it is only found out now.
        this.#detector = null;
        return [];
      });
      if (codes[0]) return codes[0].rawValue;
    }
    const scale = Math.min(1, side / Math.max(width, height));
    this.#canvas.width = Math.max(1, Math.round(width * scale));
    this.#canvas.height = Math.max(1, Math.round(height * scale));
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return null;
    context.drawImage(source, 0, 0, this.#canvas.width, this.#canvas.height);
    const pixels = context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
    const { default: decode } = await import('qr/decode.js');
    try {
      return decode(pixels);
    } catch {
      return null;
    }
  }
}
