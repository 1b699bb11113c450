// Five floors; an arrow only points down (ARCHITECTURE.md). Run by tools/check-borders.ts, which
// also makes sure that the modules were really read.
const floors = 'wire|access|storage|audit|crypto|outside'

export const borders = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'kernel-knows-nobody',
      severity: 'error',
      from: { path: '^src/kernel/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(?!kernel/)' },
    },
    {
      name: 'floors-are-mutually-blind',
      severity: 'error',
      from: { path: `^src/(${floors})/`, pathNot: '\\.test(-support)?\\.ts$' },
      to: { path: '^src/(?!kernel/)', pathNot: '^src/$1/' },
    },
    {
      name: 'services-are-strangers',
      severity: 'error',
      from: { path: '^src/services/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(kernel|access|crypto)/|^src/services/$1/' },
    },
    {
      name: 'services-do-no-io',
      severity: 'error',
      from: { path: '^src/services/[^/]+/', pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|http|https|http2|net|tls|dgram|dns|child_process|worker_threads)(/|$)',
      },
    },
    {
      name: 'gateway-does-not-know-services',
      severity: 'error',
      from: { path: '^src/gateway/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(services|storage|outside|cli|app)/|^src/(app|main|config)\\.ts$' },
    },
    {
      name: 'only-the-top-composes',
      severity: 'error',
      from: { path: '^src/(?!app\\.ts|app/|main\\.ts|cli/)', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(app|main)\\.ts$|^src/(app|cli)/' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
}
