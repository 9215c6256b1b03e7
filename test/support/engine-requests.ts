interface Entry {
  readonly kind: string;
  readonly text: string;
}

/** The requests in the lab's journal that change something in the engine, as method and path below /ovirt-engine/api. */
export function engineRequests(journal: readonly Entry[]): string[] {
  return journal.flatMap(({ kind, text }) => {
    const [, method, path] = /^(POST|PUT|DELETE) \/ovirt-engine\/api(\/[^\s?]*)/.exec(text) ?? [];
    return kind === 'request' && method !== undefined ? [`${method} ${path}`] : [];
  });
}

/** Lines without the ids in them, which differ from run to run. */
export function withoutIds(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/[-0-9a-f]{36}/g, 'ID'));
}
