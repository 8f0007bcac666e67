/** Shapes of the record's commands until the generated bindings carry them. Same names, same fields as crates/wire. */
import type {
  Assessment,
  CaseNow,
  Claimed as ClaimedBefore,
  Code as CodeBefore,
  Direction,
  Holder,
  LaneRef,
  LotRef,
  Opening as OpeningBefore,
  OpeningFilter as OpeningFilterBefore,
  OrderResult,
  Problem as ProblemBefore,
  Step as StepBefore,
  TimelineEntry as TimelineEntryBefore,
  Told as ToldBefore,
  View as ViewBefore,
} from '../bindings';

export type Unpaid = 'waive' | 'debt';
export type ReasonChoice = {
  code: string;
  text: string;
  direction?: Direction | null;
  remark: boolean;
  photos_min: number;
  photos_max: number;
  approval: boolean;
};
export type PhotoSource = 'device_camera' | 'system_camera' | 'lane_camera';
export type Photo = {
  id: string;
  sha256: string;
  width: number;
  height: number;
  taken_at: string;
  source: PhotoSource;
};
export type ApprovalState = 'waiting' | 'allowed' | 'denied' | 'expired' | 'used';
export type ApprovalWord = 'allow' | 'deny';
export type Approval = {
  id: string;
  case: string;
  lot: LotRef;
  lane: LaneRef;
  direction: Direction;
  plate?: string | null;
  assessment: Assessment;
  due_fen?: number | null;
  reason: string;
  remark: string;
  photos: string[];
  by: Holder;
  asked_at: string;
  expires_at: string;
  state: ApprovalState;
  answered_by?: Holder | null;
  note?: string | null;
};
export type AnswerApproval = { answer: ApprovalWord; note?: string | null };
export type ReleaseForm = {
  direction: Direction;
  reasons: ReasonChoice[];
  own_camera: boolean;
  lane_camera: boolean;
  due_fen?: number | null;
  approval: boolean;
  asked?: Approval | null;
  photos: Photo[];
};
export type ReleasePress = {
  reason: string;
  remark: string;
  photos: string[];
  unpaid?: Unpaid | null;
  driver_phone?: string | null;
};
export type Released = { id?: string | null; order_id: string; result: OrderResult; detail: string };
export type Camera = { id: string; name: string; chosen: boolean };
export type EvidenceState = 'waiting' | 'sent' | 'refused';
export type EvidencePhoto = {
  id: string;
  state: EvidenceState;
  photo?: Photo | null;
  problem?: Problem | null;
  taken_at: string;
  thumb: string;
};
export type EvidenceChanged = { case: string; photo: EvidencePhoto };
export type DebtState = 'open' | 'settled' | 'waived';
export type Debt = {
  id: string;
  lot: LotRef;
  lane: LaneRef;
  case: string;
  opening?: string | null;
  stay?: string | null;
  plate?: string | null;
  phone?: string | null;
  amount_fen: number;
  person: Holder;
  filed_at: string;
  state: DebtState;
  ended_at?: string | null;
  note?: string | null;
};
export type DebtNow = { count: number; amount_fen: number; newest: string };
export type DebtFilter = {
  lot?: string | null;
  plate?: string | null;
  state?: DebtState | null;
  person?: string | null;
  from?: string | null;
  to?: string | null;
  cursor?: string | null;
};
export type Rise = {
  id: string;
  lot: LotRef;
  lane: LaneRef;
  device: string;
  at: string;
  down_at?: string | null;
  picture?: string | null;
  plate?: string | null;
};
export type RiseFilter = { lot?: string | null; from?: string | null; to?: string | null; cursor?: string | null };
export type By = 'lot' | 'lane' | 'person' | 'reason' | 'hour';
export type Bar = {
  key: string;
  label: string;
  openings: number;
  abnormal: number;
  unpaid: number;
  unpaid_fen: number;
};
export type SamePlate = { plate: string; openings: number; abnormal: number };
export type Statistics = {
  openings: number;
  abnormal: number;
  unpaid: number;
  unpaid_fen: number;
  bars: Bar[];
  same_plates: SamePlate[];
};
export type Pattern =
  | 'same_plate'
  | 'many_releases'
  | 'hasty'
  | 'borrowed_pass'
  | 'cheap_candidate'
  | 'due_dropped'
  | 'reason_doubtful'
  | 'same_photo'
  | 'passage_mismatch'
  | 'no_plate_in_out'
  | 'same_remark'
  | 'foreign_rises';
export type Warning = {
  id: string;
  pattern: Pattern;
  detail: string;
  lot?: LotRef | null;
  person?: Holder | null;
  plate?: string | null;
  openings: string[];
  at: string;
  dismissed_by?: Holder | null;
  dismissed_why?: string | null;
};
export type WarningFilter = {
  lot?: string | null;
  pattern?: Pattern | null;
  from?: string | null;
  to?: string | null;
  cursor?: string | null;
};
export type Acknowledged = { by: Holder; at: string };
export type Report = {
  day: string;
  openings: Statistics;
  unknown: number;
  without_passage: number;
  rises: number;
  debts: number;
  debts_fen: number;
  warnings: number;
  acknowledged: Acknowledged[];
};
export type ChainHead = { chain: string; seq: number; hash: string };
export type AuditHead = {
  at: string;
  chains: ChainHead[];
  digest: string;
  signature: string;
  public_key: string;
  qr_svg: string;
};
export type HoldPhoto = { hold: boolean; reason: string };
export type ExportFormat = 'csv' | 'xlsx';
export type ExportDone = { path: string; rows?: number | null };
export type ExportProgress = { rows?: number | null; bytes: number };
export type PreviewEnded = { problem?: Problem | null };

export type Opening = Omit<OpeningBefore, 'photos'> & { photos: string[]; unpaid?: Unpaid | null };
export type Step = StepBefore | 'approval_asked' | 'approval_answered';
export type TimelineEntry = Omit<TimelineEntryBefore, 'what'> & { what: Step };
export type Code = CodeBefore | 'approval_denied' | 'bad_image' | 'too_old';
export type Problem = Omit<ProblemBefore, 'code'> & { code: Code; approval?: string | null };
export type View = Omit<ViewBefore, 'timeline' | 'case'> & {
  case?: CaseNow | null;
  timeline: TimelineEntry[];
  debt?: DebtNow | null;
};
export type Told =
  | Exclude<ToldBefore, { type: 'view' } | { type: 'opening' }>
  | (Omit<Extract<ToldBefore, { type: 'view' }>, 'timeline' | 'order_id'> & {
      debt?: DebtNow | null;
      timeline?: TimelineEntry[] | null;
    })
  | { type: 'opening'; opening: Opening }
  | { type: 'approval'; approval: string; case: string; facts: Approval }
  | { type: 'rise'; rise: Rise };
export type Claimed = Omit<ClaimedBefore, 'view'> & { view: View };
export type Frame = { seq: string } & Told;
export type OpeningFilter = OpeningFilterBefore & { hour?: number | null };
