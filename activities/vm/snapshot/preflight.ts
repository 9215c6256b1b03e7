import { type EngineDecision, engineOperation, type Finding } from '../../operation.ts';
import { busy, type SnapshotFacts, snapshotFacts, snapshotWords } from './facts.ts';
import type { SnapshotPreflight, VmSnapshot } from './params.ts';

interface PreflightParams extends VmSnapshot {
  readonly action: 'create' | 'restore' | 'remove';
}

/** Reads whether a snapshot can be made, restored or removed. Changes nothing. (article, section 15) */
export const preflightSnapshot = engineOperation<PreflightParams, SnapshotFacts, SnapshotPreflight>({
  name: 'preflightSnapshot',
  title: ({ name }) => `Look at the snapshots of ${name}`,
  look: (context, params) => snapshotFacts(context, params),
  decide(facts, params): EngineDecision<SnapshotPreflight> {
    const { snapshot, vm } = facts;
    const { name, snapshot: description, action } = params;
    const evidence = snapshotWords(facts, params);
    const inPreview = snapshot?.snapshot_status === 'in_preview';
    const output = { inPreview, ...(snapshot?.date !== undefined && { made: snapshot.date }) };
    const findings: Finding[] = [...(busy(facts, evidence)?.findings ?? [])];
    if (action === 'restore' && snapshot === undefined) {
      findings.push({ what: `${name} has no snapshot "${description}"`, fix: 'Name one that its list shows' });
    }
    if (action === 'restore' && vm.status !== 'down') {
      findings.push({
        what: `VM ${name} is ${vm.status}`,
        fix: 'Shut it down: only a VM that is down can be set back',
      });
    }
    if (action === 'remove' && inPreview) {
      findings.push({ what: `${name} shows this snapshot`, fix: 'Commit or undo that preview first' });
    }
    if (findings.length > 0) return { state: 'refused', changes: [], evidence, output, findings };
    return { state: 'already', changes: [], evidence, output };
  },
});
