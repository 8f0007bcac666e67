import type { Backend, LiveFormat, LiveLine, LiveNews, LiveSaid, LiveWhy } from '$lib/backend';
import { FramePainter } from '$lib/evidence/painter';
import type { Attachment } from 'svelte/attachments';
import { Film, mediaSource } from './film';

/** How the picture stands, as the hub says; `off` where nobody asked for it. */
export type Stage = 'off' | 'starting' | 'playing' | 'reconnecting' | 'failed';
/** Where it is shown: beside the lane's picture, in a pane over the page, over the whole page. */
export type Place = 'beside' | 'pane' | 'full';

/** Messages after which the desk is told that they were taken. */
const TELL_AFTER = 8;
const TELL_WITHIN_MS = 400;
/** Begun anew so soon after it broke; each time later. */
const AGAIN_MS = 250;
/** Broken so often in a row, this web view cannot play it. */
const BREAKS = 3;

/** The live picture on the page: one at a time, of one camera of the lane (R16). */
export class Live {
  stage = $state<Stage>('off');
  why = $state<LiveWhy | null>(null);
  detail = $state<string | null>(null);
  /** A moving picture of this stream is on the screen. */
  shown = $state(false);
  /** This web view cannot play what the camera sends. */
  unplayable = $state(false);
  format = $state.raw<LiveFormat | null>(null);
  lane = $state<string | null>(null);
  cameras = $state.raw<string[]>([]);
  camera = $state<string | null>(null);
  place = $state<Place>('beside');

  #backend: Backend;
  #line: LiveLine | null = null;
  /** Rises with every beginning and end, so that late answers and messages are dropped. */
  #visit = 0;
  #film: Film | null = null;
  #painter: FramePainter;
  #video: HTMLVideoElement | null = null;
  #canvas: HTMLCanvasElement | null = null;
  #taken = 0;
  /** JPEGs handed to the painter; those it leaves out are taken with the next one it paints. */
  #handed = 0;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #breaks = 0;
  /** Ended because nobody looked: begun anew when somebody does. */
  #asleep = false;
  #visible = true;
  #inSight = true;
  #before: 'beside' | 'pane' = 'beside';

  constructor(backend: Backend, painter = new FramePainter()) {
    this.#backend = backend;
    this.#painter = painter;
    painter.onframe = () => (this.shown = true);
    painter.ondone = () => {
      this.#took(this.#handed);
      this.#handed = 0;
    };
  }

  get on(): boolean {
    return this.stage !== 'off';
  }

  /** Whether stills stand in for the moving picture. */
  get still(): boolean {
    return this.on && !(this.stage === 'playing' && this.shown);
  }

  /** Another lane, or none: its picture was the one before (R20). */
  look(lane: string | null, cameras: string[]): void {
    if (lane === this.lane && cameras.join() === this.cameras.join()) return;
    const same = lane === this.lane && this.camera !== null && cameras.includes(this.camera);
    if (!same) this.turn(false);
    this.lane = lane;
    this.cameras = cameras;
    if (!same) this.camera = cameras[0] ?? null;
  }

  /** The switch (F7). */
  turn(on: boolean): void {
    if (on === this.on) return;
    if (on) {
      if (!this.lane || !this.camera) return;
      this.#breaks = 0;
      this.#begin();
    } else this.#off();
  }

  choose(camera: string): void {
    if (camera === this.camera || !this.cameras.includes(camera)) return;
    this.camera = camera;
    this.#breaks = 0;
    if (this.on) this.#begin();
  }

  /** Begins anew at once, for somebody who does not want to wait. */
  again(): void {
    this.#breaks = 0;
    if (this.on) this.#begin();
  }

  /** The page is seen, or not. */
  see(visible: boolean): void {
    this.#visible = visible;
    this.#rest();
  }

  /** The place where it plays is in sight, or was scrolled away. */
  sight(inSight: boolean): void {
    this.#inSight = inSight;
    this.#rest();
  }

  #rest(): void {
    if (!this.on) return;
    const seen = this.#visible && this.#inSight;
    if (seen && this.#asleep) this.#begin();
    else if (!seen && !this.#asleep) {
      this.#asleep = true;
      this.#drop();
    }
  }

  /** The system's own picture in picture where there is one, else our pane. */
  async float(): Promise<void> {
    const video = this.#video;
    if (this.format?.kind === 'mp4' && video && document.pictureInPictureEnabled) {
      try {
        await video.requestPictureInPicture();
        return;
      } catch {
        // Offered and refused: the pane it is.
      }
    }
    this.place = 'pane';
  }

  /** Over the whole screen, and back to where it was. */
  fill(): void {
    this.#before = this.place === 'pane' ? 'pane' : 'beside';
    this.place = 'full';
  }

  unfill(): void {
    if (this.place === 'full') this.place = this.#before;
  }

