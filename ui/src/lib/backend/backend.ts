import type { OfficeDoor } from './office';
import type {
  AnswerApproval,
  Approval,
  AuditHead,
  BoardItem,
  BarrierPress,
  By,
  Call,
  CallState,
  Camera,
  Claimed,
  CloseCase,
  ConnectionChanged,
  Debt,
  DebtFilter,
  Direction,
  Evidence,
  EvidenceChanged,
  EvidencePhoto,
  ExportDone,
  ExportFormat,
  ExportProgress,
  PreviewEnded,
  Frame,
  HoldPhoto,
  ImportProgress,
  LaneFree,
  LaneStill,
  LiveSaid,
  NewDebt,
  Opening,
  OpeningFilter,
  Order,
  Page,
  Person,
  PlateCheck,
  Problem,
  Qr,
  ReasonChoice,
  RecentLane,
  Records,
  Released,
  ReleaseForm,
  ReleasePress,
  Report,
  Rise,
  RiseFilter,
  RobotCommand,
  RobotOrder,
  Scene,
  SearchHits,
  Seat,
  SeatChoice,
  SessionStatus,
  Settings,
  Statistics,
  Taken,
  TimelineEntry,
  View,
  Warning,
  WarningFilter,
} from './types';

/** A command's answer: its data, or the problem in words for people. Nothing throws. */
export type Answer<T> = { ok: true; data: T } | { ok: false; problem: Problem };

/** What comes of a live picture: how it stands, or bytes of it. */
export type LiveNews = ArrayBuffer | LiveSaid;

/** A live picture under way. */
export interface LiveLine {
  /** So many messages were taken: only then do more come. */
  taken(messages: number): void;
  stop(): void;
}

/** What the desk tells the page by itself. */
export interface Listeners {
  told(frame: Frame): void;
  connection(changed: ConnectionChanged): void;
  laneFree(free: LaneFree): void;
  /** A photo of a case was sent, refused or taken away. */
  evidence(changed: EvidenceChanged): void;
  /** The camera's preview has ended, with what went wrong if something did. */
  previewEnded(ended: PreviewEnded): void;
  /** How far an export has come. */
  exporting(progress: ExportProgress): void;
  /** How far an import has come. */
  importing?(progress: ImportProgress): void;
  /** The hub no longer knows the session. */
  sessionEnded(): void;
}

/** Everything the page can ask of the desk. The only way out of the page. */
export interface Backend extends OfficeDoor {
  sessionStatus(): Promise<Answer<SessionStatus>>;
  /** `code`: six digits, where the hub asked for a second factor. */
  login(hubUrl: string, username: string, password: string, code: string | null): Promise<Answer<Person>>;
  logout(): Promise<Answer<null>>;
  bindSeat(number: string): Promise<Answer<Person>>;
  freeSeat(): Promise<Answer<Person>>;

  seats(): Promise<Answer<Seat[]>>;
  setSeatState(state: SeatChoice): Promise<Answer<null>>;

  /** Calls that stand so, oldest first. */
  calls(state: CallState): Promise<Answer<Call[]>>;
  /** `lane`: the call's, where it is known, so that nothing the hub tells of it meanwhile is missed. */
  takeCall(id: string, lane: string | null): Promise<Answer<Taken>>;
  openByHand(lane: string, caller: string | null): Promise<Answer<Taken>>;
  callBack(id: string, note: string | null): Promise<Answer<null>>;
  moveCase(caseId: string, lane: string): Promise<Answer<Claimed>>;

  /** Once, in Rust's hands; no answer is the result `unknown`. */
  pressRobot(caseId: string, command: RobotCommand): Promise<Answer<RobotOrder>>;
  /** `scene` null: what fits the vehicle. */
  qr(caseId: string, scene: Scene | null): Promise<Answer<Qr>>;

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
  /** The lane's last minute, oldest first. */
  laneStills(lane: string): Promise<Answer<LaneStill[]>>;

  /** Follows an environment camera of a lane until it is stopped or says `ended`. */
  startLive(lane: string, camera: string, heard: (news: LiveNews) => void): Promise<Answer<LiveLine>>;

  orderBarrier(caseId: string, press: BarrierPress): Promise<Answer<Order>>;
  orderResult(orderId: string): Promise<Answer<Order>>;

  releaseForm(caseId: string): Promise<Answer<ReleaseForm>>;
  /** Once, in Rust's hands: order id, time and fence are made there; no answer is the result `unknown`. */
  release(caseId: string, press: ReleasePress): Promise<Answer<Released>>;
  fileDebt(caseId: string, debt: NewDebt): Promise<Answer<Debt>>;
  approvals(): Promise<Answer<Approval[]>>;
  answerApproval(id: string, answer: AnswerApproval): Promise<Answer<Approval>>;

  /** Whether this is a phone or tablet, where photos come from the system camera alone. */
  readonly mobile: boolean;
  cameras(): Promise<Answer<Camera[]>>;
  chooseCamera(id: string): Promise<Answer<null>>;
  /** Frames as JPEG bytes, newest last, until `stopPreview`. */
  startPreview(frame: (jpeg: ArrayBuffer) => void): Promise<Answer<null>>;
  /** A frame was shown: only then does the next one come. */
  previewShown(): void;
  stopPreview(): Promise<Answer<null>>;
  takePhoto(caseId: string): Promise<Answer<EvidencePhoto>>;
  /** A picture the phone's own camera took for this page. */
  addPhoto(caseId: string, bytes: Uint8Array): Promise<Answer<EvidencePhoto>>;
  photoFromLane(caseId: string): Promise<Answer<EvidencePhoto>>;
  evidence(caseId: string): Promise<Answer<EvidencePhoto[]>>;
  dropPhoto(caseId: string, id: string): Promise<Answer<null>>;

  openings(filter: OpeningFilter): Promise<Answer<Page<Opening>>>;
  opening(id: string): Promise<Answer<Opening>>;
  /** Where its photos stand: kept, held, deleted or damaged. */
  openingPhotos(id: string): Promise<Answer<Evidence[]>>;
  /** From now on photos may be taken for this opening, which owes them. */
  bringPhotos(id: string): Promise<Answer<Opening>>;
  /** Overdue photos are waited for no longer, with a reason. */
  closePhotos(id: string, reason: string): Promise<Answer<Opening>>;
  openingTimeline(id: string): Promise<Answer<TimelineEntry[]>>;
  openingStatistics(filter: OpeningFilter, by: By): Promise<Answer<Statistics>>;
  /** Null where it was cancelled. */
  exportOpenings(filter: OpeningFilter, format: ExportFormat): Promise<Answer<ExportDone | null>>;
  cancelExport(): Promise<Answer<null>>;
  reasons(): Promise<Answer<ReasonChoice[]>>;
  rises(filter: RiseFilter): Promise<Answer<Page<Rise>>>;
  debts(filter: DebtFilter): Promise<Answer<Page<Debt>>>;
  waiveDebt(id: string, reason: string): Promise<Answer<null>>;
  warnings(filter: WarningFilter): Promise<Answer<Page<Warning>>>;
  dismissWarning(id: string, reason: string): Promise<Answer<null>>;
  report(day: string): Promise<Answer<Report>>;
  acknowledgeReport(day: string): Promise<Answer<Report>>;
  auditHead(): Promise<Answer<AuditHead>>;
  holdPhoto(id: string, hold: HoldPhoto): Promise<Answer<null>>;

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
