import { hash } from 'node:crypto'
import type { Command } from 'commander'
import { percentOf, printChange } from '../../core/alerts/describe-change.ts'
import { diffBooks } from '../../core/pricebook/feed/diff.ts'
import type { FeedSelector } from '../../core/pricebook/feed/feed-entry.ts'
import { type PriceChange, priceChangeKinds } from '../../core/pricebook/feed/price-change.ts'
import { exitCodes } from '../exit-codes.ts'
import { openPrices } from '../open-prices.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions } from '../settings.ts'

/** `keeprate price diff` */
export function addPriceDiff(price: Command): void {
  withCommonOptions(price.command('diff'))
    .description('What is dearer, cheaper, new or gone in one book beside another')
    .argument('<old>', 'a book: a file, live, or articles-2026-06')
    .argument('<new>', 'another one')
    .action(action(diff))
}

async function diff(
  output: Output,
  old: string,
  next: string,
  options: CommonOptions,
): Promise<number> {
  const foundAt = Date.now()
  const rowsOf = async (book: string) => (await openPrices({ ...options, book })).book.rows
  const before = { rows: await rowsOf(old), lifecycles: [] }
  const after = { rows: await rowsOf(next), lifecycles: [] }
  const digest = (text: string): string => hash('sha256', text, 'hex')
  const changes = diffBooks(before, after, { foundAt, digest })
  output.data(
    {
      old,
      new: next,
      counts: Object.fromEntries(countsOf(changes)),
      changes: changes.map((change) => ({
        ...printChange({ change, impact: null, recordedAt: foundAt }),
        percent: percentOf(change),
      })),
    },
    textOf(changes),
  )
  return exitCodes.ok
}

/** How many changes of each kind there are; kinds without any are left out. */
const countsOf = (changes: readonly PriceChange[]): readonly (readonly [string, number])[] =>
  priceChangeKinds.flatMap((kind) => {
    const count = changes.filter((change) => change.kind === kind).length
    return count === 0 ? [] : [[kind, count] as const]
  })

function textOf(changes: readonly PriceChange[]): string {
  if (changes.length === 0) return 'No price differs.'
  const head = ['kind', 'offer', 'operation', 'when', 'percent', 'from']
  const lines = changes.map((change) => [
    change.kind,
    change.offer,
    change.operation ?? '',
    whenOf(change.selector),
    percentOf(change),
    change.effectiveFrom,
  ])
  const counts = countsOf(changes).map(([kind, count]) => `${count} ${kind}`)
  return `${counts.join(', ')}\n${table([head, ...lines])}`
}

const whenOf = (selector: FeedSelector | null): string =>
  Object.entries(selector ?? {})
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]))
    .join(' ')
