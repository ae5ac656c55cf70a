import { posix } from 'node:path'
import type { SourceFile } from '../../tools/source-file.ts'
import { isTest, type Tree } from './tree.ts'

/** Inside the core: each part may import those before it, never those after it. */
const CORE_ORDER = ['money', 'pricing', 'pricebook', 'catalog', 'routing']

/** Facts that routing builds on; they must not know it. */
const NEVER_ROUTING = ['ledger', 'quality', 'cache', 'jobs', 'breaker']

/** Checks the listed direction between the parts of the core. Tests may use the whole core. */
export function checkCoreDirection(tree: Tree): readonly string[] {
  return coreSources(tree).flatMap((source) =>
    targetsOf(source).flatMap((target) => {
      const [from, to] = [corePart(source.path), corePart(target)]
      if (from === undefined || to === undefined) return []
      const isUpward =
        CORE_ORDER.includes(from) && CORE_ORDER.indexOf(to) > CORE_ORDER.indexOf(from)
      const isForbidden = isUpward || (to === 'routing' && NEVER_ROUTING.includes(from))
      return isForbidden ? [`${source.path}: core/${from} may not import core/${to}`] : []
    }),
  )
}

/** Checks that the core takes clock, chance and world as arguments. */
export function checkPurity(tree: Tree): readonly string[] {
  return coreSources(tree).flatMap((source) =>
    source.impureUses.map(({ name, line }) => `${source.path}:${line}: core may not use ${name}`),
  )
}

/** Finds import cycles among the files of `src`; each is reported once, as a path. */
export function checkCycles(tree: Tree): readonly string[] {
  const sources = tree.sources.filter(({ path }) => path.startsWith('src/'))
  const targets = new Map(sources.map((source) => [source.path, targetsOf(source)]))
  const finished = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path)
    if (start !== -1) {
      cycles.push(`import cycle: ${[...trail.slice(start), path].join(' -> ')}`)
      return
    }
    if (finished.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path])
    finished.add(path)
  }
  for (const path of targets.keys()) visit(path, [])
  return cycles
}

const coreSources = (tree: Tree) =>
  tree.sources.filter(({ path }) => path.startsWith('src/core/') && !isTest(path))

const targetsOf = (source: SourceFile): readonly string[] =>
  source.references.flatMap(({ specifier }) =>
    specifier?.startsWith('.') ? [posix.join(posix.dirname(source.path), specifier)] : [],
  )

/** `src/core/pricing/rate.ts` is part of `pricing`, `src/core/money.ts` is `money`. */
const corePart = (path: string) => /^src\/core\/([^/.]+)/.exec(path)?.[1]
