/**
 * Which part may import which. Imports run one way:
 *   sdk ← kernel ← domains ← wiring and main;   plugins → sdk;   web → sdk/web.
 * Each rule's comment says what to do instead.
 */
const test = '\\.test\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'These files import each other. Move what both need into a third file, or hand it over as a parameter.',
      severity: 'error',
      // A Svelte component may show itself again, for example for nested forms.
      from: { pathNot: '\\.svelte$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'sdk-stands-alone',
      comment:
        'The SDK imports nothing of ours: it is published by itself. Move the type into the SDK, or define it there anew.',
      severity: 'error',
      from: { path: '^sdk/src/' },
      to: { path: '^(core|plugins|web|config|tests)/' },
    },
    {
      name: 'kernel-knows-no-domain',
      comment:
        'The kernel knows nothing of media. Let the domain hand it data (a DomainModule, a route, a job) or pass a function in.',
      severity: 'error',
      from: { path: '^core/src/kernel/', pathNot: test },
      to: { path: '^core/src/(domains/|commands/|wiring|main|cli)' },
    },
    {
      name: 'domains-below-wiring',
      comment: 'A domain does not know who wires it. Take what it needs as a parameter and let wiring.ts pass it.',
      severity: 'error',
      from: { path: '^core/src/domains/', pathNot: test },
      to: { path: '^core/src/(commands/|wiring|main|cli)' },
    },
    {
      name: 'no-foreign-tables',
      comment: "One domain uses another's service, never its entities or SQL. Add a method to the owner's service.",
      severity: 'error',
      from: { path: '^core/src/domains/([^/]+)/', pathNot: test },
      to: { path: '^core/src/domains/[^/]+/.*\\.(entity|sql)\\.ts$', pathNot: '^core/src/domains/$1/' },
    },
    {
      name: 'plugins-use-the-sdk-only',
      comment:
        'A plugin sees the server through @vitascope/sdk. What is missing there belongs into the SDK, for every plugin.',
      severity: 'error',
      from: { path: '^plugins/' },
      to: { path: '^(core|web|sdk/src/(?!index\\.ts|web/index\\.ts|testing/index\\.ts))' },
    },
    {
      name: 'no-plugin-to-plugin',
      comment: 'Plugins meet through hooks and contracts, not through imports.',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/' },
      to: { path: '^plugins/', pathNot: '^plugins/$1/' },
    },
    {
      name: 'web-uses-sdk-web-only',
      comment:
        'The web app reaches the server over HTTP. Take types from $lib/api/schema.d.ts, shared ones from @vitascope/sdk/web.',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^(core|plugins)/|^sdk/src/(?!web/)' },
    },
    {
      name: 'tsyringe-in-wiring-only',
      comment:
        'Only wiring.ts and main.ts touch the container. Take dependencies as constructor or function parameters.',
      severity: 'error',
      from: { path: '^(core|sdk|plugins)/', pathNot: '^core/src/(wiring|main)\\.ts$' },
      to: { path: 'node_modules/(tsyringe|reflect-metadata)/' },
    },
    {
      name: 'koa-in-http-only',
      comment: 'Koa stays in kernel/http and *.routes.ts. Declare an endpoint and get a Call instead.',
      severity: 'error',
      from: { path: '^(core|sdk|plugins)/', pathNot: '^core/src/kernel/http/|\\.routes\\.ts$' },
      to: { path: 'node_modules/(@types/)?(koa|@koa/router)/' },
    },
    {
      name: 'product-imports-no-test',
      comment: 'Product code may not import tests or their harness. Move what is needed beside the product code.',
      severity: 'error',
      from: { path: '^(sdk|core|plugins|web)/', pathNot: test },
      to: { path: '^tests/|\\.test\\.ts$' },
    },
    {
      name: 'declared-dependencies',
      comment:
        'This package is not in the package.json of its workspace (or only for development); another one brings it by chance. Declare it there.',
      severity: 'error',
      from: { path: '^(sdk|core|plugins/[^/]+)/src/', pathNot: `${test}|^sdk/src/testing/` },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    parser: 'acorn',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(sdk|core|plugins/[^/]+)/dist/|\\.svelte-kit/|paraglide/|web/build/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.svelte', '.d.ts'],
    },
    builtInModules: { add: ['node:sqlite'] },
  },
};
