/** The rings of the architecture, as rules: see ARCHITECTURE.md. */
const ADAPTERS_AND_WIRING = '^src/(app/(container|main|cli)|testing/log-scenarios/scenario-codecs)';
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'ports-see-domain',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { pathNot: '^src/(domain|ports)/' },
    },
    {
      name: 'services-see-ports',
      severity: 'error',
      from: { path: '^src/app/services/' },
      to: { pathNot: '^src/(domain|ports|app/services)/' },
    },
    {
      name: 'adapters-stay-apart',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/(adapters|app)/', pathNot: '^src/adapters/($1|data-folder|listening)/' },
    },
    {
      name: 'only-wiring-sees-adapters',
      severity: 'error',
      from: { path: '^src/(app|index|testing)', pathNot: ADAPTERS_AND_WIRING },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'only-wiring-sees-inversify',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/app/container' },
      to: { path: 'node_modules/(inversify|reflect-metadata)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
