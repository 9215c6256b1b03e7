import type { Diagnosis } from './diagnosis.ts';

export const memory: Diagnosis = {
  id: 'memory',
  title: 'Too little memory for the engine VM',
  symptom: [
    /Available memory \( ?\d+ ?MB ?\) is less then the minimal requirement/,
    /Memory size must be at least \d+ ?MB/,
    /"msg": "Not enough memory!/,
  ],
  cause: 'Free memory and cache of the host, less what is kept for the host, do not hold the wished engine VM.',
  fix: 'End what uses the memory of the host, or retry with a smaller memoryMiB (at least 4096).',
  source: 'ovirt-ansible-hosted-engine-setup, tasks/pre_checks/validate_memory_size.yml',
};
