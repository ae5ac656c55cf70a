import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { ModuleReference, SourceFile } from '../../tools/source-file.ts'
import { isTest, type Tree } from './tree.ts'

/** What one layer may import. Its own layer is always allowed; anything not listed is an error. */
interface LayerRule {
  readonly layers: readonly Layer[]
  /** npm packages, `any` for whatever package.json has. */
  readonly packages: readonly string[] | 'any'
  /** Whether `node:*` is allowed. */
  readonly node: boolean
}

const LAYERS = [
  ...['core', 'ports', 'providers/shared', 'provider', 'provider/index', 'provider/sandbox'],
  ...['providers/registry', 'gateway', 'adapters', 'http', 'sandbox', 'config', 'cli', 'testing'],
  ...['scenario', 'ai-sdk', 'worlds', 'demo', 'index', 'pricing'],
] as const
type Layer = (typeof LAYERS)[number]

const LIBRARY: readonly Layer[] = ['core', 'ports', 'gateway', 'providers/shared']
const PROVIDER_FILES: readonly Layer[] = ['provider', 'provider/index', 'provider/sandbox']
/** zod reads options and data files, as in the core; the others are for streams and signatures. */
const PROVIDER_PACKAGES = ['zod', 'eventsource-parser', 'aws4fetch', 'ws']
const PROVIDER_RULE: LayerRule = {
  // Another provider's files are the same layer, and refused by `isForeignProvider`.
  layers: ['core', 'ports', 'providers/shared', ...PROVIDER_FILES],
  packages: PROVIDER_PACKAGES,
  node: false,
}

/** The table of allowed imports. */
const RULES: Readonly<Record<Layer, LayerRule>> = {
  // Libraries that do nothing but calculate: schemas, decimals, matrices.
  core: { layers: [], packages: ['zod', 'big.js', 'ml-matrix'], node: false },
  ports: { layers: ['core'], packages: [], node: false },
  'providers/shared': { layers: ['core', 'ports'], packages: PROVIDER_PACKAGES, node: false },
  provider: PROVIDER_RULE,
  'provider/index': PROVIDER_RULE,
  'provider/sandbox': PROVIDER_RULE,
  'providers/registry': {
    layers: ['provider/index', 'providers/shared'],
    packages: [],
    node: false,
  },
  gateway: { layers: ['core', 'ports'], packages: [], node: false },
  adapters: { layers: ['core', 'ports'], packages: 'any', node: true },
  http: { layers: ['core', 'ports', 'gateway'], packages: 'any', node: true },
  sandbox: {
    layers: ['core', 'providers/shared', 'provider/sandbox'],
    packages: ['sharp', '@fastify/busboy', 'ws', 'zod'],
    node: true,
  },
  config: {
    layers: [...LIBRARY, ...PROVIDER_FILES, 'providers/registry', 'adapters', 'sandbox'],
    packages: 'any',
    node: true,
  },
  // A whole gateway and the emulators in one process, in time of their own.
  scenario: {
    layers: [...LIBRARY, 'providers/registry', 'adapters', 'sandbox', 'config'],
    packages: ['zod'],
    node: true,
  },
  cli: { layers: LAYERS, packages: 'any', node: true },
  // The contract suites run against real loopback servers: the sandbox, reached by the safe client.
  testing: {
    layers: [...LIBRARY, 'adapters', 'sandbox'],
    packages: ['vitest', 'fast-check', 'zod', 'sharp', 'pg'],
    node: true,
  },
  'ai-sdk': { layers: LIBRARY, packages: ['@ai-sdk/provider'], node: false },
  worlds: { layers: ['core', 'ports', 'gateway'], packages: ['zod'], node: false },
  demo: { layers: ['core', 'ports', 'gateway', 'sandbox', 'config'], packages: [], node: true },
  index: { layers: [...LIBRARY, 'config'], packages: [], node: false },
  pricing: { layers: LIBRARY, packages: [], node: false },
}

/** Says which layer a file of `src` belongs to; undefined for a place the layout does not have. */
function layerOf(path: string): Layer | undefined {
  if (path === 'src/index.ts') return 'index'
  if (path === 'src/pricing.ts') return 'pricing'
  if (path === 'src/providers/registry.generated.ts') return 'providers/registry'
  const [, top, second, third] = path.split('/')
  if (top === 'providers') {
    if (third === undefined) return undefined
    if (second === 'shared') return 'providers/shared'
    if (third === 'index.ts') return 'provider/index'
    return third === 'sandbox.ts' ? 'provider/sandbox' : 'provider'
  }
  return LAYERS.find((layer) => layer === top && second !== undefined)
}

/** What a look at the imports found; `edges` proves that there was something to look at. */
export interface LayerReport {
  readonly violations: readonly string[]
  readonly edges: number
}

/** Checks every import of `src` against the table. Type-only imports count. */
export function checkLayers(tree: Tree): LayerReport {
  const sources = tree.sources.filter(({ path }) => path.startsWith('src/'))
  const problems = sources.flatMap((source) => {
    const layer = layerOf(source.path)
    if (layer === undefined) return [`${source.path}: no such place in the layout of src`]
    return source.references.flatMap((reference) => {
      const problem = problemWith(source, layer, reference)
      return problem === undefined ? [] : [`${source.path}:${reference.line}: ${problem}`]
    })
  })
  return {
    violations: problems,
    edges: sources.reduce((sum, source) => sum + source.references.length, 0),
  }
}

function problemWith(
  source: SourceFile,
  layer: Layer,
  { specifier }: ModuleReference,
): string | undefined {
  if (specifier === undefined) return 'imports a module by a computed name, which nobody can check'
  if (isRelative(specifier)) {
    return targetProblem(source.path, layer, posix.join(posix.dirname(source.path), specifier))
  }
  if (isBuiltin(specifier)) {
    const isAllowed = RULES[layer].node || isTest(source.path)
    return isAllowed ? undefined : `${layer} may not import ${specifier}`
  }
  const { packages } = RULES[layer]
  const allowed =
    isTest(source.path) && packages !== 'any' ? [...packages, ...TEST_TOOLS] : packages
  return allowed === 'any' || allowed.includes(packageOf(specifier))
    ? undefined
    : `${layer} may not import the package ${packageOf(specifier)}`
}

const TEST_TOOLS = ['vitest', 'fast-check']

function targetProblem(path: string, layer: Layer, target: string): string | undefined {
  if (isTest(path) && /^test\/data\//.test(target)) return undefined
  // The version stands there, at the same distance from `src` and from `dist`.
  if (target === 'package.json' && RULES[layer].packages === 'any') return undefined
  const targetLayer = target.startsWith('src/') ? layerOf(target) : undefined
  if (targetLayer === undefined) return `${target} is not a part of src that can be imported`
  if (isTest(target)) return `${target} is a test`
  if (isForeignProvider(path, target)) return `a provider may not import another one: ${target}`
  const isAllowed =
    targetLayer === layer ||
    RULES[layer].layers.includes(targetLayer) ||
    (isTest(path) && (targetLayer === 'testing' || targetLayer === 'sandbox'))
  return isAllowed ? undefined : `${layer} may not import ${targetLayer} (${target})`
}

const isRelative = (specifier: string) => /^\.{1,2}(\/|$)/.test(specifier)

/** `@scope/name/sub` becomes `@scope/name`. */
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

function isForeignProvider(path: string, target: string): boolean {
  const [, from] = /^src\/providers\/([^/]+)\//.exec(path) ?? []
  const [, to] = /^src\/providers\/([^/]+)\//.exec(target) ?? []
  return from !== undefined && to !== undefined && to !== 'shared' && from !== to
}
