/** How far the picture of a robot's screen can be trusted. */
import type { RobotFacts } from '$lib/backend';
import { ms } from '$lib/ui/format';

/** Older than this the picture says its age. */
export const STALE_MS = 30_000;

export interface Mirror {
  /** `true`: as it is now; `old`: nothing newer came; `cut`: the robot is not linked. */
  state: 'true' | 'old' | 'cut';
  /** When the picture, or the robot, was last known to be so; null where it never was. */
  at: string | null;
}

/** A linked robot that says nothing shows what it showed: its own word counts as much as a new picture. */
export function mirrorOf(robot: RobotFacts, now: number): Mirror {
  const known = [robot.screen?.at, robot.seen_at].filter((at): at is string => Boolean(at));
  const at = known.length > 0 ? known.reduce((a, b) => (ms(a) > ms(b) ? a : b)) : null;
  if (!robot.online) return { state: 'cut', at };
  return { state: at !== null && now - ms(at) > STALE_MS ? 'old' : 'true', at };
}
