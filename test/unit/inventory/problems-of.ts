/** An inventory with nothing wrong, and the sentences that a changed one gets. */
import { expect } from 'vitest';
import { OperatorError } from '../../../failures/operator-error.ts';
import { parseInventory } from '../../../inventory/load.ts';

export const SMALL = `\
profile: ovirt-4.3
engine:
  fqdn: ovirt.test.local
  url: https://127.0.0.1:4443/ovirt-engine/
  password: { file: secrets/engine-admin-password }
  rootPassword: { file: secrets/engine-root-password }
hosts:
  - name: host1
    fqdn: host1.test.local
    address: 127.0.0.1
    ssh: { port: 40001, key: { file: secrets/id_ed25519 } }
    role: hostedEngine
storage:
  hostedEngine: { type: fc, lun: 3600a098000e4b4b3000003c95d171065 }
`;

/** The sentences, without the name of the file, that a changed inventory gets. */
export function problems(...changes: [from: string, to: string][]): string[] {
  let text = SMALL;
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, () => to);
  }
  return problemsOf(text);
}

/** The same of a whole text. */
export function problemsOf(text: string): string[] {
  try {
    parseInventory(text, 'f');
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError);
    expect((error as OperatorError).type).toBe('InvalidInventory');
    return (error as OperatorError).message.split('\n');
  }
}
