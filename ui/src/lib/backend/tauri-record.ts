import { Channel, invoke, type InvokeArgs, type InvokeOptions } from '@tauri-apps/api/core';
import type { Answer, Backend } from './backend';
import type { Problem } from './types';

/** A command by its name; a failure is an answer like any other. */
async function call<T>(command: string, args: InvokeArgs = {}, options?: InvokeOptions): Promise<Answer<T>> {
  try {
    return { ok: true, data: await invoke<T>(command, args, options) };
  } catch (error) {
    if (error instanceof Error || typeof error !== 'object' || error === null) {
      const detail = error instanceof Error ? error.message : String(error);
      return {
        ok: false,
        problem: { type: 'urn:lanedesk:desk_fault', title: 'desk', status: 0, detail, code: 'desk_fault' },
      };
    }
    return { ok: false, problem: error as Problem };
  }
}

type RecordDoor = Pick<
  Backend,
  | 'releaseForm'
  | 'release'
  | 'approvals'
  | 'answerApproval'
  | 'cameras'
  | 'chooseCamera'
  | 'startPreview'
  | 'previewShown'
  | 'stopPreview'
  | 'takePhoto'
  | 'addPhoto'
  | 'photoFromLane'
  | 'evidence'
  | 'dropPhoto'
  | 'openings'
  | 'opening'
  | 'openingTimeline'
  | 'openingStatistics'
  | 'exportOpenings'
  | 'cancelExport'
  | 'reasons'
  | 'rises'
  | 'debts'
  | 'waiveDebt'
  | 'warnings'
  | 'dismissWarning'
  | 'report'
  | 'acknowledgeReport'
  | 'auditHead'
  | 'holdPhoto'
>;

/** Release, evidence and record, through Tauri. */
export const recordCommands: RecordDoor = {
  releaseForm: (caseId) => call('release_form', { caseId }),
  release: (caseId, press) => call('release', { caseId, press }),
  approvals: () => call('approvals'),
  answerApproval: (id, answer) => call('answer_approval', { id, answer }),
  cameras: () => call('cameras'),
  chooseCamera: (id) => call('choose_camera', { id }),
  startPreview: (frame) => {
    const channel = new Channel<ArrayBuffer>();
    channel.onmessage = frame;
    return call('start_preview', { channel });
  },
  previewShown: () => void call('preview_shown'),
  stopPreview: () => call('stop_preview'),
  takePhoto: (caseId) => call('take_photo', { caseId }),
  addPhoto: (caseId, bytes) => call('add_photo', bytes, { headers: { 'x-case': caseId } }),
  photoFromLane: (caseId) => call('photo_from_lane', { caseId }),
  evidence: (caseId) => call('evidence', { caseId }),
  dropPhoto: (caseId, id) => call('drop_photo', { caseId, id }),
  openings: (filter) => call('openings', { filter }),
  opening: (id) => call('opening', { id }),
  openingTimeline: (id) => call('opening_timeline', { id }),
  openingStatistics: (filter, by) => call('opening_statistics', { filter, by }),
  exportOpenings: (filter, format) => call('export_openings', { filter, format }),
  cancelExport: () => call('cancel_export'),
  reasons: () => call('reasons'),
  rises: (filter) => call('rises', { filter }),
  debts: (filter) => call('debts', { filter }),
  waiveDebt: (id, reason) => call('waive_debt', { id, reason }),
  warnings: (filter) => call('warnings', { filter }),
  dismissWarning: (id, reason) => call('dismiss_warning', { id, reason }),
  report: (day) => call('report', { day }),
  acknowledgeReport: (day) => call('acknowledge_report', { day }),
  auditHead: () => call('audit_head'),
  holdPhoto: (id, hold) => call('hold_photo', { id, hold }),
};

/** Phones and tablets say so in their web view; an iPad says Macintosh, but has fingers on its screen. */
export function isMobile(agent: string, touchPoints: number): boolean {
  return /Android|iPhone|iPad/.test(agent) || (agent.includes('Macintosh') && touchPoints > 1);
}
