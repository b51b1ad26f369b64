import { createServer, type Server, type Socket } from 'node:net';
import { expect } from '../portal';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** A mail server that takes everything (RFC 5321, as far as the portal needs it), where the portal's mails go. */
export class Mailbox {
  readonly mails: Mail[] = [];
  private readonly server: Server = createServer((socket) => this.talk(socket));
  private readonly lines = new Set<Socket>();

  static async open(): Promise<Mailbox> {
    const box = new Mailbox();
    await new Promise<void>((done, failed) => {
      box.server.once('error', failed);
      box.server.listen(Number(process.env.HINOMI_MAIL_PORT), '127.0.0.1', done);
    });
    return box;
  }

  async close() {
    for (const socket of this.lines) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  /** The newest mail to an address whose text has something; waits for it. */
  async find(to: string, what: RegExp): Promise<RegExpExecArray> {
    const found = () => this.mails.filter((mail) => mail.to === to).map((mail) => what.exec(mail.text)).findLast((match) => match !== null);
    await expect.poll(() => found() !== undefined, { message: `a mail to ${to} with ${what}`, timeout: 30_000 }).toBe(true);
    return found()!;
  }

  private talk(socket: Socket) {
    this.lines.add(socket);
    socket.on('close', () => this.lines.delete(socket));
    socket.on('error', () => socket.destroy());
    let waiting = '';
    let receivers: string[] = [];
    let isData = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 mailbox');
    socket.setEncoding('latin1').on('data', (part) => {
      waiting += String(part);
      for (;;) {
        const end = waiting.indexOf(isData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const words = waiting.slice(0, end);
        waiting = waiting.slice(end + (isData ? 5 : 2));
        if (isData) {
          isData = false;
          for (const to of receivers) this.mails.push({ to, ...read(words.replaceAll('\r\n..', '\r\n.')) });
          receivers = [];
          say('250 kept');
        } else if (/^data/i.test(words)) {
          isData = true;
          say('354 go on');
        } else if (/^quit/i.test(words)) {
          say('221 bye');
          socket.end();
        } else {
          const to = /^rcpt to:<([^>]+)>/i.exec(words)?.[1];
          if (to) receivers.push(to);
          say('250 yes');
        }
      }
    });
  }
}

/** Subject and all text of a mail, of whatever parts it is made (RFC 2045, 2047). */
function read(raw: string): { subject: string; text: string } {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  const subject = (/^subject: (.*)$/im.exec(head)?.[1] ?? '')
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, word: string) => Buffer.from(word, 'base64').toString());
  const boundary = /boundary="?([^";\r\n]+)"?/i.exec(head)?.[1];
  const parts = boundary ? raw.split(`--${boundary}`).slice(1, -1) : [raw];
  return { subject, text: parts.map((part) => decode(part.replace(/^\r\n/, ''))).join('\n') };
}

function decode(part: string): string {
  const cut = part.indexOf('\r\n\r\n');
  const [head, body] = [part.slice(0, cut), part.slice(cut + 4)];
  const coding = /content-transfer-encoding: *([\w-]+)/i.exec(head)?.[1]?.toLowerCase();
  if (coding === 'base64') return Buffer.from(body, 'base64').toString();
  if (coding !== 'quoted-printable') return Buffer.from(body, 'latin1').toString();
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
