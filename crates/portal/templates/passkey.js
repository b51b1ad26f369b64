// Signs in by passkey. Without JavaScript or passkeys the button stays hidden and the form does.
(() => {
  const box = document.getElementById('passkey');
  if (!box || !window.PublicKeyCredential || !window.isSecureContext) return;
  const [button] = box.getElementsByTagName('button');
  const error = box.querySelector('.error');
  box.hidden = false;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const post = (path, body) =>
    fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  button.addEventListener('click', async () => {
    error.hidden = true;
    button.disabled = true;
    try {
      const asked = await post('/api/v1/session/passkey/challenge', {});
      if (!asked.ok) throw new Error('no challenge');
      const { ceremony, options } = await asked.json();
      const publicKey = { ...options.publicKey, challenge: bytes(options.publicKey.challenge), allowCredentials: [] };
      const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
      const answer = await post('/api/v1/session/passkey', {
        ceremony,
        credential: {
          id, type, rawId: text(rawId), extensions: {},
          response: {
            authenticatorData: text(response.authenticatorData),
            clientDataJSON: text(response.clientDataJSON),
            signature: text(response.signature),
            userHandle: response.userHandle && text(response.userHandle),
          },
        },
      });
      if (!answer.ok) throw new Error('refused');
      location.assign(box.dataset.next);
    } catch {
      error.textContent = error.dataset.failed;
      error.hidden = false;
      button.disabled = false;
    }
  });
})();
