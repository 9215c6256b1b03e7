/** curl and ping inside the simulated network. */
import type { Host } from '../../kernel/host.ts';
import { isAddress } from '../../kernel/network.ts';
import type { Command, CommandContext } from '../../types.ts';
import { parseOptions } from '../args.ts';
import { at } from '../base/operands.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the address and port give; or curl's code and text. */
async function fetchFrom(
  ctx: CommandContext,
  url: URL,
  init: {
    method: string;
    headers: Record<string, string>;
    body: string;
    limit: number | undefined;
    insecure: boolean;
    ca: string | undefined;
  },
): Promise<Answer | { code: number; text: string }> {
  const host = ctx.host as Host;
  const [address] = host.resolve(url.hostname);
  if (address === undefined) return { code: 6, text: `Could not resolve host: ${url.hostname}; Unknown error` };
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const server = ctx.lab.servers.get(address);
  const mirror = [...ctx.lab.mirrors].find(([base]) => url.href.startsWith(base));
  if (!server && (mirror || ctx.lab.rpmFiles.has(url.href)))
    return mirrorAnswer(host.network.reachable(ctx.lab.gateway) && mirror?.[1].reachable !== false, url);
  const state = server?.state(port) ?? (host.network.reachable(address) ? 'refused' : 'silent');
  if (state === 'refused') return { code: 7, text: `Failed connect to ${url.hostname}:${port}; Connection refused` };
  if (state === 'silent' || !server) {
    await ctx.sleep(Math.min(init.limit ?? 127, 127));
    return init.limit === undefined
      ? { code: 7, text: `Failed connect to ${url.hostname}:${port}; Connection timed out` }
      : { code: 28, text: `Connection timed out after ${init.limit}000 milliseconds` };
  }
  if (url.protocol === 'https:' && !init.insecure && init.ca === undefined && address === ctx.lab.engineAddress)
    return {
      code: 60,
      text: "Peer's Certificate issuer is not recognized.\nMore details here: http://curl.haxx.se/docs/sslcerts.html",
    };
  const {
    status,
    headers = {},
    body,
  } = server.request(url, { method: init.method, headers: init.headers, body: init.body });
  return { status, headers, body };
}

function mirrorAnswer(reachable: boolean, url: URL): Answer | { code: number; text: string } {
  return reachable
    ? {
        status: 200,
        headers: { 'content-type': url.pathname.endsWith('.rpm') ? 'application/x-rpm' : 'text/xml' },
        body: '<repomd/>\n',
      }
    : { code: 7, text: `Failed connect to ${url.hostname}:80; Connection timed out` };
}

export const curl: Command = async (ctx) => {
  const { operands, options, value, has } = parseOptions(ctx.args, 'fsSkLIo:w:X:H:d:m:u:OivA:e:T:x:F:#', [
    'fail',
    'silent',
    'show-error',
    'insecure',
    'location',
    'head',
    'output=',
    'write-out=',
    'request=',
    'header=',
    'data=',
    'max-time=',
    'connect-timeout=',
    'user=',
    'cacert=',
    'retry=',
    'retry-delay=',
    'include',
    'noproxy=',
    'remote-name',
    'compressed',
    'http1.1',
  ]);
  const [given] = operands;
  if (given === undefined) {
    ctx.err("curl: try 'curl --help' or 'curl --manual' for more information\n");
    return 2;
  }
  let url: URL;
  try {
    url = new URL(/^[a-z]+:\/\//.test(given) ? given : `http://${given}`);
  } catch {
    ctx.err(`curl: (3) <url> malformed\n`);
    return 3;
  }
  const limit = value('m', 'max-time') ?? value('connect-timeout');
  const headers = Object.fromEntries(
    [...(options.get('H') ?? []), ...(options.get('header') ?? [])].map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const data = value('d', 'data');
  const answer = await fetchFrom(ctx, url, {
    method: value('X', 'request') ?? (has('I', 'head') ? 'HEAD' : data === undefined ? 'GET' : 'POST'),
    headers,
    body: data ?? '',
    limit: limit === undefined ? undefined : Number(limit),
    insecure: has('k', 'insecure'),
    ca: value('cacert'),
  });
  const quiet = has('s', 'silent') && !has('S', 'show-error');
  const writeOut = (status: number): void => {
    const format = value('w', 'write-out');
    if (format !== undefined)
      ctx.out(
        format
          .replaceAll('%{http_code}', String(status).padStart(3, '0'))
          .replaceAll('%{size_download}', '0')
          .replace(/\\n/g, '\n'),
      );
  };
  if ('code' in answer) {
    if (!quiet) ctx.err(`curl: (${answer.code}) ${answer.text}\n`);
    writeOut(0);
    return answer.code;
  }
  const { status, body } = answer;
  if (has('f', 'fail') && status >= 400) {
    if (!quiet) ctx.err(`curl: (22) The requested URL returned error: ${status}\n`);
    writeOut(status);
    return 22;
  }
  const head = `HTTP/1.1 ${status} ${status === 200 ? 'OK' : ''}\n${Object.entries(answer.headers)
    .map(([key, text]) => `${key}: ${text}\n`)
    .join('')}\n`;
  const text = has('I', 'head') ? head : has('i', 'include') ? head + body : body;
  const file = has('O', 'remote-name') ? url.pathname.split('/').at(-1) : value('o', 'output');
  if (file === undefined) ctx.out(text);
  else if (file !== '/dev/null') ctx.host.fs.write(at(ctx, file), text);
  writeOut(status);
  return 0;
};

export const ping: Command = async (ctx) => {
  const { operands, value, has } = parseOptions(ctx.args, 'c:W:w:i:I:qn46s:t:M:');
  const [target = ''] = operands;
  const [address] = ctx.host.resolve(target);
  if (address === undefined) {
    ctx.err(`ping: ${target}: Name or service not known\n`);
    return 2;
  }
  const count = Number(value('c') ?? 4);
  ctx.out(`PING ${target} (${address}) 56(84) bytes of data.\n`);
  let received = 0;
  for (let index = 1; index <= count; index += 1) {
    const up = ctx.host.network.reachable(address);
    if (up) {
      received += 1;
      if (!has('q'))
        ctx.out(
          `64 bytes from ${isAddress(target) ? target : `${target} (${address})`}: icmp_seq=${index} ttl=64 time=0.231 ms\n`,
        );
    }
    if (index < count || !up) await ctx.sleep(up ? 1 : Number(value('W') ?? 1));
  }
  ctx.out(
    `\n--- ${target} ping statistics ---\n${count} packets transmitted, ${received} received, ${Math.round(((count - received) / count) * 100)}% packet loss, time ${(count - 1) * 1000}ms\n`,
  );
  if (received > 0) ctx.out('rtt min/avg/max/mdev = 0.231/0.231/0.231/0.000 ms\n');
  return received > 0 ? 0 : 1;
};
