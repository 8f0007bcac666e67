/**
 * Plays fragments as they come, close behind their end. Live means late is worth less than missing: what would come late
 * is jumped over, and what was shown is thrown away, so that memory stays flat however long one watches.
 */

/** Further behind the newest picture than this, seconds, and it is jumped to. */
const BEHIND = 0.5;
/** So far behind it one goes on: less would stop at every hiccup of the line. */
const CLOSE = 0.12;
/** Pictures older than this, seconds, are thrown away, so many at a time. */
const KEEP = 10;
const SPARE = 5;
/** Nothing moved for so long though pictures came, ms: the player is stuck. */
const STUCK_MS = 4_000;
/** No picture came for so long, ms: it stood still for want of them. */
const WANT_MS = 1_000;

export interface FilmHears {
  /** A picture of this stream is on the screen. */
  shown(): void;
  /** So many messages were taken. */
  taken(messages: number): void;
  /** The player cannot go on; it has to be begun anew. */
  broken(): void;
}

/** What plays fragments in this web view; none where nothing does. iPhones have only the managed one. */
export function mediaSource(): typeof MediaSource | null {
  const managed = (globalThis as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource;
  return managed ?? (typeof MediaSource === 'undefined' ? null : MediaSource);
}

export class Film {
  #video: HTMLVideoElement;
  #hears: FilmHears;
  #source: MediaSource;
  #address: string;
  #buffer: SourceBuffer | null = null;
  #mime: string;
  #waiting: ArrayBuffer[] = [];
  /** Messages in the append under way. */
  #appending = 0;
  #jump = true;
  #moved = { at: -1, since: 0, looked: 0 };
  #over = new AbortController();

  constructor(video: HTMLVideoElement, mime: string, hears: FilmHears, Source: typeof MediaSource) {
    this.#video = video;
    this.#hears = hears;
    this.#mime = mime;
    this.#source = new Source();
    const heard = { signal: this.#over.signal };
    this.#source.addEventListener('sourceopen', () => this.#open(), heard);
    video.addEventListener('timeupdate', () => this.#hears.shown(), heard);
    video.addEventListener('error', () => this.#broke(), heard);
    // Managed sources play only where the picture cannot be sent to a television.
    video.disableRemotePlayback = true;
    this.#address = URL.createObjectURL(this.#source);
    video.src = this.#address;
  }

  push(bytes: ArrayBuffer): void {
    this.#waiting.push(bytes);
    this.#next();
  }

  /** Pictures were left out: on at the newest. */
  catchUp(): void {
    this.#jump = true;
  }

  end(): void {
    this.#over.abort();
    this.#waiting = [];
    this.#buffer = null;
    this.#video.removeAttribute('src');
    this.#video.load();
    URL.revokeObjectURL(this.#address);
  }

  #open(): void {
    try {
      const buffer = this.#source.addSourceBuffer(this.#mime);
      buffer.mode = 'segments';
      const heard = { signal: this.#over.signal };
      buffer.addEventListener('updateend', () => this.#appended(), heard);
      buffer.addEventListener('error', () => this.#broke(), heard);
      this.#buffer = buffer;
      this.#next();
    } catch {
      this.#broke();
    }
  }

  #appended(): void {
    if (this.#appending) this.#hears.taken(this.#appending);
    this.#appending = 0;
    this.#keepUp();
    this.#next();
  }

  /** Everything that waits goes in at once: a burst costs one append. */
  #next(): void {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating) return;
    try {
      const parts = this.#waiting.splice(0);
      if (parts.length === 0) return this.#forget();
      this.#appending = parts.length;
      buffer.appendBuffer(joined(parts));
    } catch (error) {
      this.#full(error);
    }
  }

  /** The web view holds no more: what was shown goes, and with it the pictures at hand. */
  #full(error: unknown): void {
    const quota = error instanceof DOMException && error.name === 'QuotaExceededError';
    const start = this.#buffer?.buffered.length ? this.#buffer.buffered.start(0) : 0;
    if (!quota || !this.#buffer || this.#video.currentTime - start < 1) return this.#broke();
    this.#hears.taken(this.#appending);
    this.#appending = 0;
    this.#buffer.remove(start, this.#video.currentTime - 0.5);
  }

  #forget(): void {
    const { buffered } = this.#video;
    if (!this.#buffer || buffered.length === 0) return;
    const start = buffered.start(0);
    const old = this.#video.currentTime - KEEP;
    if (old - start > SPARE) this.#buffer.remove(start, old);
  }

  #keepUp(): void {
    const video = this.#video;
    const last = video.buffered.length - 1;
    if (last < 0) return;
    const [start, end] = [video.buffered.start(last), video.buffered.end(last)];
    const at = video.currentTime;
    if (this.#jump || at < start - CLOSE || end - at > BEHIND) {
      this.#jump = false;
      const to = Math.max(start, end - CLOSE);
      if (Math.abs(to - at) > 0.05) video.currentTime = to;
    }
    if (video.paused) void video.play().catch(() => undefined);
    this.#watch(performance.now());
  }

  #watch(now: number): void {
    const at = this.#video.currentTime;
    const still = at === this.#moved.at && now - this.#moved.looked < WANT_MS;
    this.#moved = { at, since: still ? this.#moved.since : now, looked: now };
    if (now - this.#moved.since > STUCK_MS) this.#broke();
  }

  #broke(): void {
    if (!this.#over.signal.aborted) this.#hears.broken();
  }
}

function joined(parts: ArrayBuffer[]): ArrayBuffer {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole.buffer;
}
