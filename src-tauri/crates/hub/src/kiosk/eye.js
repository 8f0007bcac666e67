// The robot's camera: on only while a document is asked for.

/** Time the driver has to hold the document up where the camera was off, s. */
const COUNT = 3;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export class Eye {
  /** @param {HTMLVideoElement} video @param {() => void} changed called with every change that is to be painted */
  constructor(video, changed) {
    this.video = video;
    this.changed = changed;
    this.count = 0;
    this.stream = null;
    this.since = 0;
  }

  get isOpen() {
    return this.stream !== null;
  }

  async open() {
    if (this.stream) return;
    if (!navigator.mediaDevices) throw new Error('摄像头不可用（须使用 HTTPS）');
    const wanted = { width: { ideal: 1920 }, height: { ideal: 1080 }, facingMode: 'user' };
    const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    this.stream = stream;
    this.since = Date.now();
    this.video.srcObject = stream;
    await this.video.play();
    this.changed();
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.count = 0;
    this.video.srcObject = null;
  }

  /** Counts down unless the driver has seen themselves for a while, then takes the picture. */
  async shoot() {
    const seen = (Date.now() - this.since) / 1000;
    for (this.count = seen >= COUNT ? 0 : COUNT; this.count > 0; this.count -= 1) {
      this.changed();
      await wait(1000);
      if (!this.stream) throw new Error('摄像头已关闭');
    }
    this.changed();
    const canvas = document.createElement('canvas');
    canvas.width = this.video.videoWidth;
    canvas.height = this.video.videoHeight;
    canvas.getContext('2d').drawImage(this.video, 0, 0);
    return jpegOf(canvas, 0.9);
  }
}

/** A canvas as base64 JPEG. */
export async function jpegOf(canvas, quality) {
  const blob = await new Promise((made) => canvas.toBlob(made, 'image/jpeg', quality));
  if (!blob) throw new Error('无法生成图片');
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
