// A tablet gets its key once, for a code an administrator reads out, and keeps it.

const name = (number) => `lanedesk.robot.${number}`;

/** What this tablet keeps. */
export const paired = {
  key: (number) => localStorage.getItem(name(number)),
  keep: (number, key) => localStorage.setItem(name(number), key),
  forget: (number) => localStorage.removeItem(name(number)),
};

/** The hub's answer to a code: the key, or why there is none. */
async function send(number, code) {
  const answer = await fetch(`/api/robots/${encodeURIComponent(number)}/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  if (answer.ok) return (await answer.json()).key;
  throw new Error(answer.status === 401 ? '配对码不正确或已过期。Wrong or expired code.' : '暂时无法配对。Try again.');
}

/** Asks until a code was right. */
export function askForCode(number) {
  const form = document.getElementById('pair');
  document.getElementById('number').textContent = number;
  form.hidden = false;
  return new Promise((got) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      const [code, wrong] = [document.getElementById('code'), document.getElementById('wrong')];
      wrong.textContent = '';
      try {
        const key = await send(number, code.value.trim());
        paired.keep(number, key);
        form.hidden = true;
        got(key);
      } catch (error) {
        wrong.textContent = error.message;
        code.select();
      }
    };
  });
}
