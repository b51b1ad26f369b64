// Speaks with the portal at HINOMI_URL as HINOMI_EMAIL, through its public API only:
//   node portal.mjs wait N     waits until it shows N incidents
//   node portal.mjs enrol NAME enters a sensor and prints its enrolment code
const address = process.env.HINOMI_URL;
const seconds = Number(process.env.WAIT_SECONDS ?? 180);
const [action, argument] = process.argv.slice(2);

const actions = { wait, enrol };
try {
  await actions[action](argument);
} catch (error) {
  console.error(`error: ${error.cause ?? error.message ?? error}`);
  process.exitCode = 1;
}

async function wait(wanted) {
  const until = Date.now() + seconds * 1000;
  let cookie = '';
  let last = 'no answer';
  while (Date.now() < until) {
    try {
      cookie ||= await signIn();
      const { total } = await call(cookie, 'GET', '/api/v1/incidents?per_page=1');
      last = `${total} incidents`;
      if (total >= Number(wanted)) return console.log(`    ${last}`);
    } catch (error) {
      // The portal may not be up yet.
      last = String(error.cause ?? error.message);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${wanted} incidents wanted, after ${seconds} s: ${last}`);
}

async function enrol(name) {
  const cookie = await signIn();
  const session = await call(cookie, 'GET', '/api/v1/session');
  const sensor = await call(cookie, 'POST', '/api/v1/sensors', { name }, session.csrf_token);
  console.log(sensor.enrolment_secret);
}

async function signIn() {
  const credentials = { email: process.env.HINOMI_EMAIL, password: process.env.HINOMI_PASSWORD };
  const answer = await send('', 'POST', '/api/v1/session', credentials);
  return answer.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
}

async function call(cookie, method, path, body, token) {
  return (await send(cookie, method, path, body, token)).json();
}

async function send(cookie, method, path, body, token) {
  const headers = { cookie, 'content-type': 'application/json', origin: address };
  if (token) headers['x-csrf-token'] = token;
  const answer = await fetch(address + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}
