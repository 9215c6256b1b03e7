/** Names of the VMs that run, from `virsh -r list`: what has an id, paused ones too. */
export function parseRunningVms(text: string): readonly string[] {
  return [...text.matchAll(/^\s*\d+\s+(\S+)\s+/gm)].map(([, name = '']) => name);
}
