import { quote } from '../../../connectors/quote.ts';
import { parseAddresses, parseNames } from '../../host/parse/names.ts';
import type { Read, ReadResult } from '../../host/read-all.ts';

export interface ResolvedName {
  readonly addresses: readonly string[];
  /** By address: what the reverse entry says. */
  readonly reverse: ReadonlyMap<string, readonly string[]>;
}

type NameReads = 'engineName' | 'engineReverse' | 'fqdn' | 'fqdnReverse' | 'self' | 'selfReverse';

/** getent, not dig: the deployment and its tools see /etc/hosts too. */
export function nameReads(engine: string, host: string): Record<NameReads, Read> {
  const forward = (name: string) => `getent ahostsv4 ${name}`;
  const reverse = (name: string) =>
    `for a in $(${forward(name)} | awk '{print $1}' | sort -u); do getent hosts "$a"; done`;
  const self = '"$(hostname -f)"';
  return {
    engineName: forward(quote(engine)),
    engineReverse: reverse(quote(engine)),
    fqdn: forward(quote(host)),
    fqdnReverse: reverse(quote(host)),
    self: forward(self),
    selfReverse: reverse(self),
  };
}

export interface ResolvedNames {
  readonly engine: ResolvedName;
  readonly fqdn: ResolvedName;
  readonly self: ResolvedName;
}

export function parseResolved(answers: Record<NameReads, ReadResult>): ResolvedNames {
  const pair = (forward: ReadResult, reverse: ReadResult): ResolvedName => {
    const addresses = parseAddresses(forward.text);
    return { addresses, reverse: new Map(addresses.map((address) => [address, parseNames(reverse.text, address)])) };
  };
  return {
    engine: pair(answers.engineName, answers.engineReverse),
    fqdn: pair(answers.fqdn, answers.fqdnReverse),
    self: pair(answers.self, answers.selfReverse),
  };
}
