// Waits until the portal at HINOMI_URL shows as many incidents as asked for (default 1): node wait-for-incidents.mjs [N]
const address = process.env.HINOMI_URL;
const wanted = Number(process.argv[2] ?? 1);
const seconds = Number(process.env.WAIT_SECONDS ?? 180);
const until = Date.now() + seconds * 1000;

let cookie = '';
let last = 'no answer';
while (Date.now() < until) {
  try {
    cookie ||= await signIn();
    const answer = await fetch(`${address}/api/v1/incidents?per_page=1`, { headers: { cookie } });
    const page = await answer.json();
    last = answer.ok ? `${page.total} incidents` : `${answer.status} ${JSON.stringify(page)}`;
    if (page.total >= wanted) {
      console.log(`    ${last}`);
      process.exit(0);
    }
  } catch (error) {
    last = String(error.cause ?? error);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
}
console.error(`error: ${wanted} incidents wanted, after ${seconds} s: ${last}`);
process.exit(1);

async function signIn() {
  const answer = await fetch(`${address}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address },
    body: JSON.stringify({ email: process.env.HINOMI_EMAIL, password: process.env.HINOMI_PASSWORD }),
  });
  if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
  return answer.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
}
