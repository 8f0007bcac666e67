import type {
  commands,
  events,
  EvidencePhoto,
  ImportResult,
  LeadsTo,
  LiveSaid,
  Problem,
  SiteRow,
  SiteTable,
} from '../bindings';

/** A command's answer: its data, or the problem in words for people. Nothing throws. */
export type Answer<T> = { ok: true; data: T } | { ok: false; problem: Problem };

/** A row of the site by its keys; Rust's name for it is an alias, which the bindings do not carry. */
export type Cells = SiteRow['row'];

/** A figure's own filter; `cursor` asks for the page behind. */
export type PastFilter = LeadsTo['filter'];

/** What comes of a live picture: how it stands, or bytes of it. */
export type LiveNews = ArrayBuffer | LiveSaid;

/** A live picture under way. */
export interface LiveLine {
  /** So many messages were taken: only then do more come. */
  taken(messages: number): void;
  stop(): void;
}

type Commands = typeof commands;
type Events = typeof events;
type Data<R> = R extends { status: 'ok'; data: infer D } ? D : R extends { status: 'error' } ? never : R;

/** Every command of the desk as the bindings name it, its answer never thrown. */
export type Asked = {
  [K in keyof Commands]: (...args: Parameters<Commands[K]>) => Promise<Answer<Data<Awaited<ReturnType<Commands[K]>>>>>;
};

/** Commands whose bytes or channels do not travel as arguments. */
export interface Streams {
  /** A picture the phone's own camera took for this page. */
  addPhoto(caseId: string, bytes: Uint8Array): Promise<Answer<EvidencePhoto>>;
  importSite(file: File, table: SiteTable | null, preview: boolean): Promise<Answer<ImportResult>>;
  /** Frames as JPEG bytes, newest last, until `stopPreview`; the next one comes only after `previewShown`. */
  startPreview(frame: (jpeg: ArrayBuffer) => void): Promise<Answer<null>>;
  /** Follows an environment camera of a lane until it is stopped or says `ended`. */
  startLive(lane: string, camera: string, heard: (news: LiveNews) => void): Promise<Answer<LiveLine>>;
}

/** What the desk tells the page by itself. */
export type Listeners = {
  [K in keyof Events]: (told: Parameters<Parameters<Events[K]['listen']>[0]>[0]['payload']) => void;
};

/** Everything the page can ask of the desk. The only way out of the page. */
export interface Backend extends Omit<Asked, keyof Streams | 'liveTaken' | 'stopLive'>, Streams {
  /** Whether this is a phone or tablet, where photos come from the system camera alone. */
  readonly mobile: boolean;
  /** Address of a picture for `<img>`; `path` is a path on the hub. */
  pictureUrl(path: string): string;
  /** Hears the desk until the returned function is called. */
  listen(listeners: Listeners): Promise<() => void>;
}
