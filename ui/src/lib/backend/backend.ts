import type {
  BoardItem,
  BarrierPress,
  Claimed,
  CloseCase,
  ConnectionChanged,
  Direction,
  Frame,
  LaneFree,
  Order,
  Page,
  Person,
  PlateCheck,
  Problem,
  RecentLane,
  Records,
  SearchHits,
  SessionStatus,
  Settings,
  View,
} from './types';

/** A command's answer: its data, or the problem in words for people. Nothing throws. */
export type Answer<T> = { ok: true; data: T } | { ok: false; problem: Problem };

/** What the desk tells the page by itself. */
export interface Listeners {
  told(frame: Frame): void;
  connection(changed: ConnectionChanged): void;
  laneFree(free: LaneFree): void;
  /** The hub no longer knows the session. */
  sessionEnded(): void;
}

/** Everything the page can ask of the desk. The only way out of the page. */
export interface Backend {
  sessionStatus(): Promise<Answer<SessionStatus>>;
  login(hubUrl: string, username: string, password: string): Promise<Answer<Person>>;
  logout(): Promise<Answer<null>>;
  bindSeat(number: string): Promise<Answer<Person>>;
  freeSeat(): Promise<Answer<Person>>;

  search(query: string): Promise<Answer<SearchHits>>;
  records(query: string): Promise<Answer<Records>>;
  recentLanes(): Promise<Answer<RecentLane[]>>;

  viewLane(lane: string): Promise<Answer<View>>;
  claimLane(lane: string): Promise<Answer<Claimed>>;
  takeOverLane(lane: string, reason: string): Promise<Answer<Claimed>>;
  askForLane(lane: string): Promise<Answer<null>>;
  remindWhenFree(lane: string, on: boolean): Promise<Answer<null>>;

  currentCase(): Promise<Answer<Claimed | null>>;
  closeCase(caseId: string, close: CloseCase): Promise<Answer<null>>;
  correctPlate(caseId: string, plate: string): Promise<Answer<View>>;
  findPhone(caseId: string, phone: string): Promise<Answer<View>>;
  chooseVehicle(caseId: string, candidate: string): Promise<Answer<View>>;
  setDirection(caseId: string, direction: Direction): Promise<Answer<View>>;
  markPassed(caseId: string): Promise<Answer<View>>;
  handOverCase(caseId: string, to: string, note: string): Promise<Answer<null>>;
  checkPlate(text: string): Promise<Answer<PlateCheck>>;
  refreshPicture(caseId: string): Promise<Answer<View>>;

  orderBarrier(caseId: string, press: BarrierPress): Promise<Answer<Order>>;
  orderResult(orderId: string): Promise<Answer<Order>>;

  handled(): Promise<Answer<Page<BoardItem>>>;

  settings(): Promise<Answer<Settings>>;
  saveSettings(settings: Settings): Promise<Answer<null>>;
  draft(key: string): Promise<Answer<string | null>>;
  saveDraft(key: string, body: string): Promise<Answer<null>>;
  dropDraft(key: string): Promise<Answer<null>>;

  /** Address of a picture for `<img>`; `path` is a path on the hub. */
  pictureUrl(path: string): string;
  /** Hears the desk until the returned function is called. */
  listen(listeners: Listeners): Promise<() => void>;
}