  /** Where it is shown holds what is painted on; it goes on while it moves to another place. */
  readonly screen: Attachment<HTMLElement> = (host) => {
    const [video, canvas] = this.#made();
    host.append(video, canvas);
    // It stood still on its way.
    this.#film?.catchUp();
    if (this.#film) void video.play().catch(() => undefined);
  };

  #made(): [HTMLVideoElement, HTMLCanvasElement] {
    if (!this.#video || !this.#canvas) {
      this.#video = document.createElement('video');
      this.#video.muted = true;
      this.#video.playsInline = true;
      this.#canvas = document.createElement('canvas');
      this.#painter.on(this.#canvas);
    }
    return [this.#video, this.#canvas];
  }

  #off(): void {
    this.#drop();
    this.stage = 'off';
    this.place = 'beside';
    this.why = null;
    this.detail = null;
    this.#asleep = false;
  }

  /** The stream ends; what was told of it stays. */
  #drop(): void {
    this.#visit += 1;
    clearTimeout(this.#again);
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#taken = 0;
    this.#handed = 0;
    this.#line?.stop();
    this.#line = null;
    this.#film?.end();
    this.#film = null;
    this.shown = false;
    this.format = null;
  }

  #begin(): void {
    this.#drop();
    this.#asleep = false;
    this.stage = 'starting';
    this.why = null;
    this.detail = null;
    this.unplayable = false;
    const { lane, camera } = this;
    if (lane && camera) void this.#follow(lane, camera, this.#visit);
  }

  async #follow(lane: string, camera: string, visit: number): Promise<void> {
    const answer = await this.#backend.startLive(lane, camera, (news) => {
      if (visit === this.#visit) this.#hear(news);
    });
    if (visit !== this.#visit) {
      if (answer.ok) answer.data.stop();
    } else if (answer.ok) {
      this.#line = answer.data;
      this.#tell();
    } else {
      this.stage = 'failed';
      this.detail = answer.problem.detail;
      this.#later();
    }
  }

  #later(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#begin(), AGAIN_MS * 2 ** Math.min(this.#breaks, 6));
  }

  #hear(news: LiveNews): void {
    if (news instanceof ArrayBuffer) this.#show(news);
    else {
      this.#said(news);
      this.#took(1);
    }
  }

  #said(said: LiveSaid): void {
    if (said.type === 'skipped') return this.#film?.catchUp();
    if (said.type === 'ended') return this.#ended(said.why);
    this.stage = said.state;
    this.why = said.why ?? null;
    this.detail = said.detail ?? null;
    if (said.format) this.#play(said.format);
    else this.shown = false;
  }

  #ended(why: 'hidden' | 'case_over' | 'gone'): void {
    if (why === 'case_over') return this.#off();
    this.#drop();
    if (why === 'hidden') this.#asleep = true;
    else {
      this.stage = 'reconnecting';
      this.#breaks += 1;
      this.#later();
    }
  }

  #play(format: LiveFormat): void {
    const Source = mediaSource();
    const before = this.format;
    const same = before?.mime === format.mime && before.width === format.width && before.height === format.height;
    this.format = format;
    // It goes on where it stopped; what follows begins with a key picture.
    if (this.#film && same) return this.#film.catchUp();
    // Of another size, or coded otherwise: not every web view changes over, so another player begins.
    this.#film?.end();
    this.#film = null;
    if (format.kind === 'jpeg') return;
    this.unplayable = this.#breaks >= BREAKS || !Source?.isTypeSupported(format.mime);
    if (this.unplayable || !Source) return;
    const [video] = this.#made();
    const visit = this.#visit;
    this.#film = new Film(
      video,
      format.mime,
      {
        shown: () => {
          if (this.stage === 'playing') this.shown = true;
          this.#breaks = 0;
        },
        taken: (messages) => this.#took(messages),
        broken: () => {
          if (visit === this.#visit) this.#broke();
        },
      },
      Source,
    );
  }

  #broke(): void {
    this.#breaks += 1;
    this.#drop();
    this.stage = 'reconnecting';
    this.#later();
  }

  #show(bytes: ArrayBuffer): void {
    if (this.format?.kind === 'jpeg') {
      this.#handed += 1;
      this.#painter.push(bytes);
    } else if (this.#film) this.#film.push(bytes);
    else this.#took(1);
  }

  /** The desk sends no more than was taken: told in numbers, not one by one. */
  #took(messages: number): void {
    this.#taken += messages;
    if (this.#taken >= TELL_AFTER || this.format?.kind === 'jpeg') this.#tell();
    else this.#telling ??= setTimeout(() => this.#tell(), TELL_WITHIN_MS);
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    if (this.#taken === 0 || !this.#line) return;
    this.#line.taken(this.#taken);
    this.#taken = 0;
  }
}
