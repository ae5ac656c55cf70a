import type { Command } from 'commander'
import { LOCAL_CALLER } from '../../config/library.ts'
import type { JsonObject } from '../../core/json.ts'
import { reportGates, USUAL_MAX_BAD } from '../../gateway/gate-report.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** `keeprate gates` */
export function addGates(program: Command): void {
  withCommonOptions(program.command('gates'))
    .description('How often gates err, whether they look now, and which thresholds keep a promise')
    .option('-p, --purpose <name>', 'this purpose alone')
    .option('--max-bad <share>', 'bad pictures a threshold may let pass', String(USUAL_MAX_BAD))
    .action(action(show))
}

type Options = CommonOptions & { readonly purpose?: string; readonly maxBad: string }

const show = (output: Output, options: Options): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    await gateway.ready
    const query = { purpose: options.purpose, maxBad: Number(options.maxBad) }
    const rows = await reportGates(query, LOCAL_CALLER, gateway.deps)
    const none = 'No purpose has gates: see docs/quality-gates.md.'
    output.data(rows, rows.length === 0 ? none : rows.map(print).join('\n\n'))
    return exitCodes.ok
  })

function print({ purpose, gates, now, rates, thresholds }: JsonObject): string {
  const { pass_good: good, pass_bad: bad } = rates as JsonObject
  const { on, reason } = (now ?? { reason: 'nothing can be made' }) as JsonObject
  return [
    `${purpose}: ${(gates as string[]).join(', ')}`,
    `  now ${on === true ? 'on' : 'off'} (${reason}); pass ${good} of good, ${bad} of bad ones`,
    ...(thresholds as JsonObject[]).map(printThreshold),
  ].join('\n')
}

function printThreshold({ gate, threshold, labels, promised }: JsonObject): string {
  const { good, bad } = labels as JsonObject
  const {
    max_bad: most,
    threshold: found,
    bound,
    pass_rate: share,
    reason,
  } = promised as JsonObject
  const words =
    found === null
      ? `none keeps bad ones below ${most}: ${reason}`
      : `${found} keeps bad ones below ${most} (bound ${bound}); ${share} of pictures pass`
  return `  ${gate} ${threshold}, by ${good} good and ${bad} bad pictures: ${words}`
}
