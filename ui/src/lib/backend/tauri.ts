import { Channel, convertFileSrc, invoke } from '@tauri-apps/api/core';
import { commands, events, type Problem } from '../bindings';
import type { Answer, Asked, Backend, Listeners, LiveNews } from './backend';

/**
 * A command's answer. What it throws with a code is a refusal; whatever else it throws broke inside the desk, and that
 * too becomes a problem with words, never an unhandled rejection.
 */
async function ask<T>(command: Promise<unknown>): Promise<Answer<T>> {
  try {
    const told = await command;
    if (typeof told !== 'object' || told === null || !('status' in told)) return { ok: true, data: told as T };
    const { status, data, error } = told as { status: 'ok' | 'error'; data: T; error: Problem };
    return status === 'ok' ? { ok: true, data } : { ok: false, problem: error };
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error)
      return { ok: false, problem: error as unknown as Problem };
    const detail = error instanceof Error ? error.message : String(error);
    const problem: Problem = { type: 'urn:lanedesk:desk_fault', title: 'desk', status: 0, detail, code: 'desk_fault' };
    return { ok: false, problem };
  }
}

type Run = (...args: unknown[]) => Promise<unknown>;

function asked(): Asked {
  const doors = Object.entries(commands).map(([name, run]) => [
    name,
    (...args: unknown[]) => ask((run as Run)(...args)),
  ]);
  return Object.fromEntries(doors) as Asked;
}

function channel<T>(heard: (message: T) => void): Channel<T> {
  const opened = new Channel<T>();
  opened.onmessage = heard;
  return opened;
}

/** Phones and tablets say so in their web view; an iPad says Macintosh, but has fingers on its screen. */
function isMobile(agent: string, touchPoints: number): boolean {
  return /Android|iPhone|iPad/.test(agent) || (agent.includes('Macintosh') && touchPoints > 1);
}

/** The desk's Rust side, through Tauri. */
export function tauriBackend(): Backend {
  // `lanedesk://localhost/` or, on Windows and Android, `http://lanedesk.localhost/`
  const pictures = convertFileSrc('', 'lanedesk').replace(/\/$/, '');
  return {
    ...asked(),
    startPreview: (frame) => ask(commands.startPreview(channel(frame))),
    startLive: async (lane, camera, heard) => {
      const answer = await ask<number>(commands.startLive(lane, camera, channel<LiveNews>(heard)));
      if (!answer.ok) return answer;
      const id = answer.data;
      const line = {
        taken: (messages: number) => void commands.liveTaken(id, messages),
        stop: () => void commands.stopLive(id),
      };
      return { ok: true, data: line };
    },
    // By hand: the picture travels as the raw body, its case in a header; a photo never becomes text.
    addPhoto: (caseId, bytes) => ask(invoke('add_photo', bytes, { headers: { 'x-case': caseId } })),
    importSite: async (file, table, preview) => {
      // By hand: the file travels as the raw body. Headers hold no Chinese, and of the name only its ending matters.
      const ending = file.name.split('.').at(-1) ?? '';
      const headers = { 'x-name': `file.${ending.replaceAll(/[^a-zA-Z]/g, '')}`, 'x-preview': String(preview) };
      const whole = table ? { ...headers, 'x-table': table } : headers;
      return ask(invoke('import_site', new Uint8Array(await file.arrayBuffer()), { headers: whole }));
    },
    mobile: isMobile(navigator.userAgent, navigator.maxTouchPoints),
    pictureUrl: (path) => pictures + path,
    listen: async (listeners) => {
      const stops = await Promise.all(
        (Object.keys(events) as (keyof Listeners)[]).map((name) =>
          events[name].listen((event) => listeners[name](event.payload as never)),
        ),
      );
      return () => stops.forEach((stop) => stop());
    },
  };
}
