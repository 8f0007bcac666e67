// The robot's voice: the browser's own, one saying at a time.

const LANGS = { zh: 'zh-CN', en: 'en-US' };
/** A voice that has not begun by then will not, ms. */
const BEGINS_WITHIN = 2_500;

/** Whether the browser lets this page be heard: it asks for one touch first. */
export const isAwake = () => navigator.userActivation?.hasBeenActive ?? true;

/** Stops whatever is being said. */
export function hush() {
  window.speechSynthesis?.cancel();
}

/** Says it, after what is being said was cut off. Resolves when it has begun, rejects where it cannot be heard. */
export function say(text, lang) {
  return new Promise((begun, failed) => {
    if (!window.speechSynthesis) {
      failed(new Error('设备没有语音'));
      return;
    }
    const saying = new SpeechSynthesisUtterance(text);
    saying.lang = LANGS[lang] ?? LANGS.zh;
    saying.onstart = () => begun();
    saying.onend = () => begun();
    saying.onerror = (event) => failed(new Error(`语音播放失败（${event.error}）`));
    setTimeout(() => failed(new Error('语音没有开始播放，请点按一次屏幕')), BEGINS_WITHIN);
    window.speechSynthesis.speak(saying);
  });
}
