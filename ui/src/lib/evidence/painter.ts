/**
 * Paints the live preview. Frames come faster than a slow device decodes them: only the newest waits, the ones between are
 * dropped, and every decoded bitmap is closed, so that the window's memory stays flat however long the preview runs.
 */
export class FramePainter {
  #canvas: HTMLCanvasElement | null = null;
  #next: ArrayBuffer | null = null;
  #busy = false;
  #decode: (bytes: ArrayBuffer) => Promise<ImageBitmap>;
  /** Frames shown so far, for the eye of a test. */
  shown = 0;
  onframe: (() => void) | null = null;
  /** A frame was taken from the queue, shown or not: the camera may send the next. */
  ondone: (() => void) | null = null;

  constructor(decode: (bytes: ArrayBuffer) => Promise<ImageBitmap> = decodeJpeg) {
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
        const bitmap = await this.#decode(bytes);
        this.#paint(bitmap);
        bitmap.close();
      } catch {
        // One damaged frame is no fault: the next one is on its way.
      }
      this.ondone?.();
    }
    this.#busy = false;
  }

  #paint(bitmap: ImageBitmap): void {
    const canvas = this.#canvas;
    const pen = canvas?.getContext('2d');
    if (!canvas || !pen) return;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    pen.drawImage(bitmap, 0, 0);
    this.shown += 1;
    this.onframe?.();
  }
}

/** A bitmap straight from the bytes: no address is made for the picture, so there is none to forget to give back. */
function decodeJpeg(bytes: ArrayBuffer): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
}
