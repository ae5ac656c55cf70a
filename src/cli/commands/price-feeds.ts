import type { Command } from 'commander'
import { describeChange, printChange } from '../../core/alerts/describe-change.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { RecordedChange } from '../../core/pricebook/feed/recorded-change.ts'
import { printHeld, printSource } from '../../gateway/print-feed.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** Pause between two looks for new changes, in milliseconds. */
const WATCH_MS = 1_000
/** Changes that one look can bring. */
const MAX_CHANGES = 200

/** `keeprate price sync|sources|changes|watch|held|confirm|refuse` */
export function addPriceFeeds(price: Command): void {
  withCommonOptions(price.command('sync'))
    .description('Look at price sources now, and say what changed')
    .argument('[source]', 'one source; all of the settings otherwise')
    .action(action(sync))
  withCommonOptions(price.command('sources'))
    .description('List price sources with their age and what went wrong')
    .action(action(sources))
  withCommonOptions(price.command('changes'))
    .description('List changes of prices, newest first, with their effect on the own traffic')
    .option('--offer <name>', 'only those of provider/model')
    .option('--limit <count>', 'how many', '20')
    .action(action(changes))
  withCommonOptions(price.command('watch'))
    .description('Print changes of prices as they are found, until it is interrupted')
    .action(action(watch))
  withCommonOptions(price.command('held'))
    .description('List changes that wait for a second source or a decision')
    .action(action(held))
  withCommonOptions(price.command('forget'))
    .description('Forget what a source said that is no longer asked; its prices end')
    .argument('<source>', 'id of the source, see price sources')
    .action(action(forget))
  for (const [name, verdict] of [
    ['confirm', 'approved'],
    ['refuse', 'refused'],
  ] as const) {
    withCommonOptions(price.command(name))
      .description(`${name === 'confirm' ? 'Let' : 'Do not let'} a change that waits act`)
      .argument('<id>', 'id of the change (qrn_…)')
      .action(
        action((output, id: string, options: CommonOptions) =>
          decide(output, id, verdict, options),
        ),
      )
  }
}

const printAll = (output: Output, found: readonly RecordedChange[]): void =>
  output.data(
    { changes: found.map(printChange) },
    found.length === 0 ? 'No price changed.' : found.map(lineOf).join('\n'),
  )

const lineOf = (recorded: RecordedChange): string =>
  `${new Date(recorded.recordedAt).toISOString()}  ${describeChange(recorded)}`

const sync = (
  output: Output,
  wanted: string | undefined,
  options: CommonOptions,
): Promise<number> =>
  withKeeprate(options, async ({ watch: prices }) => {
    const chosen = prices.sources.filter(({ id }) => wanted === undefined || id === wanted)
    if (chosen.length === 0) {
      const message = `There is no price source ${wanted}; see keeprate price sources.`
      throw new GatewayError('not_found', message, { param: 'source' })
    }
    const { signal } = new AbortController()
    const found: RecordedChange[] = []
    let failed = 0
    for (const source of chosen) {
      const changed = await prices.look(source, { signal, isForced: true })
      if (changed === undefined) failed += 1
      else found.push(...changed)
    }
    const statuses = (await prices.store.sources()).filter(({ failures }) => failures > 0)
    for (const { id, error = '' } of statuses) {
      if (chosen.some((source) => source.id === id)) output.note(`failed  ${id}: ${error}`)
    }
    printAll(output, found)
    if (failed === 0) return exitCodes.ok
    return failed === chosen.length ? exitCodes.failed : exitCodes.partly
  })

const sources = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ watch: prices, gateway }) => {
    const known = new Map((await prices.store.sources()).map((each) => [each.id, each]))
    const now = gateway.deps.clock.now()
    const rows = prices.sources.map((source) => printSource(source, known.get(source.id), now))
    const head = ['source', 'trust', 'read', 'failures', 'error']
    const lines = rows.map(({ id, trust, fetched_at: read, failures, error }) =>
      [id, trust, read ?? 'never', failures, error ?? ''].map(String),
    )
    output.data({ sources: rows }, table([head, ...lines]))
    return exitCodes.ok
  })

const changes = (
  output: Output,
  options: CommonOptions & { readonly offer?: string; readonly limit: string },
): Promise<number> =>
  withKeeprate(options, async ({ watch: prices }) => {
    const limit = Number(options.limit)
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_CHANGES) {
      const message = `--limit must be a whole number from 1 to ${MAX_CHANGES}.`
      throw new GatewayError('invalid_request', message, { param: 'limit' })
    }
    const { offer } = options
    printAll(
      output,
      await prices.store.changes({ limit, ...(offer === undefined ? {} : { offer }) }),
    )
    return exitCodes.ok
  })

const watch = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ watch: prices, gateway }) => {
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    process.once('SIGTERM', () => stop.abort())
    const [newest] = await prices.store.changes({ limit: 1 })
    let seen = newest?.change.id
    output.note('waiting for changes of prices; interrupt to end')
    while (!stop.signal.aborted) {
      const latest = await prices.store.changes({ limit: MAX_CHANGES })
      const position = latest.findIndex(({ change }) => change.id === seen)
      const fresh = position < 0 ? latest : latest.slice(0, position)
      for (const recorded of fresh.toReversed())
        output.line(printChange(recorded), lineOf(recorded))
      seen = latest[0]?.change.id ?? seen
      await gateway.deps.clock.sleep(WATCH_MS, stop.signal).catch(() => undefined)
    }
    return exitCodes.ok
  })

const held = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ watch: prices }) => {
    const { quarantine } = (await prices.store.feed()).state
    const head = ['id', 'state', 'offer', 'operation', 'source', 'why']
    const lines = quarantine.map(({ id, state, slot, source, reasons }) => [
      ...[id, state, slot.offer, slot.operation, source.id],
      reasons.map(({ text }) => text).join('; '),
    ])
    output.data({ held: quarantine.map(printHeld) }, table([head, ...lines]))
    return exitCodes.ok
  })

const decide = (
  output: Output,
  id: string,
  verdict: 'approved' | 'refused',
  options: CommonOptions,
): Promise<number> =>
  withKeeprate(options, async ({ watch: prices }) => {
    const found = await prices.decide({ id, verdict, by: 'command line' })
    if (found === undefined) {
      const message = `No change ${id} waits; see keeprate price held.`
      throw new GatewayError('not_found', message, { param: 'id' })
    }
    printAll(output, found)
    return exitCodes.ok
  })

const forget = (output: Output, source: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ watch: prices }) => {
    const { readings } = (await prices.store.feed()).state
    if (readings[source] === undefined) {
      const message = `Nothing is known from ${source}; see keeprate price sources.`
      throw new GatewayError('not_found', message, { param: 'source' })
    }
    printAll(output, await prices.apply({ kind: 'source_removed', sourceId: source }))
    return exitCodes.ok
  })
