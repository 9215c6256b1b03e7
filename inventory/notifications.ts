/** Who is told what: by the hosted engine itself, and by the runs of runbooks. */
import * as z from 'zod';
import * as field from './fields.ts';

/** What a run tells of itself. */
export const EVENTS = ['approval', 'parked', 'ended', 'firingDropped'] as const;
export type NoticeEvent = (typeof EVENTS)[number];

const LOOPBACK = String.raw`(localhost|127(\.\d{1,3}){3}|\[::1\])`;

const url = z
  .string()
  .regex(
    new RegExp(String.raw`^(https://[^\s/?#]+|http://${LOOPBACK}(:\d+)?)([/?#]\S*)?$`),
    'must be a URL such as https://chat.example.com/hooks/ops; plain http only to this machine, such as http://localhost:8065/hook',
  );

const smtp = z.strictObject({
  server: field.address.describe('Mail server that the hosted-engine broker uses.'),
  port: field.port.default(25).describe('Port of the mail server.'),
  from: field.mailAddress.describe('Sender of the mails.'),
  to: field.mailAddress.describe('Receiver of the mails.'),
});

const webhook = z
  .strictObject({
    url: url.optional().describe('Where the notice is sent, as JSON by POST.'),
    secretUrl: field.secretRef.optional().describe('In place of url, where the address itself is a secret.'),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header'), field.secretRef)
      .default({})
      .describe('Further headers by name, such as Authorization: { env: CHAT_TOKEN }.'),
    caFile: field.filePath
      .optional()
      .describe('PEM file of the CA that signed its certificate; default: the CAs that Node.js trusts.'),
  })
  .refine((value) => (value.url === undefined) !== (value.secretUrl === undefined), {
    error: 'must have either url or secretUrl',
  });

const receiver = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'may hold letters, digits, ., - and _ only')
      .describe('Name of the receiver, for logs and the history.'),
    webhook: webhook.optional().describe('Told by a request.'),
    command: z
      .array(field.text('an argument'))
      .min(1, 'must name a program and its arguments')
      .optional()
      .describe('Told by a program on the worker, run without a shell: it reads the notice as JSON on stdin.'),
    events: z
      .array(z.enum(EVENTS))
      .min(1, 'must name at least one event')
      .default([...EVENTS])
      .describe('What it is told; default: everything.'),
  })
  .refine((value) => (value.webhook === undefined) !== (value.command === undefined), {
    error: 'must have either webhook or command',
  });

export const notifications = z.strictObject({
  smtp: smtp.optional().describe('Where the hosted-engine broker sends mails about state changes.'),
  receivers: z.array(receiver).default([]).describe('Who is told when a run waits for people or ends badly.'),
});

export type Receiver = z.output<typeof receiver>;
