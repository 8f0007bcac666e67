import { waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { App } from '$lib/app.svelte';
import { MemoryBackend } from '$lib/test/desk';
import { people } from '$lib/backend/memory/sample';
import type { Person } from '$lib/backend';
import { Practice } from './practice.svelte';
import { scenes, type SceneName } from './scenes';

const real = () => new App(new MemoryBackend());
let practice: Practice | null = null;
afterEach(() => practice?.stop());

async function play(name: SceneName): Promise<Practice> {
  practice = new Practice(name, people['guard'] as Person, real().setting);
  await practice.start();
  return practice;
}

describe('a scene of the guide', () => {
  it.each(Object.keys(scenes) as SceneName[])('%s has a sentence and a control for every step', async (name) => {
    const played = await play(name);
    expect(played.steps.length).toBeGreaterThan(5);
    for (const step of played.steps) expect(step.at.length).toBeGreaterThan(0);
  });

  it('goes on by itself once the person has done the step, and is over after the last', async () => {
    const played = await play('pass');
    played.next();
    expect(played.at).toBe(1);
    await played.app.claim('E02');
    played.look();
    expect(played.at).toBe(2);
    while (!played.over) played.next();
    expect(played.over).toBe(true);
  });

  it('goes on also when the person closed the case before it looked', async () => {
    const played = await play('release');
    played.next();
    await played.app.claim('E02');
    while (played.step?.say !== 'guide.passed') played.next();
    await played.app.lane.close({});
    played.look();
    played.look();
    expect(played.step?.say).toBe('guide.listed');
  });

  it('is played by whom it is for, and never reaches the real hub', async () => {
    const played = await play('call');
    expect(played.app.session.person?.role).toBe('agent');
    await waitFor(() => expect(played.app.lane.laneId).toBe('S01'));
  });
});
