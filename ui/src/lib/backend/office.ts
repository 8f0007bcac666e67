import type { Answer } from './backend';
import type {
  Approval,
  Board,
  CaseStatistics,
  Cash,
  CashTotal,
  CasesBy,
  Cells,
  ChangeFilter,
  DeviceHealth,
  DeviceTest,
  ExportDone,
  ExportFormat,
  ImportResult,
  LeadsTo,
  LongStay,
  Maintenance,
  MaintenanceFilter,
  Morning,
  NewSecret,
  OneTimeCode,
  OpenSession,
  Outage,
  Page,
  Pairing,
  PastCall,
  PastCase,
  PendingChange,
  PendingWord,
  Person,
  RowFilter,
  SecondFactor,
  SecondFactorOffer,
  SecretStep,
  SiteChange,
  SiteFormat,
  SiteRow,
  SiteTable,
  WorkFilter,
} from './types';

/** A figure's own filter; `cursor` asks for the page behind. */
export type PastFilter = LeadsTo['filter'];

/** The back office: accounts, site, board, devices, figures, cash. */
export interface OfficeDoor {
  changePassword(old: string, wanted: string): Promise<Answer<Person>>;
  /** The password once more; what was refused for want of it may then be sent again. */
  confirmPassword(password: string): Promise<Answer<null>>;
  /** Sets a password with the code an administrator handed over, and logs in. */
  resetWithCode(
    hubUrl: string,
    username: string,
    code: string,
    wanted: string,
    second: string | null,
  ): Promise<Answer<Person>>;
  /** One's own; with a person, theirs. */
  openSessions(person: string | null): Promise<Answer<OpenSession[]>>;
  endSession(id: string): Promise<Answer<null>>;
  secondFactor(): Promise<Answer<SecondFactor>>;
  offerSecondFactor(): Promise<Answer<SecondFactorOffer>>;
  confirmSecondFactor(code: string): Promise<Answer<Person>>;
  dropSecondFactor(): Promise<Answer<null>>;
  resetPassword(person: string): Promise<Answer<OneTimeCode>>;
  resetSecondFactor(person: string): Promise<Answer<null>>;

  siteRows(table: SiteTable, filter: RowFilter): Promise<Answer<Page<SiteRow>>>;
  siteRow(table: SiteTable, id: string): Promise<Answer<SiteRow>>;
  addSiteRow(table: SiteTable, row: Cells): Promise<Answer<SiteRow>>;
  changeSiteRow(table: SiteTable, id: string, version: string, row: Cells): Promise<Answer<SiteRow>>;
  removeSiteRow(table: SiteTable, id: string, version: string): Promise<Answer<null>>;
  siteChanges(filter: ChangeFilter): Promise<Answer<Page<SiteChange>>>;
  undoSiteChange(change: string): Promise<Answer<SiteChange>>;
  /** What weakens a rule of control and waits for a second administrator. */
  pendingChanges(): Promise<Answer<PendingChange[]>>;
  answerPending(id: string, word: PendingWord): Promise<Answer<PendingChange>>;
  /** As it stands in the form, which need not be saved. */
  testDevice(id: string, form: Cells | null): Promise<Answer<DeviceTest>>;
  pairRobot(number: string): Promise<Answer<Pairing>>;
  rotateSecret(id: string, step: SecretStep): Promise<Answer<NewSecret>>;
  rotatePushKey(id: string, step: SecretStep): Promise<Answer<NewSecret>>;
  importSite(file: File, table: SiteTable | null, preview: boolean): Promise<Answer<ImportResult>>;
  /** Null where it was cancelled. */
  exportSite(format: SiteFormat, table: SiteTable | null): Promise<Answer<ExportDone | null>>;

  board(): Promise<Answer<Board>>;
  askHelp(caseId: string, note: string): Promise<Answer<null>>;
  answerHelp(caseId: string, note: string): Promise<Answer<null>>;
  dropHelp(caseId: string): Promise<Answer<null>>;

  devices(lot: string | null): Promise<Answer<DeviceHealth[]>>;
  openMaintenance(device: string, note: string): Promise<Answer<Maintenance>>;
  maintenance(filter: MaintenanceFilter): Promise<Answer<Page<Maintenance>>>;
  closeMaintenance(id: string, repair: string): Promise<Answer<Maintenance>>;

  morning(day: string, lot: string | null): Promise<Answer<Morning>>;
  exportMorning(day: string, format: ExportFormat): Promise<Answer<ExportDone | null>>;
  /** The rows a figure leads to, by its own filter. */
  pastCases(filter: PastFilter): Promise<Answer<Page<PastCase>>>;
  pastCalls(filter: PastFilter): Promise<Answer<Page<PastCall>>>;
  longStays(filter: PastFilter): Promise<Answer<Page<LongStay>>>;
  outages(filter: PastFilter): Promise<Answer<Page<Outage>>>;
  pastApprovals(filter: PastFilter): Promise<Answer<Page<Approval>>>;
  caseStatistics(filter: WorkFilter, by: CasesBy): Promise<Answer<CaseStatistics>>;

  takeCash(caseId: string, amountFen: number): Promise<Answer<Cash>>;
  cash(filter: WorkFilter): Promise<Answer<Page<Cash>>>;
  cashTotals(filter: WorkFilter): Promise<Answer<CashTotal[]>>;
}
