import type { Command } from 'commander'
import { invalid } from '../../core/errors/gateway-error.ts'
import { isId } from '../../core/ids.ts'
import { formatDollars } from '../../core/money.ts'
import {
  type CacheReport,
  type FilterWords,
  printCachedPicture,
  printCacheReport,
  readCacheFilter,
  readCacheReport,
  readPurge,
} from '../../gateway/cache-report.ts'
import { readUsageRange, readZone } from '../../gateway/usage-range.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'
import { addCacheEval } from './cache-eval.ts'

/** Most pictures that are listed. */
const MAX_LISTED = 1_000

interface FilterOptions extends CommonOptions, Pick<FilterWords, 'prompt' | 'tag' | 'tenant'> {
  readonly olderThan?: string
}

interface StatsOptions extends CommonOptions {
  readonly from?: string
  readonly to?: string
  readonly tenant?: string
}

/** `keeprate cache` */
export function addCache(program: Command): void {
  const cache = program.command('cache').description('Look at the cache, and measure it')
  withCommonOptions(cache.command('stats'))
    .description('What the cache gave and saved, tier by tier, and how often it was wrong')
    .option('--from <time>', 'a day, or an instant on a quarter of an hour (default: 30 days back)')
    .option('--to <time>', 'a day, which is included, or an instant, which is not (default: now)')
    .option('--tenant <name>', 'only this tenant')
    .action(action(stats))
  withFilter(cache.command('inspect'))
    .description('List pictures that are served again, newest first')
    .argument('[id]', 'of a picture')
    .action(action(inspect))
  withFilter(cache.command('purge'))
    .description('Take pictures out of the cache; they stay where they are kept')
    .argument('[id]', 'of a picture')
    .option('--all', 'empty it, but for what is pinned')
    .action(action(purge))
  for (const [name, isPinned] of [
    ['pin', true],
    ['unpin', false],
  ] as const) {
    withCommonOptions(cache.command(name))
      .description(isPinned ? 'Keep a picture from expiring' : 'Let a pinned picture expire')
      .argument('<id>', 'of a picture')
      .action(action((output, id: string, options) => pin(output, { id, isPinned }, options)))
  }
  addCacheEval(cache)
}

const withFilter = (command: Command): Command =>
  withCommonOptions(command)
    .option('--prompt <text>', 'of pictures made for this prompt')
    .option('--tag <name=value>', 'of pictures whose request had this tag; any value without one')
    .option('--older-than <time>', 'of pictures older than 30m, 12h, 7d')
    .option('--tenant <name>', 'only this tenant')

const stats = (output: Output, { from, to, tenant, ...options }: StatsOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway, stores }) => {
    const now = gateway.deps.clock.now()
    const range = readUsageRange({ from, to }, { zone: readZone('UTC'), now })
    const whose = tenant === undefined ? {} : { tenant }
    const report = await readCacheReport({ ...range, ...whose, now }, stores)
    output.data(printCacheReport(report), reportText(report))
    return exitCodes.ok
  })

const wordsOf = (id: string | undefined, options: FilterOptions): FilterWords => ({
  ...{ id, prompt: options.prompt, tag: options.tag, tenant: options.tenant },
  older_than: options.olderThan,
})

const inspect = (output: Output, id: string | undefined, options: FilterOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway, stores }) => {
    const now = gateway.deps.clock.now()
    const filter = readCacheFilter(wordsOf(id, options), now)
    const found = await stores.cacheEntries.list({ filter, now, limit: MAX_LISTED })
    output.data(
      { object: 'list', data: found.map(printCachedPicture) },
      table([
        ['id', 'tenant', 'model', 'size', 'until', 'prompt'],
        ...found.map(({ image, isPinned, expiresAt, prompt }) => [
          ...[image.id, image.tenant, `${image.provider}/${image.model}`],
          `${image.width}x${image.height}`,
          isPinned ? 'pinned' : new Date(expiresAt).toISOString().slice(0, 16),
          prompt.replace(/\s+/g, ' ').slice(0, 60),
        ]),
      ]),
    )
    return exitCodes.ok
  })

const purge = (
  output: Output,
  id: string | undefined,
  options: FilterOptions & { readonly all?: boolean },
): Promise<number> =>
  withKeeprate(options, async ({ gateway, stores }) => {
    const filter = readPurge(
      { ...wordsOf(id, options), all: options.all },
      gateway.deps.clock.now(),
    )
    const entries = await stores.cacheEntries.evict(filter)
    output.data({ object: 'cache.purged', entries }, `${entries} entries went`)
    return exitCodes.ok
  })

const pin = (
  output: Output,
  { id, isPinned }: { readonly id: string; readonly isPinned: boolean },
  options: CommonOptions,
): Promise<number> =>
  withKeeprate(options, async ({ stores }) => {
    if (!isId('img', id)) throw invalid('id', 'id must be that of a picture.')
    const entries = await stores.cacheEntries.pin({ imageId: id, isPinned })
    const words = isPinned ? 'pinned' : 'may expire'
    output.data(
      { object: 'cache.pin', id, pinned: isPinned, entries },
      `${entries} entries ${words}`,
    )
    return exitCodes.ok
  })

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

const reportText = ({ tiers, size }: CacheReport): string =>
  [
    `${size.pictures} pictures under ${size.entries} keys, ${size.pinned} pinned`,
    table([
      ['tier', 'look-ups', 'share', 'judged', 'wrong', 'at most', 'saved', 'ms', 'age'],
      ...tiers.map((tier) => [
        ...[tier.result, String(tier.lookups), percent(tier.hitRate)],
        ...[String(tier.accepted + tier.rejected), percent(tier.wrongRate)],
        ...[percent(tier.wrongUpper95), formatDollars(tier.savedNano)],
        ...[tier.meanLatencyMs.toFixed(2), `${(tier.meanAgeMs / 3_600_000).toFixed(1)} h`],
      ]),
    ]),
  ].join('\n')
