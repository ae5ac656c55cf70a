import type { Command } from 'commander'
import { LOCAL_CALLER } from '../../config/library.ts'
import type { JsonObject } from '../../core/json.ts'
import { recommend } from '../../gateway/recommend.ts'
import { exitCodes } from '../exit-codes.ts'
import { offersTable, TABLE_LEGEND } from '../offers-table.ts'
import type { Output } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** `keeprate recommend` */
export function addRecommend(program: Command): void {
  withCommonOptions(program.command('recommend'))
    .description('Which model for which image, by what became of your own pictures')
    .option('-p, --purpose <name>', 'this purpose alone')
    .option('--category <name>', 'this category alone')
    .action(action(show))
}

type Options = CommonOptions & { readonly purpose?: string; readonly category?: string }

const show = (output: Output, options: Options): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    await gateway.ready
    const { purpose, category } = options
    const rows = await recommend({ purpose, category }, LOCAL_CALLER, gateway.deps)
    output.data(rows, [...rows.map(print), TABLE_LEGEND].join('\n\n'))
    return exitCodes.ok
  })

function print({ purpose, category, basis, offers, reason, ...row }: JsonObject): string {
  const head = `${purpose} / ${category}`
  if (reason !== undefined) return `${head}: ${reason}`
  const known =
    basis === 'prior' ? 'by priors: nobody has said yet what is kept' : 'by your own verdicts'
  const miss = row.floor_reachable === false ? '; no plan reaches it' : ''
  const rows = offersTable({ offers: offers as JsonObject[] })
  return `${head}, floor ${row.floor}  (${known}${miss})\n${rows}`
}
