/** Environment cameras that are not there: the drawn lane with a car that drives up, waits and leaves, as JPEGs. */
import { hhmmss, stamp } from '$lib/ui/format';
import type { LiveLine, LiveNews } from '..';
import { drawn, SCENE_HEIGHT, SCENE_WIDTH } from './scene';

/** Pictures a second. */
const RATE = 12;
/** Seconds of one round: it drives up, waits, leaves. */
const ROUND = 9;

/** What a memory camera does; the preview's address sets it: `?live=codec`. */
export type LiveScript = 'plays' | 'codec' | 'wrong_password' | 'no_camera' | 'unreachable' | 'reconnecting';

const sentences: Record<Exclude<LiveScript, 'plays'>, string> = {
  codec: '摄像头输出 H.265 等无法播放的编码，请改为 H.264；先定时刷新图片。',
  wrong_password: '摄像头的账号或密码不正确，请管理员在设备设置中更正。',
  no_camera: '该道口没有环境摄像头。',
  unreachable: '连接不上摄像头，正在重试。',
  reconnecting: '连接不上摄像头，正在重试。',
};

/** Plays, or says why not, until stopped. */
export function memoryLive(script: LiveScript, camera: string, heard: (news: LiveNews) => void): LiveLine {
  if (script !== 'plays') {
    const why = script === 'reconnecting' ? 'unreachable' : script;
    const state = script === 'reconnecting' ? 'reconnecting' : 'failed';
    const timer = setTimeout(() => heard({ type: 'state', state, why, detail: sentences[script] }), 300);
    return { taken: () => undefined, stop: () => clearTimeout(timer) };
  }
  heard({ type: 'state', state: 'starting' });
  const stop = film(camera, (jpeg) => heard(jpeg));
  const playing = setTimeout(
    () =>
      heard({
        type: 'state',
        state: 'playing',
        format: { kind: 'jpeg', mime: 'image/jpeg', width: SCENE_WIDTH, height: SCENE_HEIGHT },
      }),
    500,
  );
  return {
    taken: () => undefined,
    stop: () => {
      clearTimeout(playing);
      stop();
    },
  };
}

function image(svg: string): HTMLImageElement {
  const drawing = new Image();
  drawing.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  return drawing;
}

/** Without a canvas to draw on there are no pictures. */
function film(camera: string, show: (jpeg: ArrayBuffer) => void): () => void {
  if (typeof OffscreenCanvas === 'undefined') return () => undefined;
  const night = camera.endsWith('2');
  const [empty, full] = [image(drawn({ night, arm: 1 })), image(drawn({ night, arm: 1, plate: '粤B12345' }))];
  const canvas = new OffscreenCanvas(640, 400);
  const pen = canvas.getContext('2d');
  const timer = setInterval(() => {
    if (!pen || !empty.complete || !full.complete) return;
    const at = (Date.now() / 1000) % ROUND;
    pen.drawImage(empty, 0, 0, 640, 400);
    // Fades in as it comes nearer, and out.
    pen.globalAlpha = Math.max(0, Math.min(1, at - 1, ROUND - 1 - at));
    pen.drawImage(full, 0, 0, 640, 400);
    pen.globalAlpha = 1;
    pen.fillStyle = '#000a';
    pen.fillRect(8, 366, 200, 26);
    pen.fillStyle = '#fff';
    pen.font = '18px monospace';
    pen.fillText(`${camera} ${hhmmss(stamp(Date.now()))}`, 14, 385);
    void canvas
      .convertToBlob({ type: 'image/jpeg', quality: 0.8 })
      .then(async (blob) => show(await blob.arrayBuffer()));
  }, 1000 / RATE);
  return () => clearInterval(timer);
}
