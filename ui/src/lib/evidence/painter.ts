/** A decoded frame; it holds until the next one is decoded. */
export type Frame = HTMLImageElement;

/**
 * Paints the live preview. Frames come faster than a slow device decodes them: only the newest waits, and the ones between
 * are dropped.
 */
export class FramePainter {
  #canvas: HTMLCanvasElement | null = null;
  #next: ArrayBuffer | null = null;
  #busy = false;
  #decode: (bytes: ArrayBuffer) => Promise<Frame>;
  /** Frames shown so far, for the eye of a test. */
  shown = 0;
  onframe: (() => void) | null = null;
  /** A frame was taken from the queue, shown or not: the camera may send the next. */
  ondone: (() => void) | null = null;

  constructor(decode: (bytes: ArrayBuffer) => Promise<Frame> = decodesJpeg()) {
    this.#decode = decode;
  }

  /** Paints on this canvas from now on; null stops painting and forgets what waits. */
  on(canvas: HTMLCanvasElement | null): void {
    this.#canvas = canvas;
    if (!canvas) this.#next = null;
  }

  push(bytes: ArrayBuffer): void {
    this.#next = bytes;
    if (!this.#busy) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#next && this.#canvas) {
      const bytes = this.#next;
      this.#next = null;
      try {
        this.#paint(await this.#decode(bytes));
      } catch {
        // One damaged frame is no fault: the next one is on its way.
      }
      this.ondone?.();
    }
    this.#busy = false;
  }

  #paint(frame: Frame): void {
    const canvas = this.#canvas;
    const pen = canvas?.getContext('2d');
    if (!canvas || !pen) return;
    const { naturalWidth: width, naturalHeight: height } = frame;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    pen.drawImage(frame, 0, 0);
    this.shown += 1;
    this.onframe?.();
  }
}

/**
 * Decodes with one image for all frames, so that the window's memory stays flat however long the preview runs: in WebKitGTK
 * 2.50 every Blob that is read, as `createImageBitmap` does, leaves about 5 kB behind, and a preview has 70,000 frames an hour.
 */
function decodesJpeg(): (bytes: ArrayBuffer) => Promise<Frame> {
  let image: Frame | undefined;
  return async (bytes) => {
    image ??= new Image();
    image.src = `data:image/jpeg;base64,${base64(new Uint8Array(bytes))}`;
    await image.decode();
    return image;
  };
}

/** As many arguments as every engine's call takes. */
const ARGUMENTS = 0x8000;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += ARGUMENTS) {
    text += String.fromCharCode(...bytes.subarray(at, at + ARGUMENTS));
  }
  return btoa(text);
}
