/** The kinds of value that fields of the inventory share; each message says what is allowed. */
import * as z from 'zod';

const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

export const text = (what: string) => z.string().min(1, `must be ${what}, not empty`);

export const filePath = text('a path, absolute or relative to the inventory file');

export const ipAddress = z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address, such as 172.20.32.32' });

export const cidr = z.union([z.cidrv4(), z.cidrv6()], {
  error: 'must be an IP address with its prefix length, such as 172.20.32.5/24',
});

export const fqdn = z
  .string()
  .regex(new RegExp(`^(${LABEL}\\.)+${LABEL}$`), 'must be a fully qualified domain name, such as host1.example.com');

export const address = z.union([z.ipv4(), z.ipv6(), z.string().regex(new RegExp(`^(${LABEL}\\.)*${LABEL}$`))], {
  error: 'must be an IP address or a DNS name that the worker can reach',
});

export const port = z
  .int()
  .min(1, 'must be a port between 1 and 65535')
  .max(65535, 'must be a port between 1 and 65535');

/** What oVirt accepts as the name of a data centre or cluster at deployment. */
export const ovirtName = z.string().regex(/^[A-Za-z0-9_-]+$/, 'may hold letters, digits, - and _ only');

export const interfaceName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/, 'must be the name of a network interface, such as em1 or bond0');

/** Fence agents as the engine names them; sites may add some of their own (CustomVdsFenceType). */
export const fenceAgent = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'must be a fence agent as the engine names it, such as drac5, ipmilan or redfish');

export const macAddress = z
  .string()
  .regex(/^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/, 'must be a MAC address, such as 00:16:3e:12:34:56');

export const packageSource = z
  .string()
  .regex(/^([A-Za-z0-9][\w.+-]*|https?:\/\/\S+|\/\S+\.rpm)$/, 'must be a package name, or the URL or path of an rpm');

/** WWIDs of multipath: identifier type and number in one word; a /dev path or an alias would not survive a rescan. */
export const wwid = z
  .string()
  .regex(
    /^[0-9A-Za-z][0-9A-Za-z_.:-]{15,127}$/,
    'must be the WWID that `multipath -ll` shows, such as 3600a098000e4b4b3000003c95d171065',
  );

export const mailAddress = z.string().regex(/^[^@\s]+@[^@\s]+$/, 'must be a mail address, such as root@localhost');

const KEY_TYPE = '(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521))';
export const hostKey = z
  .string()
  .regex(
    new RegExp(`^(${KEY_TYPE} [A-Za-z0-9+/]{40,}={0,2}( .*)?|SHA256:[A-Za-z0-9+/]{43}=?)$`),
    'must be the public host key, such as "ssh-ed25519 AAAA…", or its fingerprint, such as "SHA256:…"',
  );

export const certificateFingerprint = z
  .string()
  .regex(
    /^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/,
    'must be the SHA-256 fingerprint of the CA certificate: 32 bytes in hex, separated by colons',
  );

const ENVIRONMENT_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Where a secret is found. The secret itself never stands in the inventory. */
export const secretRef = z.union(
  [
    z.strictObject({
      env: z
        .string()
        .regex(ENVIRONMENT_VARIABLE, 'must be the name of an environment variable')
        .describe('Environment variable of the worker that holds the secret.'),
    }),
    z.strictObject({
      file: filePath.describe(
        'File that holds the secret, readable by its owner only; one newline at its end is ignored.',
      ),
    }),
    z.strictObject({
      command: z
        .array(text('an argument'))
        .min(1, 'must name a program and its arguments')
        .describe(
          'Program with its arguments, run without a shell on the worker; prints the secret within 10 seconds.',
        ),
    }),
  ],
  { error: 'must say where the secret is found: { env: NAME }, { file: PATH } or { command: [PROGRAM, …] }' },
);

export type SecretRef = z.output<typeof secretRef>;
