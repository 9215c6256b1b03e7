import type { PowerStatus } from '../../connectors/engine/index.ts';
import type { FenceWish } from './wish.ts';

/** As people write it: `drac5 at 172.20.33.11, user root, options secure=1,cmd_prompt=>`. */
export function agentWords({ type, address, username, options }: FenceWish): string {
  const listed = options.map(({ name, value }) => `${name}=${value}`).join(',');
  return `${type} at ${address}, user ${username}${listed === '' ? '' : `, options ${listed}`}`;
}

export function powerWords(name: string, power: PowerStatus): string {
  if ('fault' in power) return faultWords(power.fault);
  return power.power === 'unknown'
    ? `the controller does not tell whether ${name} has power`
    : `the power of ${name} is ${power.power}, says its controller through another host`;
}

/** Agents begin their lines with time and level, and warn of `agent=`, which vdsm always sends. */
export function faultWords(fault: string): string {
  const errors = [...fault.matchAll(/^\S+ \S+ ERROR: (.*)$/gm)].map(([, said]) => said);
  return errors.length > 0 ? errors.join('; ') : fault.replace(/\s+/g, ' ').trim();
}
