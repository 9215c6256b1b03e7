/** Finds a secret in whatever shape it may have leaked: as it is, quoted, encoded. */

/** Every text that would give the secret away. */
export function shapes(secret: string): string[] {
  return [
    ...new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      new URLSearchParams({ s: secret }).toString().slice(2),
      `'${secret.replaceAll("'", `'\\''`)}'`,
      `'${secret.replaceAll("'", `'"'"'`)}'`,
      secret.replaceAll(/[^\w@%+=:,./-]/g, '\\$&'),
      Buffer.from(secret).toString('hex'),
      ...base64Cores(secret),
    ]),
  ];
}

/** Where in the text a secret stands, with a little around it but without it. */
export function leaksIn(where: string, text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    shapes(secret)
      .filter((shape) => text.includes(shape))
      .map((shape) => {
        const at = text.indexOf(shape);
        return `${name} in ${where}: …${text.slice(Math.max(0, at - 60), at)}<here>`;
      }),
  );
}

/** Base64 of a text that has the secret somewhere: what is the same whatever stands before and behind it. */
function base64Cores(secret: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64');
    const begin = before === 0 ? 0 : before + 1;
    const whole = Math.floor((before + Buffer.byteLength(secret)) / 3) * 4;
    return encoded.slice(begin, whole);
  });
}

/** Every text within a value, bytes read as UTF-8: the payloads of a history. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
