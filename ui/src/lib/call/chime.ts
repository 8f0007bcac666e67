/** The tone of an arriving call, made here: no file, no licence, and short enough to be heard every night. */

/** Two notes a fourth apart, in hertz; each this long, in seconds. */
const NOTES = [587.33, 783.99];
const NOTE_S = 0.16;
const LOUD = 0.12;
/** Rung again while nobody answers, this often and at most so many times. */
export const AGAIN_MS = 4000;
export const TIMES = 8;

export class Chime {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #play: () => void;

  constructor(play?: () => void) {
    this.#play = play ?? (() => this.#tone());
  }

  /** Once now, and again for as long as `still` says that it rings. */
  ring(still: () => boolean, left: number = TIMES): void {
    clearTimeout(this.#timer);
    this.#play();
    if (left > 1) this.#timer = setTimeout(() => still() && this.ring(still, left - 1), AGAIN_MS);
  }

  /** Once: another call waits. */
  once(): void {
    this.#play();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tone(): void {
    if (typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext();
    const context = this.#context;
    // A page nobody has touched yet may not sound; the banner says it all the same.
    void context.resume().catch(() => undefined);
    const gain = context.createGain();
    gain.connect(context.destination);
    NOTES.forEach((note, at) => {
      const from = context.currentTime + at * NOTE_S;
      const voice = context.createOscillator();
      voice.type = 'sine';
      voice.frequency.value = note;
      voice.connect(gain);
      gain.gain.setValueAtTime(0.0001, from);
      gain.gain.exponentialRampToValueAtTime(LOUD, from + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, from + NOTE_S);
      voice.start(from);
      voice.stop(from + NOTE_S);
    });
  }
}
