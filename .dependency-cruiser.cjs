/** The arrows of docs/architecture.md: cli, workers -> workflows -> activities (types only) -> connectors; data below all. */
const folder = (...names) => `^(${names.join('|')})/`;
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      // Parts know the type of the whole in three places: the state of a run, and in the lab the engine's database and a host.
      name: 'no-circle-of-types',
      severity: 'error',
      from: { pathNot: folder('test') },
      to: {
        circular: true,
        viaOnly: { pathNot: '^(workflows/runtime/state|lab/engine/api/database/database|lab/kernel/host)\\.ts$' },
      },
    },
    {
      name: 'lab-is-apart',
      severity: 'error',
      from: { path: '^lab/' },
      to: {
        path: folder(
          'activities',
          'bench',
          'cli',
          'connectors',
          'diagnoses',
          'failures',
          'inventory',
          'profiles',
          'runbooks',
          'windows',
          'workers',
          'workflows',
        ),
      },
    },
    {
      name: 'nobody-imports-the-lab',
      severity: 'error',
      from: { pathNot: folder('lab', 'test', 'bench') },
      to: { path: '^lab/' },
    },
    {
      name: 'entries-are-not-imported',
      severity: 'error',
      from: { pathNot: folder('cli', 'workers', 'test', 'bench') },
      to: { path: folder('cli', 'workers') },
    },
    {
      name: 'workflows-see-activity-types-only',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: folder('activities'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-touch-no-connector',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: folder('connectors', 'cli', 'workers') },
    },
    {
      name: 'activities-know-no-workflow',
      severity: 'error',
      from: { path: folder('activities', 'connectors') },
      to: { path: folder('workflows', 'cli', 'workers'), pathNot: '^workflows/(locks/)?contract\\.ts$' },
    },
    {
      name: 'connectors-know-no-activity',
      severity: 'error',
      from: { path: '^connectors/' },
      to: { path: '^activities/' },
    },
    {
      name: 'libraries-stay-in-connectors',
      severity: 'error',
      from: { pathNot: folder('connectors', 'lab', 'test', 'bench') },
      to: { path: 'node_modules/(node-ssh|ssh2|got)/' },
    },
    {
      name: 'data-is-data',
      severity: 'error',
      from: { path: folder('runbooks', 'profiles', 'diagnoses', 'failures', 'inventory', 'windows') },
      to: { path: folder('activities', 'connectors', 'workflows', 'workers', 'cli') },
    },
    { name: 'no-orphans-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
