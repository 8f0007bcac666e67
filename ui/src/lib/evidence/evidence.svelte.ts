import type { Answer, Backend, Camera, EvidenceChanged, EvidencePhoto, PreviewEnded, Problem } from '$lib/backend';
import type { PlainKey } from '$lib/messages/words.svelte';
import type { Asker } from '$lib/reply/replies.svelte';
import { FramePainter } from './painter';

/** How the own camera stands. */
export type Live = 'off' | 'starting' | 'on' | 'failed';
/** Without a frame for this long the picture is no longer live. */
export const SILENT_MS = 3_000;

/** The ID photos of the case on the page, and the camera that takes them (R23, R24). */
export class Evidence {
  caseId = $state<string | null>(null);
  photos = $state.raw<EvidencePhoto[]>([]);
  cameras = $state.raw<Camera[]>([]);
  live = $state<Live>('off');
  /** A photo is being taken; one at a time. */
  taking = $state<'own' | 'lane' | null>(null);
  /** What the camera or the last photo met, in words. */
  problem = $state<Problem | null>(null);
  readonly painter = new FramePainter();

  #backend: Backend;
  /** Told what became of a photo whose page has turned since. */
  #elsewhere: (asker: Asker, step: PlainKey, answer: Answer<unknown>) => void;
  #asker: Asker | null = null;
  #wanted = false;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(
    backend: Backend,
    elsewhere: (asker: Asker, step: PlainKey, answer: Answer<unknown>) => void = () => undefined,
  ) {
    this.#backend = backend;
    this.#elsewhere = elsewhere;
    this.painter.onframe = () => this.#seen();
    this.painter.ondone = () => backend.previewShown();
  }

  get mobile(): boolean {
    return this.#backend.mobile;
  }

  /** Photos the hub has, by their ids there. */
  get sent(): string[] {
    return this.photos.flatMap((photo) => (photo.state === 'sent' && photo.photo ? [photo.photo.id] : []));
  }

  /** Photos that count or will: a refused one does not. */
  get kept(): EvidencePhoto[] {
    return this.photos.filter((photo) => photo.state !== 'refused');
  }

  get waiting(): number {
    return this.photos.filter((photo) => photo.state === 'waiting').length;
  }

  async load(caseId: string, asker: Asker | null = null): Promise<void> {
    if (this.caseId !== caseId) this.photos = [];
    this.caseId = caseId;
    this.#asker = asker;
    this.problem = null;
    const answer = await this.#backend.evidence(caseId);
    if (this.caseId === caseId && answer.ok) this.photos = answer.data;
  }

  /** Another case, or none: its photos and its camera stay with it. */
  forget(): void {
    this.caseId = null;
    this.#asker = null;
    this.photos = [];
    this.problem = null;
    void this.stop();
  }

  async start(): Promise<void> {
    if (this.mobile || this.live === 'on' || this.live === 'starting') return;
    this.#wanted = true;
    this.live = 'starting';
    this.problem = null;
    const cameras = await this.#backend.cameras();
    if (!this.#wanted) return;
    if (!cameras.ok) return this.#failed(cameras.problem);
    this.cameras = cameras.data;
    if (cameras.data.length === 0) return void (this.live = 'failed');
    const started = await this.#backend.startPreview((jpeg) => this.painter.push(jpeg));
    if (!this.#wanted) return void (await this.#backend.stopPreview());
    if (!started.ok) this.#failed(started.problem);
  }

  async stop(): Promise<void> {
    const was = this.#wanted;
    this.#wanted = false;
    clearTimeout(this.#silence);
    this.live = 'off';
    if (was) await this.#backend.stopPreview();
  }

  async choose(id: string): Promise<void> {
    await this.stop();
    const answer = await this.#backend.chooseCamera(id);
    if (answer.ok) await this.start();
    else this.#failed(answer.problem);
  }

  takeOwn(): Promise<boolean> {
    return this.#take('own', (caseId) => this.#backend.takePhoto(caseId));
  }

  takeLane(): Promise<boolean> {
    return this.#take('lane', (caseId) => this.#backend.photoFromLane(caseId));
  }

  /** What the phone's own camera gave. */
  add(file: Blob): Promise<boolean> {
    return this.#take('own', async (caseId) =>
      this.#backend.addPhoto(caseId, new Uint8Array(await file.arrayBuffer())),
    );
  }

  /** 重拍: the photo goes, its place is free again. */
  async drop(id: string): Promise<void> {
    const caseId = this.caseId;
    if (!caseId) return;
    const answer = await this.#backend.dropPhoto(caseId, id);
    if (this.caseId !== caseId) return;
    if (answer.ok) this.photos = this.photos.filter((photo) => photo.id !== id);
    else this.problem = answer.problem;
  }

  hear(changed: EvidenceChanged): void {
    if (changed.case === this.caseId) this.#put(changed.photo);
  }

  async #take(by: 'own' | 'lane', run: (caseId: string) => Promise<Answer<EvidencePhoto>>): Promise<boolean> {
    const { caseId } = this;
    const asker = this.#asker;
    if (!caseId || this.taking) return false;
    this.taking = by;
    this.problem = null;
    const answer = await run(caseId);
    this.taking = null;
    if (asker) this.#elsewhere(asker, 'reply_step.photo', answer);
    if (this.caseId !== caseId) return false;
    if (answer.ok) this.#put(answer.data);
    else this.problem = answer.problem;
    return answer.ok;
  }

  #put(photo: EvidencePhoto): void {
    const known = this.photos.some((each) => each.id === photo.id);
    this.photos = known ? this.photos.map((each) => (each.id === photo.id ? photo : each)) : [...this.photos, photo];
  }

  /** The camera was unplugged, taken by another program, or ended from the desk's side. */
  ended(ended: PreviewEnded): void {
    if (!this.#wanted) return;
    clearTimeout(this.#silence);
    this.live = 'failed';
    this.problem = ended.problem ?? this.problem;
  }

  #seen(): void {
    if (!this.#wanted) return;
    if (this.live !== 'on') this.live = 'on';
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (this.#wanted) this.live = 'failed';
    }, SILENT_MS);
  }

  #failed(problem: Problem): void {
    this.live = 'failed';
    this.problem = problem;
  }
}
