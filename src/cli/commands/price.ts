import type { Command } from 'commander'
import type { PriceRow } from '../../core/pricebook/price-row.ts'
import { dayOf } from '../../core/time.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** `keeprate price list` */
export function addPrice(program: Command): void {
  const price = program.command('price').description('Prices of the configured providers')
  withCommonOptions(price.command('list'))
    .description('List the prices that hold today, with source and date')
    .option('--all', 'also those that hold no longer or not yet')
    .action(action(list))
}

const list = (
  output: Output,
  options: CommonOptions & { readonly all?: boolean },
): Promise<number> =>
  withKeeprate(options, async (keeprate) => {
    const { deps } = keeprate.gateway
    const today = dayOf(deps.clock.now())
    const holds = (row: PriceRow): boolean =>
      row.valid_from <= today && (row.valid_to === null || row.valid_to >= today)
    const { book } = deps.snapshot()
    const rows = book.rows
      .filter((row) => options.all === true || holds(row))
      .sort((a, b) => (a.offer < b.offer ? -1 : 1))
    const lines = rows.map((row) => [
      row.offer,
      row.operation,
      [...row.components, ...(row.modifiers ?? [])].map(printComponent).join(' + '),
      `${row.valid_from} …${row.valid_to === null ? '' : ` ${row.valid_to}`}`,
      row.source.confidence,
      `read ${row.source.read_at}`,
    ])
    const head = ['offer', 'operation', 'price', 'valid', 'confidence', 'source']
    output.data({ version: book.version, rows }, table([head, ...lines]))
    return exitCodes.ok
  })

/** A component or modifier as `kind name=value …`, its tables left to `--json`. */
const printComponent = ({ kind, ...fields }: { readonly kind: string }): string =>
  [
    kind,
    ...Object.entries(fields)
      .filter(([, value]) => typeof value !== 'object' && value !== undefined)
      .map(([name, value]) => `${name}=${String(value)}`),
  ].join(' ')
