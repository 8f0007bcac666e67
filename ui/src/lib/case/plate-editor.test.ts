import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '$lib/test/desk';
import { PlateEditor } from './plate-editor.svelte';

const editor = () => new PlateEditor(new MemoryBackend());

describe('the plate being typed', () => {
  it('shows what the hub holds until the person types', () => {
    const plate = editor();
    plate.show('粤B1Z345');
    expect(plate.text).toBe('粤B1Z345');
    plate.put(3, '2');
    plate.show('粤B99999');
    expect(plate.text).toBe('粤B12345');
    expect(plate.dirty).toBe(true);
  });

  it('shows the hub’s plate again once saved or given up', () => {
    const plate = editor();
    plate.put(0, '粤B12345');
    plate.settle('粤B12345');
    expect(plate.dirty).toBe(false);
    plate.show('粤B88888');
    expect(plate.text).toBe('粤B88888');
  });

  it('warns of an odd plate and does not stop it', async () => {
    const plate = editor();
    plate.put(0, '粤B1');
    plate.put(3, '2甲3');
    await expect.poll(() => plate.odd).toBe(true);
    expect(plate.text).not.toBe('');
  });
});
